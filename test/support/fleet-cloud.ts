import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { App, Stack } from 'aws-cdk-lib';
import { forward } from './forward';
import { close, listen, portOf, urlOf } from './local-server';
import { motoUrl } from './moto';
import { AwsWorld, FunctionProperties } from './rights/aws-world';
import { Ended, LambdaProcess } from './rights/lambda-process';
import { PlayedStack } from './rights/played-stack';
import { OwnAnswer, RecordedAws } from './rights/recorded-aws';
import { StatesInterpreter } from './states-interpreter';
import { AwsError } from '../driver/aws/aws-error';
import { DynamoDb } from '../driver/aws/dynamodb';

const PLACE = { partition: 'aws', account: '123456789012', region: 'eu-central-1' };

/** A function of the stack, in as many processes as it was started in. */
interface DeployedFunction {
  readonly properties: FunctionProperties;
  process: LambdaProcess;
}

/** What happens to an invocation. */
export type InvocationFault = 'killed' | 'twice' | undefined;

/**
 * A stack in an account: its resources in moto, its state machine in an interpreter, and its functions as processes with the shipped bundle, which Step
 * Functions invokes through a server that stands for all services.
 */
export class FleetCloud {
  public static async start(): Promise<FleetCloud> {
    const moto = await motoUrl();
    const cloud = new FleetCloud(await RecordedAws.start(moto), new URL(moto));
    await listen(cloud.server);
    cloud.interpreter = await StatesInterpreter.start(portOf(cloud.server));
    return cloud;
  }

  public readonly world: AwsWorld;
  public interpreter!: StatesInterpreter;
  public readonly s3: S3Client;
  /** What the emulators do not know. */
  public readonly unforeseen: Error[] = [];
  /** Every payload that went from the state machine to a function, and back. */
  public readonly payloads: string[] = [];
  /** The folder of the fleet in its bucket. */
  public folder = '';
  private readonly server: Server;
  private readonly functions = new Map<string, DeployedFunction>();
  private readonly counts = new Map<string, number>();
  private readonly former: LambdaProcess[] = [];
  private readonly tables = new Map<string, Map<string, any>>();
  private readonly dynamoDb = new DynamoDb({ tables: this.tables, tokens: new Map() }, () => undefined);

  private constructor(private readonly recorded: RecordedAws, private readonly moto: URL) {
    this.world = new AwsWorld(recorded, PLACE);
    this.world.answer = recorded.own = (operation, input) => this.ledger(operation, input);
    this.s3 = new S3Client({ endpoint: moto.href, region: PLACE.region, forcePathStyle: true });
    this.server = createServer((incoming, outgoing) => void this.serve(incoming, outgoing).catch(() => outgoing.destroy()));
  }

  /** What happens to the invocation of a function, by the name of its handler and its number. */
  public fault: (handler: string, index: number) => InvocationFault = () => undefined;

  /** Deploys a stack, without running its fleet. @returns it, with the definition of its state machine */
  public async deploy(name: string, declare: (stack: Stack) => void): Promise<{ readonly stack: PlayedStack; readonly definition: string }> {
    const app = new App();
    const declared = new Stack(app, name, { env: { account: PLACE.account, region: PLACE.region } });
    declare(declared);
    const stack = new PlayedStack(this.world, name);
    await stack.deploy(app.synth().getStackByName(name).template);
    stack.resourcesOf('AWS::Lambda::Function').filter(({ properties }) => /^index\.(plan|work|finish)$/.test(properties.Handler)).forEach(({ physicalId, properties }) => {
      this.functions.set(physicalId, { properties, process: this.start(properties) });
    });
    const [worker] = stack.resourcesOf('AWS::Lambda::Function').filter(({ properties }) => properties.Handler === 'index.work');
    this.folder = worker.properties.Environment.Variables.RESULTS_FOLDER;
    const [{ properties }] = stack.resourcesOf('AWS::StepFunctions::StateMachine');
    return { stack, definition: properties.DefinitionString };
  }

  public async upload(bucket: string, key: string, content: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  }

  /** Loses everything that a ledger knows. */
  public async emptyTable(name: string): Promise<void> {
    this.tables.get(name)!.clear();
  }

  /** The objects below a folder, by what follows it in their keys. */
  public async objects(bucket: string, folder: string): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    let ContinuationToken: string | undefined;
    do {
      const listed = await this.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${folder}/`, ContinuationToken }));
      for (const { Key } of listed.Contents ?? []) {
        const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        found.set(Key!.slice(folder.length + 1), Buffer.from(await Body!.transformToByteArray()));
      }
      ContinuationToken = listed.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  }

  /** Every line that the functions have logged. */
  public get logs(): string[] {
    return [...this.former, ...[...this.functions.values()].map(({ process }) => process)].flatMap(({ log }) => log);
  }

  public async stop(): Promise<void> {
    [...this.functions.values()].forEach(({ process }) => process.stop());
    this.interpreter.stop();
    this.world.stop();
    await close(this.server);
    await this.recorded.stop();
  }

  private start({ Handler, Environment }: FunctionProperties): LambdaProcess {
    const [, handler] = Handler.split('.');
    return new LambdaProcess({ bundle: 'fleet', handler }, { AWS_REGION: PLACE.region, AWS_ENDPOINT_URL: urlOf(this.server), ...Environment?.Variables });
  }

  /** moto copies a table for each transaction, which is too slow for thousands of certificates: ledgers are in the driver's DynamoDB. */
  private ledger(operation: string, input: Record<string, any>): OwnAnswer | undefined {
    if (operation === 'CreateTable') {
      this.tables.set(input.TableName, new Map());
      return { status: 200, body: '{}' };
    }
    if (!/^(GetItem|BatchGetItem|PutItem|UpdateItem|Query|TransactWriteItems)$/.test(operation)) {
      return undefined;
    }
    try {
      return { status: 200, body: JSON.stringify(this.dynamoDb.answer(operation, input)) };
    } catch (error) {
      if (!(error instanceof AwsError)) {
        this.unforeseen.push(error as Error);
        throw error;
      }
      return { status: 400, body: JSON.stringify({ __type: error.type, message: error.message, ...error.more }) };
    }
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const [, name] = /^\/2015-03-31\/functions\/(?:arn[^/]*function(?::|%3A))?([^/:]+)\/invocations/.exec(incoming.url!) ?? [];
    const target = incoming.headers['x-amz-target'];
    const own = target === undefined ? undefined : this.ledger(String(target).split('.')[1], JSON.parse(body.toString()));
    if (own) {
      outgoing.writeHead(own.status, { 'content-type': 'application/x-amz-json-1.0' }).end(own.body);
      return;
    }
    if (name === undefined) {
      const answer = await forward(incoming, body, this.moto, { 'x-moto-account-id': PLACE.account });
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const { result, error } = await this.invoke(name, body.toString());
    const payload = JSON.stringify(error ? { errorType: error.name, errorMessage: error.message } : result);
    this.payloads.push(body.toString(), payload);
    outgoing.writeHead(200, { 'content-type': 'application/json', ...error && { 'x-amz-function-error': 'Unhandled' } }).end(payload);
  }

  private async invoke(name: string, payload: string): Promise<Ended> {
    const fn = this.functions.get(name)!;
    const [, handler] = fn.properties.Handler.split('.');
    const index = this.counts.get(handler) ?? 0;
    this.counts.set(handler, index + 1);
    const event = JSON.parse(payload);
    const ended = fn.process.invoke(event);
    switch (this.fault(handler, index)) {
      case 'killed':
        setTimeout(() => {
          this.former.push(fn.process);
          fn.process.stop();
          fn.process = this.start(fn.properties);
        }, 300);
        return ended;
      case 'twice': {
        const other = this.start(fn.properties);
        this.former.push(other);
        const [first] = await Promise.all([ended, other.invoke(event)]);
        other.stop();
        return first;
      }
      default: return ended;
    }
  }
}
