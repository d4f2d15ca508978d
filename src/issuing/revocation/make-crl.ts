import { updateTimes } from './update-times';
import { defaultHashForKms } from '../../contract/kms';
import { formatTime } from '../../contract/term';
import { parseCertificate } from '../../pki/certificate';
import { parseCrl } from '../../pki/revocation/crl';
import { RevokedCertificate } from '../../pki/revocation/crl-entries';
import { checkCrl } from '../../pki/revocation/crl-verdict';
import { issueCrl } from '../../pki/revocation/issue-crl';
import { issuingCa } from '../issuing-ca';
import { isRevoked, Revocation } from '../ledger/revocation';
import { Ports } from '../ports';

/** The revocation list of a CA. */
export interface CaCrl {
  /** CertificateList, DER. */
  readonly der: Buffer;
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * Makes the revocation list of all certificates of a CA, under a new number. A revocation that was recorded before the number was taken is
 * in this list and in every list with a greater number. A certificate stays in the lists until one that began after its validity was
 * published (RFC 5280, section 3.3).
 *
 * @param caId the identity of the CA
 * @param table the name of the CA's ledger
 * @param life how long the list counts from now on, in milliseconds
 */
export async function makeCrl(caId: string, table: string, life: number, ports: Ports): Promise<CaCrl> {
  const ca = (await issuingCa(caId, ports.ledger(table), ports))!;
  if (!parseCertificate(ca.chain[0]).crlSign) {
    throw new Error(`the CA ${caId} must have the key usage cRLSign in its certificate: validators refuse revocation lists of other CAs; have it renewed`);
  }
  const ledger = ports.revocations(table);
  const { number, publishedAt = '' } = await ledger.takeCrlNumber(caId);
  const { thisUpdate, nextUpdate } = updateTimes(ports.clock(), life);
  const hashAlgorithm = ca.inKms ? defaultHashForKms(ca.keyAlgorithm)! : 'SHA-256';
  const der = await issueCrl({ number, thisUpdate, nextUpdate, hashAlgorithm, revoked: pages(ledger.list(caId), publishedAt) }, ca.issuer);
  const complaint = checkCrl(parseCrl(der), { subject: ca.issuer.name, publicKey: ca.issuer.signer.publicKey });
  if (complaint) {
    throw new Error(`${complaint}; the signer did not return a signature, or signed with another key`);
  }
  return { der, number, thisUpdate, nextUpdate };
}

/** Records that a list has reached the place where it is published. */
export async function recordPublished({ number, thisUpdate }: CaCrl, caId: string, table: string, ports: Ports): Promise<void> {
  await ports.revocations(table).publishedCrl(caId, { number, publishedAt: formatTime(thisUpdate) });
}

async function* pages(records: AsyncIterable<readonly Revocation[]>, publishedAt: string): AsyncIterable<readonly RevokedCertificate[]> {
  for await (const page of records) {
    yield page.filter(each => isRevoked(each) && each.notAfter >= publishedAt).map(revoked);
  }
}

function revoked({ serialNumber, revokedAt, reason, invalidityDate }: Revocation): RevokedCertificate {
  return { serialNumber, revokedAt: new Date(revokedAt), reason, ...invalidityDate !== undefined && { invalidityDate: new Date(invalidityDate) } };
}
