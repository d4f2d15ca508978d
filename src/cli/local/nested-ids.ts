import { NESTED_STACK_TYPE } from './nested-templates';
import { ResourceState } from './state';

/** The logical id of a resource in its own stack, by its id in the state, as in `Devices.Sensor`. */
export function ownId(logicalId: string): string {
  return logicalId.slice(logicalId.lastIndexOf('.') + 1);
}

/**
 * Whether a resource that leaves its stack stays, by its DeletionPolicy.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 *
 * @param creation whether the operation that created the resource is the one that is undone
 */
export function staysBehind(deletionPolicy: string | undefined, creation = false): boolean {
  return deletionPolicy === 'Retain' || (deletionPolicy === 'RetainExceptOnCreate' && !creation);
}

/** Of resources that go, whether one is in a nested stack that is retained: with such a one, all that is in it stays. */
export function retainedWith(gone: readonly (readonly [logicalId: string, resource: ResourceState])[]): (logicalId: string) => boolean {
  const prefixes = gone
    .filter(([, { type, deletionPolicy }]) => type === NESTED_STACK_TYPE && staysBehind(deletionPolicy))
    .map(([logicalId]) => `${logicalId}.`);
  return logicalId => prefixes.some(prefix => logicalId.startsWith(prefix));
}

/** A message about a resource, without the resource's id before it. */
export function withoutOwnId(message: string, logicalId: string): string {
  const prefix = `${ownId(logicalId)}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
