import { X509Certificate } from 'node:crypto';
import { Row, Section } from './table';
import { Chain } from './verifiers';
import { DeclaredExtensions } from '../../../src/contract/extensions';
import { NameLists } from '../../../src/contract/general-names';
import { KEY_ALGORITHM_NAMES } from '../../../src/contract/key-algorithms';
import { SubjectValues } from '../../../src/contract/subject-attributes';
import { assertCanIssue, checkCaNames, readCaChain } from '../../../src/pki/ca-chain';
import { checkCommonNameElsewhere } from '../../../src/pki/common-name-constraints';
import { ConstraintKind, ConstraintList, limitsUnder } from '../../../src/pki/constraint-limits';
import { objectIdentifier, printableString, sequence, setOfOne } from '../../../src/pki/der';
import { rawNames } from '../../../src/pki/general-names';
import { Issuer } from '../../../src/pki/issue';
import { assertMayIssue, assertUsagesAllowed, limitsOf } from '../../../src/pki/issuer-limits';
import { lintCertificate } from '../../../src/pki/lint/lint';
import { lintErrors } from '../../../src/pki/lint/lint-errors';
import { checkMailboxesElsewhere } from '../../../src/pki/mailbox-constraints';
import { encodeName } from '../../../src/pki/name';
import { toPem } from '../../../src/pki/pem';
import { ProfileName, PROFILES } from '../../../src/pki/profile';
import { signerOf } from '../../../src/pki/signer';
import { Validity, validityFrom } from '../../../src/pki/validity';
import { CA_KEYS, issuerBy, testCa, testCertificate } from '../../pki/fixtures';
import { opensslCa } from '../foreign-ca';

const BETWEEN = signerOf(CA_KEYS.EC_P384);
const BELOW = signerOf(CA_KEYS.RSA_2048);
const ROOT_NAME = 'Acme Root CA';
const DOMAIN = 'acme.example';

const pem = (...chain: readonly Buffer[]): Chain => chain.map(der => toPem('CERTIFICATE', der));
const verdict = ([accepted]: readonly boolean[]) => accepted ? 'accepts' : '**refuses**';

/** From the present on, so that a CA which OpenSSL has just made holds it. */
const now = (): Validity => validityFrom(new Date(Date.now() + 1000 * PROFILES.device.backdateSeconds), PROFILES.device, 9, undefined, false);

/** Names of each kind: a constraint, one that lies within it, and one that does not. */
const NAMES: { readonly [K in ConstraintKind]: readonly [NameLists, NameLists, NameLists] } = {
  dns: [{ dns: [DOMAIN] }, { dns: [`a.${DOMAIN}`] }, { dns: ['a.evil.example'] }],
  ipv4: [{ ip: ['192.168.0.0/16'] }, { ip: ['192.168.0.1'] }, { ip: ['10.0.0.1'] }],
  ipv6: [{ ip: ['fd00::/8'] }, { ip: ['fd00::1'] }, { ip: ['2001:db8::1'] }],
  uri: [{ uri: [`.${DOMAIN}`] }, { uri: [`https://a.${DOMAIN}/x`] }, { uri: ['https://a.evil.example/x'] }],
  email: [{ email: [`.${DOMAIN}`] }, { email: [`x@a.${DOMAIN}`] }, { email: ['x@a.evil.example'] }],
  directory: [{ directory: [{ organization: 'Acme' }] }, {}, {}],
};

const KINDS = Object.keys(NAMES) as ConstraintKind[];

interface Constrained {
  readonly root: Buffer;
  readonly between: Buffer;
  /** Signs whatever it is asked for. */
  readonly issuer: Issuer;
  /** Signs as this library does. */
  readonly bound: Issuer;
}

async function constrained(nameConstraints: DeclaredExtensions['nameConstraints'], pathLength = 0): Promise<Constrained> {
  const validity = now();
  const root = await testCa({ subject: { commonName: ROOT_NAME }, validity, pathLength: 2 });
  const subject = { organization: 'Acme', commonName: 'Acme Factory 1' };
  const between = await testCertificate(root.issuer, { profile: 'ca', subject, publicKey: BETWEEN.publicKey, validity, pathLength, extensions: { nameConstraints } });
  const bound = issuerBy(between, BETWEEN);
  return { root: root.certificate, between, bound, issuer: { ...bound, nameConstraints: undefined } };
}

/** Whether a verifier accepts what lies within constraints, and what does not. */
function constraintWord([within, outside]: readonly boolean[]): string {
  return within ? outside ? 'ignores' : 'enforces' : outside ? '**inverts**' : '**refuses**';
}

async function constraintRow(kind: ConstraintKind, list: ConstraintList, critical: boolean): Promise<Row> {
  const [base, first, second] = NAMES[kind];
  const nameConstraints = { critical, [list]: base };
  const { root, between, issuer } = await constrained(nameConstraints);
  const leaf = (names: NameLists, organization: string) => testCertificate(issuer, {
    subject: { organization, commonName: 'pump 1' }, validity: issuer.validity, extensions: kind === 'directory' ? undefined : { subjectAlternativeNames: names },
  });
  const leaves = [await leaf(first, 'Acme'), await leaf(second, 'Evil')];
  const [permitted, excluded] = (['permitted', 'excluded'] as const).map(each => each === list ? rawNames(base) : []);
  const warns = limitsUnder({ permitted, excluded }, critical, ({ effect }) => effect === 'refuses').length > 0;
  return {
    title: `${list} ${kind}${critical ? '' : ', not critical'}`,
    purpose: 'client',
    chains: (list === 'permitted' ? leaves : [...leaves].reverse()).map(each => pem(each, between, root)),
    library: warns ? 'warns' : 'issues',
    word: constraintWord,
  };
}

async function constraints(): Promise<Section> {
  const variants = KINDS.flatMap(kind => (['permitted', 'excluded'] as const).flatMap(list => [true, false].map(critical => ({ kind, list, critical }))));
  return {
    title: 'Name constraints, by the kind of names',
    text: 'Each validator judged a device within the constraints and one outside of them. *enforces*: it accepts the first and refuses the second, as RFC 5280, '
      + 'section 4.2.1.10, requires; **refuses**: it accepts neither; *ignores*: it accepts both.',
    rows: await Promise.all(variants.map(({ kind, list, critical }) => constraintRow(kind, list, critical))),
  };
}

const COMMON_NAMES: readonly (readonly [string, ProfileName, SubjectValues, NameLists?])[] = [
  ['a device, CN=pump-1', 'device', { commonName: 'pump-1' }],
  ['a device, CN=pump 1', 'device', { commonName: 'pump 1' }],
  [`a device, CN=pump-1.${DOMAIN}`, 'device', { commonName: `pump-1.${DOMAIN}` }],
  [`a device, CN=pump-1, with the alternative name pump-1.${DOMAIN}`, 'device', { commonName: 'pump-1' }, { dns: [`pump-1.${DOMAIN}`] }],
  ['a device without a common name, O=Acme', 'device', { organization: 'Acme' }],
  ['a server, CN=broker 1', 'server', { commonName: 'broker 1' }],
  ['an identity of IEEE 802.1AR, CN=pump 1', 'devid', { commonName: 'pump 1' }],
  ['a verification certificate, CN=0123456789abcdef', 'verification', { commonName: '0123456789abcdef' }],
  ['a verification certificate, CN=AbC_123', 'verification', { commonName: 'AbC_123' }],
];

const CA_NAMES = ['Acme Line 7', 'line7', `line7.${DOMAIN}`, 'Line 7.Acme'];

/** What this library does where a certificate is declared below a CA. */
function libraryWord(profile: ProfileName, subject: SubjectValues, names: NameLists, { bound }: Constrained): string {
  try {
    assertMayIssue(PROFILES[profile], { validity: bound.validity!, subject: encodeName(subject), extensions: { subjectAlternativeNames: names }, pathLength: profile === 'ca' ? 0 : undefined }, bound);
    const alternativeNames = rawNames(names);
    const facts = { commonName: subject.commonName ?? '', alternativeNames, profile };
    return bound.nameConstraints!.some(each => checkCommonNameElsewhere(facts, each) ?? checkMailboxesElsewhere(alternativeNames, each)) ? 'warns' : 'issues';
  } catch {
    return '**refuses**';
  }
}

async function commonNames(): Promise<Section> {
  const ca = await constrained({ critical: true, permitted: { dns: [DOMAIN] } }, 1);
  const { root, between, issuer } = ca;
  const { validity } = issuer;
  const ends = COMMON_NAMES.map(async ([title, profile, subject, names = {}]): Promise<Row> => {
    const leaf = await testCertificate(issuer, { profile, subject, validity, extensions: names.dns && { subjectAlternativeNames: names } });
    return { title, purpose: profile === 'server' ? 'server' : 'client', chains: [pem(leaf, between, root)], library: libraryWord(profile, subject, names, ca), word: verdict };
  });
  const cas = CA_NAMES.map(async (commonName): Promise<Row> => {
    const below = await testCertificate(issuer, { profile: 'ca', subject: { commonName }, publicKey: BELOW.publicKey, validity, pathLength: 0 });
    const leaf = await testCertificate(issuerBy(below, BELOW), { subject: { commonName: `a.${DOMAIN}` }, validity, extensions: { subjectAlternativeNames: { dns: [`a.${DOMAIN}`] } } });
    return {
      title: `what a CA issues, CN=${commonName}`, purpose: 'client', chains: [pem(leaf, below, between, root)], library: libraryWord('ca', { commonName }, {}, ca), word: verdict,
    };
  });
  return {
    title: `Common names, where ${DOMAIN} is permitted`,
    text: `Below a CA with \`permitted: { dns: ['${DOMAIN}'] }\`. Some validators take a common name for a host name if the certificate has no alternative name of that type.`,
    rows: await Promise.all([...ends, ...cas]),
  };
}

const MAILBOX_HOST = 'acme.com';

/** Not critical, since Botan refuses all mailboxes under those that are. */
const MAILBOXES: readonly (readonly [NameLists, NameLists])[] = [
  [{ email: [MAILBOX_HOST] }, { email: ['devices@acme.com'] }],
  [{ email: [MAILBOX_HOST] }, { email: ['pump-123@acme.com'] }],
  [{ email: [MAILBOX_HOST, 'pump-123@acme.com'] }, { email: ['pump-123@acme.com'] }],
  [{ email: ['.acme.com'] }, { email: ['pump-1234567890@a.acme.com'] }],
];

async function mailboxes(): Promise<Section> {
  const rows = MAILBOXES.map(async ([permitted, names]): Promise<Row> => {
    const ca = await constrained({ critical: false, permitted });
    const subject = { organization: 'Acme' };
    const leaf = await testCertificate(ca.issuer, { subject, validity: ca.issuer.validity, extensions: { subjectAlternativeNames: names } });
    return {
      title: `${names.email}, where ${permitted.email!.join(' and ')} ${permitted.email!.length === 1 ? 'is' : 'are'} permitted`,
      purpose: 'client',
      chains: [pem(leaf, ca.between, ca.root)],
      library: libraryWord('device', subject, names, ca),
      word: verdict,
    };
  });
  return { title: 'Mailboxes', text: 'The constraints are not critical. wolfSSL compares the whole mailbox with a permitted host that is no longer than the part before the @.', rows: await Promise.all(rows) };
}

async function belowForeign(root: string, ca: { readonly certificate: string; readonly key: string }): Promise<Chain> {
  const signer = signerOf(ca.key);
  const leaf = await testCertificate(issuerBy(new X509Certificate(ca.certificate).raw, signer), { subject: { commonName: 'pump-1' }, validity: now() });
  return [...pem(leaf), ca.certificate, root];
}

/** What this library does where a CA with those above it is declared as an existing one, and a device below it. */
function adopted(certificates: readonly string[]): string {
  try {
    const chain = readCaChain('certificate', certificates.join(''));
    assertCanIssue('certificate', chain);
    const path = [chain.certificate, ...chain.chain];
    assertUsagesAllowed(PROFILES.device, [], limitsOf(path).extendedKeyUsages);
    const isWarned = path.some(({ der }, index) => lintErrors(der, [], path[index + 1]?.der).length > 0) || checkCaNames('certificate', chain) !== undefined;
    return isWarned ? 'warns' : 'takes';
  } catch {
    return '**refuses**';
  }
}

const FOREIGN_CAS: readonly (readonly [string, readonly string[]])[] = [
  ['as OpenSSL makes it', []],
  ['with critical certificatePolicies', ['certificatePolicies = critical, 1.2.3.4']],
  ['with critical policyMappings', ['certificatePolicies = 1.2.3.4', 'policyMappings = critical, 1.2.3.4:1.2.3.5']],
  ['with policyConstraints', ['policyConstraints = critical, requireExplicitPolicy:0']],
  ['with inhibitAnyPolicy', ['inhibitAnyPolicy = critical, 0']],
  ['with critical cRLDistributionPoints', ['crlDistributionPoints = critical, URI:http://acme.example/crl']],
  ['with a critical issuerAltName', ['issuerAltName = critical, DNS:acme.example']],
  ['with a critical extension that nobody knows', ['1.3.6.1.4.1.99999.1 = critical, ASN1:NULL']],
  ['with the extendedKeyUsage serverAuth alone', ['extendedKeyUsage = serverAuth']],
  ['with a constraint on an empty mailbox', ['nameConstraints = critical, DER:30:06:A1:04:30:02:81:00']],
  ['without a subject key identifier', ['subjectKeyIdentifier = none']],
  ['with basicConstraints that are not critical', ['basicConstraints = CA:TRUE']],
];

async function foreignCas(): Promise<Section> {
  const root = opensslCa(ROOT_NAME);
  const rows = FOREIGN_CAS.map(async ([title, extensions]): Promise<Row> => {
    const ca = opensslCa('Acme Plant CA', { issuer: root, extensions });
    return { title, purpose: 'client', chains: [await belowForeign(root.certificate, ca)], library: adopted([ca.certificate, root.certificate]), word: verdict };
  });
  return {
    title: 'CAs that others have made',
    text: 'The CA is signed by a root, and each validator judged a device below it. *warns*: `fromExistingCa` takes the CA, and a warning says which validator refuses what is below it, or which rule it breaks.',
    rows: await Promise.all([...rows, otherEncoding(), ...['evil.example', 'Plant CA'].map(outsideConstraints)]),
  };
}

async function outsideConstraints(commonName: string): Promise<Row> {
  const { root, between, issuer } = await constrained({ critical: true, permitted: { dns: [DOMAIN] } }, 1);
  const { validity } = issuer;
  const ca = await testCertificate(issuer, { profile: 'ca', subject: { organization: 'Acme', commonName }, publicKey: BELOW.publicKey, validity, pathLength: 0 });
  const leaf = await testCertificate(issuerBy(ca, BELOW), { subject: { commonName: `a.${DOMAIN}` }, validity, extensions: { subjectAlternativeNames: { dns: [`a.${DOMAIN}`] } } });
  const certificates = pem(leaf, ca, between, root);
  return {
    title: `with CN=${commonName}, below a CA that permits ${DOMAIN}`, purpose: 'client', chains: [certificates], library: adopted(certificates.slice(1)), word: verdict,
  };
}

async function otherEncoding(): Promise<Row> {
  const validity = now();
  const root = await testCa({ subject: { commonName: 'Acme_Root' }, validity, pathLength: 1 }); // UTF8String, for its underscore
  const renamed = sequence(setOfOne(sequence(objectIdentifier('2.5.4.3'), printableString('Acme_Root'))));
  const ca = await testCertificate({ ...root.issuer, name: renamed }, { profile: 'ca', subject: { commonName: 'Acme Plant CA' }, publicKey: BETWEEN.publicKey, validity });
  const leaf = await testCertificate(issuerBy(ca, BETWEEN), { subject: { commonName: 'pump-1' }, validity });
  const certificates = pem(leaf, ca, root.certificate);
  return {
    title: 'with the name of the root as PrintableString, which is UTF8String there', purpose: 'client', chains: [certificates], library: adopted(certificates.slice(1)), word: verdict,
  };
}

function isWarnedOf(certificate: Buffer): boolean {
  return lintCertificate(certificate).some(({ rule }) => rule.startsWith('stack-'));
}

async function keys(): Promise<Section> {
  const rows = KEY_ALGORITHM_NAMES.map(async (algorithm): Promise<Row> => {
    const validity = now();
    const root = await testCa({ algorithm, validity });
    const leaf = await testCertificate(root.issuer, { algorithm, validity });
    return { title: algorithm, purpose: 'client', chains: [pem(leaf, root.certificate)], library: isWarnedOf(leaf) ? 'lint warns' : 'issues', word: verdict };
  });
  return { title: 'Keys', text: 'Each validator judged a device below a root, both with a key of the algorithm.', rows: await Promise.all(rows) };
}

/** All that verifiers are asked, made anew: some of them know no other time than the present. */
export async function sections(): Promise<Section[]> {
  return [await constraints(), await commonNames(), await mailboxes(), await foreignCas(), await keys()];
}
