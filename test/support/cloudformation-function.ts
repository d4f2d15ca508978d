import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { CLIENT_OPTIONS } from '../../src/lambda/aws/client-options';

const ROOT = resolve(__dirname, '../..');
/** As the construct sets it; milliseconds. */
const FUNCTION_TIMEOUT = 300_000;

/** A function of the package: its bundle, and the handler that the bundle exports. */
export interface Shipped {
  readonly bundle: string;
  readonly handler: string;
}

const ISSUING: Shipped = { bundle: 'handler', handler: 'handler' };

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:PrivateIotCaProvider`;

/** The stack that the function is part of, and the only one that it works for. */
export const STACK_ID = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Iot/51af3dc0-da77-11e4-872e-1234567890ab`;

/** Long and unlike everything else, so that they are found wherever they are shown. */
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAENVIRONMENTTESTS',
  AWS_SECRET_ACCESS_KEY: 'secret-access-key-of-the-environment',
  AWS_SESSION_TOKEN: 'session-token-of-the-environment',
};

/** How long the function waits for an answer of AWS, in milliseconds. */
const { requestTimeout } = CLIENT_OPTIONS.requestHandler;

/**
 * Does for the bundle what Lambda's runtime does: one line in is an event, one line out is the end of its invocation. Its
 * waits and its time left pass as many times faster as it is told, but not its patience with an answer: a busy machine is slow.
 */
const RUNTIME = `
const [, bundle, name, speed] = process.argv;
const { now } = Date, start = now(), wait = setTimeout, timers = require('timers/promises'), sleep = timers.setTimeout;
Date.now = () => start + (now() - start) * speed;
globalThis.setTimeout = (callback, ms, ...rest) => wait(callback, ms === ${requestTimeout} ? ms : ms / speed, ...rest);
timers.setTimeout = (ms, ...rest) => sleep(ms / speed, ...rest);
let connections = 0;
require('diagnostics_channel').subscribe('net.client.socket', () => { connections++; });
const handler = require(bundle)[name];
require('readline').createInterface({ input: process.stdin }).on('line', async line => {
  const { id, event, context, remaining } = JSON.parse(line);
  const end = Date.now() + remaining;
  const before = connections;
  const getRemainingTimeInMillis = () => end - Date.now();
  const ended = await handler(event, { ...context, getRemainingTimeInMillis })
    .then(result => ({ result }), error => ({ error: error.stack ?? String(error), message: error.message }));
  process.stdout.write('\\u0001' + JSON.stringify({ id, ...ended, connections: connections - before }) + '\\n');
});
process.stdout.write('\\u0001' + JSON.stringify({ id: 0 }) + '\\n');
`;

/** How an invocation ended: with the error that Lambda would see, if any. */
export interface Invocation {
  readonly error?: string;
  /** The error without its stack. */
  readonly message?: string;
  /** What the function has returned, for those that return something. */
  readonly result?: unknown;
  /** How many network connections were begun, to wherever. */
  readonly connections?: number;
}

/** The function as it is deployed: the built bundle in a process of its own, with nothing but what Lambda gives it. */
export class CloudFormationFunction {
  /**
   * @param endpointUrl where all of AWS is; absent where the environment says it, service by service
   * @param environment further variables, such as AWS_MAX_ATTEMPTS
   * @param speed how many times faster than the clock it waits
   * @param shipped which of the functions
   */
  public static async start(
    endpointUrl: string | undefined, environment: { readonly [name: string]: string } = {}, speed = 1, { bundle, handler } = ISSUING,
  ): Promise<CloudFormationFunction> {
    const file = join(ROOT, 'assets', bundle, 'index.js');
    assertBundleIsNew(file);
    const env = {
      ...endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl },
      ...CREDENTIALS,
      ...environment,
      PATH: process.env.PATH!,
      AWS_REGION: REGION,
      STACK_ID,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    const child = spawn(process.execPath, ['-e', RUNTIME, file, handler, String(speed)], { stdio: ['pipe', 'pipe', 'pipe'], env });
    const started = new CloudFormationFunction(child, Object.values({ ...env, AWS_REGION: '', STACK_ID: '' }).filter(value => value.length > 4));
    await started.ended(0);
    return started;
  }

  /** Every line that the function has logged, and everything that Node.js has printed. */
  public readonly log: string[] = [];
  private readonly waiting = new Map<number, (invocation: Invocation) => void>();
  private last = 0;

  /** @param environmentValues the values of its environment variables that nobody has to see */
  private constructor(private readonly process: ChildProcess, public readonly environmentValues: readonly string[]) {
    for (const output of [process.stdout!, process.stderr!]) {
      createInterface({ input: output }).on('line', line => this.read(line));
    }
    process.once('exit', () => this.waiting.forEach(end => end({ error: `the process ended:\n${this.log.slice(-20).join('\n')}` })));
  }

  /** @param remaining what the invocation has left; milliseconds */
  public async invoke(event: object, remaining = FUNCTION_TIMEOUT): Promise<Invocation> {
    const id = ++this.last;
    const ended = this.ended(id);
    const context = { invokedFunctionArn: FUNCTION_ARN, awsRequestId: `invocation-${id}` };
    this.process.stdin!.write(`${JSON.stringify({ id, event, context, remaining })}\n`);
    return ended;
  }

  public async stop(): Promise<void> {
    const exit = new Promise(end => this.process.once('exit', end));
    this.process.kill('SIGKILL');
    await exit;
  }

  private ended(id: number): Promise<Invocation> {
    return new Promise(end => this.waiting.set(id, end));
  }

  private read(line: string): void {
    if (!line.startsWith('\u0001')) {
      this.log.push(line);
      return;
    }
    const { id, ...invocation } = JSON.parse(line.slice(1));
    this.waiting.get(id)!(invocation);
    this.waiting.delete(id);
  }
}

/** A bundle that is older than its sources would let a test pass, or fail, for what is no longer there. */
function assertBundleIsNew(bundle: string): void {
  const sources = ['src/issuing', 'src/lambda', 'src/resource', 'src/contract'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => join(ROOT, folder, name)));
  if (!existsSync(bundle) || sources.some(source => statSync(source).isFile() && statSync(source).mtimeMs > statSync(bundle).mtimeMs)) {
    throw new Error(`${bundle} is missing or older than its sources; run: npx projen bundle`);
  }
}
