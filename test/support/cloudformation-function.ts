import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(__dirname, '../..');
const BUNDLE = join(ROOT, 'assets/handler/index.js');

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:PrivateIotCaProvider`;

/** Does for the bundle what Lambda's runtime does: one line in is an event, one line out is the end of its invocation. */
const RUNTIME = `
const { handler } = require(process.argv[1]);
require('readline').createInterface({ input: process.stdin }).on('line', async line => {
  const { id, event, context, remaining } = JSON.parse(line);
  const end = Date.now() + remaining;
  const getRemainingTimeInMillis = () => end - Date.now();
  const error = await handler(event, { ...context, getRemainingTimeInMillis }).then(() => undefined, error => error.stack ?? String(error));
  process.stdout.write('\\u0001' + JSON.stringify({ id, error }) + '\\n');
});
process.stdout.write('\\u0001' + JSON.stringify({ id: 0 }) + '\\n');
`;

/** How an invocation ended: with the error that Lambda would see, if any. */
export interface Invocation {
  readonly error?: string;
}

/** The function as it is deployed: the built bundle in a process of its own, with nothing but what Lambda gives it. */
export class CloudFormationFunction {
  /**
   * @param endpointUrl where all of AWS is
   * @param environment further variables, such as AWS_MAX_ATTEMPTS
   */
  public static async start(endpointUrl: string, environment: { [name: string]: string } = {}): Promise<CloudFormationFunction> {
    assertBundleIsNew();
    const started = new CloudFormationFunction(spawn(process.execPath, ['-e', RUNTIME, BUNDLE], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        AWS_ENDPOINT_URL: endpointUrl,
        ...environment,
      },
    }));
    await started.ended(0);
    return started;
  }

  /** Every line that the function has logged, and everything that Node.js has printed. */
  public readonly log: string[] = [];
  private readonly waiting = new Map<number, (invocation: Invocation) => void>();
  private last = 0;

  private constructor(private readonly process: ChildProcess) {
    for (const output of [process.stdout!, process.stderr!]) {
      createInterface({ input: output }).on('line', line => this.read(line));
    }
    process.once('exit', () => this.waiting.forEach(end => end({ error: `the process ended:\n${this.log.slice(-20).join('\n')}` })));
  }

  /** @param remaining what the invocation has left; milliseconds */
  public async invoke(event: object, remaining = 60_000): Promise<Invocation> {
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
    const { id, error } = JSON.parse(line.slice(1));
    this.waiting.get(id)!({ error });
    this.waiting.delete(id);
  }
}

/** A bundle that is older than its sources would let a test pass, or fail, for what is no longer there. */
function assertBundleIsNew(): void {
  const sources = ['src/handlers', 'src/contract'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => join(ROOT, folder, name)));
  if (!existsSync(BUNDLE) || sources.some(source => statSync(source).isFile() && statSync(source).mtimeMs > statSync(BUNDLE).mtimeMs)) {
    throw new Error(`${BUNDLE} is missing or older than its sources; run: npx projen bundle`);
  }
}
