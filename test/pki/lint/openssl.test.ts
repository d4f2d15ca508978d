import { X509Certificate } from 'node:crypto';
import { lintCertificate } from '../../../src/pki/lint/lint';
import { LintFinding } from '../../../src/pki/lint/lint-rule';
import { readLintedCertificate } from '../../../src/pki/lint/model/linted-certificate';
import { openssl, opensslOutput, temporaryFiles } from '../../support/openssl';
import { CA_KEYS, DEVICE_KEYS } from '../fixtures';

const file = temporaryFiles();
const rules = (findings: readonly LintFinding[]) => findings.map(({ rule }) => rule);

/** What the extensions of OpenSSL's own configuration (v3_ca) are, and of a CA as it should be. */
const V3_CA = ['subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid:always,issuer', 'basicConstraints=critical,CA:true'];
const GOOD_CA = [...V3_CA, 'keyUsage=critical,keyCertSign,cRLSign'];

const GOOD_DEVICE = [
  'basicConstraints=critical,CA:false', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth', 'subjectKeyIdentifier=hash',
  'authorityKeyIdentifier=keyid',
];

interface Made {
  readonly path: string;
  readonly der: Buffer;
}

function configuration(extensions: readonly string[], subject = 'CN=Root'): string {
  const name = subject === '' ? '' : subject.split('/').join('\n');
  return `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\nstring_mask=utf8only\n[dn]\n${name}\n[ext]\n${extensions.join('\n')}\n`;
}

/** A certificate that signs itself, by `openssl req -x509`. */
function selfSigned(extensions: readonly string[], { subject = 'CN=Root', more = [] as readonly string[], key = CA_KEYS.EC_P256 } = {}): Made {
  const pem = opensslOutput(['req', '-x509', '-new', '-key', file('ca.key', key), '-config', file('ca.cnf', configuration(extensions, subject)), '-days', '3650', ...more]);
  return { path: file('root.pem', pem), der: new X509Certificate(pem).raw };
}

const request = opensslOutput(['req', '-new', '-key', file('device.key', DEVICE_KEYS.EC_P256), '-subj', '/CN=sensor-001']);

/** A certificate below another one, by `openssl x509 -req`. */
function below(ca: Made, extensions: readonly string[], more: readonly string[] = []): Made {
  const extension = extensions.length > 0 ? ['-extfile', file('device.cnf', extensions.join('\n'))] : [];
  const pem = opensslOutput(['x509', '-req', '-CA', ca.path, '-CAkey', file('ca.key', CA_KEYS.EC_P256), '-days', '300', ...extension, ...more], request);
  return { path: file('below.pem', pem), der: new X509Certificate(pem).raw };
}

/** What OpenSSL says of a chain when it is strict. */
function strict(root: Made, leaf: Made): string {
  const { stdout, stderr } = openssl(['verify', '-x509_strict', '-CAfile', root.path, leaf.path]);
  return stdout + stderr;
}

describe('a CA that OpenSSL makes', () => {
  test('with its default extensions lacks the key usage, as its own strict check says', () => {
    const root = selfSigned(V3_CA);
    expect(rules(lintCertificate(root.der))).toEqual(['rfc5280-ca-key-usage']);
    expect(strict(root, below(root, GOOD_DEVICE))).toContain('CA cert does not include key usage extension');
  });

  test('with a key usage has no finding, and passes its own strict check', () => {
    const root = selfSigned(GOOD_CA);
    expect(lintCertificate(root.der, { platforms: ['aws-iot-core', 'azure-dps'], issuer: readLintedCertificate(root.der) })).toEqual([]);
    expect(strict(root, below(root, GOOD_DEVICE))).toContain(': OK');
  });

  test.each<[string, readonly string[], readonly string[], string]>([
    ['basicConstraints that are not critical', ['basicConstraints=CA:true'], ['rfc5280-basic-constraints-critical'], 'Basic Constraints of CA cert not marked critical'],
    ['no subject key identifier', ['subjectKeyIdentifier=none'], ['rfc5280-ca-subject-key-identifier'], 'Missing Subject Key Identifier'],
    ['a path length without keyCertSign', ['basicConstraints=critical,CA:true,pathlen:0', 'keyUsage=critical,cRLSign'], ['rfc5280-path-length-ca', 'rfc5280-ca-key-usage'], 'Path length given without key usage keyCertSign'],
    ['a critical extension that nobody knows', ['1.2.3.4=critical,DER:0500'], ['rfc5280-unknown-critical-extension'], 'unhandled critical extension'],
    ['a critical subject key identifier', ['subjectKeyIdentifier=critical,hash'], ['rfc5280-extension-criticality'], 'unhandled critical extension'],
  ])('with %s has the finding that fits what its strict check says', (_, changes, expected, said) => {
    const changed = changes.map(change => change.split('=')[0]);
    const root = selfSigned([...GOOD_CA.filter(line => !changed.includes(line.split('=')[0])), ...changes]);
    expect(rules(lintCertificate(root.der))).toEqual(expected);
    // With `issuer`, OpenSSL goes on where the CA has no key identifier.
    expect(strict(root, below(root, GOOD_DEVICE.map(line => line.replace('=keyid', '=keyid,issuer'))))).toContain(said);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['-sha1', ['-sha1'], ['nist-signature-digest']],
    ['-set_serial 1', ['-set_serial', '1'], ['cabf-serial-number-entropy']],
    ['-set_serial 0', ['-set_serial', '0'], ['rfc5280-serial-number-positive', 'cabf-serial-number-entropy']],
    ['-set_serial of 21 octets', ['-set_serial', `0x${'ff'.repeat(20)}`], ['rfc5280-serial-number-length']],
  ])('with %s has a finding', (_, more, expected) => {
    expect(rules(lintCertificate(selfSigned(GOOD_CA, { more }).der))).toEqual(expected);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['name constraints', ['nameConstraints=critical,permitted;DNS:.example'], ['stack-name-constraints']],
    ['name constraints that are not critical', ['nameConstraints=permitted;DNS:.example'], ['rfc5280-name-constraints-critical']],
    ['alternative names', ['subjectAltName=DNS:a.example,IP:192.0.2.1,IP:2001:db8::1,URI:urn:a,email:a@b.example,RID:1.2.3,dirName:dn'], []],
    ['a host name with a space', ['subjectAltName=DNS:a b'], ['rfc5280-alternative-name-form']],
    ['places of CRLs and OCSP', ['crlDistributionPoints=URI:http://a/crl', 'authorityInfoAccess=OCSP;URI:http://a/ocsp,caIssuers;URI:http://a/ca'], []],
    ['critical places of OCSP', ['authorityInfoAccess=critical,OCSP;URI:http://a/ocsp'], ['rfc5280-extension-criticality']],
    ['policies', ['certificatePolicies=1.2.3.4', 'policyConstraints=critical,requireExplicitPolicy:0', 'inhibitAnyPolicy=critical,0'], []],
  ])('with %s is read', (_, extensions, expected) => {
    expect(rules(lintCertificate(selfSigned([...GOOD_CA, ...extensions]).der))).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['all attributes', 'C=DE/ST=Hessen/L=Köln/O=Acme/OU=IoT/serialNumber=1/emailAddress=a@b.example/title=T/SN=S/GN=G/CN=Root', []],
    ['a country in small letters', 'C=de/CN=Root', ['rfc5280-country-name']],
  ])('with %s in its subject is read', (_, subject, expected) => {
    const root = selfSigned(GOOD_CA, { subject, more: ['-utf8'] });
    expect(rules(lintCertificate(root.der))).toEqual(expected);
    expect(readLintedCertificate(root.der).subject.attributes.map(({ text }) => text)).toEqual(subject.split('/').map(part => part.split('=')[1]));
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['RSA of 1024 bits', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'], ['nist-rsa-size']],
    ['RSA with the exponent 3', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_keygen_pubexp:3'], ['cabf-rsa-exponent']],
    ['RSA for PSS', ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'], ['stack-rsa-pss']],
    ['secp256k1', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'], ['stack-curve']],
    ['explicit parameters', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt', 'ec_param_enc:explicit'], ['rfc5480-named-curve']],
    ['brainpoolP256r1', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'], ['stack-curve']],
    ['Ed25519', ['-algorithm', 'ED25519'], ['stack-edwards-curve']],
    ['Ed448', ['-algorithm', 'ED448'], ['stack-edwards-curve']],
  ])('with a key by %s has the finding of its key', (_, options, expected) => {
    expect(rules(lintCertificate(selfSigned(GOOD_CA, { key: opensslOutput(['genpkey', ...options]) }).der))).toEqual(expected);
  });
});

describe('a device that OpenSSL makes', () => {
  const lintBelow = (root: Made, leaf: Made) => rules(lintCertificate(leaf.der, { platforms: ['aws-iot-core'], issuer: readLintedCertificate(root.der), now: new Date() }));

  test('with all that belongs to it has no finding, and passes OpenSSL\'s strict check', () => {
    const root = selfSigned(GOOD_CA);
    const device = below(root, GOOD_DEVICE);
    expect(lintBelow(root, device)).toEqual([]);
    expect(strict(root, device)).toContain(': OK');
  });

  test('as the instructions of platforms make it, without extensions, is of version 1', () => {
    const root = selfSigned(GOOD_CA);
    const device = below(root, [], ['-sha512']);
    expect(lintBelow(root, device)).toEqual(['rfc5280-version', 'rfc5280-subject-key-identifier', 'rfc5280-authority-key-identifier']);
  });

  test.each<[string, readonly string[], readonly string[], string]>([
    ['keyCertSign', ['keyUsage=critical,keyCertSign,digitalSignature'], ['rfc5280-key-cert-sign'], 'keyCertSign invalid for non-CA'],
    ['no authority key identifier', ['authorityKeyIdentifier=none'], ['rfc5280-authority-key-identifier'], 'Missing Authority Key Identifier'],
    ['a path length', ['basicConstraints=critical,CA:false,pathlen:0'], ['rfc5280-path-length-ca'], 'Path length invalid for non-CA'],
  ])('with %s has the finding that fits what its strict check says', (_, changes, expected, said) => {
    const changed = changes.map(change => change.split('=')[0]);
    const root = selfSigned(GOOD_CA);
    const device = below(root, [...GOOD_DEVICE.filter(line => !changed.includes(line.split('=')[0])), ...changes]);
    expect(lintBelow(root, device)).toEqual(expected);
    expect(strict(root, device)).toContain(said);
  });

  test('that outlives its CA has a finding, which OpenSSL\'s strict check does not have', () => {
    const root = selfSigned(GOOD_CA, { more: ['-days', '100'] });
    const device = below(root, GOOD_DEVICE);
    expect(lintBelow(root, device)).toEqual(['rfc5280-outlives-issuer']);
    expect(strict(root, device)).toContain(': OK');
  });

  test('below a CA below a path length of 0 has a CA with a finding', () => {
    const root = selfSigned([...V3_CA.slice(0, 2), 'basicConstraints=critical,CA:true,pathlen:0', 'keyUsage=critical,keyCertSign']);
    const plant = below(root, GOOD_CA);
    expect(lintBelow(root, plant)).toEqual(['rfc5280-path-length']);
  });
});
