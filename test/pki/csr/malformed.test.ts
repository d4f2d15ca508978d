import { createPublicKey, sign } from 'node:crypto';
import {
  attribute, attributes, CRITICAL, extension, extensionRequest, fixture, fromPem, makeRequest, NULL_DER, partsOf, RequestParts, setOf,
  SPKI_DER, SUBJECT, wrap,
} from './requests';
import { readCertificationRequest } from '../../../src/pki/certification-request';
import { element, integer, objectIdentifier, octetString, sequence, utf8String } from '../../../src/pki/der';
import { signerOf } from '../../../src/pki/signer';
import { openssl } from '../../support/openssl';
import { DEVICE_KEYS, testCa } from '../fixtures';

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');

const CHALLENGE = '1.2.840.113549.1.9.7';
const SAN = extension('2.5.29.17', hex('3003 8201 61'));
const AGAIN = extension('2.5.29.17', hex('3003 8201 62'));

/** Attributes in the order of DER. */
const sorted = (...parts: readonly Buffer[]): Buffer => attributes(...[...parts].sort(Buffer.compare));

test('a request that these tests put together is accepted, and so is one with every known extension', () => {
  expect(readCertificationRequest(makeRequest()).subject).toEqual(SUBJECT);
  const many = Array.from({ length: 500 }, (_, index) => extension(`1.3.6.1.4.1.99999.${index}`, NULL_DER, ...index % 2 ? [CRITICAL] : []));
  const { extensions } = readCertificationRequest(makeRequest({ attributes: attributes(extensionRequest(...many)) }));
  expect(extensions).toHaveLength(500);
  expect(extensions[499]).toEqual({ oid: '1.3.6.1.4.1.99999.499', critical: true, value: NULL_DER });
});

test.each(Object.keys(DEVICE_KEYS) as (keyof typeof DEVICE_KEYS)[])('a request by %s is accepted', algorithm => {
  const privateKey = DEVICE_KEYS[algorithm];
  expect(readCertificationRequest(makeRequest({ privateKey })).publicKey).toEqual(createPublicKey(privateKey).export(SPKI_DER));
});

/** What is signed by its key, and yet no request. */
const SIGNED: readonly (readonly [what: string, parts: RequestParts, message: string])[] = [
  ['the version 1', { version: integer(1) }, 'the version must be 0, got 0x01'],
  ['the version -1', { version: hex('0201ff') }, 'numbers that are not negative'],
  ['a version in two octets', { version: hex('02020000') }, 'the one form of each type'],
  ['an empty version', { version: hex('0200') }, 'the one form of each type'],
  ['no version', { version: Buffer.alloc(0) }, 'must have tag 0x02'],
  ['a version in a tag, as certificates have it', { version: hex('a003020100') }, 'must have tag 0x02'],
  ['a subject that is a set', { subject: element(0x31) }, 'must have tag 0x30'],
  ['a subject with an indefinite length', { subject: hex('30800000') }, 'definite length'],
  ['a subject with a string in parts', { subject: sequence(setOf(sequence(objectIdentifier('2.5.4.3'), hex('2c 05 0c03616263')))) }, 'strings in parts'],
  ['a set of a subject in the wrong order', {
    subject: sequence(element(0x31, sequence(objectIdentifier('2.5.4.10'), utf8String('b')), sequence(objectIdentifier('2.5.4.3'), utf8String('a')))),
  }, 'ascending order'],
  ['attributes in a set', { attributes: element(0x31) }, 'must have tag 0xa0'],
  ['attributes that are primitive', { attributes: element(0x80) }, 'must have tag 0xa0'],
  ['attributes twice', { attributes: Buffer.concat([attributes(), attributes()]) }, 'must end at offset'],
  ['attributes with a length in the long form', { attributes: hex('a08100') }, 'fewest octets'],
  ['attributes with an indefinite length', { attributes: hex('a0800000') }, 'definite length'],
  ['something after the attributes', { attributes: Buffer.concat([attributes(), NULL_DER]) }, 'must end at offset'],
  ['an attribute that is none', { attributes: attributes(NULL_DER) }, 'must have tag 0x30'],
  ['an attribute without a value', { attributes: attributes(attribute(CHALLENGE)) }, 'must occur only once and have a value'],
  ['an attribute without values', { attributes: attributes(sequence(objectIdentifier(CHALLENGE))) }, 'must have tag 0x31'],
  ['an attribute with more than values', {
    attributes: attributes(sequence(objectIdentifier(CHALLENGE), setOf(NULL_DER), NULL_DER)),
  }, 'must end at offset'],
  ['an attribute twice', { attributes: sorted(attribute(CHALLENGE, utf8String('a')), attribute(CHALLENGE, utf8String('b'))) }, 'must occur only once'],
  ['the same attribute twice', { attributes: attributes(attribute(CHALLENGE, NULL_DER), attribute(CHALLENGE, NULL_DER)) }, 'ascending order'],
  ['two requests for extensions', { attributes: sorted(extensionRequest(SAN), extensionRequest(AGAIN)) }, 'the attribute 1.2.840.113549.1.9.14 must occur only once'],
  ['attributes in the wrong order', {
    attributes: attributes(...[extensionRequest(SAN), attribute(CHALLENGE, utf8String('a'))].sort(Buffer.compare).reverse()),
  }, 'ascending order'],
  ['an attribute\'s values in the wrong order', { attributes: attributes(attribute(CHALLENGE, utf8String('b'), utf8String('a'))) }, 'ascending order'],
  ['two lists of extensions in one attribute', {
    attributes: attributes(attribute('1.2.840.113549.1.9.14', ...[sequence(SAN), sequence(extension('2.5.29.37', NULL_DER))].sort(Buffer.compare))),
  }, 'must end at offset'],
  ['an empty list of extensions', { attributes: attributes(extensionRequest()) }, 'must have tag 0x30'],
  ['an extension twice', { attributes: attributes(extensionRequest(SAN, AGAIN)) }, 'the extension 2.5.29.17 must occur only once'],
  ['an extension twice, far apart', {
    attributes: attributes(extensionRequest(SAN, extension('2.5.29.37', NULL_DER), SAN)),
  }, 'the extension 2.5.29.17 must occur only once'],
  ['an extension that is FALSE critical', { attributes: attributes(extensionRequest(extension('2.5.29.15', NULL_DER, hex('010100')))) }, 'leave out a boolean'],
  ['an extension that is critical as BER has it', {
    attributes: attributes(extensionRequest(extension('2.5.29.15', NULL_DER, hex('010101')))),
  }, 'the one form of each type'],
  ['an extension that is critical twice', {
    attributes: attributes(extensionRequest(extension('2.5.29.15', NULL_DER, CRITICAL, CRITICAL))),
  }, 'must have tag 0x04'],
  ['an extension without a value', { attributes: attributes(extensionRequest(sequence(objectIdentifier('2.5.29.15')))) }, 'must have tag 0x04'],
  ['an extension with two values', {
    attributes: attributes(extensionRequest(sequence(objectIdentifier('2.5.29.15'), octetString(NULL_DER), octetString(NULL_DER)))),
  }, 'must end at offset'],
  ['an extension whose value is in parts', {
    attributes: attributes(extensionRequest(sequence(objectIdentifier('2.5.29.15'), hex('24040402 0500')))),
  }, 'strings in parts'],
  ['an extension of an object identifier that is cut off', { attributes: attributes(extensionRequest(sequence(hex('0603551d8f'), octetString(NULL_DER)))) }, 'complete'],
  ['an extension of an empty object identifier', { attributes: attributes(extensionRequest(sequence(hex('0600'), octetString(NULL_DER)))) }, 'complete'],
  ['an extension of an object identifier with a leading zero', {
    attributes: attributes(extensionRequest(sequence(hex('0604551d800f'), octetString(NULL_DER)))),
  }, 'in the fewest octets'],
  ['an extension of an object identifier with an endless arc', {
    attributes: attributes(extensionRequest(sequence(element(0x06, hex(`55${'ff'.repeat(30)}01`)), octetString(NULL_DER)))),
  }, 'at most 128 bits'],
  ['an attribute with NULL that is not empty', { attributes: attributes(attribute(CHALLENGE, hex('050100'))) }, 'the one form of each type'],
  ['an attribute with unused bits that are set', { attributes: attributes(attribute(CHALLENGE, hex('03020181'))) }, 'the one form of each type'],
  ['an attribute with nine unused bits', { attributes: attributes(attribute(CHALLENGE, hex('03020900'))) }, 'the one form of each type'],
  ['an attribute with a negative number in more octets than it takes', { attributes: attributes(attribute(CHALLENGE, hex('0202ff80'))) }, 'the one form of each type'],
  ['an attribute with a time without seconds', {
    attributes: attributes(attribute(CHALLENGE, element(0x17, Buffer.from('2601010000Z')))),
  }, 'the one form of each type'],
  ['an attribute with a type that X.509 does not have', { attributes: attributes(attribute(CHALLENGE, hex('090103'))) }, 'no other types'],
  ['an attribute with a tag of two octets', { attributes: attributes(attribute(CHALLENGE, hex('bf2003020100'))) }, 'tag of one octet'],
  ['an attribute with the end of contents', { attributes: attributes(attribute(CHALLENGE, hex('0000'))) }, 'no other types'],
  ['an attribute of a hundred levels', {
    attributes: attributes(attribute(CHALLENGE, Array.from({ length: 100 }).reduce<Buffer>(inner => sequence(inner), NULL_DER))),
  }, 'more than 24 levels'],
  ['an attribute of thousands of levels', {
    attributes: attributes(attribute(CHALLENGE, Array.from({ length: 3000 }).reduce<Buffer>(inner => sequence(inner), NULL_DER))),
  }, 'more than 24 levels'],
];

describe('a request with a right signature', () => {
  test.each(SIGNED)('is refused for %s', (_, parts, message) => {
    const der = makeRequest(parts);
    expect(() => readCertificationRequest(der)).toThrow(message);
    expect(() => readCertificationRequest(der)).toThrow(/^certificateSigningRequest must be a certification request \(RFC 2986\) in strict DER: /);
  });
});

const VALID = makeRequest();
const [INFO, ALGORITHM, SIGNATURE] = partsOf(VALID);
const other = signerOf(DEVICE_KEYS.EC_P384);
const ecdsaSha1 = sequence(objectIdentifier('1.2.840.10045.4.1'));

/** What is wrong outside of what is signed. */
const AROUND: readonly (readonly [what: string, der: () => Buffer, message: string])[] = [
  ['nothing', () => Buffer.alloc(0), 'got nothing'],
  ['a sequence of nothing', () => sequence(), 'must have tag 0x30 at offset 2, got the end'],
  ['two octets', () => hex('3080'), 'definite length'],
  ['an octet after the end', () => Buffer.concat([VALID, Buffer.of(0)]), 'must end at offset'],
  ['the request twice', () => Buffer.concat([VALID, VALID]), 'must end at offset'],
  ['a request in a sequence', () => sequence(VALID), 'must have tag 0x30'],
  ['an indefinite length', () => Buffer.concat([hex('3080'), VALID.subarray(3), hex('0000')]), 'definite length'],
  ['a length in more octets than it takes', () => Buffer.concat([hex('308200'), VALID.subarray(2)]), 'fewest octets'],
  ['a length beyond the end', () => Buffer.concat([hex('30ffffffffff'), VALID.subarray(3)]), 'definite length'],
  ['a signature that is missing', () => sequence(INFO, ALGORITHM), 'must have tag 0x03'],
  ['a signature with unused bits', () => sequence(INFO, ALGORITHM, element(0x03, Buffer.of(1), SIGNATURE.subarray(3), Buffer.of(0))), 'BIT STRING of whole octets'],
  ['two signatures', () => sequence(INFO, ALGORITHM, SIGNATURE, SIGNATURE), 'must end at offset'],
  ['parts in another order', () => sequence(ALGORITHM, INFO, SIGNATURE), 'must have tag 0x06'],
  ['an empty signature', () => makeRequest({ signature: () => Buffer.alloc(0) }), 'its signature does not verify'],
  ['a signature of zeros', () => makeRequest({ signature: () => Buffer.alloc(71) }), 'its signature does not verify'],
  ['the signature r = s = 0 (CVE-2022-21449)', () => makeRequest({ signature: () => hex('3006020100020100') }), 'its signature does not verify'],
  ['a signature in the form of IEEE P1363', () => makeRequest({
    signature: info => sign('sha256', info, { key: DEVICE_KEYS.EC_P256, dsaEncoding: 'ieee-p1363' }),
  }), 'its signature does not verify'],
  ['a signature with an octet after the end', () => makeRequest({
    signature: info => Buffer.concat([sign('sha256', info, DEVICE_KEYS.EC_P256), Buffer.of(0)]),
  }), 'its signature does not verify'],
  ['a signature over something else', () => makeRequest({ signature: () => sign('sha256', Buffer.from('a'), DEVICE_KEYS.EC_P256) }), 'its signature does not verify'],
  ['another request\'s signature', () => wrap(partsOf(fromPem(fixture('openssl-p256.pem')))[0]), 'its signature does not verify'],
  ['another key\'s signature', () => makeRequest({ publicKey: other.publicKey }), 'its signature does not verify'],
  ['the key of somebody else', () => makeRequest({ publicKey: createPublicKey(DEVICE_KEYS.RSA_2048).export(SPKI_DER) }), 'its signature does not verify'],
  ['a digest that is not the one named', () => makeRequest({ digest: 'sha384' }), 'its signature does not verify'],
  ['a signature by SHA-1', () => makeRequest({ algorithm: ecdsaSha1, digest: 'sha1' }), 'got ECDSA with SHA-1'],
  ['a signature by SHA-1 that names SHA-256', () => makeRequest({ digest: 'sha1' }), 'its signature does not verify'],
  ['a signature by an algorithm of another key', () => makeRequest({
    privateKey: DEVICE_KEYS.RSA_2048, algorithm: sequence(objectIdentifier('1.2.840.10045.4.3.2')),
  }), 'its signature does not verify'],
  ['an algorithm with odd parameters', () => makeRequest({
    algorithm: sequence(objectIdentifier('1.2.840.10045.4.3.2'), octetString(Buffer.of(1))),
  }), 'got 1.2.840.10045.4.3.2 with the wrong parameters'],
  ['Ed25519 with parameters', () => makeRequest({
    privateKey: DEVICE_KEYS.ED25519, algorithm: sequence(objectIdentifier('1.3.101.112'), NULL_DER),
  }), 'got 1.3.101.112 with the wrong parameters'],
  ['an algorithm that nobody knows', () => makeRequest({ algorithm: sequence(objectIdentifier('1.2.3.4')) }), 'got 1.2.3.4; create the request again'],
  ['an algorithm that is none', () => makeRequest({ algorithm: sequence(NULL_DER) }), 'must have tag 0x06'],
  ['a public key in its place', () => other.publicKey, 'must have tag 0x30'],
];

describe('a request that is damaged around what is signed', () => {
  test.each(AROUND)('is refused (%s)', (_, derOf, message) => {
    const der = derOf();
    expect(() => readCertificationRequest(der)).toThrow(message);
    expect(() => readCertificationRequest(der)).toThrow(/^certificateSigningRequest must /);
  });

  test('is refused if it is a certificate', async () => {
    expect(() => readCertificationRequest(Buffer.from(VALID))).not.toThrow();
    const { certificate } = await testCa();
    expect(() => readCertificationRequest(certificate)).toThrow('must have tag 0x02');
  });
});

test.each([
  ['RSA without parameters', DEVICE_KEYS.RSA_2048, sequence(objectIdentifier('1.2.840.113549.1.1.11'))],
  ['ECDSA with NULL, as mbedTLS writes it', DEVICE_KEYS.EC_P256, sequence(objectIdentifier('1.2.840.10045.4.3.2'), NULL_DER)],
])('a signature by %s is accepted', (_, privateKey, algorithm) => {
  expect(readCertificationRequest(makeRequest({ privateKey, algorithm })).subject).toEqual(SUBJECT);
});

test('a request without the field for attributes is accepted, as OpenSSL accepts it', () => {
  const der = makeRequest({ attributes: Buffer.alloc(0) });
  expect(readCertificationRequest(der)).toMatchObject({ extensions: [], attributes: [] });
  expect(openssl(['req', '-inform', 'DER', '-verify', '-noout'], der)).toMatchObject({ status: 0 });
});
