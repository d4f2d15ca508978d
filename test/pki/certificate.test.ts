import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { CA_SUBJECT, DEVICE_SUBJECT, testCa, TestCa, testCertificate } from './fixtures';
import { certificateAttributes, parseCertificate, verifyCertificate } from '../../src/pki/certificate';
import { contextTag, element, explicit, integer, objectIdentifier, octetString, sequence, Tag, TRUE } from '../../src/pki/der';
import { DerReader } from '../../src/pki/der-reader';
import { encodeName } from '../../src/pki/name';

let ca: TestCa;
let device: Buffer;

beforeAll(async () => {
  ca = await testCa({ pathLength: 3 });
  device = await testCertificate(ca.issuer);
});

/** The octets with one run of them replaced by another of the same length, so that all lengths stay right. */
function replaced(der: Buffer, from: string, to: string): Buffer {
  const hex = der.toString('hex');
  expect(hex).toContain(from);
  expect(to).toHaveLength(from.length);
  return Buffer.from(hex.replaceAll(from, to), 'hex');
}

function replacedOnce(der: Buffer, from: string, to: string): Buffer {
  return Buffer.from(der.toString('hex').replace(from, to), 'hex');
}

/** The certificate with other elements in the place of its extensions; its signature is then worth nothing. */
function withExtensions(...extensions: Buffer[]): Buffer {
  const certificate = new DerReader(device).sequence();
  const tbs = certificate.sequence();
  const fields = [tbs.element(contextTag(0, true)), tbs.element(Tag.INTEGER), ...Array.from({ length: 5 }, () => tbs.element(Tag.SEQUENCE))];
  return sequence(sequence(...fields, explicit(3, sequence(...extensions))), certificate.element(Tag.SEQUENCE), certificate.element(Tag.BIT_STRING));
}

const extension = (oid: string, ...rest: Buffer[]) => sequence(objectIdentifier(oid), ...rest);
const SKI = extension('2.5.29.14', octetString(octetString(Buffer.of(1, 2))));

describe('a parsed certificate', () => {
  test('of a CA has everything that issuing needs', () => {
    const parsed = parseCertificate(ca.certificate);
    expect(parsed.subject).toEqual(encodeName(CA_SUBJECT));
    expect(parsed.issuer).toEqual(parsed.subject);
    const { validity, signer: { publicKey } } = ca.issuer;
    expect(parsed).toMatchObject({ der: ca.certificate, ca: true, pathLength: 3, validity, publicKey });
    expect(parsed.subjectKeyIdentifier).toEqual(ca.issuer.keyIdentifier);
    expect(parsed.authorityKeyIdentifier).toEqual(ca.issuer.keyIdentifier);
  });

  test('of a device names its CA', () => {
    const parsed = parseCertificate(device);
    expect(parsed.issuer).toEqual(encodeName(CA_SUBJECT));
    expect(parsed.subject).toEqual(encodeName(DEVICE_SUBJECT));
    expect(parsed.ca).toBe(false);
    expect(parsed.pathLength).toBeUndefined();
    expect(parsed.authorityKeyIdentifier).toEqual(ca.issuer.keyIdentifier);
  });

  test('is one of a CA only if that may sign certificates', () => {
    const constraints = extension('2.5.29.19', TRUE, octetString(sequence(TRUE)));
    const keyUsage = (bits: string) => extension('2.5.29.15', TRUE, octetString(Buffer.from(bits, 'hex')));
    expect(parseCertificate(withExtensions(constraints, keyUsage('03020106'), SKI)).ca).toBe(true);
    expect(parseCertificate(withExtensions(constraints, keyUsage('03020102'), SKI)).ca).toBe(false);
    expect(parseCertificate(withExtensions(constraints, SKI)).ca).toBe(true); // RFC 5280, section 6.1.4 (n)
    expect(parseCertificate(withExtensions(keyUsage('03020106'), SKI)).ca).toBe(false);
  });

  test('can have unknown extensions that are not critical, and need not name its issuer\'s key', () => {
    const parsed = parseCertificate(withExtensions(SKI, extension('1.2.3.4', octetString(Buffer.of(5)))));
    expect(parsed.subjectKeyIdentifier).toEqual(Buffer.of(1, 2));
    expect(parsed.authorityKeyIdentifier).toBeUndefined();
  });

  test('names its key by the SHA-1 if there is no subject key identifier', () => {
    const { subjectKeyIdentifier, keyIdentifier } = parseCertificate(withExtensions(extension('2.5.29.19', octetString(sequence()))));
    expect(subjectKeyIdentifier).toBeUndefined();
    expect(keyIdentifier).toEqual(parseCertificate(device).subjectKeyIdentifier); // method 1 of RFC 5280, section 4.2.1.2, is ours
  });

  test.each([
    ['an extension twice', () => withExtensions(SKI, SKI), 'has the extension subjectKeyIdentifier (2.5.29.14) twice'],
    ['octets after an extension\'s value', () => withExtensions(extension('2.5.29.14', octetString(Buffer.from('0401010500', 'hex')))), 'DER must end'],
    ['version 1', () => replaced(device, 'a003020102', 'a003020100'), 'must have version 3'],
    ['two signature algorithms', () => replacedOnce(device, '2a8648ce3d040302', '2a8648ce3d040303'), 'must name the same signature algorithm in both places'],
    ['a negative serial number', () => replaced(device, '02144b', '02148b'), 'numbers that are not negative'],
    ['a day that there is not', () => replaced(device, '170d323730333031', '170d323730323330'), 'must have times in the form of RFC 5280'],
    ['a time in another zone', () => replaced(device, '313230303030' + '5a', '313230303030' + '2b'), 'must have times in the form of RFC 5280'],
    ['an octet after its end', () => Buffer.concat([device, Buffer.of(0)]), 'DER must end'],
    ['nothing in it', () => Buffer.alloc(0), 'got the end'],
  ])('is refused for %s', (_, der, message) => expect(() => parseCertificate(der())).toThrow(message));

  test('is refused with unique identifiers or with booleans in another form, and the message names them', () => {
    const certificate = new DerReader(device).sequence();
    const tbs = certificate.sequence();
    const fields = [tbs.element(contextTag(0, true)), tbs.element(Tag.INTEGER), ...Array.from({ length: 5 }, () => tbs.element(Tag.SEQUENCE))];
    const identified = sequence(
      sequence(...fields, element(contextTag(1, false), Buffer.of(0, 1)), tbs.element(contextTag(3, true))),
      certificate.element(Tag.SEQUENCE), certificate.element(Tag.BIT_STRING));
    expect(() => parseCertificate(identified)).toThrow('the certificate must have no unique identifiers of its issuer and subject');
    const odd = withExtensions(SKI, extension('1.2.3.4', element(Tag.BOOLEAN, Buffer.of(1)), octetString(Buffer.of(5))));
    expect(() => parseCertificate(odd)).toThrow('the certificate must be DER: critical of the extension 1.2.3.4 must be left out where it is FALSE');
    const negative = withExtensions(SKI, extension('2.5.29.19', octetString(sequence(TRUE, element(Tag.INTEGER, Buffer.of(0xff))))));
    expect(() => parseCertificate(negative)).toThrow('pathLenConstraint must not be negative');
  });

  test('names its unknown critical extensions, so that no CA with one is used', () => {
    expect(parseCertificate(withExtensions(SKI, extension('1.2.3.4', TRUE, octetString(Buffer.of(5))))).unknownCritical).toEqual(['1.2.3.4']);
    expect(parseCertificate(withExtensions(SKI, extension('2.5.29.32', TRUE, octetString(sequence())))).unknownCritical).toEqual([]);
    expect(parseCertificate(device).unknownCritical).toEqual([]);
  });

  test.each(['20260301110000Z', '19490301110000Z', '00000101000000Z'])('is refused with GeneralizedTime before 2050, %s', notBefore => {
    const certificate = new DerReader(device).sequence();
    const tbs = certificate.sequence();
    const before = [tbs.element(contextTag(0, true)), tbs.element(Tag.INTEGER), tbs.element(Tag.SEQUENCE), tbs.element(Tag.SEQUENCE)];
    tbs.sequence();
    const generalized = (text: string) => element(Tag.GENERALIZED_TIME, Buffer.from(text));
    const der = sequence(
      sequence(...before, sequence(generalized(notBefore), generalized('20500301110000Z')), tbs.element(Tag.SEQUENCE), tbs.element(Tag.SEQUENCE), tbs.element(contextTag(3, true))),
      certificate.element(Tag.SEQUENCE), certificate.element(Tag.BIT_STRING));
    expect(() => parseCertificate(der)).toThrow(`must have times in the form of RFC 5280, section 4.1.2.5, got "${notBefore}"`);
  });

  test('is never read from a part of it', () => {
    for (let length = 0; length < device.length; length++) {
      expect(() => parseCertificate(device.subarray(0, length))).toThrow(/^DER /);
    }
  });
});

describe('a certificate that was tampered with', () => {
  test('is refused, whichever bit was changed', () => {
    for (let bit = 0; bit < 8 * device.length; bit++) {
      const changed = Buffer.from(device);
      const octet = Math.floor(bit / 8);
      const weight = 2 ** (bit % 8);
      changed[octet] += Math.floor(changed[octet] / weight) % 2 === 0 ? weight : -weight;
      expect(() => verifyCertificate(parseCertificate(changed), ca.issuer.signer.publicKey)).toThrow();
    }
  });
});

describe('the verification of a certificate', () => {
  test('succeeds if its issuer signed it, and if a CA signed itself', () => {
    verifyCertificate(parseCertificate(device), ca.issuer.signer.publicKey);
    verifyCertificate(parseCertificate(ca.certificate), ca.issuer.signer.publicKey);
  });

  test.each([
    ['nothing', () => Buffer.alloc(0)],
    ['noise of the right length', () => randomBytes(256)],
    ['text', () => Buffer.from('💥')],
  ])('fails if the signer answers %s', async (_, signature) => {
    for (const algorithm of ['RSA_2048', 'EC_P256'] as const) {
      const { issuer } = await testCa({ algorithm });
      const certificate = parseCertificate(await testCertificate({ ...issuer, signer: { publicKey: issuer.signer.publicKey, sign: signature } }));
      expect(() => verifyCertificate(certificate, issuer.signer.publicKey)).toThrow(
        `the signature of the certificate ${certificate.serialNumber} does not verify with the issuer's public key`);
    }
  });

  test('fails if the signer has another key or family of keys, or signs over another digest', async () => {
    const rsa = (await testCa({ algorithm: 'RSA_2048' })).issuer.signer;
    const p384 = (await testCa({ algorithm: 'EC_P384' })).issuer.signer;
    const own = ca.issuer.signer;
    for (const sign of [rsa.sign, p384.sign, (data: Buffer) => own.sign(data, 'SHA-512')]) {
      const certificate = parseCertificate(await testCertificate({ ...ca.issuer, signer: { publicKey: own.publicKey, sign } }));
      expect(() => verifyCertificate(certificate, own.publicKey)).toThrow('does not verify');
    }
    for (const { publicKey } of [rsa, p384]) {
      expect(() => verifyCertificate(parseCertificate(device), publicKey)).toThrow('does not verify');
    }
  });

  test('fails if the two parsers read something different, and the message says what they read', () => {
    const parsed = parseCertificate(device);
    const { publicKey } = ca.issuer.signer;
    const other = { ...parsed, serialNumber: '01', ca: true, publicKey, validity: { ...parsed.validity, notAfter: new Date(0) } };
    expect(() => verifyCertificate(other, publicKey)).toThrow('is read differently by OpenSSL: serial number, public key, validity, CA flag');
    expect(() => verifyCertificate({ ...parsed, der: Buffer.concat([device, Buffer.of(0)]) }, publicKey)).toThrow('is read differently by OpenSSL: octets');
  });

  test('fails with a reason if OpenSSL can\'t read the certificate or its key', () => {
    const parsed = parseCertificate(device);
    const { publicKey } = ca.issuer.signer;
    expect(() => verifyCertificate({ ...parsed, der: Buffer.from('3000', 'hex') }, publicKey)).toThrow(/^the certificate [0-9A-F]{40} can't be read by OpenSSL/);
    const key = parsed.publicKey.toString('hex');
    const offCurve = parseCertificate(replaced(device, key, `${key.slice(0, -2)}ff`));
    expect(() => verifyCertificate(offCurve, publicKey)).toThrow(/^the certificate [0-9A-F]{40} can't be read by OpenSSL/);
  });
});

test('the attributes of a certificate are those that OpenSSL computes', () => {
  const node = new X509Certificate(device);
  const plain = (fingerprint: string) => fingerprint.replace(/:/g, '').toLowerCase();
  expect(certificateAttributes(device)).toEqual({
    CertificatePem: node.toString(),
    SerialNumber: node.serialNumber,
    NotBefore: '2026-03-01T11:00:00Z',
    NotAfter: '2027-03-01T12:00:00Z',
    Sha256Fingerprint: plain(node.fingerprint256),
    Sha1Fingerprint: plain(node.fingerprint),
    SubjectKeyIdentifier: createHash('sha1').update(parseCertificate(device).publicKey.subarray(-65)).digest('hex'),
  });
});

test('a small number in basicConstraints is the path length', () => {
  const keyUsage = extension('2.5.29.15', TRUE, octetString(Buffer.from('03020106', 'hex')));
  for (const pathLength of [0, 1, 127, 128, 300]) {
    const constraints = extension('2.5.29.19', TRUE, octetString(sequence(TRUE, integer(pathLength))));
    expect(parseCertificate(withExtensions(constraints, keyUsage, SKI))).toMatchObject({ ca: true, pathLength });
  }
});
