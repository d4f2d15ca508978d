import { describeRevocation, doubtOfSigner, numberOf, RevocationList, revocationDocument, signerOf } from './revocation-list';
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
 * Says whether a certificate is revoked, from lists that their CA has signed. The newest list that is valid at present decides. If there is
 * none, a list that is out of date still revokes, but clears nobody.
 *
 * @param given the certificates among which that of the CA is looked for
 */
export function statusOf(
  certificate: CertificateFacts, lists: readonly RevocationList[], given: readonly CertificateFacts[], now: Date,
): RevocationStatus {
  const serialNumber = certificate.serialNumber.length % 2 === 1 ? `0${certificate.serialNumber}` : certificate.serialNumber;
  const judged = lists.map(list => ({ list, doubt: doubtOf(list, certificate, given), late: outOfTime(list, now) }));
  const usable = judged.filter(({ doubt }) => doubt === undefined).sort((one, other) =>
    Number(one.late !== undefined) - Number(other.late !== undefined)
    || Number(other.list.crl.thisUpdate) - Number(one.list.crl.thisUpdate)
    || Number(numberOf(other.list.crl) ?? 0) - Number(numberOf(one.list.crl) ?? 0));
  for (const { list: { title, crl }, late } of usable) {
    const entry = entryOf(crl, serialNumber);
    if (entry) {
      return { state: 'revoked', list: title, entry };
    }
    if (late === undefined) {
      return { state: 'notRevoked', list: title, thisUpdate: crl.thisUpdate };
    }
  }
  return { state: 'unknown', reasons: judged.map(({ list: { title }, doubt, late }) => `${title}: ${doubt ?? late}`) };
}

/** Why a list can't tell about a certificate. */
function doubtOf(list: RevocationList, certificate: CertificateFacts, given: readonly CertificateFacts[]): string | undefined {
  const doubt = checkCovers(list.crl, covered(certificate));
  if (doubt !== undefined) {
    return doubt;
  }
  if (list.hasUnknownEntries) {
    return 'it has entries with critical extensions that are not supported here';
  }
  const signer = signerOf(list, given);
  // Two CAs can have the same name.
  return !signer ? doubtOfSigner(list, given) : keyHasSigned(signer, certificate) ? undefined : 'it is the list of another CA with the same name';
}

/** Why a list is not valid at present. */
export function outOfTime({ crl: { thisUpdate, nextUpdate } }: RevocationList, now: Date): string | undefined {
  if (now < thisUpdate) {
    return `it is valid only from ${readableTime(thisUpdate)}`;
  }
  return nextUpdate && now > nextUpdate ? `it was to be replaced by ${readableTime(nextUpdate)}` : undefined;
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
