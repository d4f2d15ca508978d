import { AwsError } from './aws/aws-error';
import { WireReply } from './aws/endpoint';
import { AwsCall, errorAnswer } from './aws/fake-aws';

/** What can happen to a call of AWS. */
export const CALL_FAULTS = ['refused', 'throttled', 'denied', 'lost', 'garbled', 'diesBefore', 'diesAfter'] as const;

/**
 * - `refused`: the service answers 500 and does nothing
 * - `throttled`, `denied`: AWS answers so and does nothing
 * - `lost`: done, but the connection is cut before the answer
 * - `garbled`: done, and answered 200 with half of the answer
 * - `diesBefore`, `diesAfter`: the process ends there; nothing that it sends has an effect any more
 *
 * On the answer to CloudFormation: `refused` is 403, `lost` is no connection however often it is tried.
 */
export type Fault = typeof CALL_FAULTS[number];

/** A request over the wire of a delivery: its place among them, from 0 on, and what it is. */
export interface Step extends AwsCall {
  readonly index: number;
}

/** The answer to CloudFormation, as the action of a step. */
export const ANSWER = 'cloudformation:answer';

/** Whether the effect takes place. */
export function hasEffect(fault: Fault | undefined): boolean {
  return fault === undefined || fault === 'lost' || fault === 'garbled' || fault === 'diesAfter';
}

/** What goes back in place of the answer. */
export function faultyReply(fault: Fault, { action }: AwsCall, answer: WireReply): WireReply {
  switch (fault) {
    case 'refused': return errorAnswer(action, new AwsError('InternalServerError', 'an internal error'), 500);
    case 'throttled': return errorAnswer(action, new AwsError('ThrottlingException', 'Rate exceeded'));
    case 'denied': return errorAnswer(action, new AwsError('AccessDeniedException', 'User is not authorized to perform this action'));
    case 'garbled': return answer === 'cut' ? 'cut' : { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
    default: return 'cut';
  }
}

/** What a delivery meets: at each step nothing, a fault, or that it is held until it is released. */
export type Plan = (step: Step) => Fault | 'hold' | undefined;

export const UNDISTURBED: Plan = () => undefined;

/**
 * One fault at one step. A right that is denied stays so, on this action, for as long as the delivery runs; the attempts to
 * give the answer all fail alike.
 */
export function faultAt(index: number, fault: Fault): Plan {
  let denied: string | undefined;
  return step => {
    if (step.index === index && (fault === 'denied' || step.action === ANSWER)) {
      denied = step.action;
    }
    return step.index === index || step.action === denied ? fault : undefined;
  };
}

/**
 * Held once, at one step.
 *
 * @param then what befalls it there when it goes on
 */
export function holdAt(index: number, then?: Fault): Plan {
  let isHeld = false;
  return step => {
    if (step.index !== index || isHeld) {
      return step.index === index ? then : undefined;
    }
    isHeld = true;
    return 'hold';
  };
}
