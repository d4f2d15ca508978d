import { parseRevocationRequest } from './revocation-request';
import { revokeSelected, RevokingPorts, SelectedResult } from './revoke-selected';
import { stackName } from './select-certificates';
import { RevocationAnswer, RevokedCertificateAnswer } from '../../contract/revocation-functions';

/** How many certificates an answer names: Lambda allows 6 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_NAMED = 5_000;

/**
 * Answers a request to revoke certificates of a CA.
 *
 * @param invocation the ID of the invocation, by which AWS CloudTrail knows who has made it
 */
export async function answerRevocation(
  caId: string, event: unknown, invocation: string, ports: RevokingPorts & { readonly clock: () => Date },
): Promise<RevocationAnswer> {
  const now = ports.clock();
  const request = parseRevocationRequest(event, now);
  const certificates: RevokedCertificateAnswer[] = [];
  const counts = { changed: 0, unchanged: 0, failed: 0 };
  const orderedBy = [request.orderedBy, `invocation ${invocation}`].filter(Boolean).join(', ');
  for await (const result of revokeSelected(caId, request, orderedBy, ports, now)) {
    counts[result.failure !== undefined ? 'failed' : result.changed ? 'changed' : 'unchanged']++;
    if (certificates.length < MAX_NAMED) {
      certificates.push(answerFor(result));
    }
  }
  return { ca: caId, dryRun: request.dryRun, ...counts, certificates };
}

function answerFor({ certificate, revocation, changed = false, failure }: SelectedResult): RevokedCertificateAnswer {
  const { serialNumber, subject, commonName, stackId, logicalResourceId } = certificate;
  return {
    serialNumber,
    subject,
    commonName,
    stack: stackName(stackId),
    logicalId: logicalResourceId,
    changed,
    state: revocation?.state,
    reason: revocation?.reason,
    revokedAt: revocation?.revokedAt,
    invalidityDate: revocation?.invalidityDate,
    error: failure,
  };
}
