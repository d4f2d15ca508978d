import { Requester } from '../../resource/lifecycle-event';

/** The latest request for a resource, or the latest renewal of its certificate, that was refused or has failed. */
export interface Refusal {
  /** The ID of the request; absent for a renewal. */
  readonly requestId?: string;
  /** The serial number of the certificate that could not be renewed; absent for a request. */
  readonly renews?: string;
  /** Why, as CloudFormation is told. It holds no secret. */
  readonly reason: string;
  /** ISO 8601. */
  readonly refusedAt: string;
}

/** The part of a ledger that says what was refused. It is there to be announced: nothing that is issued depends on it. */
export interface Refusals {
  /** The latest refusal for a resource, or `undefined` if nothing was refused so far. */
  refusal(requester: Requester): Promise<Refusal | undefined>;
  /** Records a refusal for a resource, unless the latest one is of the same request or renewal and has the same reason. */
  record(requester: Requester, refusal: Refusal): Promise<void>;
}

/** For a deployment on this machine, which tells its user of each refusal and nobody else. */
export const NO_REFUSALS: Refusals = { refusal: async () => undefined, record: async () => {} };

/** Whether two refusals say the same. */
export function saysTheSame(one: Refusal, other: Refusal): boolean {
  return (['requestId', 'renews', 'reason'] as const).every(name => one[name] === other[name]);
}
