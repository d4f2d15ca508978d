import { NESTED_STACK_TYPE } from './nested-templates';
import { ResourceState } from './state';

/** The logical id of a resource in its own stack, by its id in the state, as in `Devices.Sensor`. */
export function ownId(logicalId: string): string {
  return logicalId.slice(logicalId.lastIndexOf('.') + 1);
}

/**
 * Whether a resource that is removed from its stack stays, by its DeletionPolicy.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
 *
 * @param creation whether the operation that is being undone created the resource
 */
export function staysBehind(deletionPolicy: string | undefined, creation = false): boolean {
  return deletionPolicy === 'Retain' || (deletionPolicy === 'RetainExceptOnCreate' && !creation);
}

/** Tells whether a removed resource is in a nested stack that is retained: everything in such a stack stays with it. */
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
