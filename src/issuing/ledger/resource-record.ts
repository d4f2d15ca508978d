import { Outcome, ResourceRecord } from './ledger';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { OvertakenError } from '../../resource/overtaken-error';

/** How many requests before the latest one a record names: far more than Lambda can deliver late, within six hours. */
const MAX_EARLIER = 20;

/** The kinds of time by which two requests are compared, if both have the same kind. */
const TIMES = ['requestedAt', 'expiresAt'] as const;

/** The goal of a request. */
export interface Aim {
  /** The identity that the request is to establish; absent for a removal. */
  readonly wants?: string;
  /** The identity that a removal removes. */
  readonly removes?: string;
  /** In the record of a ledger that the resource leaves: the ledger in which the identity is established. */
  readonly movesTo?: string;
}

/**
 * The record of a resource once a request for it has begun.
 *
 * @param startedAt when this delivery of the request began, ISO 8601
 * @returns `undefined` if an earlier delivery has already begun the request
 * @throws OvertakenError if a later request has begun, or if this request has already failed
 */
export function begun(record: ResourceRecord | undefined, event: LifecycleEvent, aim: Aim, startedAt: string): ResourceRecord | undefined {
  const { requestId, requestedAt, expiresAt } = event;
  if (record?.requestId === requestId) {
    if (record.outcome === 'FAILED') {
      throw new OvertakenError();
    }
    return undefined;
  }
  if (record && isBefore(event, aim, startedAt, record)) {
    throw new OvertakenError();
  }
  const holds = [...record?.holds ?? [], aim.wants].filter(identity => identity !== undefined);
  return {
    requestId,
    requestedAt: requestedAt?.toISOString() ?? record?.requestedAt,
    expiresAt: expiresAt?.toISOString() ?? record?.expiresAt,
    since: startedAt,
    wants: aim.wants,
    removes: aim.removes,
    // A removal from the ledger that the resource has left does not change where the resource is now.
    movesTo: aim.movesTo ?? (aim.removes === undefined ? undefined : record?.movesTo),
    declares: record?.declares,
    holds: [...new Set(holds)],
    had: record?.had ?? [],
    outcomeBefore: record?.outcome,
    earlier: record ? [record.requestId, ...record.earlier].slice(0, MAX_EARLIER) : [],
    revision: (record?.revision ?? 0) + 1,
  };
}

/** The record of a resource once a request for it has ended. */
export function ended(record: ResourceRecord, outcome: Outcome): ResourceRecord {
  if (outcome === 'FAILED') {
    return { ...record, outcome, movesTo: record.removes === undefined ? undefined : record.movesTo };
  }
  const { wants, removes, movesTo, declares, had } = record;
  const isGone = movesTo !== undefined || removes === declares;
  const present = isGone ? undefined : declares;
  return { ...record, outcome, ...wants === undefined ? { declares: present } : { declares: wants, had: [...new Set([...had, wants])] } };
}

/**
 * Whether a request was made before the latest one: CloudFormation makes one request at a time, and Lambda can deliver it hours later. If
 * two requests were made in the same second, a removal is the later one: CloudFormation immediately removes what it cancels, and never
 * creates again what it has just removed. If the times of the requests are not known, a removal is the later one if it began after this
 * delivery.
 */
function isBefore(event: LifecycleEvent, { wants }: Aim, startedAt: string, latest: ResourceRecord): boolean {
  if (latest.earlier.includes(event.requestId)) {
    return true;
  }
  const time = TIMES.find(each => event[each] && latest[each]);
  const made = time && event[time]!.toISOString();
  if (time && made !== latest[time]) {
    return made! < latest[time]!;
  }
  const isRemoval = latest.removes !== undefined && (latest.outcome === undefined || latest.declares === undefined);
  return wants !== undefined && isRemoval && (time !== undefined || latest.since >= startedAt);
}
