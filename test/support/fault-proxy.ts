import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { forward } from './forward';
import { close, listen, urlOf } from './local-server';
import { StackResource } from '../../src/issuing/ports';

/** One AWS call as it went over the wire. */
export interface AwsCall {
  /** The name of the operation, such as `GetItem`. */
  readonly operation: string;
  /** The Region for which it was signed. */
  readonly region?: string;
  readonly body: string;
}

/** What goes wrong: the connection, the service, the rate, the rights; or the process, which then makes no further call. */
export type FaultKind = 'reset' | 'serverError' | 'throttled' | 'denied' | 'crash';

/** A fault strikes a call before or after it had its effect. */
export interface Fault {
  readonly kind: FaultKind;
  readonly when: 'before' | 'after';
  /** Done between the effect and the fault. */
  readonly meanwhile?: () => Promise<void>;
}

/** An answer that CloudFormation took. */
export interface ReceivedAnswer {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

const ERRORS: { readonly [K in 'serverError' | 'throttled' | 'denied']: { readonly status: number; readonly type: string } } = {
  serverError: { status: 500, type: 'InternalServerError' },
  throttled: { status: 400, type: 'ThrottlingException' },
  denied: { status: 400, type: 'AccessDeniedException' },
};

/** The operations of S3, which its requests don't name, and its errors, which are XML. */
const S3_OPERATIONS: { readonly [method: string]: string } = { GET: 'GetObject', PUT: 'PutObject' };
const S3_ERRORS: { readonly [K in keyof typeof ERRORS]: { readonly code: string; readonly answer: number } } = {
  serverError: { code: 'InternalError', answer: 500 }, throttled: { code: 'SlowDown', answer: 503 }, denied: { code: 'AccessDenied', answer: 403 },
};

/**
 * AWS between the function and moto, and CloudFormation's bucket for the answers: everything passes over real connections,
 * is recorded, and fails when told to.
 */
export class FaultProxy {
  /** @param target the URL of moto */
  public static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(target));
    await listen(proxy.server);
    return proxy;
  }

  /** What CloudFormation says a stack has, by the stack's id; moto knows no stack of the tests. */
  public readonly stacks = new Map<string, readonly StackResource[]>();
  /** Every AWS call since the last `reset`, the failed ones too. */
  public calls: AwsCall[] = [];
  private answers = new Map<string, ReceivedAnswer[]>();
  private attempts = 0;
  private crashed = false;
  private readonly server: Server;

  private constructor(public readonly target: URL) {
    this.server = createServer((incoming, outgoing) => {
      this.serve(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  /** Which call fails: by its index since the last `reset`, and its operation. A promise holds the call up. */
  public faults: (index: number, call: AwsCall) => Fault | undefined | Promise<Fault | undefined> = () => undefined;
  /** What happens to an attempt to answer CloudFormation: a status other than 200, or a connection that is reset. */
  public answerFaults: (attempt: number) => number | 'reset' | undefined = () => undefined;

  public get url(): string {
    return urlOf(this.server);
  }

  /** Where CloudFormation takes the answer to a request. */
  public responseUrl(requestId: string): string {
    return `${this.url}/cfn/${requestId}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${'5'.repeat(64)}`;
  }

  /** The answers taken for a request. */
  public answersTo(requestId: string): readonly ReceivedAnswer[] {
    return this.answers.get(requestId) ?? [];
  }

  /** How often an answer was sent, taken or not. */
  public get answerAttempts(): number {
    return this.attempts;
  }

  /** Forgets calls and answers, and repairs everything. */
  public reset(): void {
    this.calls = [];
    this.answers = new Map();
    this.attempts = 0;
    this.repair();
  }

  /** Nothing fails any more, and what crashed is running again. */
  public repair(): void {
    this.crashed = false;
    this.faults = () => undefined;
    this.answerFaults = () => undefined;
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    if (incoming.url!.startsWith('/cfn/')) {
      this.takeAnswer(incoming, outgoing, body.toString());
    } else {
      await this.passCall(incoming, outgoing, body);
    }
  }

  private takeAnswer(incoming: IncomingMessage, outgoing: ServerResponse, body: string): void {
    // What has crashed sends nothing: here it is told at once that nothing will be taken, so that it does not try for long.
    const fault = this.crashed ? 403 : this.answerFaults(this.attempts++);
    if (fault === 'reset') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault === undefined) {
      const id = new URL(incoming.url!, this.url).pathname.slice('/cfn/'.length);
      this.answers.set(id, [...this.answersTo(id), { body, headers: incoming.headers }]);
    }
    outgoing.writeHead(fault ?? 200).end();
  }

  private async passCall(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): Promise<void> {
    const query = new URLSearchParams(body.toString());
    const target = incoming.headers['x-amz-target'];
    const isS3 = target === undefined && !query.has('Action');
    const call = {
      operation: query.get('Action') ?? (isS3 ? S3_OPERATIONS[incoming.method!] : String(target).split('.')[1]),
      region: incoming.headers.authorization?.split('/')[2],
      body: body.toString(),
    };
    const fault = this.crashed ? { kind: 'crash', when: 'before' } as const : await this.faults(this.calls.push(call) - 1, call);
    if (fault?.when !== 'before') {
      const response = call.operation === 'ListStackResources' ? this.listStack(query.get('StackName')!) : await forward(incoming, body, this.target);
      if (!fault) {
        outgoing.writeHead(response.status, response.headers).end(response.body);
        return;
      }
      await fault.meanwhile?.();
    }
    if (fault.kind === 'reset' || fault.kind === 'crash') {
      this.crashed ||= fault.kind === 'crash';
      incoming.socket.destroy(); // not a reset: where the other end was killed, that keeps Node.js 20 busy for ever
      return;
    }
    const { status, type } = ERRORS[fault.kind];
    if (isS3) {
      const { code, answer } = S3_ERRORS[fault.kind];
      outgoing.writeHead(answer, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code><Message>a message of AWS</Message></Error>`);
      return;
    }
    outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type })
      .end(JSON.stringify({ __type: type, message: `a message of AWS about ${call.body}` })); // messages of AWS quote what was sent
  }

  private listStack(stackId: string): { status: number; headers: IncomingMessage['headers']; body: Buffer } {
    const members = (this.stacks.get(stackId) ?? []).map(({ type, logicalResourceId, physicalResourceId }) => `<member><ResourceType>${type}</ResourceType>`
      + `<LogicalResourceId>${logicalResourceId}</LogicalResourceId><PhysicalResourceId>${physicalResourceId}</PhysicalResourceId></member>`);
    const body = '<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult>'
      + `<StackResourceSummaries>${members.join('')}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: Buffer.from(body) };
  }
}
