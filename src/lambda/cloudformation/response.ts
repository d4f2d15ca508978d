import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestIds } from '../../resource/response-size';

/**
 * At most 32.4 seconds are spent between the attempts, on average half of that. Each attempt takes up to 10 seconds more; the signal of the
 * caller can end them earlier.
 */
const MAX_ATTEMPTS = 8;
const ATTEMPT_TIMEOUT = 10_000;

/** The body of a failure response. Ids that the request does not have, or that can't be repeated, are left out. */
export function failureBody(event: Partial<RequestIds>, physicalResourceId: string, reason: string): string {
  return JSON.stringify({
    Status: 'FAILED',
    Reason: reason,
    PhysicalResourceId: physicalResourceId,
    StackId: event.stackId,
    RequestId: event.requestId,
    LogicalResourceId: event.logicalResourceId,
  });
}

/**
 * Sends a response to CloudFormation. Faults of the network and of S3 are retried; a refusal (403: the URL has expired) and every other
 * status from S3 are final.
 *
 * @param signal aborts all attempts
 * @throws Error, without the URL, if the response was not accepted; the invocation must then fail, so that Lambda repeats it
 */
export async function sendResponse(responseUrl: string, body: string, signal: AbortSignal): Promise<void> {
  let outcome: number | string = 'no time left';
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && !signal.aborted; attempt++) {
    outcome = await put(new URL(responseUrl), body, signal);
    if (outcome === 200) {
      return;
    }
    if (!isPassing(outcome) || attempt === MAX_ATTEMPTS) {
      break;
    }
    await sleep(Math.min(10_000, 200 * 2 ** attempt) * Math.random(), undefined, { signal }).catch(() => undefined);
  }
  throw new Error(`CloudFormation did not accept the response: ${typeof outcome === 'number' ? `HTTP status ${outcome}` : outcome}`);
}

function isPassing(outcome: number | string): boolean {
  return typeof outcome === 'string' || outcome >= 500 || outcome === 429;
}

/** Returns the HTTP status, or the name of the network fault. Redirects are not followed. */
function put(url: URL, body: string, signal: AbortSignal): Promise<number | string> {
  return new Promise(resolve => {
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, {
      method: 'PUT',
      // The URL is signed for an empty content type.
      headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
      signal,
      timeout: ATTEMPT_TIMEOUT,
    }, response => {
      response.resume();
      response.once('close', () => resolve(response.statusCode!));
    });
    request.once('timeout', () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    request.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.name));
    request.end(body);
  });
}
