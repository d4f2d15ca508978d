import { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Server } from 'node:https';
import { text } from 'node:stream/consumers';
import { IotError, StrictIotState } from './strict-iot-state';
import { CREDENTIALS, SignatureCheck } from '../../support/aws-signature';
import { close, listen, urlOf } from '../../support/local-server';
import { opensslOutput } from '../../support/openssl';
import { AWS_IOT_OPERATIONS } from '../../support/platform-operations';
import { complaintAbout, operationOf } from '../../support/published-operations';

/** A call as it went over the wire. */
export interface IotCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

/** What goes wrong with a call, before it has its effect or after it. */
export interface IotFault {
  readonly when: 'before' | 'after';
  /** AWS's name of an error, or a connection that breaks. */
  readonly error: string;
}

/** Developer guide, "AWS IoT Core endpoints and quotas": GetRegistrationCode, UpdateCACertificate and the like, for each action. */
const CALLS_A_SECOND = 10;

/** The HTTP status of an error that stands in no operation's list. https://docs.aws.amazon.com/iot/latest/apireference/CommonErrors.html */
const COMMON_ERRORS: { readonly [name: string]: number } = {
  ThrottlingException: 400, AccessDeniedException: 403, UnauthorizedException: 401, InternalFailureException: 500, ServiceUnavailableException: 503,
};

/**
 * AWS IoT's control plane as its API reference describes it, over HTTPS: the signature of every call is checked by the signer
 * of the AWS SDK, its rate is limited, and what is registered is checked as AWS says that it does. See `StrictIotState`.
 */
export class StrictIot {
  public static async start(region = 'eu-central-1'): Promise<StrictIot> {
    const pem = selfSigned();
    const iot = new StrictIot(pem, region);
    await listen(iot.server);
    return iot;
  }

  public calls: IotCall[] = [];
  public state = new StrictIotState();
  public readonly credentials = CREDENTIALS;
  private readonly signatures: SignatureCheck;
  private readonly server: Server;
  private readonly recent: { readonly action: string; readonly at: number }[] = [];

  /** @param pem the key and the certificate of the server */
  private constructor(public readonly pem: string, public readonly region: string) {
    this.signatures = new SignatureCheck('iot', region);
    this.server = createServer({ key: pem, cert: pem }, (incoming, outgoing) => void this.serve(incoming, outgoing));
  }

  /** Which call fails, by its index since the last `reset`. */
  public faults: (index: number, call: IotCall) => IotFault | undefined = () => undefined;

  public get url(): string {
    return urlOf(this.server);
  }

  public reset(): void {
    this.calls = [];
    this.recent.length = 0;
    this.state = new StrictIotState();
    this.faults = () => undefined;
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const call = { method: incoming.method!, path: incoming.url! };
    const fault = this.faults(this.calls.push(call) - 1, call);
    try {
      await this.assertSigned(incoming, body);
      this.assertRate(call);
      assertPublished(call, incoming, body);
      if (fault?.when === 'before') {
        throw new IotError(COMMON_ERRORS[fault.error], fault.error);
      }
      const answer = this.state.carryOut(call.method, call.path, body === '' ? {} : JSON.parse(body));
      if (fault) {
        throw new IotError(COMMON_ERRORS[fault.error], fault.error);
      }
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof IotError) || error.status === undefined) {
        incoming.socket.destroy();
        return;
      }
      // https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
      outgoing.writeHead(error.status, { 'content-type': 'application/json', 'x-amzn-errortype': `${error.type}:http://internal.amazon.com/` })
        .end(JSON.stringify({ message: `a message of AWS about ${call.path}` }));
    }
  }

  private async assertSigned({ method, url, headers }: IncomingMessage, body: string): Promise<void> {
    const fault = await this.signatures.fault({ method: method!, url: url!, headers, body });
    if (fault !== undefined) {
      throw new IotError(403, fault);
    }
  }

  private assertRate({ method, path }: IotCall): void {
    const action = `${method} ${path.split(/[/?]/)[1]}`;
    if (this.recent.filter(each => each.action === action && performance.now() - each.at < 1000).length >= CALLS_A_SECOND) {
      throw new IotError(400, 'ThrottlingException');
    }
    this.recent.push({ action, at: performance.now() });
  }
}

function assertPublished({ method, path }: IotCall, { headers }: IncomingMessage, body: string): void {
  const { pathname, searchParams: query } = new URL(path, 'https://iot');
  const operation = operationOf(AWS_IOT_OPERATIONS, { method, path: pathname });
  if (!operation) {
    throw new IotError(404, 'UnknownOperationException');
  }
  if (complaintAbout({ query, headers, body }, operation)) {
    throw new IotError(400, 'InvalidRequestException');
  }
}

/** Serves another server's HTTP over HTTPS. */
export async function httpsInFrontOf(target: string): Promise<{ url: string; pem: string; stop: () => Promise<void> }> {
  const pem = selfSigned();
  const server = createServer({ key: pem, cert: pem }, async (incoming, outgoing) => {
    const body = await text(incoming);
    const response = await fetch(new URL(incoming.url!, target), {
      method: incoming.method, headers: { authorization: incoming.headers.authorization! }, body: body === '' ? undefined : body,
    });
    outgoing.writeHead(response.status, { 'x-amzn-errortype': response.headers.get('x-amzn-errortype') ?? '' }).end(await response.text());
  });
  return { url: await listen(server), pem, stop: () => close(server) };
}

/** A key and a certificate for a server on this machine. */
function selfSigned(): string {
  return opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-', '-out', '-',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']);
}
