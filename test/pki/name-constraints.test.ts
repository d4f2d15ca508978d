import { NOW, testCa, testCertificate } from './fixtures';
import { DeclaredNameConstraints } from '../../src/contract/extensions';
import { NameLists } from '../../src/contract/general-names';
import { SubjectValues } from '../../src/contract/subject-attributes';
import { rawNames } from '../../src/pki/general-names';
import { encodeName } from '../../src/pki/name';
import { assertNamesPermitted } from '../../src/pki/name-constraints';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { validityFrom } from '../../src/pki/validity';
import { openssl, temporaryFiles } from '../support/openssl';

const file = temporaryFiles();
const pem = (der: Buffer) => toPem('CERTIFICATE', der);

/** Names, the constraints of their CA, and whether the names lie within them. */
interface Case {
  readonly constraints: Omit<DeclaredNameConstraints, 'critical'>;
  readonly names: NameLists;
  readonly subject?: SubjectValues;
  readonly within: boolean;
  /** What OpenSSL says, where this library is stricter, as other validators are. */
  readonly toOpenssl?: boolean;
}

const title = ({ constraints, names, subject, within }: Case) =>
  `${JSON.stringify({ ...subject, ...names })} ${within ? 'within' : 'outside'} ${JSON.stringify(constraints)}`;

/** Names that are within what is excluded to somebody, though not to OpenSSL: a wildcard, another case of a mailbox or of a letter beyond ASCII. */
function stricter(base: NameLists, names: NameLists, subject?: SubjectValues): Case[] {
  return [
    { constraints: { permitted: base }, names, subject, within: false },
    { constraints: { excluded: base }, names, subject, within: false, toOpenssl: true },
  ];
}

type TextType = 'dns' | 'ip' | 'uri' | 'email';

/** Cases of one name and one subtree: each as a permitted one, and, the other way round, as an excluded one, into which it may reach to some validator. */
function bothWays(type: TextType, rows: readonly (readonly [base: string, name: string, within: boolean, reaches?: true])[]): Case[] {
  return rows.flatMap(([base, name, within, reaches]): Case[] => [
    { constraints: { permitted: { [type]: [base] } }, names: { [type]: [name] }, within },
    { constraints: { excluded: { [type]: [base] } }, names: { [type]: [name] }, within: !within && !reaches, toOpenssl: !within },
  ]);
}

const DNS = bothWays('dns', [
  ['example.com', 'example.com', true],
  ['example.com', 'a.example.com', true],
  ['example.com', 'a.b.example.com', true],
  ['example.com', '*.example.com', true],
  ['example.com', 'myexample.com', false, true], // to wolfSSL
  ['example.com', 'example.com.evil.org', false],
  ['a.example.com', 'example.com', false],
  ['com', 'example.com', true],
  ['com', 'example.org', false],
]);

const EMAIL = bothWays('email', [
  ['bob@example.com', 'bob@example.com', true],
  ['bob@example.com', 'alice@example.com', false],
  ['bob@example.com', 'bob@a.example.com', false],
  ['example.com', 'bob@example.com', true],
  ['example.com', 'bob@a.example.com', false, true], // to Go
  ['.example.com', 'bob@a.example.com', true],
  ['.example.com', 'bob@a.b.example.com', true],
  ['.example.com', 'bob@example.com', false],
  ['example.com', 'bob@myexample.com', false],
]);

const URI = bothWays('uri', [
  ['example.com', 'https://example.com', true],
  ['example.com', 'https://example.com/path', true],
  ['example.com', 'https://EXAMPLE.com/Path', true],
  ['example.com', 'mqtts://example.com:8883/topic', true],
  ['example.com', 'https://a.example.com/', false, true], // to Go
  ['.example.com', 'https://a.example.com/', true],
  ['.example.com', 'https://a.b.example.com:443', true],
  ['.example.com', 'https://example.com/', false],
  ['example.com', 'https://example.com.evil.org/', false],
  ['example.com', 'https://evil.org/example.com', false],
]);

const IP = bothWays('ip', [
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '9.255.255.255', false],
  ['192.168.4.0/22', '192.168.7.255', true],
  ['192.168.4.0/22', '192.168.8.0', false],
  ['192.0.2.7/32', '192.0.2.7', true],
  ['192.0.2.7/32', '192.0.2.6', false],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['0.0.0.0/0', '::1', false], // another family lies in no network
  ['fd00::/8', 'fd12:3456::1', true],
  ['fd00::/8', 'fe80::1', false],
  ['2001:db8:8000::/33', '2001:db8:ffff::1', true],
  ['2001:db8:8000::/33', '2001:db8:7fff::1', false],
  ['::ffff:0:0/96', '::ffff:192.0.2.1', true],
  ['10.0.0.0/8', '::ffff:10.0.0.1', false],
  ['2001:db8::7/128', '2001:db8::7', true],
]);

/** The subject is a directory name too. */
const ACME_PLANT = { country: 'CN', organization: 'Acme', organizationalUnit: 'Plant', commonName: 'sensor' };

const DIRECTORY = ([
  [{ country: 'CN', organization: 'Acme' }, ACME_PLANT, true],
  [{ country: 'CN', organization: 'ACME' }, ACME_PLANT, true],
  [{ country: 'CN', organization: 'A  c m e' }, { ...ACME_PLANT, organization: 'a c M e' }, true],
  [{ country: 'CN', organization: 'Acmé' }, { ...ACME_PLANT, organization: 'ACMé' }, true],
  [{ country: 'CN', organization: 'Acme' }, { ...ACME_PLANT, organization: 'Acme Ltd' }, false],
  [{ country: 'CN', organization: 'Acme' }, { country: 'CN', commonName: 'Acme' }, false],
  [{ organization: 'Acme' }, ACME_PLANT, false], // not from the beginning
  [{ ...ACME_PLANT, serialNumber: 'A-1' }, ACME_PLANT, false],
  [ACME_PLANT, ACME_PLANT, true],
] as const).flatMap(([base, subject, within]): Case[] => [
  { constraints: { permitted: { directory: [base] } }, names: {}, subject, within },
  { constraints: { excluded: { directory: [base] } }, names: {}, subject, within: !within },
]);

const OTHERS: readonly Case[] = [
  { constraints: { permitted: { directory: [{ organization: 'Acme' }] } }, names: { directory: [{ organization: 'Other' }] }, subject: { organization: 'Acme', commonName: 'a' }, within: false },
  { constraints: { permitted: { directory: [{ organization: 'Acme' }] } }, names: { directory: [{ organization: 'Acme', commonName: 'b' }] }, subject: { organization: 'Acme', commonName: 'a' }, within: true },
  // A type without constraints is free.
  { constraints: { permitted: { dns: ['example.com'] } }, names: { ip: ['192.0.2.1'], email: ['a@b.example'], uri: ['urn:a:b'] }, within: true },
  { constraints: { permitted: { dns: ['example.com', 'example.org'] } }, names: { dns: ['a.example.org', 'a.example.com'] }, within: true },
  { constraints: { permitted: { dns: ['example.com'] } }, names: { dns: ['a.example.com', 'a.example.org'] }, within: false },
  { constraints: { permitted: { dns: ['example.com'] }, excluded: { dns: ['a.example.com'] } }, names: { dns: ['b.example.com'] }, within: true },
  { constraints: { permitted: { dns: ['example.com'] }, excluded: { dns: ['a.example.com'] } }, names: { dns: ['x.a.example.com'] }, within: false },
  // A URI without a host has to be refused (RFC 5280, section 4.2.1.10), permitted or not excluded.
  { constraints: { permitted: { uri: ['example.com'] } }, names: { uri: ['urn:acme:device:1'] }, within: false },
  { constraints: { excluded: { uri: ['example.com'] } }, names: { uri: ['urn:acme:device:1'] }, within: false },
  // The common name stands for a host name where there is no other.
  ...([
    ['a.example.com', {}, true],
    ['a.example.org', {}, false],
    ['a.example.org', { dns: ['a.example.com'] }, true],
    ['sensor-1', { dns: ['a.example.com'] }, true],
    ['a.example.org', { ip: ['192.0.2.1'] }, false],
    ['sensor_1.example.org', {}, false],
    ['192.0.2.1', {}, false],
  ] as const).map(([commonName, names, within]): Case => ({ constraints: { permitted: { dns: ['example.com'] } }, names, subject: { commonName }, within })),
  ...['sensor-1', '-a.example.org', 'a-.example.org', 'a.example.org-', 'a..example.org', 'a.example.org.', 'a.example.org x']
    .map((commonName): Case => ({ constraints: { permitted: { dns: ['example.com'] } }, names: {}, subject: { commonName }, within: false, toOpenssl: true })),
];

const STRICTER: readonly Case[] = [
  ...stricter({ dns: ['a.example.com'] }, { dns: ['*.example.com'] }), // CVE-2025-61727
  { constraints: { permitted: { uri: ['.example.com'] } }, names: { uri: ['https://x_y.example.com/'] }, within: false, toOpenssl: true }, // Java finds no host in it
  { constraints: { excluded: { uri: ['.example.com'] } }, names: { uri: ['https://x_y.example.com/'] }, within: false },
  ...stricter({ email: ['bob@example.com'] }, { email: ['Bob@example.com'] }),
  ...['x*', '*x', 'a*c'].map((label): Case => ({
    constraints: { excluded: { dns: ['axc.example.com'] } }, names: {}, subject: { commonName: `${label}.example.com` }, within: label !== 'a*c', toOpenssl: true,
  })),
  { constraints: { excluded: { email: ['example.com.au'] } }, names: { email: ['bob@example.com'] }, within: false, toOpenssl: true }, // wolfSSL
  { constraints: { excluded: { email: ['info@example.com'] } }, names: { email: ['quite.another@info'] }, within: true },
  ...([
    ['Acmé', 'AcmÉ'], ['Acme', 'Ａｃｍｅ'], ['Acme Ltd', 'Acme\u00a0Ltd'],
  ] as const).flatMap(([base, organization]) => stricter({ directory: [{ organization: base }] }, {}, { organization })),
];

const CASES = [...STRICTER, ...DNS, ...EMAIL, ...URI, ...IP, ...DIRECTORY, ...OTHERS];

/** The CA of a case, and the leaf: by `issue` with the constraints left out, as a CA would sign that doesn't look. */
async function signedAnyway({ constraints, names, subject = { organization: 'Acme' } }: Case, name: string, validity = validityFrom(NOW, PROFILES.ca, 90, undefined, false)) {
  const ca = await testCa({ subject: { commonName: name }, validity, extensions: { nameConstraints: { critical: true, ...constraints } } });
  const extensions = Object.keys(names).length > 0 ? { subjectAlternativeNames: names } : undefined;
  return { ca, extensions, subject, leaf: await testCertificate({ ...ca.issuer, nameConstraints: undefined }, { subject, validity, extensions }) };
}

describe('the judgement on a name', () => {
  let refusals: readonly (string | undefined)[] = [];
  let stderr = '';

  /** One call for all: it says OK, or why not, of each file. */
  beforeAll(async () => {
    const chains = await Promise.all(CASES.map((each, index) => signedAnyway(each, `CA ${index}`)));
    const files = chains.map(({ leaf }, index) => file(`leaf-${index}.pem`, pem(leaf)));
    const roots = file('roots.pem', chains.map(({ ca }) => pem(ca.certificate)).join(''));
    const run = openssl(['verify', '-x509_strict', '-attime', String(NOW.getTime() / 1000), '-CAfile', roots, ...files]);
    const accepted = new Set(run.stdout.trim().split('\n'));
    stderr = run.stderr;
    refusals = files.map(path => accepted.has(`${path}: OK`) ? undefined : path);
  });

  test.each(CASES.map((each, index) => [title(each), index] as const))('is OpenSSL\'s, or stricter: %s', (_, index) => {
    const { constraints, names, subject = { organization: 'Acme' }, within } = CASES[index];
    expect(refusals[index] === undefined).toBe(CASES[index].toOpenssl ?? within);
    const [permitted, excluded] = [constraints.permitted, constraints.excluded].map(lists => rawNames(lists ?? {}));
    const judge = () => assertNamesPermitted({ subject: encodeName(subject), alternativeNames: rawNames(names), profile: 'device' }, [{ permitted, excluded }]);
    if (within) {
      expect(judge).not.toThrow();
    } else {
      expect(judge).toThrow(/the CA's name constraints (exclude|do not permit|on URIs require|permit) /);
    }
  });

  test('is by the names, and by nothing else', () => {
    expect(refusals.length).toBeGreaterThan(130);
    const reasons = [...stderr.matchAll(/^error \d+ at 0 depth lookup: (.*)$/gm)].map(([, reason]) => reason);
    expect(reasons).toHaveLength(refusals.filter(each => each !== undefined).length);
    expect(new Set(reasons)).toEqual(new Set(['permitted subtree violation', 'excluded subtree violation', 'unsupported or invalid name syntax']));
  });
});
