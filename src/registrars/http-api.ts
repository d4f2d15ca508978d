import { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request to a platform's API over HTTPS. */
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

/** How a platform's client signs a request anew for each attempt: timestamps and nonces must not be sent twice. */
export type MakeRequest = () => HttpRequest | Promise<HttpRequest>;

/** One attempt may take so long; milliseconds. */
const ATTEMPT_TIMEOUT = 20_000;

/** Answers and bodies above this are no answers of these APIs; bytes. */
const MAX_RESPONSE = 262_144;

/** Throttling, and faults that pass: RFC 6585, section 4, and RFC 9110, section 15.6. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Names an answer that is to be tried again by its status. */
export function passingStatus({ status }: HttpResponse): string | undefined {
  return PASSING.includes(status) ? `HTTP status ${status}` : undefined;
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
   * @param make makes the request, anew for each attempt
   * @param passing names what is wrong with an answer that is to be tried again, where the platform says it otherwise than by
   *   the status
   * @returns the first answer that is not of those that pass
   * @throws Error without anything of the request, whose headers hold credentials
   */
  public async send(what: string, make: MakeRequest, passing: (response: HttpResponse) => string | undefined = passingStatus): Promise<HttpResponse> {
    let fault: string | undefined;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.attempt(make);
      if (typeof outcome !== 'string') {
        fault = passing(outcome);
        if (fault === undefined) {
          return outcome;
        }
      } else if (fault === undefined || !this.signal.aborted) { // that the time ended an attempt does not say why there were several
        fault = outcome;
      }
      try {
        await this.pause(attempt, typeof outcome === 'string' ? undefined : outcome.headers['retry-after']);
      } catch {
        throw new Error(`${what} failed: ${fault}, until no time was left; deploy again`);
      }
    }
  }

  private async attempt(make: MakeRequest): Promise<HttpResponse | string> {
    const { url, method, headers, body = '' } = await make();
    return new Promise(resolve => {
      const request = httpsRequest(url, {
        method,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        ca: this.ca,
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT)]),
      }, response => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part.slice(0, MAX_RESPONSE - text.length);
        });
        response.once('end', () => resolve({ status: response.statusCode!, headers: plainHeaders(response.headers), text }));
        response.once('error', error => resolve(faultOf(error)));
      });
      request.once('error', error => resolve(faultOf(error)));
      request.end(body);
    });
  }

  /** Full jitter over a growing bound, or what the platform asks for. https://datatracker.ietf.org/doc/html/rfc9110#section-10.2.3 */
  private async pause(attempt: number, retryAfter: string | undefined): Promise<void> {
    const bound = Math.min(10_000, 250 * 2 ** attempt);
    const asked = /^\d{1,3}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1000 : 0;
    await sleep(asked + bound * Math.random(), undefined, { signal: this.signal });
  }
}

/** The name of a fault of the network; its message can hold the URL. */
function faultOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.name;
}

function plainHeaders(headers: IncomingHttpHeaders): { [name: string]: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]));
}

/** The JSON of an answer; an empty map where it is none. */
export function jsonOf({ text }: HttpResponse): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as { [name: string]: unknown } : {};
  } catch {
    return {};
  }
}
