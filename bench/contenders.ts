import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';

/** What takes its turn in a measurement: certificates, or calls, a second over so many milliseconds. */
export interface Contender {
  rate(milliseconds: number): Promise<number>;
  /** One of its certificates, DER; absent if it makes none. */
  certificate?(): Promise<Buffer>;
  end?(): void;
}

/** A program that runs, in a process or in a thread. */
interface Program {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  on(event: 'exit', listener: () => void): unknown;
}

/**
 * A program that is started once, so that it runs warm, and answers lines on its standard input: a number of milliseconds by a rate, and
 * `certificate` by a certificate, DER in base64. See `peers/serve.cjs`.
 */
export class ServingContender implements Contender {
  /** The program in a process of its own. */
  public static process(command: string, args: readonly string[]): ServingContender {
    return new ServingContender(`${command} ${args.join(' ')}`, spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] }));
  }

  /** A program for Node.js in a worker thread of this process. */
  public static thread(file: string, args: readonly string[]): ServingContender {
    return new ServingContender(`${file} ${args.join(' ')}`, new Worker(file, { argv: [...args], execArgv: [], stdin: true, stdout: true, stderr: true }));
  }

  private ended?: Error;
  private readonly waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];

  private constructor(name: string, private readonly program: Program) {
    let complaints = '';
    program.stderr.on('data', data => {
      complaints += data;
    });
    program.on('exit', () => {
      const ended = new Error(`${name} has ended: ${complaints}`);
      this.ended = ended;
      this.waiting.forEach(({ reject }) => reject(ended));
    });
    createInterface({ input: program.stdout }).on('line', line => this.waiting.shift()?.resolve(line));
  }

  public async rate(milliseconds: number): Promise<number> {
    return Number(await this.ask(String(milliseconds)));
  }

  public async certificate(): Promise<Buffer> {
    return Buffer.from(await this.ask('certificate'), 'base64');
  }

  public end(): void {
    this.program.stdin!.end();
  }

  private ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        throw this.ended;
      }
      this.waiting.push({ resolve, reject });
      this.program.stdin!.write(`${line}\n`);
    });
  }
}

/** A tool that is started for each certificate, and writes it to standard output, PEM. */
export class ToolContender implements Contender {
  constructor(private readonly command: string, private readonly args: (n: number) => readonly string[]) {}

  public async rate(milliseconds: number): Promise<number> {
    const start = performance.now();
    let issued = 0;
    while (performance.now() - start < milliseconds) {
      this.issue(issued++);
    }
    return issued / (performance.now() - start) * 1000;
  }

  public async certificate(): Promise<Buffer> {
    const [, base64] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(this.issue(0).toString()) ?? [];
    return Buffer.from(base64 ?? '', 'base64');
  }

  private issue(n: number): Buffer {
    return execFileSync(this.command, this.args(n), { stdio: ['ignore', 'pipe', 'ignore'] });
  }
}

/** Several contenders at once: one for each core. */
export class Together implements Contender {
  constructor(private readonly contenders: readonly Contender[]) {}

  public async rate(milliseconds: number): Promise<number> {
    const rates = await Promise.all(this.contenders.map(contender => contender.rate(milliseconds)));
    return rates.reduce((sum, rate) => sum + rate, 0);
  }

  public end(): void {
    this.contenders.forEach(contender => contender.end?.());
  }
}

/**
 * The rates of contenders that take turns, round by round, so that a machine whose speed drifts is unfair to none. A first round warms up.
 */
export async function inTurns<N extends string>(
  contenders: { readonly [K in N]: Contender }, rounds: number, milliseconds: number,
): Promise<{ readonly [K in N]: number[] }> {
  const names = Object.keys(contenders) as N[];
  const rates = Object.fromEntries(names.map(name => [name, [] as number[]])) as { [K in N]: number[] };
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const measured = await contenders[name].rate(milliseconds);
      if (round >= 0) {
        rates[name].push(measured);
      }
    }
  }
  names.forEach(name => contenders[name].end?.());
  return rates;
}
