import { DEVICE_KEYS, issuerBy, NOW, testCa, testCertificate } from './fixtures';
import { DeclaredNameConstraints } from '../../src/contract/extensions';
import { GENERAL_NAME_TYPE_NAMES, NameLists } from '../../src/contract/general-names';
import { SubjectValues } from '../../src/contract/subject-attributes';
import { parseCertificate } from '../../src/pki/certificate';
import { element, objectIdentifier, sequence, setOfOne, Tag } from '../../src/pki/der';
import { encodeName } from '../../src/pki/name';
import { assertNamesPermitted } from '../../src/pki/name-constraints';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { validityFrom } from '../../src/pki/validity';
import { certtool, hasCerttool, openssl, opensslOutput, temporaryFiles } from '../support/openssl';
import { whereInstalled } from '../support/second-opinions';

const installed = hasCerttool();
whereInstalled(installed, 'certtool', 'gnutls-bin');

const file = temporaryFiles();
const pem = (der: Buffer) => toPem('CERTIFICATE', der);

/** Verifies the first certificate by way of the others, of which the last is the root. */
function opensslSays(...chain: readonly Buffer[]): string {
  const [leaf, ...above] = chain.map(pem);
  const { status, stdout, stderr } = openssl(['verify', '-x509_strict', '-attime', String(NOW.getTime() / 1000),
    '-CAfile', file('root.pem', above.pop()!), ...above.length > 0 ? ['-untrusted', file('between.pem', above.join(''))] : [], file('leaf.pem', leaf)]);
  return status === 0 ? 'OK' : stdout + stderr;
}

/** The same by GnuTLS, at present: certtool knows no other time. */
function gnutlsSays(...chain: readonly Buffer[]): string {
  return certtool(['--verify-chain'], chain.map(pem).join('')).stdout;
}

interface Names {
  readonly names?: NameLists;
  readonly subject?: SubjectValues;
}

/** For a type of name: its constraint, what lies in it and what doesn't, and how `issue` puts it that it must not sign. */
interface TypeCase {
  readonly base: NameLists;
  readonly within: Names;
  readonly outside: Names;
  readonly within_: string;
  readonly outside_: string;
  readonly base_: string;
}

const directory = (organization: string) => ({ country: 'CN', organization });

const TYPES: { readonly [type: string]: TypeCase } = {
  'dns': {
    base: { dns: ['example.com'] },
    within: { names: { dns: ['a.example.com'] } },
    outside: { names: { dns: ['a.example.org'] } },
    within_: 'dns:"a.example.com"',
    outside_: 'dns:"a.example.org"',
    base_: 'dns:"example.com"',
  },
  'email': {
    base: { email: ['.example.com'] },
    within: { names: { email: ['ops@plant.example.com'] } },
    outside: { names: { email: ['ops@example.com'] } },
    within_: 'email:"ops@plant.example.com"',
    outside_: 'email:"ops@example.com"',
    base_: 'email:".example.com"',
  },
  'uri': {
    base: { uri: ['example.com'] },
    within: { names: { uri: ['https://example.com/device/1'] } },
    outside: { names: { uri: ['https://example.org/device/1'] } },
    within_: 'uri:"https://example.com/device/1"',
    outside_: 'uri:"https://example.org/device/1"',
    base_: 'uri:"example.com"',
  },
  'ip (v4)': {
    base: { ip: ['10.20.0.0/15'] },
    within: { names: { ip: ['10.21.255.255'] } },
    outside: { names: { ip: ['10.22.0.0'] } },
    within_: 'ip:10.21.255.255',
    outside_: 'ip:10.22.0.0',
    base_: 'ip:10.20.0.0/255.254.0.0',
  },
  'ip (v6)': {
    base: { ip: ['2001:db8::/33'] },
    within: { names: { ip: ['2001:db8:7fff::1'] } },
    outside: { names: { ip: ['2001:db8:8000::1'] } },
    within_: 'ip:2001:db8:7fff:0:0:0:0:1',
    outside_: 'ip:2001:db8:8000:0:0:0:0:1',
    base_: 'ip:2001:db8:0:0:0:0:0:0/ffff:ffff:8000:0:0:0:0:0',
  },
  'directory': {
    base: { directory: [directory('Acme')] },
    within: { subject: { ...directory('Acme'), commonName: 'sensor' } },
    outside: { subject: { ...directory('Other'), commonName: 'sensor' } },
    within_: 'directory:"C=CN, O=Acme, CN=sensor"',
    outside_: 'directory:"C=CN, O=Other, CN=sensor"',
    base_: 'directory:"C=CN, O=Acme"',
  },
};

/** GnuTLS 3.7 judges these; where a CA has constraints on another type, it takes no name of that type at all. */
const JUDGED_BY_GNUTLS = ['dns', 'email', 'ip (v4)', 'ip (v6)'];

describe.each(Object.keys(TYPES))('a CA with constraints on names of the type %s', type => {
  const { base, within, outside, within_, outside_, base_ } = TYPES[type];
  // The present, for GnuTLS.
  const validity = validityFrom(NOW < new Date() ? new Date() : NOW, PROFILES.ca, 30, undefined, false);

  test.each([
    ['permits', { permitted: base }, within, outside, `the CA's name constraints do not permit ${outside_}; they permit only ${base_}`],
    ['excludes', { excluded: base }, outside, within, `the CA's name constraints exclude ${within_}`],
  ] as const)('that it %s issues a certificate that other validators accept, and refuses one that they refuse', async (_, constraints, good, bad, words) => {
    const ca = await testCa({ validity, extensions: { nameConstraints: { critical: true, ...constraints } } });
    const options = ({ names, subject = { commonName: 'sensor' } }: Names) => ({ subject, validity, extensions: names && { subjectAlternativeNames: names } });
    const leaf = await testCertificate(ca.issuer, options(good));
    const forged = await testCertificate({ ...ca.issuer, nameConstraints: undefined }, options(bad));
    await expect(testCertificate(ca.issuer, options(bad))).rejects.toThrow(new Error(words));
    const at = String(validity.notBefore.getTime() / 1000);
    const verify = (der: Buffer) => openssl(['verify', '-x509_strict', '-attime', at, '-CAfile', file('ca.pem', pem(ca.certificate)), file('leaf.pem', pem(der))]);
    expect(verify(leaf).status).toBe(0);
    expect(verify(forged).stderr).toMatch(/ (permitted|excluded) subtree violation/);
    if (installed && JUDGED_BY_GNUTLS.includes(type)) {
      expect(gnutlsSays(leaf, ca.certificate)).toContain('Chain verification output: Verified. The certificate is trusted.');
      expect(gnutlsSays(forged, ca.certificate)).toContain('Not verified. The certificate is NOT trusted. The certificate chain violates the signer\'s constraints.');
    }
  });

  test('has them in its certificate as they were declared, critical or not', async () => {
    for (const critical of [true, false]) {
      const ca = await testCa({ extensions: { nameConstraints: { critical, permitted: base, excluded: base } } });
      const text = opensslOutput(['x509', '-noout', '-text'], pem(ca.certificate));
      expect(text).toMatch(critical ? /X509v3 Name Constraints: critical\n/ : /X509v3 Name Constraints: *\n/);
      const { permitted, excluded } = parseCertificate(ca.certificate).nameConstraints!;
      expect(permitted).toEqual(excluded);
      expect(permitted.map(each => each.type)).toEqual(GENERAL_NAME_TYPE_NAMES.filter(each => base[each]));
    }
  });
});

/*
 * Critical is what RFC 5280, section 4.2.1.10, wants, and what locks embedded stacks out. Tried by hand with mbedTLS 2.28.3 of
 * Debian 12: mbedtls_x509_crt_parse refuses a CA whose constraints are critical with -0x2562
 * (MBEDTLS_ERR_X509_INVALID_EXTENSIONS and MBEDTLS_ERR_ASN1_UNEXPECTED_TAG); one with `critical: false` it takes, and then
 * accepts a certificate outside the constraints as well. BearSSL's br_x509_minimal answers a critical extension that it
 * doesn't know with BR_ERR_X509_CRITICAL_EXTENSION.
 */
test.each([true, false])('OpenSSL enforces constraints whether they are critical or not: %s', async critical => {
  const ca = await testCa({ extensions: { nameConstraints: { critical, permitted: { dns: ['example.com'] } } } });
  const forged = await testCertificate({ ...ca.issuer, nameConstraints: undefined }, { extensions: { subjectAlternativeNames: { dns: ['example.org'] } } });
  expect(opensslSays(forged, ca.certificate)).toContain('permitted subtree violation');
});

describe('the constraints of a CA above', () => {
  async function twoLevels(above: Omit<DeclaredNameConstraints, 'critical'>, below?: Omit<DeclaredNameConstraints, 'critical'>) {
    const root = await testCa({ algorithm: 'EC_P384', subject: { organization: 'Acme', commonName: 'Root' }, extensions: { nameConstraints: { critical: true, ...above } } });
    const certificate = await testCertificate(root.issuer, {
      profile: 'ca', subject: { organization: 'Acme', commonName: 'Plant CA' }, extensions: below && { nameConstraints: { critical: true, ...below } },
    });
    return { root: root.certificate, certificate, issuer: issuerBy(certificate, signerOf(DEVICE_KEYS.EC_P256), root.issuer) };
  }

  test.each<[string, NameLists, boolean]>([
    ['what both permit', { dns: ['a.plant.example.com'] }, true],
    ['what only the upper one permits', { dns: ['a.example.com'] }, false],
    ['what the lower one permits and the upper one excludes', { dns: ['secret.plant.example.com'] }, false],
    ['what none speaks of', { dns: ['a.plant.example.com'], ip: ['192.0.2.1'] }, true],
  ])('apply below the CA below it too, for %s', async (_, names, good) => {
    const { root, certificate, issuer } = await twoLevels(
      { permitted: { dns: ['example.com'] }, excluded: { dns: ['secret.plant.example.com'] } }, { permitted: { dns: ['plant.example.com'] } });
    expect(issuer.nameConstraints).toHaveLength(2);
    const options = { algorithm: 'EC_P521', extensions: { subjectAlternativeNames: names }, subject: { commonName: 'sensor' } } as const;
    const leaf = await testCertificate({ ...issuer, nameConstraints: undefined }, options);
    expect(opensslSays(leaf, certificate, root) === 'OK').toBe(good);
    const issued = testCertificate(issuer, options);
    await (good ? expect(issued).resolves.toBeInstanceOf(Buffer) : expect(issued).rejects.toThrow(/^the CA's name constraints /));
  });

  test('apply to the name of the CA below it', async () => {
    const permitted = { directory: [{ organization: 'Acme' }] };
    await expect(twoLevels({ permitted })).resolves.toBeDefined();
    const root = await testCa({ extensions: { nameConstraints: { critical: true, permitted } } });
    await expect(testCertificate(root.issuer, { profile: 'ca', subject: { organization: 'Other', commonName: 'Plant CA' } })).rejects.toThrow(
      'the CA\'s name constraints do not permit directory:"O=Other, CN=Plant CA"');
  });

  test('can\'t be widened by a CA below it, and validators agree', async () => {
    const { root, certificate, issuer } = await twoLevels({ permitted: { dns: ['example.com'] } }, { permitted: { dns: ['org'] } });
    const options = { algorithm: 'EC_P521', extensions: { subjectAlternativeNames: { dns: ['example.org'] } } } as const;
    await expect(testCertificate(issuer, options)).rejects.toThrow('do not permit dns:"example.org"; they permit only dns:"example.com"');
    expect(opensslSays(await testCertificate({ ...issuer, nameConstraints: undefined }, options), certificate, root)).toContain('permitted subtree violation');
  });

  test('are refused for a certificate that is not a CA', async () => {
    const { issuer } = await testCa();
    await expect(testCertificate(issuer, { extensions: { nameConstraints: { critical: true, permitted: { dns: ['a'] } } } })).rejects.toThrow(
      'nameConstraints must be left out for a certificate that is not a CA (RFC 5280, section 4.2.1.10)');
  });
});

test.each([
  'https://user@example.com/', 'https://user:word@example.com/', 'https://example.com?query', 'https://example.com#part', 'https://192.0.2.1/',
  'https://[2001:db8::1]/', 'https://example.com/a:b',
])('a certificate for %s is refused below constraints on URIs, although OpenSSL finds a host in it that is not excluded', async uri => {
  const ca = await testCa({ extensions: { nameConstraints: { critical: true, excluded: { uri: ['example.com'] } } } });
  const extensions = { subjectAlternativeNames: { uri: [uri] } };
  expect(opensslSays(await testCertificate({ ...ca.issuer, nameConstraints: undefined }, { extensions }), ca.certificate)).toBe('OK');
  await expect(testCertificate(ca.issuer, { extensions })).rejects.toThrow(
    `the CA's name constraints on URIs require a URI with a host name (RFC 5280, section 4.2.1.10), got ${JSON.stringify(uri)}`);
});

describe('the directory names in the constraints of a CA from elsewhere', () => {
  const organization = (tag: number, octets: Buffer) => sequence(setOfOne(sequence(objectIdentifier('2.5.4.10'), element(tag, octets))));
  const acme = encodeName({ organization: 'Acmé', commonName: 'sensor' });

  test.each([
    ['TeletexString', Tag.TELETEX_STRING, Buffer.from('Acm\xe9', 'latin1'), true],
    ['BMPString', Tag.BMP_STRING, Buffer.from('Acm\xe9', 'utf16le').swap16(), true],
    ['UTF8String', Tag.UTF8_STRING, Buffer.from('Acmé'), true],
    ['TeletexString with another letter', Tag.TELETEX_STRING, Buffer.from('Acm\xe8', 'latin1'), false],
    ['BMPString with another letter', Tag.BMP_STRING, Buffer.from('Acm\xe8', 'utf16le').swap16(), false],
  ])('permit the same text whatever its type, as in OpenSSL: %s', async (_, tag, octets, same) => {
    const base = organization(tag, octets);
    const constraints = { permitted: [{ type: 'directory', value: base } as const], excluded: [] };
    const judged = () => assertNamesPermitted({ subject: acme, alternativeNames: [], profile: 'device' }, [constraints]);
    same ? expect(judged).not.toThrow() : expect(judged).toThrow('do not permit');
    // OpenSSL compares the subject of the leaf with that of its CA in the same way.
    const name = (der: Buffer) => opensslOutput(['x509', '-noout', '-subject_hash'], pem(der)).trim();
    const [one, other] = await Promise.all([base, encodeName({ organization: 'Acmé' })].map(subject => testCa({ subject })));
    expect(name(one.certificate) === name(other.certificate)).toBe(same);
  });
});
