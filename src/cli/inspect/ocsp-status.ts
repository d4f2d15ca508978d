import { complaintOf, FoundResponse, issuerOf } from './ocsp-response';
import { describeRevocation } from './revocation-list';
import { formatTime } from '../../contract/term';
import { SingleResponse } from '../../pki/ocsp/ocsp-response';
import { RevokedStatus } from '../../pki/ocsp/ocsp-status';
import { responseAbout } from '../../pki/ocsp/ocsp-verdict';
import { CertificateFacts } from '../certificates/certificate-facts';
import { hasSigned } from '../certificates/chain';
import { readableTime } from '../certificates/validity-text';

/** What OCSP responses say about a certificate. */
export type OcspVerdict = { readonly state: 'revoked'; readonly response: string; readonly status: RevokedStatus }
  | { readonly state: 'good'; readonly response: string; readonly thisUpdate: Date }
  | { readonly state: 'unknown'; readonly reasons: readonly string[] };

/** What one response says about a certificate, or why it is not valid. */
interface Judged {
  readonly title: string;
  readonly single?: SingleResponse;
  readonly doubt?: string;
}

/**
 * Says whether a certificate is revoked, from OCSP responses for which its CA vouches. The newest response that is valid at present decides.
 * If there is none, a response that is out of date still revokes, but clears nobody.
 *
 * @param given the certificates among which that of the CA is looked for
 */
export function verdictOf(
  certificate: CertificateFacts, responses: readonly FoundResponse[], given: readonly CertificateFacts[], now: Date,
): OcspVerdict {
  const judged = responses.map(found => judge(found, certificate, given, now))
    .sort((one, other) => Number(one.doubt !== undefined) - Number(other.doubt !== undefined) || startOf(other) - startOf(one));
  for (const { title, single, doubt } of judged) {
    if (single?.status.state === 'revoked') {
      return { state: 'revoked', response: title, status: single.status };
    }
    if (single && doubt === undefined) {
      return { state: 'good', response: title, thisUpdate: single.thisUpdate };
    }
  }
  return { state: 'unknown', reasons: judged.map(({ title, doubt }) => `${title}: ${doubt}`) };
}

function startOf({ single }: Judged): number {
  return single ? single.thisUpdate.getTime() : 0;
}

function judge({ title, response }: FoundResponse, certificate: CertificateFacts, given: readonly CertificateFacts[], now: Date): Judged {
  const ca = given.find(each => hasSigned(each, certificate));
  if (!ca) {
    return { title, doubt: 'the certificate of the CA that has signed the certificate is not among the files' };
  }
  const complaint = complaintOf(response, ca, now);
  if (complaint !== undefined) {
    return { title, doubt: complaint };
  }
  const { serialNumber } = certificate;
  const single = responseAbout(response, serialNumber.length % 2 === 1 ? `0${serialNumber}` : serialNumber, issuerOf(ca));
  return { title, single, doubt: single ? doubtOf(single, now) : 'it is not about this certificate' };
}

function doubtOf({ status, thisUpdate, nextUpdate }: SingleResponse, now: Date): string | undefined {
  if (status.state === 'unknown') {
    return 'the responder does not know the certificate';
  }
  if (now < thisUpdate) {
    return `it is valid only from ${readableTime(thisUpdate)}`;
  }
  return nextUpdate && now > nextUpdate ? `it expired on ${readableTime(nextUpdate)}` : undefined;
}

/** A verdict in words. */
export function describeVerdict(verdict: OcspVerdict): string {
  switch (verdict.state) {
    case 'revoked': return `revoked ${describeRevocation(verdict.status)}, according to ${verdict.response}`;
    case 'good': return `good, according to ${verdict.response} of ${readableTime(verdict.thisUpdate)}`;
    case 'unknown': return `not known: ${verdict.reasons.join('; ')}`;
  }
}

/** A verdict in the document. The schema describes it to users: keep both in step. */
export function verdictDocument(verdict: OcspVerdict): object {
  switch (verdict.state) {
    case 'revoked': {
      const { state, response, status: { revokedAt, reason } } = verdict;
      return { state, response, revokedAt: formatTime(revokedAt), reason };
    }
    case 'good': return { state: verdict.state, response: verdict.response };
    case 'unknown': return { state: verdict.state, reasons: verdict.reasons };
  }
}
