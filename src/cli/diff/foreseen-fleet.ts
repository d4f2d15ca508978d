import { Change } from './change';
import { changedProperties, describeDifferences, replacingProperties } from './property-differences';
import { JsonMap } from '../../contract/json-map';
import { declaredDevice } from '../../issuing/fleet/device-declaration';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { fleetTemplate } from '../fleet/fleet-template';
import { ResourceState } from '../local/state';
import { holdsUnknown } from '../local/unknown-values';

type Verdict = Pick<Change, 'outcome' | 'reasons'>;

/** Any device: what all devices of a fleet get anew, it gets anew. */
const ANY_DEVICE = { line: 1, deviceId: 'device' };

/**
 * What a deployment does with the certificates of a fleet, as far as their common declaration decides on it: the rows of its manifest are compared by
 * the run.
 *
 * @param isKnown whether a value is known before the deployment
 */
export function fleetVerdict(
  stackId: string, logicalResourceId: string, before: ResourceState | undefined, after: ResourceState | undefined,
  isKnown: (value: string) => boolean,
): Verdict {
  if (!after) {
    return { outcome: 'keep', reasons: ['its devices keep their certificates'] };
  }
  const event: LifecycleEvent = {
    requestType: before ? 'Update' : 'Create',
    requestId: 'foreseen',
    stackId,
    logicalResourceId,
    resourceType: after.type,
    properties: plain(after.properties),
    oldProperties: before && plain(before.properties),
  };
  if (!before) {
    return { outcome: 'issue', reasons: ['a run issues for the devices of its manifest'] };
  }
  const changed = changedProperties(event);
  if (changed.length === 0) {
    return { outcome: 'none', reasons: [] };
  }
  if (deviceOf(event) === deviceOf({ ...event, properties: event.oldProperties! })) {
    return { outcome: 'change', reasons: changed };
  }
  const causes = replacingProperties(event, deviceOf);
  const isCertain = !holdsUnknown(JSON.stringify(causes.map(name => event.properties[name])));
  return isCertain ? { outcome: 'replace', reasons: ['the next run replaces the certificates of all devices', ...describeDifferences(event, causes, isKnown)] }
    : { outcome: 'unknown', reasons: changed };
}

/** The same values without prototypes that differ: those of the state were read from a file. */
function plain(properties: JsonMap): JsonMap {
  return JSON.parse(JSON.stringify(properties)) as JsonMap;
}

/** What is declared for any device; `undefined` if it would be refused. */
function deviceOf(event: LifecycleEvent): string | undefined {
  try {
    const { identity, declared } = declaredDevice(ANY_DEVICE, fleetTemplate(event.properties), event);
    return `${identity} ${declared}`;
  } catch {
    return undefined;
  }
}
