import { startDeadline } from './deadline';
import { FunctionEnvironment } from './environment';
import { Addressee, addresseeOf, inventedId, parseRequest } from './event';
import { failureBody, sendResponse } from './response';
import { AnsweredError } from '../../resource/answered-error';
import { NamesIn } from '../../resource/known-names';
import { LifecycleError, LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';
import { assertResponseFits, successBody } from '../../resource/response-size';
import { log, LogRecord } from '../log';
import { namesOf, reasonOf } from '../reason';

/** The properties of Lambda's context object that are needed. */
export interface InvocationContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** What work returns that another invocation goes on with: that one answers the request. */
export const GOES_ON = 'goes on';

/** Carries out a request; `signal` aborts it when the time is up. */
export type Work = (event: LifecycleEvent, signal: AbortSignal) => Promise<LifecycleResult | typeof GOES_ON>;

/** A delivery of an event, as far as it could be parsed. */
interface Delivery {
  readonly addressee: Addressee;
  /** Absent if the event is not a request for this function. */
  readonly event?: LifecycleEvent;
  readonly context: InvocationContext;
  readonly namesIn?: NamesIn;
}

/** A response, and the log record for it. */
interface Answer {
  readonly body: string;
  readonly record: LogRecord;
  /** What could not be taken back. */
  readonly unfinished?: string;
}

/** The time that is left of an invocation when the last attempt to respond ends, so that its outcome is logged; in milliseconds. */
const LAST_MOMENT = 100;

/**
 * Carries out a request from CloudFormation and answers it. Every request is answered while there is time, even if it is refused. Only an
 * event whose response would not go to CloudFormation is not answered: nothing is sent to any other recipient.
 *
 * @param namesIn finds the long names in a declaration that messages may show in addition to the names that every declaration has
 * @throws Error if the response could not be sent to CloudFormation, if another delivery has succeeded and this one has not, or if
 *   something is left to be taken back. Lambda then retries the event twice, and the retries find the work done.
 *   https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function handleCloudFormationEvent(
  raw: unknown, context: InvocationContext, work: Work, environment: FunctionEnvironment, namesIn?: NamesIn,
): Promise<void> {
  const started = Date.now();
  const addressee = acceptedAddressee(raw, context, environment);
  if (!addressee) {
    return;
  }
  const { request: event, error: refused } = read(() => parseRequest(raw, addressee, environment));
  const delivery: Delivery = { addressee, event, context, namesIn };
  const answer = event ? await carryOut(event, delivery, work) : refusal(raw, refused, delivery);
  if (answer === GOES_ON) {
    log('INFO', { message: 'goes on in another invocation', ...identification(delivery), durationMs: Date.now() - started }, shownNames(delivery));
    return;
  }
  const { body, record, unfinished } = answer;
  const facts: LogRecord = { ...record, ...identification(delivery), durationMs: Date.now() - started };
  try {
    await sendResponse(addressee.responseUrl, body, AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT)));
    log(facts.status === 'SUCCESS' ? 'INFO' : 'ERROR', facts, shownNames(delivery));
  } catch (error) {
    const { name, message } = error as Error;
    log('ERROR', { ...facts, message: 'not answered', errorName: name, errorMessage: message }, shownNames(delivery));
    throw new Error(message); // a new error, because Lambda logs the stack of an error and everything attached to it
  }
  if (unfinished !== undefined) {
    log('WARN', { ...facts, message: 'something is left to be taken back', errorMessage: unfinished }, shownNames(delivery));
    throw new Error(unfinished);
  }
}

/** A forged request is neither carried out nor answered: nothing is sent anywhere on behalf of its author. */
function acceptedAddressee(raw: unknown, context: InvocationContext, environment: FunctionEnvironment): Addressee | undefined {
  try {
    return addresseeOf(raw, context.invokedFunctionArn, environment);
  } catch (error) {
    log('WARN', { message: 'refused', awsRequestId: context.awsRequestId, errorMessage: (error as Error).message });
    return undefined;
  }
}

/** A request, or the reason why the event is not a request for this function. */
function read(parse: () => LifecycleEvent): { readonly request?: LifecycleEvent; readonly error?: unknown } {
  try {
    return { request: parse() };
  } catch (error) {
    return { error };
  }
}

async function carryOut(event: LifecycleEvent, delivery: Delivery, work: Work): Promise<Answer | typeof GOES_ON> {
  const available = delivery.context.getRemainingTimeInMillis();
  const deadline = startDeadline(available);
  try {
    const result = await Promise.race([work(event, deadline.signal), deadline.passed]);
    if (!result) {
      throw new Error('no end in sight');
    }
    if (result === GOES_ON) {
      return GOES_ON;
    }
    assertResponseFits(event, result.physicalResourceId, result.data);
    return {
      body: successBody(event, result.physicalResourceId, result.data),
      record: { message: 'answered', status: 'SUCCESS', physicalResourceId: result.physicalResourceId, serialNumber: result.data?.SerialNumber },
      unfinished: result.unfinished,
    };
  } catch (error) {
    if (error instanceof LifecycleError && error.cause instanceof AnsweredError) {
      log('WARN', { ...identification(delivery), message: 'left to another delivery', errorMessage: error.cause.message }, shownNames(delivery));
      throw new Error(error.cause.message); // Lambda invokes the function again, which then answers as the other delivery does
    }
    const late = new Error(`${event.logicalResourceId}: not finished within the ${Math.round(available / 1000)} seconds of the function; `
      + 'deploy again');
    return failure(delivery, deadline.signal.aborted ? late : error, error);
  } finally {
    deadline.clear();
  }
}

/**
 * Answers an event that is not for this function or not a complete request. Nothing was ever made for a request that was refused at
 * creation. The removal that CloudFormation requests next therefore succeeds; otherwise the stack would be stuck.
 */
function refusal(raw: unknown, error: unknown, delivery: Delivery): Answer {
  const { addressee } = delivery;
  const { stackId, requestId, logicalResourceId, physicalResourceId } = addressee;
  const isRemoval = (raw as { readonly RequestType?: unknown }).RequestType === 'Delete' && physicalResourceId === inventedId(addressee);
  if (isRemoval && stackId !== undefined && requestId !== undefined && logicalResourceId !== undefined) {
    return {
      body: successBody({ stackId, requestId, logicalResourceId }, physicalResourceId, undefined),
      record: { message: 'answered; nothing was there', status: 'SUCCESS', physicalResourceId },
    };
  }
  const told = new LifecycleError(`${logicalResourceId ?? 'the resource'}: ${(error as Error).message}`, undefined, error);
  return failure(delivery, told, told);
}

/** Always returns a response, even if the reason can't be found: without a response, a stack hangs until its timeout. */
function failure({ addressee, event, context, namesIn }: Delivery, told: unknown, error: unknown): Answer {
  try {
    const physicalResourceId = physicalIdOfFailure(addressee, event, error);
    const cause = error instanceof LifecycleError ? error.cause : error;
    const body = failureBody(addressee, physicalResourceId, reasonOf(told, { ...addressee, ...event }, context.awsRequestId, namesIn));
    return { body, record: { message: 'answered', status: 'FAILED', physicalResourceId, errorName: (cause as Error)?.name, errorMessage: (cause as Error)?.message } };
  } catch (unforeseen) {
    const { physicalResourceId } = addressee;
    const reason = `it failed, and the reason can't be shown; see the log of the function, request ${context.awsRequestId}`;
    const body = failureBody(addressee, physicalResourceId, reason);
    return { body, record: { message: 'answered without a reason', status: 'FAILED', physicalResourceId, errorName: (unforeseen as Error)?.name } };
  }
}

/**
 * The physical id in the response to a failed request. After a failed Create, CloudFormation asks to delete the id in the response, so that
 * id is the identity, if it is known. A failed update leaves the resource as it was.
 */
function physicalIdOfFailure(addressee: Addressee, event: LifecycleEvent | undefined, error: unknown): string {
  const own = error instanceof LifecycleError ? error.physicalResourceId : undefined;
  return event?.physicalResourceId ?? own ?? addressee.physicalResourceId;
}

/** The names that the log may show. A request that was carried out must not fail because of them. */
function shownNames({ addressee, event, namesIn }: Delivery): string[] {
  try {
    return namesOf({ ...addressee, ...event }, namesIn);
  } catch {
    return [];
  }
}

function identification({ addressee: { stackId, logicalResourceId, requestId }, event, context }: Delivery): Partial<LogRecord> {
  return {
    awsRequestId: context.awsRequestId, requestType: event?.requestType, resourceType: event?.resourceType, stackId, logicalResourceId, requestId,
  };
}
