import { parseRevocationRequest } from './revocation-request';
import { revokeSelected, RevokingPorts, SelectedResult } from './revoke-selected';
import { caIn, stackName } from './select-certificates';
import { isMap } from '../../contract/json-map';
import { PlatformAnswer, RevocationAnswer, RevocationReach, RevokedCertificateAnswer, SubordinateCaAnswer } from '../../contract/revocation-functions';
import { PLATFORM_IDS, PlatformId, platformRules } from '../../platforms/registry';

/** How many certificates an answer names: Lambda allows 6 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_NAMED = 5_000;

/** The CA whose certificates are revoked, and where its revocations go. */
export interface RevokedCa {
  readonly caId: string;
  /** The name of its ledger. */
  readonly table: string;
  readonly reach: readonly RevocationReach[];
}

/**
 * Answers a request to revoke certificates of a CA.
 *
 * @param invocation the ID of the invocation, by which AWS CloudTrail knows who has made it
 */
export async function answerRevocation(
  { caId, table, reach }: RevokedCa, event: unknown, invocation: string, ports: RevokingPorts & { readonly clock: () => Date },
): Promise<RevocationAnswer> {
  const now = ports.clock();
  const request = parseRevocationRequest(event, now);
  const own = await ports.ledger.find(caId);
  const certificates: RevokedCertificateAnswer[] = [];
  const subordinateCas: SubordinateCaAnswer[] = [];
  const counts = { changed: 0, unchanged: 0, failed: 0 };
  const orderedBy = [request.orderedBy, `invocation ${invocation}`].filter(Boolean).join(', ');
  for await (const result of revokeSelected(caId, request, orderedBy, ports, now)) {
    counts[result.failure !== undefined ? 'failed' : result.changed ? 'changed' : 'unchanged']++;
    const { certificate: { ca, serialNumber, notAfter } } = result;
    if (ca) {
      subordinateCas.push({ ...ca, serialNumber, notAfter });
    }
    if (certificates.length < MAX_NAMED) {
      certificates.push(answerFor(result));
    }
  }
  return {
    ca: caId,
    ledger: table,
    issuer: own && caIn(own),
    dryRun: request.dryRun,
    ...counts,
    platforms: reach.map(platformAnswer),
    certificates,
    subordinateCas,
  };
}

/** What becomes of a revocation at a platform. */
export function platformAnswer({ platform, carriedOver }: RevocationReach): PlatformAnswer {
  const { name, revocation } = platformRules(platform as PlatformId);
  const { construct, limit } = revocation ?? {};
  const step = carriedOver || construct === undefined ? undefined : `revocations are not carried over: declare ${construct}`;
  const note = [step, limit].filter(Boolean).join('; ') || (carriedOver ? undefined : 'revocations are not carried over');
  return { platform, name, carriedOver, note };
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
