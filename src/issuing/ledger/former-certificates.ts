import { LedgerEntry } from './ledger';
import { Revocations } from './revocation';
import { Certificate, parseCertificate, verifyCertificate } from '../../pki/certificate';

/**
 * The certificates before one that was renewed, the latest first. Anyone with write access to the table could name another one, so they end with the
 * first one that has another identity.
 */
export async function* formerCertificates(entry: LedgerEntry, revocations: Pick<Revocations, 'certificate'>): AsyncIterable<LedgerEntry> {
  const found = [entry.serialNumber];
  let next = entry.renews;
  while (next !== undefined && !found.includes(next)) {
    const former = await revocations.certificate(entry.issuer, next);
    if (former?.identity !== entry.identity) {
      return;
    }
    yield former;
    found.push(next);
    next = former.renews;
  }
}

/**
 * Whether one certificate of a CA was renewed to another one: both certify the same key under the same name and key identifier, and one key has
 * signed both.
 *
 * @param signer the certificate of the CA that has signed `present`; itself for a root
 */
export function isRenewedTo(former: Buffer, present: Certificate, signer: Certificate): boolean {
  try {
    const certificate = parseCertificate(former);
    [certificate, present].forEach(each => verifyCertificate(each, signer.publicKey));
    return (['subject', 'publicKey', 'keyIdentifier'] as const).every(part => certificate[part].equals(present[part]));
  } catch {
    return false;
  }
}
