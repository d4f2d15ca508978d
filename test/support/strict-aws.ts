import { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Server } from 'node:https';
import { text } from 'node:stream/consumers';
import { CREDENTIALS, SignatureCheck, SignedRequest } from './aws-signature';
import { close, listen, urlOf } from './local-server';
import { opensslOutput } from './openssl';

/** A refusal, by AWS's name of the error. */
export class AwsRefusal extends Error {
  constructor(public readonly status: number, public readonly code: string) {
    super(code);
  }
}

/** What goes wrong with a call, before it has its effect or after it: AWS's error, or a connection that breaks. */
export interface AwsFault {
  readonly when: 'before' | 'after';
  readonly error: 'reset' | AwsRefusal;
}

/** An answer. */
export interface AwsAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A service of AWS over HTTPS on this machine, which checks the signature of each call. What it holds is for the classes that extend it to say. */
export abstract class StrictAws {
  /** The operations that were called since the last `forget`. */
  public calls: string[] = [];
  /** All requests since then. */
  public received: SignedRequest[] = [];
  public readonly credentials = CREDENTIALS;
  public readonly region = 'eu-central-1';
  /** The key and the certificate of the server. */
  public readonly pem = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-', '-out', '-',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']);
  private readonly server: Server = createServer({ key: this.pem, cert: this.pem }, (incoming, outgoing) => void this.serve(incoming, outgoing));
  private readonly signatures: SignatureCheck;

  protected constructor(service: string) {
    this.signatures = new SignatureCheck(service, this.region);
  }

  /** What happens to a call; `again` counts how often the operation was called before. */
  public fault: (operation: string, again: number) => AwsFault | undefined = () => undefined;
  /** Done before a call is carried out: what somebody else does in the meantime. */
  public meanwhile: (operation: string, again: number) => void | Promise<void> = () => undefined;

  public async start(): Promise<void> {
    await listen(this.server);
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  public get url(): string {
    return urlOf(this.server);
  }

  /** Forgets what was called, and nothing goes wrong any more. */
  public forget(): void {
    this.calls = [];
    this.received = [];
    this.fault = () => undefined;
    this.meanwhile = () => undefined;
  }

  public count(operation: string): number {
    return this.calls.filter(each => each === operation).length;
  }

  /** The operation that a request is of. */
  protected abstract operationOf(request: SignedRequest): string;
  protected abstract carryOut(operation: string, request: SignedRequest): Promise<AwsAnswer>;
  protected abstract refused(refusal: AwsRefusal): AwsAnswer;
  /** A request that needs no signature, such as one with a presigned URL. */
  protected abstract unsigned(request: SignedRequest): AwsAnswer | undefined;

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request: SignedRequest = { method: incoming.method!, url: incoming.url!, headers: incoming.headers, body: await text(incoming) };
    this.received.push(request);
    const { status, contentType, body } = this.unsigned(request) ?? await this.answer(request) ?? {};
    if (status === undefined) {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(status, { 'content-type': contentType }).end(body);
  }

  /** The answer, or none if the connection breaks. */
  private async answer(request: SignedRequest): Promise<AwsAnswer | undefined> {
    try {
      const unsigned = await this.signatures.fault(request);
      if (unsigned !== undefined) {
        throw new AwsRefusal(403, unsigned);
      }
      const operation = this.operationOf(request);
      const again = this.count(operation);
      this.calls.push(operation);
      await this.meanwhile(operation, again);
      const fault = this.fault(operation, again);
      const answer = fault?.when === 'before' ? undefined : await this.carryOut(operation, request);
      if (fault && fault.error !== 'reset') {
        throw fault.error;
      }
      return fault ? undefined : answer;
    } catch (error) {
      return this.refused(error instanceof AwsRefusal ? error : new AwsRefusal(418, `FaultOfTheTest ${(error as Error).stack}`));
    }
  }
}
