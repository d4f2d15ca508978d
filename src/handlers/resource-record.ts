import { isIdentity } from './identity';
import { Outcome, OvertakenError, ResourceRecord } from './ledger';
import { LifecycleEvent } from './lifecycle-event';

/** How many requests before the latest one a record names: far more than Lambda can deliver late, within six hours. */
const MAX_EARLIER = 20;

/** What a request is to come to. */
export interface Aim {
  /** The identity that it is to bring about; absent for a removal. */
  readonly wants?: string;
  /** The identity that a removal takes away. */
  readonly removes?: string;
}

/**
 * What is known of a resource once a request for it has begun.
 *
 * @param startedAt when this delivery of it began, ISO 8601
 * @returns `undefined` where an earlier delivery has begun it
 * @throws OvertakenError if a later request has begun, or if this one has failed already
 */
export function begun(record: ResourceRecord | undefined, event: LifecycleEvent, aim: Aim, startedAt: string): ResourceRecord | undefined {
  const { requestType, requestId, requestedAt } = event;
  if (record?.requestId === requestId) {
    if (record.outcome === 'FAILED') {
      throw new OvertakenError();
    }
    return undefined;
  }
  if (record && isBefore(event, aim, startedAt, record)) {
    throw new OvertakenError();
  }
  const isSpared = record !== undefined && spares(record, event, aim);
  const holds = [...record?.holds ?? [], aim.wants].filter(identity => identity !== undefined);
  return {
    requestId,
    requestedAt: requestedAt?.toISOString(),
    since: startedAt,
    creates: requestType === 'Create' || undefined,
    wants: aim.wants,
    removes: isSpared ? undefined : aim.removes,
    declares: record?.declares,
    unansweredCreations: countUnanswered(record, requestType) - (isSpared ? 1 : 0) || undefined,
    holds: [...new Set(holds)],
    earlier: record ? [record.requestId, ...record.earlier].slice(0, MAX_EARLIER) : [],
    revision: (record?.revision ?? 0) + 1,
  };
}

/** What is known of a resource once a request for it has ended. */
export function ended(record: ResourceRecord, outcome: Outcome): ResourceRecord {
  if (outcome === 'FAILED') {
    return { ...record, outcome };
  }
  const { wants, removes, declares } = record;
  return { ...record, outcome, declares: wants ?? (removes === declares ? undefined : declares) };
}

/**
 * Whether a removal is one of a creation before the latest. A creation of which CloudFormation got no answer is deleted by an id that
 * it invents, once for each, and where the stack was not rolled back it is deleted after the resource was created anew.
 */
function spares({ declares, unansweredCreations = 0 }: ResourceRecord, { physicalResourceId }: LifecycleEvent, { removes }: Aim): boolean {
  return removes !== undefined && removes === declares && !isIdentity(physicalResourceId) && unansweredCreations > 0;
}

/** A resource is created after a creation only where that was not answered; it is updated only where its creation was. */
function countUnanswered(record: ResourceRecord | undefined, requestType: LifecycleEvent['requestType']): number {
  const before = record?.unansweredCreations ?? 0;
  switch (requestType) {
    case 'Create': return before + (record?.creates ? 1 : 0);
    case 'Update': return 0;
    case 'Delete': return before;
  }
}

/**
 * Whether a request was made before the latest one: CloudFormation makes one at a time, and Lambda can deliver it hours
 * later. Of two that were made in the same second, a removal that has begun since this delivery did is the later one:
 * CloudFormation removes at once what it cancels.
 */
function isBefore({ requestId, requestedAt }: LifecycleEvent, { wants }: Aim, startedAt: string, latest: ResourceRecord): boolean {
  const made = requestedAt?.toISOString();
  if (latest.earlier.includes(requestId)) {
    return true;
  }
  if (made !== undefined && latest.requestedAt !== undefined && made !== latest.requestedAt) {
    return made < latest.requestedAt;
  }
  const isRemoval = latest.removes !== undefined && (latest.outcome === undefined || latest.declares === undefined);
  return wants !== undefined && isRemoval && latest.since >= startedAt;
}
