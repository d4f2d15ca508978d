import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { REVOKED_AT, testResponder, testResponse, TIMES } from './fixtures';
import { certId, extension } from './requests';
import { REVOCATION_REASON_NAMES } from '../../../src/contract/revocation';
import { parseCertificate } from '../../../src/pki/certificate';
import { bitString, contextTag, element, explicit, generalizedTime, NULL, objectIdentifier, octetString, sequence, Tag } from '../../../src/pki/der';
import { ocspError, OcspResponder } from '../../../src/pki/ocsp/issue-ocsp-response';
import { parseOcspRequest } from '../../../src/pki/ocsp/ocsp-request';
import { isOcspResponse, parseOcspResponse } from '../../../src/pki/ocsp/ocsp-response';
import { CertStatus, OcspErrorName } from '../../../src/pki/ocsp/ocsp-status';
import { checkOcspResponse, responseAbout } from '../../../src/pki/ocsp/ocsp-verdict';
import { toPem } from '../../../src/pki/pem';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { signerOf } from '../../../src/pki/signer';
import { ocspRequests } from '../../support/ocsp-requests';
import { openssl, opensslOutput, temporaryFiles } from '../../support/openssl';
import { derOf, OpensslCas } from '../../support/openssl-ca';
import { CA_KEYS, CA_SUBJECT, DEVICE_KEYS, NOW, testCa, TestCa, testCertificate } from '../fixtures';

const requestAbout = ocspRequests();
const file = temporaryFiles();
const cas = new OpensslCas();

const SERIAL_NUMBER = '4A1B2C3D4E5F60718293A4B5C6D7E8F900000001';
/** The first elements of a response, as DER. */
const SUCCESSFUL = element(Tag.ENUMERATED, Buffer.of(0));
const BASIC = objectIdentifier('1.3.6.1.5.5.7.48.1.1');

const GOOD: CertStatus = { state: 'good' };

async function responseWith(status: CertStatus, ca: TestCa): Promise<Buffer> {
  return testResponse(requestAbout(ca.certificate, [SERIAL_NUMBER]), [status], await testResponder(ca));
}

test('a response has the bytes it always had', async () => {
  const ca = await testCa({ algorithm: 'RSA_2048' });
  const statuses: CertStatus[] = [GOOD, { state: 'revoked', revokedAt: REVOKED_AT, reason: 'superseded' }, { state: 'unknown' }];
  const request = requestAbout(ca.certificate, ['01', '02', '03'], { digest: 'sha256' });
  const response = await testResponse(request, statuses, await testResponder(ca, { algorithm: 'RSA_2048' }), { nonce: Buffer.alloc(32, 7) });
  expect(createHash('sha256').update(response).digest('hex')).toBe('8723c407b0502e5f2f31e712198ebcefc758b486f31665e732731eb1bf7491d2');
});

test.each([...REVOCATION_REASON_NAMES, undefined])('a response can say that a certificate is revoked with the reason %s', async reason => {
  const ca = await testCa();
  const response = parseOcspResponse(await responseWith({ state: 'revoked', revokedAt: REVOKED_AT, reason }, ca));
  expect(responseAbout(response, SERIAL_NUMBER, parseCertificate(ca.certificate))!.status)
    .toEqual({ state: 'revoked', revokedAt: REVOKED_AT, reason: reason === 'unspecified' ? undefined : reason });
});

test('a response is about the certificates that it names, and no other', async () => {
  const ca = await testCa();
  const facts = parseCertificate(ca.certificate);
  const other = parseCertificate((await testCa({ algorithm: 'EC_P384' })).certificate);
  const response = parseOcspResponse(await responseWith(GOOD, ca));
  expect(responseAbout(response, SERIAL_NUMBER, facts)).toMatchObject({ status: GOOD, thisUpdate: TIMES.thisUpdate, nextUpdate: TIMES.nextUpdate });
  expect(responseAbout(response, '02', facts)).toBeUndefined();
  expect(responseAbout(response, SERIAL_NUMBER, other)).toBeUndefined();
  expect(responseAbout(parseOcspResponse(ocspError('tryLater')), SERIAL_NUMBER, facts)).toBeUndefined();
});

/** A response of a CA itself in parts, with what this library does not write. */
async function handmade(
  { issuer }: TestCa, { responses = [], extensions = [], algorithm = signatureAlgorithm('EC', 'SHA-256') }: { responses?: Buffer[]; extensions?: Buffer[]; algorithm?: Buffer },
): Promise<Buffer> {
  const list = extensions.length > 0 ? [explicit(1, sequence(...extensions))] : [];
  const tbs = sequence(explicit(1, issuer.name), generalizedTime(NOW), sequence(...responses), ...list);
  const basic = sequence(tbs, algorithm, bitString(await issuer.signer.sign(tbs, 'SHA-256')));
  return sequence(SUCCESSFUL, explicit(0, sequence(BASIC, octetString(basic))));
}

test('a response need have no certificates, and no time of the next one', async () => {
  const ca = await testCa();
  const good = sequence(certId(), element(contextTag(0, false)), generalizedTime(NOW));
  const response = parseOcspResponse(await handmade(ca, { responses: [good] }));
  expect(checkOcspResponse(response, parseCertificate(ca.certificate), NOW)).toBeUndefined();
  expect(response.basic).toMatchObject({ certificates: [], responses: [{ status: GOOD, thisUpdate: NOW, nextUpdate: undefined }] });
});

test('a response is told from other octets', async () => {
  expect([ocspError('tryLater'), await responseWith(GOOD, await testCa()), ocspError('tryLater').subarray(1), Buffer.from('response')].map(isOcspResponse))
    .toEqual([true, true, false, false]);
});

test('a response whose next update is not after this one is refused', async () => {
  const ca = await testCa();
  const request = requestAbout(ca.certificate, [SERIAL_NUMBER]);
  const response = testResponse(request, [GOOD], await testResponder(ca), { nextUpdate: TIMES.thisUpdate });
  await expect(response).rejects.toThrow(/nextUpdate of an OCSP response must be after/);
});

test.each<[OcspErrorName, string]>([
  ['malformedRequest', 'malformedrequest (1)'], ['internalError', 'internalerror (2)'], ['tryLater', 'trylater (3)'], ['unauthorized', 'unauthorized (6)'],
])('OpenSSL reads the error %s', (name, words) => {
  expect(openssl(['ocsp', '-respin', file('error.der', ocspError(name)), '-noverify']).stdout).toBe(`Responder Error: ${words}\n`);
  expect(parseOcspResponse(ocspError(name))).toMatchObject({ status: name, basic: undefined });
});

describe('a response is believed', () => {
  test.each(['RSA_2048', 'EC_P256', 'EC_P384', 'ED25519'] as const)('of a %s responder to which the CA has delegated', async algorithm => {
    const ca = await testCa();
    const response = await testResponse(requestAbout(ca.certificate, [SERIAL_NUMBER]), [GOOD], await testResponder(ca, { algorithm }));
    expect(checkOcspResponse(parseOcspResponse(response), parseCertificate(ca.certificate), NOW)).toBeUndefined();
  });

  test('of the CA itself', async () => {
    const ca = await testCa();
    const certificate = parseCertificate(ca.certificate);
    const response = await testResponse(requestAbout(ca.certificate, [SERIAL_NUMBER]), [GOOD], { certificate, signer: ca.issuer.signer });
    expect(checkOcspResponse(parseOcspResponse(response), certificate, NOW)).toBeUndefined();
  });

  test('with a critical nonce, and with an extension that is not known but not critical', async () => {
    const ca = await testCa();
    const extensions = [extension('1.3.6.1.5.5.7.48.1.2', octetString(Buffer.alloc(16)), true), extension('1.2.3', NULL)];
    expect(checkOcspResponse(parseOcspResponse(await handmade(ca, { extensions })), parseCertificate(ca.certificate), NOW)).toBeUndefined();
  });

  test('of a responder whose certificate stands behind others, which can\'t be read, are another\'s, or were not delegated to', async () => {
    const ca = await testCa();
    const { certificate: { der, publicKey, validity }, signer } = await testResponder(ca);
    const others = [sequence(), ca.certificate, await testCertificate(ca.issuer, { algorithm: 'EC_P256' })];
    const certificate = { publicKey, validity, der: Buffer.concat([...others, der]) };
    const response = await testResponse(requestAbout(ca.certificate, [SERIAL_NUMBER]), [GOOD], { certificate, signer });
    expect(checkOcspResponse(parseOcspResponse(response), parseCertificate(ca.certificate), NOW)).toBeUndefined();
  });
});

describe('a response is not believed', () => {
  async function complaint(
    made: (ca: TestCa) => Promise<OcspResponder>, changed = (der: Buffer): Buffer => der, now = NOW,
  ): Promise<string | undefined> {
    const ca = await testCa();
    const response = await testResponse(requestAbout(ca.certificate, [SERIAL_NUMBER]), [GOOD], await made(ca));
    return checkOcspResponse(parseOcspResponse(changed(response)), parseCertificate(ca.certificate), now);
  }

  test('about the certificates of another CA', async () => {
    const otherName = testCa({ subject: { ...CA_SUBJECT, commonName: 'Other CA' } });
    const otherKey = testCa({ algorithm: 'EC_P384' });
    expect(await complaint(async () => testResponder(await otherName))).toMatch(/must be issued by the CA itself, got the certificate of a CA with another name$/);
    expect(await complaint(async () => testResponder(await otherKey))).toMatch(/^the responder's certificate must be signed by the CA: the signature/);
  });

  test('once an octet was changed', async () => {
    const changed = (der: Buffer): Buffer => {
      der[der.indexOf(Buffer.from(SERIAL_NUMBER, 'hex')) + 19] += 1;
      return der;
    };
    expect(await complaint(testResponder, changed)).toMatch(/got a signature that does not verify$/);
  });

  test('before and after the validity of its responder', async () => {
    const at = (time: string) => complaint(testResponder, undefined, new Date(time));
    expect(await at('2026-03-01T11:00:00Z')).toBeUndefined();
    expect(await at('2026-03-01T10:59:59Z')).toMatch(/must be valid at 2026-03-01T10:59:59Z, got 2026-03-01T11:00:00Z to 2027-03-01T12:00:00Z$/);
    expect(await at('2027-03-01T12:00:00Z')).toBeUndefined();
    expect(await at('2027-03-01T12:00:01Z')).toMatch(/must be valid at/);
  });

  test('of a key to which the CA has not delegated, although it has certified it', async () => {
    expect(await complaint(ca => testResponder(ca, { profile: 'device' })))
      .toBe('the responder\'s certificate must have the extended key usage OCSPSigning');
    expect(await complaint(ca => testResponder(ca, { profile: 'ca' })))
      .toBe('the responder\'s certificate must have the extended key usage OCSPSigning');
  });

  test('of a responder whose certificate has a critical extension that is not supported', async () => {
    const made = async ({ certificate }: TestCa) => {
      const { certificatePem, privateKeyPem } = cas.below({ certificatePem: toPem('CERTIFICATE', certificate), privateKeyPem: CA_KEYS.EC_P256 }, {
        subject: '/CN=Responder', extensions: ['extendedKeyUsage=OCSPSigning', '1.2.3=critical,DER:0500', '1.2.4=critical,DER:0500'],
      });
      return { certificate: parseCertificate(derOf(certificatePem)), signer: signerOf(privateKeyPem) };
    };
    expect(await complaint(made))
      .toBe('the responder\'s certificate must have no critical extensions that are not supported here, got "1.2.3, 1.2.4"');
  });

  test('without the certificate of its responder', async () => {
    const ca = await testCa();
    const stranger = signerOf(DEVICE_KEYS.EC_P256);
    const certificate = { ...parseCertificate(ca.certificate), publicKey: stranger.publicKey };
    expect(await complaint(async () => ({ certificate, signer: stranger })))
      .toBe('the OCSP response must be signed by the CA, or have the certificate of its responder, got neither');
  });

  test('if it is an error', async () => {
    const { certificate } = await testCa();
    expect(checkOcspResponse(parseOcspResponse(ocspError('tryLater')), parseCertificate(certificate), NOW))
      .toBe('the OCSP response must be an answer, got the error tryLater');
  });

  test('if it has critical extensions that are not supported, or an outdated signature', async () => {
    const ca = await testCa();
    const complaintAbout = async (parts: Parameters<typeof handmade>[1]) =>
      checkOcspResponse(parseOcspResponse(await handmade(ca, parts)), parseCertificate(ca.certificate), NOW);
    expect(await complaintAbout({ extensions: ['1.2.3', '1.2.4'].map(oid => extension(oid, NULL, true)) }))
      .toMatch(/^the OCSP response must have no critical extensions that are not supported here, got "1\.2\.3, 1\.2\.4"$/);
    expect(await complaintAbout({ algorithm: sequence(objectIdentifier('1.2.840.10045.4.1')) })).toMatch(/must be signed with RSA .*Ed25519$/);
  });
});

describe('a response of OpenSSL', () => {
  async function answered(...options: readonly string[]): Promise<{ der: Buffer; request: Buffer; ca: TestCa }> {
    const ca = await testCa();
    // OpenSSL answers at the present time.
    const validity = { notBefore: new Date('2026-03-01T11:59:59Z'), notAfter: new Date('2036-02-01T00:00:00Z') };
    const { certificate } = await testResponder(ca, { algorithm: 'RSA_2048', validity });
    const caFile = file('ca.pem', toPem('CERTIFICATE', ca.certificate));
    const isCa = options.includes('by the CA');
    const request = requestAbout(ca.certificate, ['01', '02', '03', '04'], { nonce: true, digest: 'sha256' });
    const out = file('response.der', '');
    opensslOutput(['ocsp', '-index', file('index.txt', [
      'V\t360101000000Z\t\t01\tunknown\t/CN=one',
      'R\t360101000000Z\t260102030405Z,keyCompromise\t02\tunknown\t/CN=two',
      'R\t360101000000Z\t260102030406Z\t03\tunknown\t/CN=three',
      '',
    ].join('\n')), '-CA', caFile, '-rsigner', isCa ? caFile : file('responder.pem', toPem('CERTIFICATE', certificate.der)),
    '-rkey', file('responder.key', isCa ? CA_KEYS.EC_P256 : DEVICE_KEYS.RSA_2048), '-ndays', '7', '-reqin', file('request.der', request), '-respout', out,
    ...options.filter(option => option.startsWith('-'))]);
    return { der: readFileSync(out), request, ca };
  }

  test.each([
    ['that names its responder', []], ['that names the key of its responder', ['-resp_key_id']],
    ['by the CA, without certificates', ['by the CA', '-resp_no_certs']],
  ])('%s is read and believed', async (_, options) => {
    const { der, request, ca } = await answered(...options);
    const response = parseOcspResponse(der);
    const facts = parseCertificate(ca.certificate);
    expect(checkOcspResponse(response, facts, response.basic!.producedAt)).toBeUndefined();
    expect(['01', '02', '03', '04'].map(serialNumber => responseAbout(response, serialNumber, facts)!.status)).toEqual([
      GOOD,
      { state: 'revoked', revokedAt: new Date('2026-01-02T03:04:05Z'), reason: 'keyCompromise' },
      { state: 'revoked', revokedAt: new Date('2026-01-02T03:04:06Z') },
      { state: 'unknown' },
    ]);
    const { thisUpdate, nextUpdate } = responseAbout(response, '01', facts)!;
    expect(nextUpdate!.getTime() - thisUpdate.getTime()).toBe(7 * 86_400_000);
    expect(response.basic!.nonce).toEqual(parseOcspRequest(request).nonce);
  });
});

describe('a response can\'t be read', () => {
  const basic = (der: Buffer): Buffer => sequence(SUCCESSFUL, explicit(0, sequence(BASIC, octetString(der))));

  test.each<[string, Buffer, RegExp]>([
    ['with a status in two octets', sequence(element(Tag.ENUMERATED, Buffer.of(1, 0))), /^the OCSP response must have one of the statuses .*, got "0100"$/],
    ['with another status', sequence(element(Tag.ENUMERATED, Buffer.of(4))), /must have one of the statuses 0, 1, 2, 3, 5, 6, got "04"$/],
    ['that is successful without an answer', sequence(SUCCESSFUL), /got the status successful without one$/],
    ['that is an error with an answer', sequence(element(Tag.ENUMERATED, Buffer.of(1)), explicit(0, sequence())), /malformedRequest with one$/],
    ['of another type', sequence(SUCCESSFUL, explicit(0, sequence(objectIdentifier('1.2.3')))), /must have the type id-pkix-ocsp-basic .*, got "1\.2\.3"$/],
    ['without an answer', basic(sequence()), /^DER must have tag 0x30/],
    ['of another version', basic(sequence(sequence(explicit(0, NULL)), sequence(), element(Tag.BIT_STRING, Buffer.of(0)))), /must have version 1/],
  ])('%s', (_, der, message) => {
    expect(() => parseOcspResponse(der)).toThrow(message);
  });

  test('with another reason or with contents in a status', async () => {
    const ca = await testCa();
    const revoked = await responseWith({ state: 'revoked', revokedAt: REVOKED_AT, reason: 'superseded' }, ca);
    revoked[revoked.indexOf(Buffer.from('a0030a0104', 'hex')) + 4] = 7;
    expect(() => parseOcspResponse(revoked)).toThrow(/the reason for the revocation of 4A1B/);
    const good = sequence(certId(), element(contextTag(0, false), NULL), generalizedTime(NOW));
    const der = await handmade(ca, { responses: [good] });
    expect(() => parseOcspResponse(der)).toThrow('the OCSP response must have no contents in the status of a certificate that is not revoked');
  });
});
