import { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Server } from 'node:https';
import { text } from 'node:stream/consumers';
import { close, listen, urlOf } from './local-server';
import { opensslOutput } from './openssl';

/** A request as a platform gets it. */
export interface PlatformRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a platform answers; an object is sent as JSON. */
export interface PlatformAnswer {
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: { readonly [name: string]: string };
}

/** A refusal, with the body the platform documents for it. */
export class Refusal extends Error {
  constructor(public readonly answer: PlatformAnswer) {
    super(`HTTP status ${answer.status}`);
  }
}

/** What goes wrong: the rate, the service, or the answer, which gets lost after the request had its effect or never comes. */
export type PlatformFault = 'throttled' | 'unavailable' | 'lost' | 'silent';

const FAULTS: { readonly [F in 'throttled' | 'unavailable']: PlatformAnswer } = {
  throttled: { status: 429, headers: { 'retry-after': '0' } },
  unavailable: { status: 503 },
};

/** The key and the certificate of the server, which are each other's only use: made once for a test file. */
export function serverCertificate(hosts: readonly string[]): string {
  return opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-', '-days', '1',
    '-subj', '/CN=platform', '-addext', ['subjectAltName=IP:127.0.0.1', ...hosts.map(host => `DNS:${host}`)].join()]);
}

/** A platform's API over HTTPS on this machine. What it holds and demands is for the classes that extend it to say. */
export abstract class HttpsPlatform {
  /** All requests since the last `forget`, in words: `GET /path`. */
  public calls: string[] = [];
  /** All that was sent, to search for what must not be there. */
  public received: PlatformRequest[] = [];
  /** The certificate to trust. */
  public readonly trustedCas: string;
  /** The platform's clock, by which it tells whether a signature still counts; milliseconds since the epoch. */
  public now: () => number = Date.now;
  private readonly server: Server;

  /** @param hosts whose requests it takes, beside those to its own address */
  constructor(...hosts: string[]) {
    this.trustedCas = serverCertificate(hosts);
    this.server = createServer({ key: this.trustedCas, cert: this.trustedCas }, (incoming, outgoing) => void this.serve(incoming, outgoing));
  }

  /** What happens to a request; `again` counts how often the same was asked before. */
  public fault: (call: string, again: number) => PlatformFault | undefined = () => undefined;
  /** What is answered in place of what the platform would: by what stands before it, or by another version of it. */
  public instead: (call: string, again: number) => PlatformAnswer | undefined = () => undefined;
  /** Done before a request is carried out: what somebody else does in the meantime. */
  public meanwhile: (call: string, again: number) => void = () => undefined;
  /** What stands between whoever asks and the platform, and has requests carried out; without an answer the connection is cut. */
  public between: (request: PlatformRequest, call: string, carryOut: () => PlatformAnswer) => Promise<PlatformAnswer | undefined> =
    async (_request, _call, carryOut) => carryOut();

  public async start(): Promise<void> {
    await listen(this.server);
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  public get url(): string {
    return urlOf(this.server);
  }

  /** A deadline that ends with the first request after something has happened, however slow the machine is. */
  public endAfter(hasHappened: () => boolean): AbortSignal {
    const end = new AbortController();
    this.meanwhile = () => {
      if (hasHappened()) {
        end.abort();
      }
    };
    return end.signal;
  }

  /** Forgets what was asked, and nothing goes wrong any more. */
  public forget(): void {
    this.calls = [];
    this.received = [];
    this.fault = () => undefined;
    this.meanwhile = () => undefined;
    this.instead = () => undefined;
  }

  /** How often something was asked. */
  public count(call: string): number {
    return this.calls.filter(each => each === call).length;
  }

  protected abstract answer(request: PlatformRequest): PlatformAnswer;

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url!, this.url);
    const body = await text(incoming);
    const request = { method: incoming.method!, path: pathname, query: searchParams, headers: incoming.headers, body };
    const call = `${request.method} ${pathname.split('/').slice(-2).join('/')}`;
    const again = this.count(call);
    this.calls.push(call);
    this.received.push(request);
    this.meanwhile(call, again);
    const fault = this.fault(call, again);
    const struck = fault === 'throttled' || fault === 'unavailable';
    const answer = await this.between(request, call, () => this.instead(call, again) ?? (struck ? FAULTS[fault] : this.carriedOut(request)));
    if (fault === 'lost' || !answer) {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'silent') {
      return;
    }
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      .end(typeof answer.body === 'object' ? JSON.stringify(answer.body) : answer.body);
  }

  private carriedOut(request: PlatformRequest): PlatformAnswer {
    try {
      return this.answer(request);
    } catch (error) {
      if (error instanceof Refusal) {
        return error.answer;
      }
      return { status: 418, body: { error: { code: 'FaultOfTheTest', message: String((error as Error).stack) } } };
    }
  }
}
