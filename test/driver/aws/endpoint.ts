import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { AwsAnswer } from './fake-aws';
import { close, listen, urlOf } from '../../support/local-server';

/** What came over the wire from an execution environment. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  /** The header `X-Amz-Target`. */
  readonly target?: string;
  readonly body: string;
}

/** What goes back; or the connection is cut. */
export type WireReply = AwsAnswer | 'cut';

/** Whoever answers the requests of an execution environment. */
export type Serve = (request: WireRequest) => Promise<WireReply>;

/** The one endpoint at which all of AWS is: it knows the execution environments by a header that their runtime adds. */
export class Endpoint {
  public static async start(): Promise<Endpoint> {
    const endpoint = new Endpoint();
    await listen(endpoint.server);
    return endpoint;
  }

  private readonly serving = new Map<number, Serve>();
  private readonly server = createServer((incoming, outgoing) => {
    this.serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });

  private constructor() {
    this.server.keepAliveTimeout = 60_000;
  }

  public get url(): string {
    return urlOf(this.server);
  }

  public attach(environmentId: number, serve: Serve): void {
    this.serving.set(environmentId, serve);
  }

  public detach(environmentId: number): void {
    this.serving.delete(environmentId);
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const serve = this.serving.get(Number(incoming.headers['x-environment']))!;
    const target = incoming.headers['x-amz-target'];
    const { method, url } = incoming;
    const reply = await serve({ method: method!, path: url!, target: target && String(target), body: await text(incoming) });
    if (reply === 'cut') {
      incoming.socket.destroy();
    } else {
      outgoing.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) }).end(reply.body);
    }
  }
}
