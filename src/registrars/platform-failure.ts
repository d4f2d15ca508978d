/**
 * What a platform refuses, in its own error code and in words that say the way out. Its message is not shown: that of a
 * signature that does not match holds what was signed.
 *
 * @param what the call, such as `Tencent Cloud IoT Hub: CreatePrivateCA`
 * @param code the platform's error code
 * @param requestId the id by which the platform's support finds the call
 * @param advice what to do, by the code or by its first part, up to a dot
 */
export function platformFailure(what: string, code: string, requestId: unknown, advice: { readonly [code: string]: string }): Error {
  const known = [code, code.split('.')[0]].find(each => Object.hasOwn(advice, each));
  const support = typeof requestId === 'string' && /^[\w-]{8,64}$/.test(requestId) ? ` (request ${requestId})` : '';
  return new Error(`${what} failed: ${code}${support}${known === undefined ? '' : `; ${advice[known]}`}`);
}

/** An error code as a platform writes them, or the status of the answer where there is none. */
export function errorCode(code: unknown, status: number): string {
  return typeof code === 'string' && /^[\w.-]{1,100}$/.test(code) ? code : `HTTP status ${status}`;
}
