import { RawProperties } from './property-values';

/** Who asks: a resource of a stack. The stack's id holds a UUID, so that a stack that is created again is another requester. */
export interface Requester {
  readonly stackId: string;
  readonly logicalResourceId: string;
}

/**
 * When a request was made, by the clock of its sender. It tells which of two requests is the earlier one, and, where it is
 * the time of signing, whether CloudFormation still waits. A request has one of the two times or none, and is compared only with requests that have the same one.
 */
export interface RequestTime {
  /** When it was signed. */
  readonly requestedAt?: Date;
  /** When its signature expires, which is equally long after the signing for every request. */
  readonly expiresAt?: Date;
}

/** One step in the life of a resource, as CloudFormation or the local deployment asks for it. */
export interface LifecycleEvent extends Requester, RequestTime {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** The same for every delivery of one request. */
  readonly requestId: string;
  readonly resourceType: string;
  /** Absent on Create. */
  readonly physicalResourceId?: string;
  readonly properties: RawProperties;
  /** What the properties were before, on Update: those that the resource was last brought to. */
  readonly oldProperties?: RawProperties;
}

/** The attributes of a resource (`Fn::GetAtt`). */
export type Attributes = { readonly [name: string]: string };

/** What is answered. */
export interface LifecycleResult {
  readonly physicalResourceId: string;
  /** Absent on Delete. */
  readonly data?: Attributes;
  /** What could not be taken back, in words: the answer stands, and the same request is to be made again, which then tries it again. */
  readonly unfinished?: string;
}

/** A failure, with the physical id to answer: CloudFormation asks to delete it after a failed Create. */
export class LifecycleError extends Error {
  constructor(message: string, public readonly physicalResourceId: string | undefined, cause: unknown) {
    super(message, { cause });
    this.name = 'LifecycleError';
  }
}

/** A failure of a resource, told with its logical id. */
export function failureOf(event: LifecycleEvent, physicalResourceId: string | undefined, error: unknown): LifecycleError {
  const message = error instanceof Error ? error.message : String(error);
  return new LifecycleError(`${event.logicalResourceId}: ${message}`, physicalResourceId, error);
}
