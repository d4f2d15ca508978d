import { ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ShippedFunction } from '../../../src/platforms/registrations';

const ASSETS = resolve(__dirname, '../../../assets');

/** One line in is an event, a line that begins so is its end. With a platform's port, all HTTPS leads there. */
const RUNTIME = `
const { globalAgent: agent } = require('https'), connect = agent.createConnection, port = process.env.PLATFORM_PORT;
if (port) {
  agent.createConnection = (options, callback) => connect.call(agent, { ...options, host: '127.0.0.1', port }, callback);
}
const handler = require(process.argv[1])[process.argv[2]];
require('readline').createInterface({ input: process.stdin }).on('line', line => {
  const event = JSON.parse(line);
  const context = { awsRequestId: '1', invokedFunctionArn: event.ServiceToken, getRemainingTimeInMillis: () => 60_000 };
  handler(event, context).then(() => console.log('\\u0001'), error => console.log('\\u0001' + error.stack));
});`;

/** A shipped bundle in a process of its own, with nothing but what Lambda gives it. */
export class LambdaProcess {
  private readonly child: ChildProcess;

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
    createInterface({ input: this.child.stdout! }).on('line', line => line.startsWith('\u0001') && this.ended(line.slice(1)));
    this.child.once('exit', () => this.ended('the process has ended'));
  }

  private ended: (error: string) => void = () => undefined;

  /** @throws Error where the function did, which it should not */
  public async invoke(event: object): Promise<void> {
    const ended = new Promise<string>(end => {
      this.ended = end;
    });
    this.child.stdin!.write(`${JSON.stringify(event)}\n`);
    const error = await ended;
    if (error) {
      throw new Error(error);
    }
  }

  public stop(): void {
    this.child.kill('SIGKILL');
  }
}
