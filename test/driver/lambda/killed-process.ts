import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const BUNDLE = resolve(__dirname, '../../../assets/handler/index.js');

/** Does for the bundle what Lambda's runtime does, once: real time, a process of its own, and a header by which it is known. */
const RUNTIME = `
const [, bundle, id, event, functionArn] = process.argv;
const http = require('node:http');
const { request } = http;
http.request = (...options) => request(...options).setHeader('x-environment', id);
const context = { invokedFunctionArn: functionArn, awsRequestId: 'invocation-' + id, getRemainingTimeInMillis: () => 60000 };
require(bundle).handler(JSON.parse(event), context).catch(() => { process.exitCode = 1; });
`;

/** A function in a process of its own, which can be killed. */
export class KilledProcess {
  private readonly child;
  /** Resolves when it has ended, by itself or killed. */
  public readonly ended: Promise<void>;

  /** @param id by which the endpoint knows it */
  constructor(id: number, event: object, functionArn: string, variables: { readonly [name: string]: string }) {
    this.child = spawn(process.execPath, ['-e', RUNTIME, BUNDLE, String(id), JSON.stringify(event), functionArn], { env: variables, stdio: 'ignore' });
    this.ended = new Promise(end => this.child.once('exit', () => end()));
  }

  /** Ends it at once, with SIGKILL. */
  public kill(): void {
    this.child.kill('SIGKILL');
  }
}
