import { RawProperties } from './property-values';

/** The requester: a resource of a stack. The stack's id contains a UUID, so a stack that is created again is another requester. */
export interface Requester {
  readonly stackId: string;
  readonly logicalResourceId: string;
}

/**
 * When a request was made, by the clock of its sender. The time determines which of two requests is earlier and, if it is the time of
 * signing, whether CloudFormation still waits. A request has at most one of the two times, and is compared only with requests that have the
 * same kind of time.
 */
export interface RequestTime {
  /** When the request was signed. */
  readonly requestedAt?: Date;
  /** When the signature of the request expires. The interval from signing to expiry is the same for every request. */
  readonly expiresAt?: Date;
}

/** A request for one step in the life of a resource, from CloudFormation or the local deployment. */
export interface LifecycleEvent extends Requester, RequestTime {
  readonly requestType: 'Create' | 'Update' | 'Delete';
  /** The same for every delivery of one request. */
  readonly requestId: string;
  readonly resourceType: string;
  /** Absent on Create. */
  readonly physicalResourceId?: string;
  readonly properties: RawProperties;
  /** On Update, the previous properties: those of the last state to which the resource was brought. */
  readonly oldProperties?: RawProperties;
}

/** The attributes of a resource (`Fn::GetAtt`). */
export type Attributes = { readonly [name: string]: string };

/** The result of a request, for the response. */
export interface LifecycleResult {
  readonly physicalResourceId: string;
  /** Absent on Delete. */
  readonly data?: Attributes;
  /** What could not be taken back, in words. The response stands, and the same request must be made again to retry this. */
  readonly unfinished?: string;
}

/** A failure, with the physical id for the response: after a failed Create, CloudFormation asks to delete that id. */
export class LifecycleError extends Error {
  constructor(message: string, public readonly physicalResourceId: string | undefined, cause: unknown) {
    super(message, { cause });
    this.name = 'LifecycleError';
  }
}

/** Creates the failure of a resource, with its logical id in the message. */
export function failureOf(event: Pick<Requester, 'logicalResourceId'>, physicalResourceId: string | undefined, error: unknown): LifecycleError {
  const message = error instanceof Error ? error.message : String(error);
  return new LifecycleError(`${event.logicalResourceId}: ${message}`, physicalResourceId, error);
}
