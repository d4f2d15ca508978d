import { fixture, FIXTURES, fromPem } from './requests';
import { readCertificationRequest } from '../../../src/pki/certification-request';
import { formatName } from '../../../src/pki/name';
import { readName } from '../../../src/pki/name-reader';
import { describePublicKey } from '../../../src/pki/subject-key';
import { openssl, opensslOutput, temporaryFiles } from '../../support/openssl';

const SAN = '2.5.29.17';
const CLIENT = [SAN, '2.5.29.19 critical', '2.5.29.15 critical', '2.5.29.37 critical'];
const ACME = { country: 'CN', organization: 'Acme', commonName: 'sensor-001' };
const JAVA = { ...ACME, organizationalUnit: 'IoT' };
const PLAIN = { commonName: 'sensor-001' };

/** What was asked for, by the file: key, extensions, subject. */
const TAKEN: { readonly [file: string]: readonly [key: string, extensions: readonly string[], subject: object] } = {
  'gnutls-ecdsa.pem': ['EC_P256', CLIENT, ACME],
  'gnutls-ed25519.pem': ['ED25519', CLIENT, ACME],
  'gnutls-rsa.pem': ['RSA_3072', CLIENT, ACME],
  'gnutls-text.pem': ['EC_P256', CLIENT, ACME],
  'java-ecsecp256r1.pem': ['EC_P256', ['2.5.29.14', SAN, '2.5.29.37'], JAVA],
  'java-ecsecp384r1.pem': ['EC_P384', ['2.5.29.14', SAN, '2.5.29.37'], JAVA],
  'java-ed25519.pem': ['ED25519', ['2.5.29.14', SAN, '2.5.29.37'], JAVA],
  'java-rsa2048.pem': ['RSA_2048', ['2.5.29.14', SAN, '2.5.29.37'], JAVA],
  'mbedtls-p256.pem': ['EC_P256', ['2.5.29.15'], ACME],
  'mbedtls-plain.pem': ['EC_P256', [], ACME],
  'mbedtls-rsa2048.pem': ['RSA_2048', ['2.5.29.15'], ACME],
  'openssl-attributes.pem': ['EC_P256', [
    SAN, '2.5.29.30 critical', '1.3.6.1.4.1.99999.1', '2.25.329800735698586629295641978511506172918',
  ], PLAIN],
  'openssl-ed25519.pem': ['ED25519', [], PLAIN],
  'openssl-p256-plain.der': ['EC_P256', [], PLAIN],
  'openssl-p256.pem': ['EC_P256', ['2.5.29.19 critical', '2.5.29.15 critical'], { organization: 'Acme', serialNumber: 'A-0001', commonName: 'sensor-001' }],
  'openssl-p384.pem': ['EC_P384', [], { organization: 'Größe & Söhne', commonName: 'sensor_001@plant' }],
  'openssl-p521.pem': ['EC_P521', [], PLAIN],
  'openssl-rsa2048.pem': ['RSA_2048', [SAN], { ...JAVA, stateOrProvince: 'Zhejiang', locality: 'Hangzhou' }],
  'openssl-rsa6144.pem': ['RSA_6144', [], PLAIN],
  'openssl-rsa8192.pem': ['RSA_8192', [], PLAIN],
  'peculiar-p256.pem': ['EC_P256', [SAN], ACME],
  'peculiar-rsa2048.pem': ['RSA_2048', [], { commonName: 'sensor_001' }],
};

/** Why a request that a tool made is refused. */
const REFUSED: { readonly [file: string]: string } = {
  'refused-openssl-brainpoolP256r1.pem': 'got an EC key on the curve brainpoolP256r1',
  'refused-openssl-compressed.pem': 'got an EC key with a compressed point',
  'refused-openssl-dsa.pem': 'got DSA with SHA-256',
  'refused-openssl-e3.pem': 'got an RSA key with the public exponent 3; make a new key pair',
  'refused-openssl-ecdsa-sha1.pem': 'got ECDSA with SHA-1; create the request again',
  'refused-openssl-ed448.pem': 'got Ed448',
  'refused-openssl-explicit.pem': 'got an EC key whose curve is not named but described by parameters',
  'refused-openssl-md5.pem': 'got MD5 with RSA; create the request again',
  'refused-openssl-prime192v1.pem': 'got an EC key on the curve P-192',
  'refused-openssl-pss.pem': 'must be signed with RSA (PKCS#1 v1.5) or ECDSA, over SHA-256, SHA-384 or SHA-512, or with Ed25519, got RSA-PSS',
  'refused-openssl-rsa1024.pem': 'must hold a public key that is RSA of 2048 to 8192 bits (a multiple of 8) with the public exponent 65537, '
    + 'or one of EC_P256, EC_P384, EC_P521, ED25519, got an RSA key of 1024 bits; make a new key pair',
  'refused-openssl-secp224r1.pem': 'got an EC key on the curve P-224',
  'refused-openssl-secp256k1.pem': 'got an EC key on the curve secp256k1',
  'refused-openssl-sha1.pem': 'got SHA-1 with RSA; create the request again',
  'refused-peculiar-unsorted.pem': 'must have the elements of a set in ascending order',
};

const file = temporaryFiles();

test('every request in the folder has an expected result', () => {
  expect(FIXTURES).toEqual([...Object.keys(TAKEN), ...Object.keys(REFUSED)].sort());
});

describe('a request by another tool', () => {
  test.each(Object.keys(TAKEN))('is accepted as the tool wrote it: %s', name => {
    const [key, extensions, subject] = TAKEN[name];
    const input = fixture(name);
    const der = name.endsWith('.der') ? input : fromPem(input);
    const request = readCertificationRequest(input);
    expect(describePublicKey(request.publicKey)).toBe(key);
    expect(request.extensions.map(({ oid, critical }) => critical ? `${oid} critical` : oid)).toEqual(extensions);
    expect(readName(request.subject)).toEqual(subject);
    expect(request.der).toEqual(der);
    expect([readCertificationRequest(input.toString(name.endsWith('.der') ? 'base64' : 'utf8')), readCertificationRequest(der)]).toEqual([request, request]);

    const path = file(name, der);
    const { status, stderr } = openssl(['req', '-inform', 'DER', '-in', path, '-verify', '-noout']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('verify OK')]);
    expect(fromPem(opensslOutput(['req', '-inform', 'DER', '-in', path, '-noout', '-pubkey']))).toEqual(request.publicKey);
    expect(opensslOutput(['req', '-inform', 'DER', '-in', path, '-noout', '-subject', '-nameopt', 'RFC2253,utf8,-esc_msb']))
      .toBe(`subject=${formatName(readName(request.subject))}\n`);
  });
});

describe('a weak or unusual request by another tool', () => {
  test.each(Object.keys(REFUSED))('is refused if the tool was asked to make it weak, or writes another form: %s', name => {
    const input = fixture(name);
    expect(() => readCertificationRequest(input)).toThrow(REFUSED[name]);
    expect(() => readCertificationRequest(input)).toThrow(/^certificateSigningRequest must /);
  });
});

test('a request\'s extensions are reported whole, and an attribute that can be a secret only by its type', () => {
  const request = readCertificationRequest(fixture('openssl-attributes.pem'));
  expect(request.attributes).toEqual(['1.2.840.113549.1.9.2', '1.2.840.113549.1.9.7']);
  expect(request.extensions.map(({ value }) => value.toString('hex'))).toEqual([
    expect.stringContaining(Buffer.from('sensor-001.example.com').toString('hex')),
    expect.stringContaining(Buffer.from('example.com').toString('hex')),
    `0c08${Buffer.from('anything').toString('hex')}`,
    '0500',
  ]);
  const { der, ...rest } = request;
  expect(der.includes('correct horse')).toBe(true);
  expect(JSON.stringify(rest)).not.toContain('correct');
  expect([...rest.extensions.map(({ value }) => value), rest.subject, rest.publicKey].filter(part => part.includes('correct horse'))).toEqual([]);
});
