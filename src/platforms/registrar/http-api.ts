import { IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkFault, networkFault, TOO_LONG } from './network-fault';

/** A request to a platform's API over HTTPS; over HTTP only where AWS is emulated. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The whole URL. */
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** What a platform answers. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
}

/** What came of one attempt: an answer, or why there is none. */
type Outcome = { readonly response: HttpResponse; readonly fault?: undefined } | { readonly response?: undefined; readonly fault: NetworkFault };

/** Makes a request, signed again for each attempt: timestamps and nonces must not be sent twice. */
export type MakeRequest = () => HttpRequest | Promise<HttpRequest>;

/** One attempt may take so long; milliseconds. */
const ATTEMPT_TIMEOUT = 20_000;

/** How often a call is tried when its fault is one that lasts: a resolver and a load balancer can be wrong for a moment too. */
const LASTING_ATTEMPTS = 3;

/** No answer of these APIs is longer. A cut one would say that what is missing is not there; characters. */
const MAX_RESPONSE = 262_144;

/** Throttling, and faults that pass: RFC 6585, section 4, and RFC 9110, section 15.6. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Names an answer that is to be tried again by its status. */
export function passingStatus({ status }: HttpResponse): string | undefined {
  return PASSING.includes(status) ? `HTTP status ${status}` : undefined;
}

/**
 * Names an answer that is to be tried again by the code that the platform gives it, or by its status where it has none.
 *
 * @param passes the beginnings of the codes that pass
 */
export function passingCode(response: HttpResponse, code: unknown, passes: RegExp): string | undefined {
  return typeof code === 'string' ? passes.exec(code)?.[0] : passingStatus(response);
}

/**
 * Calls of a platform's API: throttling, faults of the service and of the network are tried again with jitter until the
 * signal ends them. That an answer was lost after it took effect is for the caller to expect.
 */
export class HttpApi {
  /**
   * @param signal ends every call, and every wait between two
   * @param ca PEM of the CAs to trust; those of Node.js, unless a test has a server of its own
   */
  constructor(private readonly signal: AbortSignal, private readonly ca?: string) {}

  /**
   * Makes a call.
   *
   * @param what the call in words, for errors, such as `Azure: upload of the certificate`
   * @param make makes the request, once for each attempt
   * @param passing names what is wrong with an answer that is to be tried again, for platforms that say so by more than the status
   * @returns the first answer that is not of those that pass
   * @throws Error without anything of the request but its host: headers hold credentials
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
      } else if (fault === undefined || !this.signal.aborted) { // the end of the time is not why the attempts before failed
        fault = outcome.fault.words;
      }
      try {
        await this.pause(attempt, outcome.response?.headers ?? {});
      } catch {
        throw new Error(`${what} failed: ${fault}, until no time was left; deploy again`);
      }
    }
  }

  private async attempt(make: MakeRequest): Promise<Outcome> {
    const { url, method, headers, body = '' } = await make();
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
          if (text.length > MAX_RESPONSE) {
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

  /** Full jitter over a growing bound, or what the platform asks for. https://datatracker.ietf.org/doc/html/rfc9110#section-10.2.3 */
  private async pause(attempt: number, headers: HttpResponse['headers']): Promise<void> {
    const bound = Math.min(10_000, 250 * 2 ** (attempt - 1));
    await sleep(askedWait(headers, new Date()) + bound * Math.random(), undefined, { signal: this.signal });
  }
}

/** More than that is no wait for a deployment; milliseconds. */
const LONGEST_WAIT = 999_000;

/**
 * How long a platform asks to be left alone, in milliseconds: seconds or a date (RFC 9110, section 10.2.3), or Azure's milliseconds
 * (https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md).
 */
export function askedWait({ 'retry-after': retryAfter = '', 'x-ms-retry-after-ms': milliseconds = '' }: HttpResponse['headers'], now: Date): number {
  const asked = /^\d{1,6}$/.test(milliseconds) ? Number(milliseconds)
    : /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000
      : Date.parse(retryAfter) - now.getTime();
  return asked > 0 ? Math.min(asked, LONGEST_WAIT) : 0; // no number where nothing is asked
}

function plainHeaders(headers: IncomingHttpHeaders): { [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}
