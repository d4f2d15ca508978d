import { createHash } from 'node:crypto';
import { LifecycleError, LifecycleEvent, LifecycleResult } from '../lifecycle-event';
import { log, LogRecord } from '../log';
import { assertResponseFits, successBody } from '../response-size';
import { startDeadline } from './deadline';
import { CloudFormationEvent, parseEvent } from './event';
import { namesOf, reasonOf } from './reason';
import { failureBody, sendResponse } from './response';

/** What Lambda says of an invocation, as far as it is needed. */
export interface InvocationContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Carries out a request; `signal` ends it when the time is up. */
export type Work = (event: LifecycleEvent, signal: AbortSignal) => Promise<LifecycleResult>;

/** An answer, and what the log says of it. */
interface Answer {
  readonly body: string;
  readonly record: LogRecord;
}

/** Left of an invocation when the last attempt to answer ends, so that its end is logged; milliseconds. */
const LAST_MOMENT = 100;

/**
 * Takes a request of CloudFormation, carries it out and answers it; every request gets an answer while there is time.
 *
 * @param endpointUrl the endpoint at which all AWS services are emulated, if they are
 * @throws Error if CloudFormation could not be answered. Lambda then invokes the function again, twice, with the same
 *   event (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), which finds the work done.
 */
export async function handleCloudFormationEvent(
  raw: unknown, context: InvocationContext, work: Work, endpointUrl: string | undefined,
): Promise<void> {
  const started = Date.now();
  const event = acceptedEvent(raw, context, endpointUrl);
  if (!event) {
    return;
  }
  const { body, record } = await answer(event, context, work);
  const facts: LogRecord = { ...record, ...identification(event, context), durationMs: Date.now() - started };
  try {
    await sendResponse(event.responseUrl, body, AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT)));
    log(facts.status === 'SUCCESS' ? 'INFO' : 'ERROR', facts, namesOf(event));
  } catch (error) {
    const { name, message } = error as Error;
    log('ERROR', { ...facts, message: 'not answered', errorName: name, errorMessage: message }, namesOf(event));
    throw new Error(message); // anew: what Lambda logs of an error has its stack and all that hangs on it
  }
}

/** A request that was forged is neither carried out nor answered: nothing is sent anywhere on behalf of whoever made it. */
function acceptedEvent(raw: unknown, context: InvocationContext, endpointUrl: string | undefined): CloudFormationEvent | undefined {
  try {
    return parseEvent(raw, context.invokedFunctionArn, endpointUrl);
  } catch (error) {
    log('WARN', { message: 'refused', awsRequestId: context.awsRequestId, errorMessage: (error as Error).message });
    return undefined;
  }
}

async function answer(event: CloudFormationEvent, context: InvocationContext, work: Work): Promise<Answer> {
  const available = context.getRemainingTimeInMillis();
  const deadline = startDeadline(available);
  try {
    const result = await Promise.race([work(event, deadline.signal), deadline.passed]);
    if (!result) {
      throw new Error('no end in sight');
    }
    assertResponseFits(event, result.physicalResourceId, result.data);
    return {
      body: successBody(event, result.physicalResourceId, result.data),
      record: { message: 'answered', status: 'SUCCESS', physicalResourceId: result.physicalResourceId, serialNumber: result.data?.SerialNumber },
    };
  } catch (error) {
    const late = new Error(`${event.logicalResourceId}: not done within the ${Math.round(available / 1000)} seconds of the function; deploy again`);
    const physicalResourceId = physicalIdOfFailure(event, error);
    const cause = error instanceof LifecycleError ? error.cause : error;
    return {
      body: failureBody(event, physicalResourceId, reasonOf(deadline.signal.aborted ? late : error, event, context.awsRequestId)),
      record: { message: 'answered', status: 'FAILED', physicalResourceId, errorName: (cause as Error)?.name, errorMessage: (cause as Error)?.message },
    };
  } finally {
    deadline.clear();
  }
}

/**
 * CloudFormation asks to delete what a failed Create answered, so that is the identity, if it came to one. An update that
 * failed leaves the resource what it was.
 */
function physicalIdOfFailure(event: CloudFormationEvent, error: unknown): string {
  const own = error instanceof LifecycleError ? error.physicalResourceId : undefined;
  return event.physicalResourceId ?? own
    ?? `invalid-${createHash('sha256').update(`${event.stackId}|${event.logicalResourceId}`).digest('hex').slice(0, 32)}`;
}

function identification(event: CloudFormationEvent, context: InvocationContext): Partial<LogRecord> {
  const { requestType, resourceType, stackId, logicalResourceId, requestId } = event;
  return { awsRequestId: context.awsRequestId, requestType, resourceType, stackId, logicalResourceId, requestId };
}
