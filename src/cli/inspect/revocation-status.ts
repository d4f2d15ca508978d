import { describeRevocation, RevocationList, revocationDocument, signerOf } from './revocation-list';
import { RevokedCertificate } from '../../pki/revocation/crl-entries';
import { checkCovers, entryOf } from '../../pki/revocation/crl-verdict';
import { CertificateFacts } from '../certificates/certificate-facts';
import { keyHasSigned } from '../certificates/chain';
import { readableTime } from '../certificates/validity-text';

/** What a revocation list says about a certificate. */
export type RevocationStatus = { readonly state: 'revoked'; readonly list: string; readonly entry: RevokedCertificate }
  | { readonly state: 'notRevoked'; readonly list: string; readonly thisUpdate: Date }
  | { readonly state: 'unknown'; readonly reasons: readonly string[] };

/**
 * Says whether a certificate is revoked, from lists that their CA has signed. A list that names the certificate decides, however old it
 * is. A list that does not name it decides only until the next list is due.
 *
 * @param given the certificates among which that of the CA is looked for
 */
export function statusOf(
  certificate: CertificateFacts, lists: readonly RevocationList[], given: readonly CertificateFacts[], now: Date,
): RevocationStatus {
  const reasons: string[] = [];
  let good: RevocationStatus | undefined;
  for (const list of lists) {
    const { title, crl } = list;
    const doubt = checkCovers(crl, covered(certificate)) ?? doubtOfSigner(certificate, signerOf(list, given));
    const entry = doubt === undefined ? entryOf(crl, certificate.serialNumber) : undefined;
    if (entry) {
      return { state: 'revoked', list: title, entry };
    }
    const late = crl.nextUpdate && now > crl.nextUpdate ? `it was to be replaced by ${readableTime(crl.nextUpdate)}` : undefined;
    if (doubt !== undefined || late !== undefined) {
      reasons.push(`${title}: ${doubt ?? late}`);
    } else {
      good ??= { state: 'notRevoked', list: title, thisUpdate: crl.thisUpdate };
    }
  }
  return good ?? { state: 'unknown', reasons };
}

/** The CA that has signed the list must have signed the certificate: two CAs can have the same name. */
function doubtOfSigner(certificate: CertificateFacts, signer: CertificateFacts | undefined): string | undefined {
  if (!signer) {
    return 'the certificate of the CA that has signed it is not among the files';
  }
  return keyHasSigned(signer, certificate) ? undefined : 'it is the list of another CA with the same name';
}

function covered({ issuerName, serialNumber, ca, crlDistributionPoints = [] }: CertificateFacts): Parameters<typeof checkCovers>[1] {
  return { issuer: issuerName, serialNumber, ca: ca === true, crlDistributionPoints };
}

/** A status in words. */
export function describeStatus(status: RevocationStatus): string {
  switch (status.state) {
    case 'revoked': return `revoked ${describeRevocation(status.entry)}, according to ${status.list}`;
    case 'notRevoked': return `not revoked, according to ${status.list} of ${readableTime(status.thisUpdate)}`;
    case 'unknown': return `not known: ${status.reasons.join('; ')}`;
  }
}

/** A status in the document. The schema describes it to users: keep both in step. */
export function statusDocument(status: RevocationStatus): object {
  switch (status.state) {
    case 'revoked': return { state: status.state, list: status.list, ...revocationDocument(status.entry) };
    case 'notRevoked': return { state: status.state, list: status.list };
    case 'unknown': return { state: status.state, reasons: status.reasons };
  }
}
