import { CLOUDFORMATION_LIMITS } from '../contract/cloudformation-limits';

/** The longest answer CloudFormation takes, in bytes of UTF-8. */
export const MAX_RESPONSE_BYTES = CLOUDFORMATION_LIMITS.answerBytes;

/** What identifies a request; an answer repeats it verbatim. */
export interface RequestIds {
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalResourceId: string;
}

/** The body of an answer that says the request was carried out, exactly as it is sent. */
export function successBody(event: RequestIds, physicalResourceId: string, data: object | undefined): string {
  return JSON.stringify({
    Status: 'SUCCESS',
    PhysicalResourceId: physicalResourceId,
    StackId: event.stackId,
    RequestId: event.requestId,
    LogicalResourceId: event.logicalResourceId,
    NoEcho: false, // nothing in an answer is secret
    Data: data,
  });
}

/** How long the answer would be, in bytes of UTF-8. */
export function responseBytes(event: RequestIds, physicalResourceId: string, data: object | undefined): number {
  return Buffer.byteLength(successBody(event, physicalResourceId, data));
}

/**
 * Checks, before anything is made, that it can be answered.
 *
 * @throws Error with the length and the way out
 */
export function assertResponseFits(event: RequestIds, physicalResourceId: string, data: object | undefined): void {
  const bytes = responseBytes(event, physicalResourceId, data);
  if (bytes > MAX_RESPONSE_BYTES) {
    throw new Error(`the answer to CloudFormation would be ${bytes} bytes, at most ${MAX_RESPONSE_BYTES} are allowed; `
      + 'shorten the subject or choose a smaller key, such as EC_P256');
  }
}
