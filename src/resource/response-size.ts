import { CLOUDFORMATION_LIMITS } from '../contract/cloudformation-limits';

/** The longest response that CloudFormation accepts, in bytes of UTF-8. */
export const MAX_RESPONSE_BYTES = CLOUDFORMATION_LIMITS.answerBytes;

/** The ids of a request, which a response repeats verbatim. */
export interface RequestIds {
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalResourceId: string;
}

/** The body of a success response, exactly as it is sent. */
export function successBody(event: RequestIds, physicalResourceId: string, data: object | undefined): string {
  return JSON.stringify({
    Status: 'SUCCESS',
    PhysicalResourceId: physicalResourceId,
    StackId: event.stackId,
    RequestId: event.requestId,
    LogicalResourceId: event.logicalResourceId,
    NoEcho: false, // nothing in a response is secret
    Data: data,
  });
}

/** The length of the success response, in bytes of UTF-8. */
export function responseBytes(event: RequestIds, physicalResourceId: string, data: object | undefined): number {
  return Buffer.byteLength(successBody(event, physicalResourceId, data));
}

/**
 * Checks, before anything is made, that the response fits.
 *
 * @throws Error with the length and the way out
 */
export function assertResponseFits(event: RequestIds, physicalResourceId: string, data: object | undefined): void {
  const bytes = responseBytes(event, physicalResourceId, data);
  if (bytes > MAX_RESPONSE_BYTES) {
    throw new Error(`the response to CloudFormation would be ${bytes} bytes, but at most ${MAX_RESPONSE_BYTES} are allowed; `
      + 'shorten the subject or choose a smaller key, such as EC_P256');
  }
}
