import { entryOf, outsideCode } from '../../lambda/outside-text';

/**
 * The error for a call that a platform has refused. Its message has the same form for all platforms.
 *
 * @param platform the platform, or the service there
 * @param call the operation, or what it does in words, such as `the upload of the certificate`
 * @param said what the platform has answered, without anything that must not be shown
 * @param wayOut what to do, if that is known
 */
export function refusalOf(platform: string, call: string, said: string, wayOut: string | undefined): Error {
  return new Error(`${platform} refused ${call}: ${said}${wayOut === undefined ? '' : `; ${wayOut}`}`);
}

/**
 * The error for a refusal, with the error code only. The platform's message is not shown: if a signature does not match, the message
 * contains what was signed.
 *
 * @param code the platform's error code, as read by `errorCode`
 * @param requestId the ID by which the platform's support finds the call
 * @param advice what to do, by the code, or by the part of the code before its first dot
 */
export function refusalByCode(
  platform: string, call: string, code: string, requestId: unknown, advice: { readonly [code: string]: string },
): Error {
  const support = typeof requestId === 'string' && /^[\w-]{8,64}$/.test(requestId) ? ` (request ${requestId})` : '';
  return refusalOf(platform, call, `${code}${support}`, entryOf(advice, code) ?? entryOf(advice, code.split('.')[0]));
}

/**
 * The error code in a response, or its status if there is no code.
 *
 * @param secrets what was sent and must not be shown
 */
export function errorCode(code: unknown, status: number, secrets: readonly string[]): string {
  return code === undefined || code === null ? `HTTP status ${status}` : outsideCode(code, secrets);
}
