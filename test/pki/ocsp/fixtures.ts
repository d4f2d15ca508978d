import { parseCertificate } from '../../../src/pki/certificate';
import { issueOcspResponse, OcspContent, OcspResponder } from '../../../src/pki/ocsp/issue-ocsp-response';
import { parseOcspRequest } from '../../../src/pki/ocsp/ocsp-request';
import { CertStatus } from '../../../src/pki/ocsp/ocsp-status';
import { signerOf } from '../../../src/pki/signer';
import { DEVICE_KEYS, NOW, TestCa, testCertificate, TestCertificateOptions } from '../fixtures';

const HOUR = 3_600_000;

export const REVOKED_AT = new Date('2026-02-27T08:09:10Z');

/** The digest is that of the CA's signature. */
export type TestResponderOptions = Pick<TestCertificateOptions, 'profile' | 'algorithm' | 'hash' | 'validity' | 'extensions'>;

/** A responder to which a CA of the tests has delegated, with the key of a device of the fixtures. */
export async function testResponder({ issuer }: TestCa, { algorithm = 'EC_P256', ...options }: TestResponderOptions = {}): Promise<OcspResponder> {
  const certificate = await testCertificate(issuer, {
    profile: 'ocspResponder',
    ...options,
    algorithm,
    subject: { commonName: 'Acme OCSP Responder' },
    serialNumber: '4A1B2C3D4E5F60718293A4B5C6D7E8F9000000AA',
  });
  return { certificate: parseCertificate(certificate), signer: signerOf(DEVICE_KEYS[algorithm]) };
}

/** The moments of a test response. */
export const TIMES = { producedAt: NOW, thisUpdate: new Date(NOW.getTime() - HOUR), nextUpdate: new Date(NOW.getTime() + 12 * HOUR) };

/** The answer to a request, with a status for each of its certificates. */
export function testResponse(
  request: Buffer, statuses: readonly CertStatus[], responder: OcspResponder, content: Partial<OcspContent> = {},
): Promise<Buffer> {
  const { certIds, nonce } = parseOcspRequest(request);
  const responses = certIds.map((certId, index) => ({ certId, status: statuses[index] }));
  return issueOcspResponse({ ...TIMES, responses, nonce, ...content }, responder);
}
