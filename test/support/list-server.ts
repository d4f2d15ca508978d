import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { close, listen, urlOf } from './local-server';

/** What a path answers: octets, or whatever a function does. */
export type ListAnswer = Buffer | string | ((request: IncomingMessage, response: ServerResponse) => void);

/** A web server on this machine that publishes revocation lists, or what is to pass for one. */
export class ListServer {
  /** What each path answers; 404 for others. */
  public readonly answers = new Map<string, ListAnswer>();
  /** The paths that were asked for, in order. */
  public readonly asked: string[] = [];
  private readonly server: Server = createServer((request, response) => this.answer(request, response));

  public async start(): Promise<void> {
    await listen(this.server);
  }

  /** Publishes something at a path, and answers its URL. */
  public publish(path: string, answer: ListAnswer): string {
    this.answers.set(path, answer);
    return this.url(path);
  }

  public url(path: string): string {
    return `${urlOf(this.server)}${path}`;
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!;
    this.asked.push(path);
    const answer = this.answers.get(path);
    if (answer === undefined) {
      response.writeHead(404).end('there is nothing here');
    } else if (typeof answer === 'function') {
      answer(request, response);
    } else {
      response.end(answer);
    }
  }
}
