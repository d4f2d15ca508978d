import { certId, extension, makeRequest, nonce, RequestParts, RICH } from './requests';
import { parseCertificate } from '../../../src/pki/certificate';
import { element, explicit, integer, NULL, objectIdentifier, octetString, sequence, Tag } from '../../../src/pki/der';
import { certIdsOf } from '../../../src/pki/ocsp/cert-id';
import { MAX_OCSP_CERTIFICATES, parseOcspRequest } from '../../../src/pki/ocsp/ocsp-request';
import { toPem } from '../../../src/pki/pem';
import { ocspRequests } from '../../support/ocsp-requests';
import { temporaryFiles } from '../../support/openssl';
import { CA_KEYS, CA_SUBJECT, testCa } from '../fixtures';

const request = ocspRequests();
const file = temporaryFiles();

const SERIAL_NUMBERS = ['4A1B2C3D4E5F60718293A4B5C6D7E8F900000001', '7F', '80', '00'.padEnd(4, '1')];

describe('a request that OpenSSL makes', () => {
  test.each(['sha1', 'sha256'] as const)('about several certificates, with %s, names the certificates of its CA', async digest => {
    const ca = await testCa({ algorithm: 'RSA_2048' });
    const others = await Promise.all([testCa({ algorithm: 'RSA_3072' }), testCa({ algorithm: 'RSA_2048', subject: { ...CA_SUBJECT, commonName: 'Other' } })]);
    const { certIds, nonce: absent } = parseOcspRequest(request(ca.certificate, SERIAL_NUMBERS, { digest }));
    expect(certIds.map(({ serialNumber }) => serialNumber)).toEqual(['4A1B2C3D4E5F60718293A4B5C6D7E8F900000001', '7F', '80', '11']);
    expect(certIds.map(certIdsOf(parseCertificate(ca.certificate)))).toEqual([true, true, true, true]);
    // One has the same name, the other the same key.
    expect(others.map(({ certificate }) => certIdsOf(parseCertificate(certificate))(certIds[0]))).toEqual([false, false]);
    expect(absent).toBeUndefined();
  });

  test.each(['sha384', 'sha512'] as const)('with %s names no certificate that is known here', async digest => {
    const { certificate } = await testCa();
    const { certIds } = parseOcspRequest(request(certificate, ['01'], { digest }));
    expect(certIdsOf(parseCertificate(certificate))(certIds[0])).toBe(false);
  });

  test('with a nonce has it', async () => {
    const der = request((await testCa()).certificate, ['01'], { nonce: true });
    const octets = parseOcspRequest(der).nonce!;
    expect(octets).toHaveLength(16);
    expect(der.subarray(-16)).toEqual(octets);
  });

  test('that is signed is read like one that is not, because the answer is the same for everyone', async () => {
    const { certificate } = await testCa();
    const signer = ['-signer', file('signer.pem', toPem('CERTIFICATE', certificate)), '-signkey', file('signer.key', CA_KEYS.EC_P256)];
    const signed = request(certificate, ['01'], { more: signer });
    const plain = request(certificate, ['01']);
    expect(signed.length).toBeGreaterThan(plain.length + 300);
    expect(parseOcspRequest(signed)).toEqual(parseOcspRequest(plain));
  });
});

describe('a request is read', () => {
  test.each<[string, RequestParts]>([
    ['with a nonce of one octet', { extensions: [nonce(1)] }],
    ['with a nonce of 128 octets', { extensions: [nonce(128)] }],
    ['with a critical nonce', { extensions: [extension('1.3.6.1.5.5.7.48.1.2', octetString(Buffer.of(1)), true)] }],
    ['with an extension that is not known', { extensions: [extension('1.2.3', NULL)] }],
    ['with a requestor name', { before: [explicit(1, element(0xa4, sequence()))] }],
    ['with a signature without certificates', { signature: [explicit(0, sequence(sequence(objectIdentifier('1.2.840.10045.4.3.2')), element(Tag.BIT_STRING, Buffer.of(0, 1))))] }],
    ['with a digest without parameters', { requests: [sequence(certId(integer(5), sequence(objectIdentifier('1.3.14.3.2.26'))))] }],
    ['about as many certificates as are allowed', { requests: Array(MAX_OCSP_CERTIFICATES).fill(sequence(certId())) }],
  ])('%s', (_, parts) => {
    expect(parseOcspRequest(makeRequest(parts)).certIds.length).toBeGreaterThan(0);
  });

  test('with the digest SHA-1, whether or not it has parameters', () => {
    const ids = [certId(), certId(integer(5), sequence(objectIdentifier('1.3.14.3.2.26')))].map(id => parseOcspRequest(makeRequest({ requests: [sequence(id)] })).certIds[0]);
    expect(ids.map(({ hash }) => hash)).toEqual(['sha1', 'sha1']);
  });

  test('of as many octets as are allowed', () => {
    const longest = makeRequest({ extensions: [extension('1.2.3', Buffer.alloc(16_384 - 92))] });
    expect(longest).toHaveLength(16_384);
    expect(parseOcspRequest(longest).certIds).toHaveLength(1);
  });

  test('with everything that it can have', () => {
    expect(parseOcspRequest(RICH)).toMatchObject({ certIds: [{ serialNumber: '05' }, { serialNumber: '4A'.repeat(20) }], nonce: Buffer.alloc(32, 7) });
  });
});

describe('a request is refused', () => {
  test.each<[string, Buffer, RegExp]>([
    ['that is empty', Buffer.alloc(0), /^DER must have tag 0x30/],
    ['that is text', Buffer.from('What about 05?'), /^DER must have tag 0x30/],
    ['of 10 MB', Buffer.alloc(10_000_000, 0x30), /^the OCSP request must have at most 16384 octets, got 10000000$/],
    ['with octets after its end', Buffer.concat([makeRequest(), Buffer.of(0)]), /^DER must end at offset/],
    ['with a length in too many octets', Buffer.concat([Buffer.of(0x30, 0x81), makeRequest().subarray(1)]), /fewest octets/],
    ['with a digest that is no algorithm', makeRequest({ requests: [sequence(certId(integer(5), sequence(NULL)))] }), /^DER must have tag 0x06/],
    ['about no certificate', makeRequest({ requests: [] }), /must be about 1 to 32 certificates, got 0$/],
    ['about too many certificates', makeRequest({ requests: Array(33).fill(sequence(certId())) }), /must be about 1 to 32 certificates, got 33$/],
    ['that writes its version down', makeRequest({ before: [explicit(0, integer(0))] }), /must have version 1, which DER leaves out$/],
    ['of another version', makeRequest({ before: [explicit(0, integer(1))] }), /must have version 1/],
    ['with a critical extension that is not known', makeRequest({ extensions: [extension('1.2.3', NULL, true)] }), /got "1\.2\.3"$/],
    ['with a critical extension for a certificate', makeRequest({ requests: [sequence(certId(), explicit(0, sequence(extension('1.2.3', NULL, true))))] }), /critical/],
    ['with an extension twice', makeRequest({ extensions: [nonce(8), nonce(8)] }), /has the extension id-pkix-ocsp-nonce .* twice$/],
    ['with an empty list of extensions', makeRequest({ after: [explicit(2, sequence())] }), /^DER must have tag 0x30/],
    ['with an empty nonce', makeRequest({ extensions: [nonce(0)] }), /a nonce must have 1 to 128 octets .*, got 0$/],
    ['with a nonce of 129 octets', makeRequest({ extensions: [nonce(129)] }), /a nonce must have 1 to 128 octets .*, got 129$/],
    ['with a nonce that is no OCTET STRING', makeRequest({ extensions: [extension('1.3.6.1.5.5.7.48.1.2', Buffer.alloc(16, 7))] }), /^DER must have tag 0x04/],
    ['with a negative serial number', makeRequest({ requests: [sequence(certId(element(Tag.INTEGER, Buffer.of(0x80))))] }), /not negative/],
    ['with another signature', makeRequest({ signature: [explicit(0, sequence(NULL))] }), /^DER must have tag 0x30/],
  ])('%s', (_, der, message) => {
    expect(() => parseOcspRequest(der)).toThrow(message);
  });
});
