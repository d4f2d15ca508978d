import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { close, listen, portOf } from './local-server';

/** Debian and Homebrew have it where the path of an ordinary user does not lead. */
const MOSQUITTO = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

/** Mosquitto, if it is installed (Debian package mosquitto). */
export function findMosquitto(): string | undefined {
  return MOSQUITTO.find(program => spawnSync(program, ['-h']).error === undefined);
}

/** A port of this machine on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await listen(server);
  const port = portOf(server);
  await close(server);
  return port;
}

/** A program that runs until it is stopped, and what it has said. */
export class RunningProgram {
  /** Starts a program, and waits until it says that it listens. */
  public static async start(program: string, args: readonly string[], listens: RegExp): Promise<RunningProgram> {
    const running = new RunningProgram(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
    await running.says(listens);
    return running;
  }

  public log = '';
  private readonly ended: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.on('data', text => { this.log += text; });
    child.stderr!.on('data', text => { this.log += text; });
    this.ended = new Promise(resolve => child.once('exit', () => resolve()));
  }

  /** Waits until the log has what is looked for, from a place on. */
  public async says(what: RegExp, from = 0): Promise<RegExpExecArray> {
    for (let waited = 0; waited < 60_000; waited += 10) {
      const found = what.exec(this.log.slice(from));
      if (found) {
        return found;
      }
      if (this.child.exitCode !== null) {
        break;
      }
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    throw new Error(`${this.child.spawnfile} has not said ${what}, but:\n${this.log.slice(from)}`);
  }

  /** The id of its process. */
  public get pid(): number {
    return this.child.pid!;
  }

  public signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  public async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

/** A broker that runs with what was exported for it. */
export interface StartedBroker {
  readonly program: RunningProgram;
  readonly port: number;
}

/** Mosquitto with the exported configuration: on another port of this machine only, and as the user of the test, who has the key. */
export async function startMosquitto(folder: string): Promise<StartedBroker> {
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  const root = process.getuid?.() === 0 ? 'user root\n' : '';
  writeFileSync(file, root + readFileSync(file, 'utf8').replace('listener 8883\n', `listener ${port} 127.0.0.1\n`));
  return { program: await RunningProgram.start(findMosquitto()!, ['-v', '-c', file], /mosquitto version \S+ running/), port };
}

/** A broker in JavaScript, which every machine has: it listens on a free port, and tells that and who connects. */
export async function startEmbeddedBroker(folder: string): Promise<StartedBroker> {
  const program = await RunningProgram.start(process.execPath, [join(__dirname, 'embedded-broker.mjs'), folder], /listens on \d+/);
  return { program, port: Number(/listens on (\d+)/.exec(program.log)![1]) };
}
