import { createHash, createPublicKey, ECDH, generateKeyPairSync, verify } from 'node:crypto';
import { ecSpki, ed25519Spki, fixture, fromPem, makeRequest, MODULI, NULL_DER, rsaSpki, SPKI_DER, wrap } from './requests';
import { KEY_ALGORITHM_NAMES } from '../../../src/contract/key-algorithms';
import { readCertificationRequest } from '../../../src/pki/certification-request';
import { bitString, element, integer, objectIdentifier, octetString, sequence } from '../../../src/pki/der';
import { assertStrongPublicKey } from '../../../src/pki/key-strength';
import { toPem } from '../../../src/pki/pem';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { openssl } from '../../support/openssl';
import { CA_KEYS, DEVICE_KEYS } from '../fixtures';

const spkiOf = (pem: string): Buffer => createPublicKey(pem).export(SPKI_DER);
const jwkOf = (pem: string) => createPublicKey(pem).export({ format: 'jwk' });
const base64 = (text: string | undefined): Buffer => Buffer.from(text!, 'base64url');
const bits = (length: number, last = 1): bigint => 2n ** BigInt(length) - BigInt(last);

/** What OpenSSL says of a request's signature. */
function opensslVerdict(der: Buffer): string {
  return openssl(['req', '-verify', '-noout'], toPem('CERTIFICATE REQUEST', der)).stderr;
}

describe('a proof of possession that anybody can write down', () => {
  const modulus = base64(jwkOf(DEVICE_KEYS.RSA_2048).n);

  /** The padded digest of RFC 8017, section 9.2: by the public exponent 1, it is its own signature. */
  function padded(data: Buffer): Buffer {
    const digest = sequence(sequence(objectIdentifier('2.16.840.1.101.3.4.2.1'), NULL_DER), octetString(createHash('sha256').update(data).digest()));
    return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(modulus.length - digest.length - 3, 0xff), Buffer.of(0), digest]);
  }

  test('is accepted by OpenSSL for the public exponent 1, and refused here before the signature is checked', () => {
    const der = makeRequest({ privateKey: DEVICE_KEYS.RSA_2048, publicKey: rsaSpki(modulus, 1), signature: padded });
    expect(opensslVerdict(der)).toContain('verify OK');
    expect(() => readCertificationRequest(der)).toThrow('got an RSA key with the public exponent 1; make a new key pair');
  });

  /** The points of small order (order 1, 2, 4, 8), by the y that they have; each with both signs, and one that is not canonical. */
  const SMALL_ORDER = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  ];

  /** S = 1, so that S B is the base point, whatever is signed. */
  const forged = Buffer.from(`58${'66'.repeat(31)}01${'00'.repeat(31)}`, 'hex');

  test('is accepted by OpenSSL for a point of Ed25519 of small order, and refused here', () => {
    const der = makeRequest({ privateKey: DEVICE_KEYS.ED25519, publicKey: ed25519Spki(Buffer.from(SMALL_ORDER[0], 'hex')), signature: () => forged });
    expect(opensslVerdict(der)).toContain('verify OK');
    expect(() => readCertificationRequest(der)).toThrow('got an Ed25519 key of small order, with which anyone can sign; make a new key pair');
  });

  test.each(SMALL_ORDER)('is possible for the point %s, which is refused here', point => {
    const publicKey = ed25519Spki(Buffer.from(point, 'hex'));
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    // Of eight messages or fewer, one has a digest by which the point falls out of the equation.
    const taken = Array.from({ length: 200 }, (_, index) => verify(undefined, Buffer.from(String(index)), key, forged)).filter(Boolean);
    expect(taken.length > 0).toBe(Number(process.versions.node.split('.')[0]) < 24); // from 24 on, Node.js refuses them too
    expect(() => assertStrongPublicKey(publicKey)).toThrow('publicKey must hold a public key that is RSA of 2048');
  });
});

describe('a strong key', () => {
  test.each(KEY_ALGORITHM_NAMES)('of %s is accepted', algorithm => {
    assertStrongPublicKey(spkiOf(CA_KEYS[algorithm]));
    assertStrongPublicKey(spkiOf(DEVICE_KEYS[algorithm]));
  });

  test('of Ed25519 is accepted each time, for a hundred keys', () => {
    for (let turn = 0; turn < 100; turn++) {
      assertStrongPublicKey(generateKeyPairSync('ed25519').publicKey.export(SPKI_DER));
    }
  });

  test.each(['not-found-far-2048', 'not-found-factor-757'])('of RSA is accepted if no quick search finds its weakness: %s', name => {
    assertStrongPublicKey(rsaSpki(Buffer.from(MODULI[name], 'hex')));
  });
});

const EVEN = 'whose modulus is even';
const CLOSE = 'whose prime factors are close to each other';
const ROCA = 'from a faulty generator (ROCA, CVE-2017-15361)';

describe('a key of RSA', () => {
  test.each([
    ['roca-2048', ROCA], ['roca-3072', ROCA], ['roca-4096', ROCA],
    ['close-next-2048', CLOSE], ['close-next-8192', CLOSE], ['close-50-rounds-2048', CLOSE], ['close-100-rounds-3072', CLOSE],
    ['close-200-rounds-4096', CLOSE], ['square-2048', CLOSE],
    ['factor-3', 'whose modulus is divisible by 3'], ['factor-751', 'whose modulus is divisible by 751'], ['even', EVEN],
  ])('is refused if it is weak: %s', (name, complaint) => {
    expect(() => assertStrongPublicKey(rsaSpki(Buffer.from(MODULI[name], 'hex')), 'certificateSigningRequest')).toThrow(
      new RegExp(`^certificateSigningRequest must hold .*, got an RSA key ${complaint.replace(/[()]/g, '\\$&')}.*; make a new key pair$`));
  });

  const good = base64(jwkOf(DEVICE_KEYS.RSA_2048).n);

  test.each<[string, Buffer, string]>([
    ['of 1024 bits', rsaSpki(bits(1024)), 'an RSA key of 1024 bits'],
    ['of 2040 bits', rsaSpki(bits(2040)), 'an RSA key of 2040 bits'],
    ['of 2047 bits', rsaSpki(bits(2047)), 'an RSA key of 2047 bits'],
    ['of 2049 bits', rsaSpki(bits(2049)), 'an RSA key of 2049 bits'],
    ['of 8200 bits', rsaSpki(bits(8200)), 'an RSA key of 8200 bits'],
    ['of 16384 bits', rsaSpki(bits(16_384)), 'an RSA key of 16384 bits'],
    ['of 0 bits', rsaSpki(0n), 'an RSA key of 0 bits'],
    ['with the public exponent 0', rsaSpki(good, 0), 'the public exponent 0;'],
    ['with the public exponent 3', rsaSpki(good, 3), 'the public exponent 3;'],
    ['with the public exponent 65536', rsaSpki(good, 65_536), 'the public exponent 65536;'],
    ['with the public exponent 65539', rsaSpki(good, 65_539), 'the public exponent 65539;'],
    ['with a public exponent of 256 bits', rsaSpki(good, Buffer.alloc(32, 0xff)), 'the public exponent of 256 bits;'],
    ['with a public exponent as long as the modulus', rsaSpki(good, good), 'the public exponent of 2048 bits;'],
    ['without parameters', rsaSpki(good, 65_537, []), 'bytes that are not such a key'],
    ['with other parameters', rsaSpki(good, 65_537, [octetString(Buffer.of(1))]), 'bytes that are not such a key'],
    ['with a negative modulus', sequence(sequence(objectIdentifier('1.2.840.113549.1.1.1'), NULL_DER),
      bitString(sequence(element(0x02, good), integer(65_537)))), 'bytes that are not such a key'],
    ['with a third number', sequence(sequence(objectIdentifier('1.2.840.113549.1.1.1'), NULL_DER),
      bitString(sequence(integer(good), integer(65_537), integer(1)))), 'bytes that are not such a key'],
    ['for RSA-PSS only', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey.export(SPKI_DER), 'a key of RSA-PSS'],
  ])('is refused (%s)', (_, spki, complaint) => expect(() => assertStrongPublicKey(spki)).toThrow(complaint));
});

describe('a key on a curve', () => {
  const { x, y } = jwkOf(DEVICE_KEYS.EC_P256);
  const point = Buffer.concat([Buffer.of(4), base64(x), base64(y)]);
  /** The root of the curve's b: the y where x is 0. */
  const rootOfB = Buffer.from('66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4', 'hex');
  const prime = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  /** With another y. */
  const moved = (from: Buffer): Buffer => Buffer.concat([from.subarray(0, -1), Buffer.of((from[from.length - 1] + 128) % 256)]);
  const pointOf = (pem: string): Buffer => Buffer.concat([Buffer.of(4), base64(jwkOf(pem).x), base64(jwkOf(pem).y)]);
  const compressed = ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'compressed') as Buffer;
  const hybrid = ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'hybrid') as Buffer;
  const curve = (oid: string): Buffer => objectIdentifier(oid);
  const generated = (namedCurve: string, paramEncoding?: 'explicit'): Buffer =>
    generateKeyPairSync('ec', { namedCurve, paramEncoding }).publicKey.export(SPKI_DER);

  test.each<[string, Buffer, string]>([
    ['beside P-256', ecSpki(moved(point)), 'a point that is not on its curve'],
    ['beside P-384', ecSpki(moved(pointOf(DEVICE_KEYS.EC_P384)), curve('1.3.132.0.34')), 'a point that is not on its curve'],
    ['beside P-521', ecSpki(moved(pointOf(DEVICE_KEYS.EC_P521)), curve('1.3.132.0.35')), 'a point that is not on its curve'],
    ['at 0, 0', ecSpki(Buffer.concat([Buffer.of(4), Buffer.alloc(64)])), 'a point that is not on its curve'],
    ['at coordinates beyond the prime', ecSpki(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 0xff)])), 'a point that is not on its curve'],
    ['at a coordinate that is the prime, for 0', ecSpki(Buffer.concat([Buffer.of(4), Buffer.from(prime.toString(16), 'hex'), rootOfB])),
      'a point that is not on its curve'],
    ['at infinity', ecSpki(Buffer.of(0)), 'an EC key whose point is the one at infinity'],
    ['by a compressed point', ecSpki(compressed), 'an EC key with a compressed point'],
    ['by a point in the hybrid form', ecSpki(hybrid), 'an EC key with a point in the hybrid form'],
    ['by no point', ecSpki(Buffer.alloc(0)), 'an EC key with a point of another length'],
    ['by a point that is cut off', ecSpki(point.subarray(0, -1)), 'an EC key with a point of another length'],
    ['by a point of P-384 on P-256', ecSpki(pointOf(DEVICE_KEYS.EC_P384)), 'an EC key with a point of another length'],
    ['by explicit parameters', generated('P-256', 'explicit'), 'an EC key whose curve is not named but described by parameters'],
    ['by parameters from elsewhere', ecSpki(point, NULL_DER), 'an EC key whose curve is not named but described by parameters'],
    ['secp256k1', generated('secp256k1'), 'an EC key on the curve secp256k1'],
    ['brainpoolP384r1', generated('brainpoolP384r1'), 'an EC key on the curve brainpoolP384r1'],
    ['SM2, by the identifier of EC', generated('SM2'), 'SM2'],
    ['P-192', generated('prime192v1'), 'an EC key on the curve P-192'],
    ['P-224', generated('secp224r1'), 'an EC key on the curve P-224'],
    ['of nobody', ecSpki(point, curve('1.2.3')), 'an EC key on the curve 1.2.3'],
  ])('is refused (%s)', (_, spki, complaint) => expect(() => assertStrongPublicKey(spki)).toThrow(complaint));

  test('is accepted at the coordinate 0 if the curve has a point there', () => {
    assertStrongPublicKey(ecSpki(Buffer.concat([Buffer.of(4), Buffer.alloc(32), rootOfB])));
  });
});

describe('a key', () => {
  const ed = base64(jwkOf(DEVICE_KEYS.ED25519).x);
  const offCurve = Buffer.concat([Buffer.of(2), Buffer.alloc(31)]);

  test.each<[string, Buffer, string]>([
    ['of Ed25519 that is not on the curve', ed25519Spki(offCurve), 'an Ed25519 key that is not on the curve'],
    ['of Ed25519 that is not canonical', ed25519Spki(Buffer.from(`ee${'ff'.repeat(30)}7f`, 'hex')), 'an Ed25519 key that is not encoded canonically'],
    ['of Ed25519 that is cut off', ed25519Spki(ed.subarray(1)), 'of another length'],
    ['of Ed25519 with parameters', sequence(sequence(objectIdentifier('1.3.101.112'), NULL_DER), bitString(ed)), 'an Ed25519 key with parameters'],
    ['of Ed448', generateKeyPairSync('ed448').publicKey.export(SPKI_DER), 'a key of Ed448'],
    ['of X25519', generateKeyPairSync('x25519').publicKey.export(SPKI_DER), 'a key of X25519'],
    ['of DSA', generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey.export(SPKI_DER), 'a key of DSA'],
    ['of an algorithm that nobody knows', sequence(sequence(objectIdentifier('1.2.3.4')), bitString(ed)), 'a key of 1.2.3.4'],
    ['with an octet after the end', Buffer.concat([ed25519Spki(ed), Buffer.of(0)]), '45 bytes that are not such a key'],
    ['that is nothing', Buffer.alloc(0), '0 bytes that are not such a key'],
    ['that is a certification request', fromPem(fixture('openssl-p256.pem')), 'bytes that are not such a key'],
  ])('is refused (%s)', (_, spki, complaint) => {
    expect(() => assertStrongPublicKey(spki)).toThrow(complaint);
    expect(() => readCertificationRequest(makeRequest({ publicKey: spki }))).toThrow(/^certificateSigningRequest must /);
  });

  test('is refused even if its signature is right', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 1024, publicKeyEncoding: SPKI_DER, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const der = makeRequest({ privateKey, publicKey });
    expect(opensslVerdict(der)).toContain('verify OK');
    expect(() => readCertificationRequest(der)).toThrow('got an RSA key of 1024 bits');
    expect(() => readCertificationRequest(wrap(sequence(), { algorithm: signatureAlgorithm('EC', 'SHA-256') }))).toThrow('must have tag 0x02');
  });
});
