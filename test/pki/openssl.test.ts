import { CA_SUBJECT, DEVICE_KEYS, NOW, testCa, testCertificate } from './fixtures';
import { HASH_ALGORITHM_NAMES, HashAlgorithmName, KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyAlgorithmName, KeyFamily } from '../../src/contract/key-algorithms';
import { parseCertificate } from '../../src/pki/certificate';
import { encodeName } from '../../src/pki/name';
import { toPem } from '../../src/pki/pem';
import { ProfileName } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';
import { openssl, opensslOutput, temporaryFiles } from '../support/openssl';

const file = temporaryFiles();
const pem = (der: Buffer) => toPem('CERTIFICATE', der);
const seconds = (date: Date) => String(date.getTime() / 1000);

/** Strict: what RFC 5280 asks for is checked also where OpenSSL could do without. */
const STRICT = ['verify', '-x509_strict', '-purpose', 'sslclient', '-check_ss_sig'];
const verify = (caFile: string, files: readonly string[], at = NOW) => openssl([...STRICT, '-attime', seconds(at), '-CAfile', caFile, ...files]);

test.each(HASH_ALGORITHM_NAMES)('every profile by every key algorithm verifies strictly, signed with %s', async hash => {
  const cas: string[] = [];
  const certificates: string[] = [];
  for (const caAlgorithm of KEY_ALGORITHM_NAMES) {
    const ca = await testCa({ algorithm: caAlgorithm, hash, subject: { ...CA_SUBJECT, commonName: `CA by ${caAlgorithm}` } });
    cas.push(pem(ca.certificate));
    for (const algorithm of KEY_ALGORITHM_NAMES) {
      for (const profile of ['verification', 'device'] as const) {
        const certificate = await testCertificate(ca.issuer, { profile, algorithm, hash });
        certificates.push(file(`${hash}-${caAlgorithm}-${profile}-${algorithm}.pem`, pem(certificate)));
      }
    }
  }
  const caFile = file(`${hash}-cas.pem`, cas.join(''));
  const selfSigned = cas.map((ca, index) => file(`${hash}-ca-${index}.pem`, ca));
  const { status, stdout, stderr } = verify(caFile, certificates);
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(certificates.map(path => `${path}: OK`));
  expect(status).toBe(0);
  // A CA is no TLS client, so it is verified without a purpose.
  const ofCas = openssl(['verify', '-x509_strict', '-check_ss_sig', '-attime', seconds(NOW), '-CAfile', caFile, ...selfSigned]);
  expect(ofCas.stdout.trim().split('\n')).toEqual(selfSigned.map(path => `${path}: OK`));
});

describe('openssl x509 -text', () => {
  const USAGES: { readonly [N in ProfileName]: (family: string) => string } = {
    ca: () => 'X509v3 Basic Constraints: critical CA:TRUE, pathlen:2 X509v3 Key Usage: critical Certificate Sign, CRL Sign',
    verification: () => 'X509v3 Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature',
    device: () => 'X509v3 Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature '
      + 'X509v3 Extended Key Usage: TLS Web Client Authentication',
    devid: () => 'X509v3 Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature',
    server: family => 'X509v3 Basic Constraints: critical CA:FALSE '
      + `X509v3 Key Usage: critical Digital Signature${family === 'RSA' ? ', Key Encipherment' : ''} `
      + 'X509v3 Extended Key Usage: TLS Web Server Authentication',
    ocspResponder: () => 'X509v3 Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature '
      + 'X509v3 Extended Key Usage: OCSP Signing OCSP No Check:',
  };
  const SIGNATURES: { readonly [F in KeyFamily]: { readonly [H in HashAlgorithmName]: string } } = {
    RSA: { 'SHA-256': 'sha256WithRSAEncryption', 'SHA-384': 'sha384WithRSAEncryption', 'SHA-512': 'sha512WithRSAEncryption' },
    EC: { 'SHA-256': 'ecdsa-with-SHA256', 'SHA-384': 'ecdsa-with-SHA384', 'SHA-512': 'ecdsa-with-SHA512' },
    ED25519: { 'SHA-256': 'ED25519', 'SHA-384': 'ED25519', 'SHA-512': 'ED25519' },
  };
  const KEYS: { readonly [A in KeyAlgorithmName]: string } = {
    RSA_2048: 'rsaEncryption Public-Key: (2048 bit)',
    RSA_3072: 'rsaEncryption Public-Key: (3072 bit)',
    RSA_4096: 'rsaEncryption Public-Key: (4096 bit)',
    EC_P256: 'id-ecPublicKey Public-Key: (256 bit)',
    EC_P384: 'id-ecPublicKey Public-Key: (384 bit)',
    EC_P521: 'id-ecPublicKey Public-Key: (521 bit)',
    ED25519: 'ED25519 ED25519 Public-Key:',
  };

  test.each(KEY_ALGORITHM_NAMES)('says the purpose of each profile, by %s', async algorithm => {
    for (const [index, profile] of (Object.keys(USAGES) as ProfileName[]).entries()) {
      const hash = HASH_ALGORITHM_NAMES[index % HASH_ALGORITHM_NAMES.length];
      const ca = await testCa({ algorithm, hash, pathLength: 2 });
      const certificate = profile === 'ca' ? ca.certificate : await testCertificate(ca.issuer, { profile, algorithm, hash });
      const text = opensslOutput(['x509', '-noout', '-text'], pem(certificate)).replace(/\s+/g, ' ');
      const { family } = KEY_ALGORITHMS[algorithm];
      const parsed = parseCertificate(certificate);
      const colons = (octets: Buffer) => octets.toString('hex').toUpperCase().replace(/..(?!$)/g, '$&:');
      expect(text).toContain('Version: 3 (0x2)');
      expect(text.split(`Signature Algorithm: ${SIGNATURES[family][hash]}`)).toHaveLength(3); // inside and outside
      expect(text).toContain(`Public Key Algorithm: ${KEYS[algorithm]}`);
      expect(text).toContain(`X509v3 extensions: ${USAGES[profile](family)} `
        + `X509v3 Subject Key Identifier: ${colons(parsed.keyIdentifier)} X509v3 Authority Key Identifier: ${colons(ca.issuer.keyIdentifier)} Signature`);
    }
  });
});

describe('a device certificate', () => {
  test('verifies from its first second to its end, and not outside', async () => {
    const ca = await testCa();
    const certificate = await testCertificate(ca.issuer);
    const [caFile, path] = [file('period-ca.pem', pem(ca.certificate)), file('period.pem', pem(certificate))];
    const { notBefore, notAfter } = parseCertificate(certificate).validity;
    const at = (date: Date, offset: number) => verify(caFile, [path], new Date(date.getTime() + 1000 * offset));
    // Before its CA begins, too: both were made in the same second.
    expect(at(notBefore, -1).stderr).toContain('certificate is not yet valid');
    expect(at(notBefore, 0).status).toBe(0);
    expect(at(notAfter, -1).status).toBe(0); // OpenSSL counts the last second out, RFC 5280, section 4.1.2.5, in
    expect(at(notAfter, 1).stderr).toContain('certificate has expired');
  });

  test.each([
    ['2049-12-31T23:59:59Z', 'Dec 31 23:59:59 2049 GMT'],
    ['2050-01-01T00:00:00Z', 'Jan  1 00:00:00 2050 GMT'],
    ['2048-02-29T12:00:00Z', 'Feb 29 12:00:00 2048 GMT'],
    ['9999-12-31T23:59:59Z', 'Dec 31 23:59:59 9999 GMT'],
  ])('can end on %s', async (notAfter, said) => {
    const ca = await testCa({ validity: { notBefore: NOW, notAfter: new Date('9999-12-31T23:59:59Z') } });
    const certificate = await testCertificate(ca.issuer, { validity: { notBefore: NOW, notAfter: new Date(notAfter) } });
    expect(opensslOutput(['x509', '-noout', '-enddate'], pem(certificate)).trim()).toBe(`notAfter=${said}`);
    expect(verify(file('end-ca.pem', pem(ca.certificate)), [file('end.pem', pem(certificate))]).status).toBe(0);
  });

  test('can\'t be used as a CA', async () => {
    const ca = await testCa();
    const device = await testCertificate(ca.issuer, { subject: { commonName: 'a device' } });
    const { subject, keyIdentifier } = parseCertificate(device);
    const below = await testCertificate({ name: subject, keyIdentifier, signer: signerOf(DEVICE_KEYS.EC_P256) },
      { algorithm: 'EC_P384', validity: parseCertificate(device).validity });
    const { status, stderr } = openssl([...STRICT, '-attime', seconds(NOW), '-CAfile', file('root.pem', pem(ca.certificate)),
      '-untrusted', file('device.pem', pem(device)), file('below.pem', pem(below))]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('invalid CA certificate');
  });

  test('verifies below a CA that OpenSSL made, with mixed string types and a key identifier of its own', async () => {
    const config = file('ca.cnf', `
      [req]
      distinguished_name = name
      x509_extensions = extensions
      prompt = no
      string_mask = MASK:0x2804
      utf8 = yes
      [name]
      C = CN
      0.O = Acmé
      1.OU = Sensors
      +CN = Acme Root
      [extensions]
      basicConstraints = critical, CA:TRUE
      keyUsage = critical, keyCertSign, cRLSign
      subjectKeyIdentifier = 0102030405060708
    `.replace(/^ +/gm, ''));
    const key = file('ca-key.pem', DEVICE_KEYS.RSA_2048);
    const caPem = opensslOutput(['req', '-x509', '-new', '-config', config, '-key', key, '-days', '3650', '-sha256']);
    const ca = parseCertificate(Buffer.from(caPem.split('\n').slice(1, -2).join(''), 'base64'));
    const certificate = await testCertificate(
      { name: ca.subject, keyIdentifier: ca.keyIdentifier, signer: signerOf(DEVICE_KEYS.RSA_2048), validity: ca.validity },
      { validity: ca.validity });
    const parsed = parseCertificate(certificate);
    expect(parsed.issuer).toEqual(ca.subject);
    expect(parsed.authorityKeyIdentifier).toEqual(Buffer.from('0102030405060708', 'hex'));
    const { stderr, status } = verify(file('foreign-ca.pem', caPem), [file('below-foreign.pem', pem(certificate))], ca.validity.notBefore);
    expect([status, stderr]).toEqual([0, '']);
  });
});

test('OpenSSL shows every attribute as it was declared, one on a line', async () => {
  const subject = {
    country: 'CN',
    stateOrProvince: 'Zhejiang',
    locality: '杭州',
    organization: 'a, CN=admin',
    organizationalUnit: 'x+CN=admin',
    distinguishedNameQualifier: 'q/CN=admin',
    serialNumber: 'A=1',
    commonName: '/CN=admin "quoted" <é> #\\;',
  };
  const ca = await testCa();
  const certificate = await testCertificate(ca.issuer, { subject });
  const shown = opensslOutput(['x509', '-noout', '-subject', '-nameopt', 'sep_multiline,utf8'], pem(certificate));
  expect(shown.trim().split('\n').slice(1).map(line => line.trim())).toEqual([
    'C=CN', 'ST=Zhejiang', 'L=杭州', 'O=a, CN=admin', 'OU=x+CN=admin', 'dnQualifier=q/CN=admin', 'serialNumber=A=1', `CN=${subject.commonName}`,
  ]);
  expect(parseCertificate(certificate).subject).toEqual(encodeName(subject));
});
