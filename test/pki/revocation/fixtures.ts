import { RevokedCertificate } from '../../../src/pki/revocation/crl-entries';
import { CrlContent, issueCrl } from '../../../src/pki/revocation/issue-crl';
import { NOW, TestCa } from '../fixtures';

const DAY = 86_400_000;

/** The moments of a test list: made now, and replaced a week later at the latest. */
export const THIS_UPDATE = NOW;
export const NEXT_UPDATE = new Date(NOW.getTime() + 7 * DAY);

export const REVOKED_AT = new Date('2026-02-27T08:09:10Z');

/** Certificates that are revoked, in the order of a list: each with a reason of its own. */
export const REVOKED: readonly RevokedCertificate[] = [
  { serialNumber: '4A1B2C3D4E5F60718293A4B5C6D7E8F900000001', revokedAt: REVOKED_AT },
  { serialNumber: '4A1B2C3D4E5F60718293A4B5C6D7E8F900000002', revokedAt: REVOKED_AT, reason: 'keyCompromise', invalidityDate: new Date('2026-01-02T03:04:05Z') },
  { serialNumber: '4A1B2C3D4E5F60718293A4B5C6D7E8F900000003', revokedAt: REVOKED_AT, reason: 'certificateHold' },
  { serialNumber: '4A1B2C3D4E5F60718293A4B5C6D7E8F900000004', revokedAt: REVOKED_AT, invalidityDate: new Date('2051-01-02T03:04:05Z') },
];

/** The list of a CA of the tests. */
export function testCrl({ issuer }: TestCa, content: Partial<CrlContent> = {}): Promise<Buffer> {
  return issueCrl({ number: 1, thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE, hashAlgorithm: 'SHA-256', revoked: [REVOKED], ...content }, issuer);
}
