import { entryOf, outsideCode } from '../../lambda/outside-text';

/**
 * What a message says of a call that a platform has refused; the same form for all of them.
 *
 * @param platform the platform, or the service there
 * @param call the operation, or what it does in words, such as `the upload of the certificate`
 * @param said what the platform has answered, with nothing in it that must not be shown
 * @param wayOut what to do, where that is known
 */
export function refusalOf(platform: string, call: string, said: string, wayOut: string | undefined): Error {
  return new Error(`${platform} refused ${call}: ${said}${wayOut === undefined ? '' : `; ${wayOut}`}`);
}

/**
 * A refusal by an error code alone. The platform's message is not shown: that of a signature that does not match holds what was signed.
 *
 * @param code the platform's error code, as `errorCode` has read it
 * @param requestId the id by which the platform's support finds the call
 * @param advice what to do, by the code or by its first part, up to a dot
 */
export function refusalByCode(
  platform: string, call: string, code: string, requestId: unknown, advice: { readonly [code: string]: string },
): Error {
  const support = typeof requestId === 'string' && /^[\w-]{8,64}$/.test(requestId) ? ` (request ${requestId})` : '';
  return refusalOf(platform, call, `${code}${support}`, entryOf(advice, code) ?? entryOf(advice, code.split('.')[0]));
}

/**
 * The error code in an answer, or its status where there is none.
 *
 * @param secrets what was sent and may not be shown
 */
export function errorCode(code: unknown, status: number, secrets: readonly string[]): string {
  return code === undefined || code === null ? `HTTP status ${status}` : outsideCode(code, secrets);
}
