import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** For `beforeAll(motoUrl, MOTO_TIMEOUT)`: long enough to install moto where the machine has none. */
export const MOTO_TIMEOUT = 300_000;

const VENV = resolve(__dirname, '../../.venv');
const REQUIREMENT = 'moto[server]==5.2.*';
const HAS_MOTO = 'import importlib.metadata as m, flask, sys; sys.exit(not m.version("moto").startswith("5."))';

/**
 * Serves moto on a free port until it is killed, or until the test run that started it is gone. One request at a time:
 * moto carries out a transaction on a copy of the table, so that two at once would undo each other.
 */
const SERVER = `
import os, sys, threading, time
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

def end_with(pid):
    while True:
        try: os.kill(pid, 0)
        except OSError: os._exit(0)
        time.sleep(1)

moto, turn = DomainDispatcherApplication(create_backend_app), threading.Lock()

def application(environ, start_response):
    with turn:
        return list(moto(environ, start_response))

threading.Thread(target=end_with, args=(int(sys.argv[1]),), daemon=True).start()
run_simple("127.0.0.1", 0, application, threaded=True)
`;

/**
 * The URL of the moto server of this test run, which speaks AWS's protocols. The first caller starts it; a server that
 * runs already can be given in the environment variable MOTO_URL.
 */
export async function motoUrl(): Promise<string> {
  if (process.env.MOTO_URL) {
    return process.env.MOTO_URL;
  }
  const directory = process.env.MOTO_DIRECTORY!;
  if (claim(directory)) {
    await start(directory).then(url => publish(directory, 'url', url), error => publish(directory, 'error', String(error.message)));
  }
  return process.env.MOTO_URL = await published(directory);
}

/** Ends the server of a test run and forgets its directory. */
export function stopMoto(directory: string): void {
  const pidFile = join(directory, 'pid');
  if (existsSync(pidFile)) {
    try {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    } catch {
      // it ended by itself
    }
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Making a directory is atomic: one of the test processes succeeds. */
function claim(directory: string): boolean {
  try {
    mkdirSync(join(directory, 'claimed'));
    return true;
  } catch {
    return false;
  }
}

function publish(directory: string, name: string, text: string): void {
  writeFileSync(join(directory, `${name}.part`), text);
  renameSync(join(directory, `${name}.part`), join(directory, name));
}

async function published(directory: string): Promise<string> {
  for (const end = Date.now() + MOTO_TIMEOUT; Date.now() < end; await sleep(25)) {
    if (existsSync(join(directory, 'error'))) {
      throw new Error(readFileSync(join(directory, 'error'), 'utf8'));
    }
    if (existsSync(join(directory, 'url'))) {
      return readFileSync(join(directory, 'url'), 'utf8');
    }
  }
  throw new Error('the moto server did not start in time');
}

async function start(directory: string): Promise<string> {
  const log = join(directory, 'log');
  const output = openSync(log, 'w');
  const server = spawn(pythonWithMoto(), ['-u', '-c', SERVER, process.env.MOTO_OWNER!], { detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  server.unref();
  publish(directory, 'pid', String(server.pid));
  for (const end = Date.now() + 60_000; Date.now() < end && server.exitCode === null; await sleep(25)) {
    const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(readFileSync(log, 'utf8'))?.[1];
    if (url) {
      return url;
    }
  }
  throw new Error(`the moto server did not start:\n${readFileSync(log, 'utf8')}`);
}

/** A Python that has moto with its server, and boto3: this machine's, or one in .venv, which is made where there is none. */
export function pythonWithMoto(): string {
  const own = join(VENV, 'bin', 'python');
  const found = ['python3', own].find(python => succeeds(python, ['-c', HAS_MOTO]));
  if (found) {
    return found;
  }
  try {
    execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'pipe' });
    execFileSync(own, ['-m', 'pip', 'install', '--quiet', REQUIREMENT], { stdio: 'pipe' });
    return own;
  } catch (error) {
    throw new Error(`these tests need moto (${REQUIREMENT}), which python3 of this machine does not have and which could not be installed `
      + `into ${VENV}; install it with: python3 -m pip install '${REQUIREMENT}'\n${(error as { stderr?: Buffer }).stderr ?? error}`);
  }
}

function succeeds(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
