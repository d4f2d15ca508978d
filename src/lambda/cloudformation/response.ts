import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestIds } from '../../resource/response-size';

/** With the waits between them about half a minute. */
const MAX_ATTEMPTS = 8;
const ATTEMPT_TIMEOUT = 10_000;

/** The body of an answer that says a request could not be carried out. Ids that the request has not, or that can't be repeated, are left out. */
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
 * Sends an answer to CloudFormation. Faults of the network and of S3 are tried again; a refusal (403: the URL has expired)
 * and every other answer of S3 is final.
 *
 * @param signal ends all attempts
 * @throws Error, without the URL, if the answer was not taken; the invocation must fail then, so that Lambda repeats it
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
  throw new Error(`CloudFormation did not take the answer: ${typeof outcome === 'number' ? `HTTP status ${outcome}` : outcome}`);
}

function isPassing(outcome: number | string): boolean {
  return typeof outcome === 'string' || outcome >= 500 || outcome === 429;
}

/** The HTTP status, or the name of the network's fault. Redirections are not followed. */
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
