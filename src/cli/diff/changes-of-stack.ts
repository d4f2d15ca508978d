import { Change } from './change';
import { fleetVerdict } from './foreseen-fleet';
import { ForeseenRequest, Foresight } from './foresight';
import { changedProperties, describeDifferences, replacingProperties } from './property-differences';
import { ResourceType } from '../../contract/resource-types';
import { ownId } from '../local/nested-ids';
import { isCertificate, isFleet } from '../local/stack-scope';
import { ResourceState, StackState } from '../local/state';
import { holdsUnknown, unknownNamesIn } from '../local/unknown-values';

/** A stack before and after a foreseen deployment, and the requests in between. */
interface ForeseenStack {
  readonly stack: string;
  readonly before: StackState | undefined;
  readonly after: StackState | undefined;
  readonly requests: readonly ForeseenRequest[];
  readonly foresight: Foresight;
}

type Verdict = Pick<Change, 'outcome' | 'present' | 'next' | 'reasons'>;

/** What a foreseen deployment has done with the certificates of a stack. A look-up has none. */
export function changesOf({ stack, before, after, requests, foresight }: ForeseenStack): Change[] {
  const resources = { ...before?.resources, ...after?.resources };
  const stackId = (before ?? after)?.stackId;
  const byPlace = new Map<string, ForeseenRequest[]>();
  for (const request of requests) {
    const place = `${request.event.stackId} ${request.event.logicalResourceId}`;
    byPlace.set(place, [...byPlace.get(place) ?? [], request]);
  }
  const isShown = (type: string): boolean => (isCertificate(type) || isFleet(type)) && type !== ResourceType.CA_LOOKUP;
  return Object.entries(resources).filter(([, { type }]) => isShown(type)).map(([id, resource]) => {
    const logicalId = ownId(id);
    const own = byPlace.get(`${resource.stackId ?? stackId} ${logicalId}`) ?? [];
    const { name, type } = resource;
    const found = isFleet(type)
      ? fleetVerdict(resource.stackId ?? stackId!, logicalId, before?.resources[id], after?.resources[id], value => foresight.isKnown(value))
      : verdict(own, after?.resources[id], foresight);
    return { stack, resource: name, id, logicalId, type, ...found };
  }).sort((one, other) => one.resource < other.resource ? -1 : 1);
}

function verdict(requests: readonly ForeseenRequest[], after: ResourceState | undefined, foresight: Foresight): Verdict {
  const declaring = requests.filter(({ event }) => event.requestType !== 'Delete').at(-1);
  return declaring ? declared(declaring, foresight) : removed(requests.at(-1), after);
}

function declared(request: ForeseenRequest, foresight: Foresight): Verdict {
  const { event, refusal, physicalId, present, next } = request;
  const exists = next !== undefined && next.reservedBy !== event.requestId;
  if (refusal !== undefined) {
    return { outcome: 'refuse', present, reasons: [refusal] };
  }
  if (event.requestType === 'Create') {
    return { outcome: exists ? 'takeBack' : 'issue', next: exists ? next : undefined, reasons: unknownReasons(event.properties) };
  }
  if (physicalId !== undefined && physicalId === event.physicalResourceId) {
    return { outcome: 'change', present, reasons: changedProperties(event) };
  }
  const causes = replacingProperties(event);
  const isCertain = physicalId !== undefined && !holdsUnknown(JSON.stringify(causes.map(name => event.properties[name])));
  return isCertain ? {
    outcome: 'replace', present, next: exists ? next : undefined, reasons: describeDifferences(event, causes, value => foresight.isKnown(value)),
  }
    : { outcome: 'unknown', present, reasons: [...changedProperties(event), ...unknownReasons(event.properties)] };
}

function removed(removal: ForeseenRequest | undefined, after: ResourceState | undefined): Verdict {
  if (!removal) {
    return after ? { outcome: 'none', reasons: [] } : { outcome: 'keep', reasons: ['its DeletionPolicy is Retain'] };
  }
  const { present, next, revokes } = removal;
  if (next && next.status !== 'WITHDRAWN') {
    return { outcome: 'keep', present, reasons: [`${next.logicalResourceId} has it now`] };
  }
  return { outcome: revokes ? 'revoke' : 'withdraw', present, reasons: ['no longer declared'] };
}

function unknownReasons(properties: object): string[] {
  const names = unknownNamesIn(JSON.stringify(properties));
  return names.length > 0 ? [`unknown until deployed: ${names.join(', ')}`] : [];
}
