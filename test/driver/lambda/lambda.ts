import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';

const ROOT = resolve(__dirname, '../../..');
const RUNTIME = join(__dirname, 'execution-environment.cjs');

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:PrivateIotCaProvider`;

/** What a function has for one event before Lambda ends it; milliseconds. */
export const FUNCTION_TIMEOUT = 300_000;

/** More wait for events of a later time than any history may still have; each holds 25 MB. */
const MAX_IDLE = 8;

/** What is shipped of a function, by the folder of its bundle in assets/. */
function bundleOf(name: string): string {
  return join(ROOT, 'assets', name, 'index.js');
}

/** The server that stands for all hosts over HTTPS. */
export interface Outside {
  readonly port: number;
  /** PEM of the CA to trust. */
  readonly ca: string;
}

/** What an execution environment runs, and where. */
export interface Runtime {
  /** The folder of the bundle in assets/. */
  readonly bundle: string;
  /** What the bundle exports for the function. */
  readonly handler: string;
  /** Its environment variables; nothing else is in its environment. */
  readonly variables: { readonly [name: string]: string };
  readonly outside?: Outside;
}

/** How an invocation ended. */
export interface Ended {
  /** What Lambda sees, and tries again after. */
  readonly error?: string;
  /** The time at its end, milliseconds since the epoch. */
  readonly time: number;
}

/** An execution environment: the shipped bundle, loaded once, which carries out one event at a time. */
export class ExecutionEnvironment {
  public static async start(id: number, { bundle, handler, variables, outside }: Runtime, time: number): Promise<ExecutionEnvironment> {
    const worker = new Worker(RUNTIME, {
      workerData: { id, bundle: bundleOf(bundle), handler, now: time, outside }, env: { ...variables }, stdout: true, stderr: true,
    });
    worker.setMaxListeners(0);
    const environment = new ExecutionEnvironment(id, worker);
    await environment.ready;
    return environment;
  }

  /** Every line that the function has logged, and all that Node.js has printed. */
  public log: string[] = [];
  /** Whether it has called the Parameter Store, whose client holds back by itself. */
  public holdsBack = false;
  /** When its last invocation ended, by the clock of its history. */
  public lastTime = 0;
  private readonly ready: Promise<void>;
  private end?: (ended: Ended) => void;

  private constructor(public readonly id: number, private readonly worker: Worker) {
    this.ready = new Promise((started, failed) => {
      worker.once('error', failed);
      worker.on('message', (message: { ready?: true; log?: string; ended?: Ended }) => {
        if (message.ready) {
          started();
        } else if (message.log !== undefined) {
          this.log.push(message.log);
        } else {
          this.lastTime = message.ended!.time;
          this.end!(message.ended!);
        }
      });
    });
    for (const output of [worker.stdout, worker.stderr]) {
      output.on('data', chunk => this.log.push(String(chunk)));
    }
  }

  public async invoke(event: object, awsRequestId: string, time: number): Promise<Ended> {
    return new Promise(end => {
      this.end = end;
      this.worker.postMessage({ event, context: { invokedFunctionArn: FUNCTION_ARN, awsRequestId }, remaining: FUNCTION_TIMEOUT, time });
    });
  }

  public async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

/** A function of Lambda: as many execution environments as there are events at the same time. */
export class LambdaFunction {
  private static lastId = 0;

  private readonly all = new Set<ExecutionEnvironment>();
  /** Those that carry out nothing, the one that has waited longest first. */
  private readonly free: ExecutionEnvironment[] = [];

  constructor(private readonly runtime: Runtime) {}

  /**
   * An execution environment that is free, or a new one. One whose clock would go back, to an earlier history, does for clients that
   * do not hold back by themselves: the one of the Parameter Store would wait for the time that it has seen.
   */
  public async take(time: number): Promise<ExecutionEnvironment> {
    const index = this.free.findIndex(each => !each.holdsBack || each.lastTime <= time);
    if (index >= 0) {
      return this.free.splice(index, 1)[0];
    }
    const environment = await ExecutionEnvironment.start(++LambdaFunction.lastId, this.runtime, time);
    this.all.add(environment);
    return environment;
  }

  public giveBack(environment: ExecutionEnvironment): void {
    environment.log = [];
    this.free.push(environment);
    const idle = this.free.length > MAX_IDLE ? this.free.shift() : undefined;
    if (idle) {
      this.all.delete(idle);
      void idle.stop();
    }
  }

  public async stop(): Promise<void> {
    await Promise.all([...this.all].map(environment => environment.stop()));
  }
}

/** A bundle that is older than its sources would let a test pass, or fail, for what is no longer there. */
export function assertBundleIsNew(bundleName: string, folders: readonly string[]): void {
  const bundle = bundleOf(bundleName);
  const sources = folders.flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(name => join(ROOT, folder, name)));
  if (!existsSync(bundle) || sources.some(source => statSync(source).isFile() && statSync(source).mtimeMs > statSync(bundle).mtimeMs)) {
    throw new Error(`${bundle} is missing or older than its sources; run: npx projen bundle`);
  }
}
