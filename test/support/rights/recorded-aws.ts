import { createServer, IncomingMessage, Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { forward } from '../forward';
import { close, listen, urlOf } from '../local-server';

/** A call of the AWS SDK as it went over the wire. */
export interface RecordedCall {
  /** The service, as it stands in the scope of the signature. */
  readonly service: string;
  readonly region: string;
  readonly operation: string;
  readonly input: Record<string, any>;
}

/** S3 names neither the operation nor its input but by the method and the path: `/<bucket>/<key>`, or `/<bucket>?list-type=2`. */
const S3_VERBS: Record<string, string> = { GET: 'Get', PUT: 'Put' };
const LISTING = /[?&]list-type=2/;

function objectOf(url: string): Record<string, string> {
  const query = new URLSearchParams(url.split('?')[1]);
  const [, Bucket, ...key] = decodeURIComponent(url.split('?')[0]).split('/');
  return { Bucket, Key: key.join('/'), ...query.has('prefix') && { Prefix: query.get('prefix')! }, ...query.has('versionId') && { VersionId: query.get('versionId')! } };
}

/** The answer for an operation that moto does not know of. */
export interface OwnAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * AWS between functions and moto, and CloudFormation's bucket for the answers. Every call is recorded, with the Region that it is
 * signed for; it is carried out in the account of the resource that it names.
 */
export class RecordedAws {
  public static async start(moto: string): Promise<RecordedAws> {
    const aws = new RecordedAws(new URL(moto));
    await listen(aws.server);
    return aws;
  }

  public calls: RecordedCall[] = [];
  /** The account whose function is running. */
  public account = '';
  private readonly answers = new Map<string, string>();
  private readonly server: Server;

  private constructor(private readonly moto: URL) {
    this.server = createServer((incoming, outgoing) => void this.serve(incoming).then(
      ({ status, body, headers }) => outgoing.writeHead(status, headers).end(body), () => outgoing.destroy()));
  }

  /** What is answered here, and not by moto. */
  public own: (operation: string, input: Record<string, any>) => OwnAnswer | undefined = () => undefined;

  public get url(): string {
    return urlOf(this.server);
  }

  /** What CloudFormation was told about a request. */
  public answerTo(requestId: string): { Status: string; Reason?: string; PhysicalResourceId: string; Data?: Record<string, string> } {
    return JSON.parse(this.answers.get(requestId)!);
  }

  public async stop(): Promise<void> {
    await close(this.server);
  }

  private async serve(incoming: IncomingMessage): Promise<{ status: number; body: Buffer | string; headers?: IncomingMessage['headers'] }> {
    const body = await buffer(incoming);
    if (incoming.url!.startsWith('/cfn/')) {
      this.answers.set(incoming.url!.slice('/cfn/'.length), body.toString());
      return { status: 200, body: '' };
    }
    const [, region = '', service = ''] = /Credential=[^/]+\/\d+\/([\w-]+)\/(\w+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    const target = incoming.headers['x-amz-target'] as string | undefined;
    const input = service === 's3' ? objectOf(incoming.url!)
      : target ? JSON.parse(body.toString()) : Object.fromEntries(new URLSearchParams(body.toString()));
    const operation = service === 's3' ? LISTING.test(incoming.url!) ? 'ListObjectsV2' : `${S3_VERBS[incoming.method!]}Object` : target?.split('.')[1] ?? String(input.Action);
    const own = this.own(operation, input);
    const account = /"(?:TableName|KeyId|SecretId)":"arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(body.toString())?.[1] ?? this.account;
    const answer = own ? { ...own, headers: { 'content-type': 'text/xml' } } : await forward(incoming, body, this.moto, { 'x-moto-account-id': account });
    this.calls.push({ service, region, operation, input });
    return answer;
  }
}
