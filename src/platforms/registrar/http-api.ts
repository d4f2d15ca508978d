import { setMaxListeners } from 'node:events';
import { IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkFault, networkFault, TOO_LONG } from './network-fault';

/** A request to a platform's API over HTTPS; over HTTP only where AWS is emulated. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** The whole URL. */
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** The longest response that is accepted, in characters; 262,144 if absent. */
  readonly longest?: number;
}

/** A response of a platform's API. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
}

/** The outcome of one attempt: a response, or the reason why there is none. */
type Outcome = { readonly response: HttpResponse; readonly fault?: undefined } | { readonly response?: undefined; readonly fault: NetworkFault };

/** Makes a request, with a new signature for each attempt: timestamps and nonces must not be sent twice. */
export type MakeRequest = () => HttpRequest | Promise<HttpRequest>;

/** The longest time for one attempt; milliseconds. */
const ATTEMPT_TIMEOUT = 20_000;

/** How many times a call with a lasting fault is tried: a resolver or a load balancer can also be wrong for a moment. */
const LASTING_ATTEMPTS = 3;

/**
 * Usually, no response of these APIs is longer; characters. A truncated response would suggest that the missing entries do not exist.
 */
const MAX_RESPONSE = 262_144;

/** The statuses of throttling and of transient faults: RFC 6585, section 4, and RFC 9110, sections 15.5.9 and 15.6. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Names the transient fault of a response by its status; `undefined` if the call is not to be retried. */
export function passingStatus({ status }: HttpResponse): string | undefined {
  return PASSING.includes(status) ? `HTTP status ${status}` : undefined;
}

/**
 * Names the transient fault of a response by the platform's error code, or by the status if there is no code; `undefined` if the call is
 * not to be retried.
 *
 * @param passes the beginnings of the codes of transient faults
 */
export function passingCode(response: HttpResponse, code: unknown, passes: RegExp): string | undefined {
  return typeof code === 'string' ? passes.exec(code)?.[0] : passingStatus(response);
}

/** A call may have taken effect, or not: there was no response to it, or one of a transient fault. */
export class UnansweredError extends Error {}

/**
 * Calls a platform's API. Throttled calls and faults of the service and of the network are retried with jitter until the signal ends
 * them. The caller must expect that a call whose response was lost has taken effect.
 */
export class HttpApi {
  /**
   * @param signal ends every call, and every wait between two attempts
   * @param ca PEM of the CAs to trust, for a test with a server of its own; if absent, the CAs of Node.js
   * @param wayOut what to do about a call for which the time was too short
   */
  constructor(private readonly signal: AbortSignal, private readonly ca?: string, private readonly wayOut = 'deploy again') {
    setMaxListeners(0, signal); // many calls may wait for it at the same time, which is no leak
  }

  /**
   * Makes a call.
   *
   * @param what the call in words, for errors, such as `Azure: upload of the certificate`
   * @param make makes the request, once for each attempt
   * @param passing names the transient fault in a response, for platforms that report it by more than the status
   * @returns the first response without a transient fault
   * @throws Error that shows nothing of the request except its host, because headers hold credentials
   */
  public async send(what: string, make: MakeRequest, passing: (response: HttpResponse) => string | undefined = passingStatus): Promise<HttpResponse> {
    let fault: string | undefined;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(make);
      if (outcome.response) {
        fault = passing(outcome.response);
        if (fault === undefined) {
          return outcome.response;
        }
      } else if (outcome.fault.lasts && attempt >= LASTING_ATTEMPTS) {
        throw new Error(`${what} failed: ${outcome.fault.words}`);
      } else if (fault === undefined || !this.signal.aborted) { // the end of the time is not why the earlier attempts failed
        fault = outcome.fault.words;
      }
      try {
        await this.pause(attempt, outcome.response?.headers ?? {});
      } catch {
        throw new Error(`${what} failed: ${fault}, until the time ran out; ${this.wayOut}`);
      }
    }
  }

  /**
   * Makes a call once, for a call that takes another effect each time, such as one that creates something.
   *
   * @throws UnansweredError if the call may have taken effect, or not; the caller must look before it calls again
   */
  public async sendOnce(what: string, make: MakeRequest, passing: (response: HttpResponse) => string | undefined): Promise<HttpResponse> {
    const { response, fault } = await this.attempt(make);
    const words = response ? passing(response) : fault.words;
    if (response && words === undefined) {
      return response;
    }
    throw new UnansweredError(`${what} failed: ${words}; ${this.wayOut}`);
  }

  private async attempt(make: MakeRequest): Promise<Outcome> {
    const { url, method, headers, body = '', longest = MAX_RESPONSE } = await make();
    const { hostname, protocol } = new URL(url);
    return new Promise(resolve => {
      const fail = (error: Error): void => resolve({ fault: networkFault(error, hostname) });
      const request = (protocol === 'http:' ? httpRequest : httpsRequest)(url, {
        method,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        ca: this.ca,
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT)]),
      }, response => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          if (text.length > longest) {
            response.destroy(Object.assign(new Error(), { code: TOO_LONG }));
          }
        });
        response.once('end', () => resolve({ response: { status: response.statusCode!, headers: plainHeaders(response.headers), text } }));
        response.on('error', fail);
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  /**
   * Waits for the time that the platform asks for, plus full jitter over a growing bound.
   * https://datatracker.ietf.org/doc/html/rfc9110#section-10.2.3
   */
  private async pause(attempt: number, headers: HttpResponse['headers']): Promise<void> {
    const bound = Math.min(10_000, 250 * 2 ** (attempt - 1));
    await sleep(askedWait(headers, new Date()) + bound * Math.random(), undefined, { signal: this.signal });
  }
}

/** A deployment cannot wait longer; milliseconds. */
const LONGEST_WAIT = 999_000;

/**
 * How long a platform asks the client to wait, in milliseconds. The header holds seconds or a date (RFC 9110, section 10.2.3), or Azure's
 * milliseconds (https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md).
 */
export function askedWait({ 'retry-after': retryAfter = '', 'x-ms-retry-after-ms': milliseconds = '' }: HttpResponse['headers'], now: Date): number {
  const asked = /^\d{1,6}$/.test(milliseconds) ? Number(milliseconds)
    : /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000
      : Date.parse(retryAfter) - now.getTime();
  return asked > 0 ? Math.min(asked, LONGEST_WAIT) : 0; // NaN if the platform asks for no wait
}

function plainHeaders(headers: IncomingHttpHeaders): { [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}
