import { parseRevocationRequest } from './revocation-request';
import { revokeSelected, RevokingPorts, SelectedResult } from './revoke-selected';
import { stackName } from './select-certificates';
import { isMap } from '../../contract/json-map';
import { PlatformAnswer, RevocationAnswer, RevocationReach, RevokedCertificateAnswer } from '../../contract/revocation-functions';
import { PLATFORM_IDS, PlatformId, platformRules } from '../../platforms/registry';

/** How many certificates an answer names: Lambda allows 6 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_NAMED = 5_000;

/** The CA whose certificates are revoked, and where its revocations go. */
export interface RevokedCa {
  readonly caId: string;
  readonly reach: readonly RevocationReach[];
}

/**
 * Answers a request to revoke certificates of a CA.
 *
 * @param invocation the ID of the invocation, by which AWS CloudTrail knows who has made it
 */
export async function answerRevocation(
  { caId, reach }: RevokedCa, event: unknown, invocation: string, ports: RevokingPorts & { readonly clock: () => Date },
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
  return { ca: caId, dryRun: request.dryRun, ...counts, platforms: reach.map(platformAnswer), certificates };
}

/** What becomes of a revocation at a platform. */
export function platformAnswer({ platform, carriedOver }: RevocationReach): PlatformAnswer {
  const { name, revocation } = platformRules(platform as PlatformId);
  const { construct, limit } = revocation ?? {};
  const step = carriedOver ? undefined : construct ? `revocations are not carried over: declare ${construct}` : undefined;
  return { platform, name, carriedOver, note: [step, limit].filter(Boolean).join('; ') || undefined };
}

/** @throws Error if the environment holds something else */
export function reachIn(json: unknown): RevocationReach[] {
  const reach: unknown = JSON.parse(String(json ?? '[]'));
  if (!Array.isArray(reach) || !reach.every(each => isMap(each) && PLATFORM_IDS.includes(each.platform as PlatformId))) {
    throw new Error('REACH must be a list of platforms');
  }
  return reach as RevocationReach[];
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
