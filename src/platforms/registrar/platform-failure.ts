import { entryOf, outsideCode } from '../../lambda/outside-text';

/**
 * What a platform refuses, in its own error code and in words that say the way out. Its message is not shown: that of a
 * signature that does not match holds what was signed.
 *
 * @param what the call, such as `Tencent Cloud IoT Hub: CreatePrivateCA`
 * @param code the platform's error code, as `errorCode` has read it
 * @param requestId the id by which the platform's support finds the call
 * @param advice what to do, by the code or by its first part, up to a dot
 */
export function platformFailure(what: string, code: string, requestId: unknown, advice: { readonly [code: string]: string }): Error {
  const known = entryOf(advice, code) ?? entryOf(advice, code.split('.')[0]);
  const support = typeof requestId === 'string' && /^[\w-]{8,64}$/.test(requestId) ? ` (request ${requestId})` : '';
  return new Error(`${what} failed: ${code}${support}${known === undefined ? '' : `; ${known}`}`);
}

/**
 * The error code in an answer, or its status where there is none.
 *
 * @param secrets what was sent and may not be shown
 */
export function errorCode(code: unknown, status: number, secrets: readonly string[]): string {
  return code === undefined || code === null ? `HTTP status ${status}` : outsideCode(code, secrets);
}
