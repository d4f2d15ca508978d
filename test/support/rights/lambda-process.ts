import { ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ShippedFunction } from '../../../src/platforms/registrations';

const ASSETS = resolve(__dirname, '../../../assets');

/** One line in is an event, a line that begins so is its end, with its result or its error. With a platform's port, all HTTPS leads there. */
const RUNTIME = `
const { globalAgent: agent } = require('https'), connect = agent.createConnection, port = process.env.PLATFORM_PORT;
if (port) {
  agent.createConnection = (options, callback) => connect.call(agent, { ...options, host: '127.0.0.1', port }, callback);
}
const handler = require(process.argv[1])[process.argv[2]];
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const { id, event, functionArn } = JSON.parse(line), end = Date.now() + 120_000;
  const context = { awsRequestId: String(id), invokedFunctionArn: functionArn, getRemainingTimeInMillis: () => end - Date.now() };
  handler(event, context).then(result => ({ result }), ({ name, message, stack }) => ({ error: { name, message, stack } }))
    .then(ended => console.log('\\u0001' + JSON.stringify({ id, ...ended })));
});`;

/** How an invocation ended. */
export interface Ended {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack?: string };
}

/** A shipped bundle in a process of its own, with nothing but what Lambda gives it. */
export class LambdaProcess {
  /** Every line that it has written. */
  public readonly log: string[] = [];
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (ended: Ended) => void>();
  private last = 0;

  constructor({ bundle, handler }: ShippedFunction, environment: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, ['-e', RUNTIME, `${ASSETS}/${bundle}/index.js`, handler], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_MAX_ATTEMPTS: '2',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...environment,
      },
    });
    createInterface({ input: this.child.stdout! }).on('line', line => this.read(line));
    this.child.stdin!.on('error', () => undefined); // it has ended
    this.child.once('exit', () => this.waiting.forEach(end => end({ error: { name: 'Runtime.ExitError', message: 'the process has ended' } })));
  }

  /** Several events can be handled at once. */
  public invoke(event: object, functionArn?: string): Promise<Ended> {
    const id = ++this.last;
    const ended = new Promise<Ended>(end => this.waiting.set(id, end));
    this.child.stdin!.write(`${JSON.stringify({ id, event, functionArn })}\n`);
    return ended;
  }

  private read(line: string): void {
    if (!line.startsWith('\u0001')) {
      this.log.push(line);
      return;
    }
    const { id, ...ended } = JSON.parse(line.slice(1));
    this.waiting.get(id)!(ended);
    this.waiting.delete(id);
  }

  public stop(): void {
    this.child.kill('SIGKILL');
  }
}
