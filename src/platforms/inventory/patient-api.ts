import { HttpApi } from '../registrar/http-api';

/** How long a single call may take, with all its attempts; milliseconds. Azure asks a throttled caller to wait up to a minute or two. */
export const CALL_TIMEOUT = 300_000;

/** What to do about a call for which this was too short. */
export const WAY_OUT = 'run the command again';

/**
 * Returns an HTTP API for a single call of the command line, whose whole run can take any time.
 *
 * @param trustedCas PEM of the CAs to trust; absent for those of Node.js
 */
export function apiForOneCall(trustedCas: string | undefined): HttpApi {
  return new HttpApi(AbortSignal.timeout(CALL_TIMEOUT), trustedCas, WAY_OUT);
}
