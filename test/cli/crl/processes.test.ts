import 'reflect-metadata';
import { ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:https';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { caFile, crlPem } from './run-crl';
import { TestCa, testCa } from '../../pki/fixtures';
import { testCrl } from '../../pki/revocation/fixtures';
import { temporaryFolder } from '../../support/cli-assembly';
import { CliResult } from '../../support/cli-run';
import { ListServer } from '../../support/list-server';
import { close, listen } from '../../support/local-server';
import { opensslOutput } from '../../support/openssl';

const BUNDLE = join(__dirname, '..', '..', '..', 'assets', 'cli', 'private-iot-ca.js');
const HOUR = 3_600_000;

const server = new ListServer();
let folder: string;
let out: string;
let ca: TestCa;
let args: string[];

beforeAll(async () => {
  await server.start();
  ca = await testCa();
});

afterAll(() => server.stop());

beforeEach(() => {
  folder = temporaryFolder();
  out = join(folder, 'crl.pem');
  args = ['crl', 'fetch', '--ca', caFile(folder, 'ca.pem', ca.certificate), '--out', out];
});

/** A list that is valid at present, whenever the test runs. */
function current(number: number): Promise<Buffer> {
  return testCrl(ca, { number, thisUpdate: new Date(Date.now() - HOUR), nextUpdate: new Date(Date.now() + 24 * HOUR) });
}

/** A process of the command line. */
interface Started {
  readonly child: ChildProcess;
  readonly said: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<CliResult>;
}

function start(more: readonly string[], env: object = {}): Started {
  const child = spawn(process.execPath, [BUNDLE, ...args, ...more], { env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', text => { said.stdout += text; });
  child.stderr.on('data', text => { said.stderr += text; });
  return { child, said, ended: new Promise(resolve => child.once('close', code => resolve({ code: code ?? -1, ...said }))) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

test('processes that write one file at the same time leave the newest list in it, and nothing beside it', async () => {
  const lists = await Promise.all([1, 2, 3, 4, 5, 6].map(current));
  const urls = lists.map((list, index) => server.publish(`/${index}.crl`, list));
  const results = await Promise.all(urls.map(url => start(['--url', url]).ended));
  expect(readFileSync(out, 'utf8')).toBe(crlPem(lists[5]));
  results.forEach(({ code, stderr }) => expect(code === 0 ? stderr : `${code}: ${stderr}`).toMatch(/^$|^1: error: .* must not be older than the one in .*\n$/));
  expect(readdirSync(folder).sort()).toEqual(['ca.pem', 'crl.pem']);
});

test('a process that was killed while it had the file locked stops no other one', async () => {
  const killed = spawn(process.execPath, ['-e', '']);
  await new Promise(resolve => killed.once('exit', resolve));
  writeFileSync(join(folder, '.crl.pem.private-iot-ca.lock'), JSON.stringify({ pid: killed.pid, host: hostname() }));
  const list = await current(1);
  expect(await start(['--url', server.publish('/ca.crl', list)]).ended).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(folder).sort()).toEqual(['ca.pem', 'crl.pem']);
});

test.each(['SIGTERM', 'SIGINT'] as const)('a watch ends with exit code 0 and without a word at %s, during a pause and during a request', async signal => {
  const paused = start(['--url', server.publish('/ca.crl', await current(1)), '--watch']);
  await until(() => paused.said.stdout.includes('number 1'));
  paused.child.kill(signal);
  expect(await paused.ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/crl\.pem: changed\n/) });
  server.asked.length = 0;
  const asking = start(['--url', server.publish('/silent', () => undefined), '--watch']);
  await until(() => server.asked.includes('/silent'));
  asking.child.kill(signal);
  expect(await asking.ended).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('the command of --run is a command line for the shell; what it prints goes to standard error', async () => {
  const url = server.publish('/ca.crl', await current(1));
  const { code, stdout, stderr } = await start(['--url', url, '--json', '--run', `grep -c BEGIN "${out}" && echo reloaded >&2; exit 3`]).ended;
  expect([code, stderr]).toEqual([1, '1\nreloaded\n']);
  expect(JSON.parse(stdout).errors).toEqual(['the command of --run has failed after the file has changed: it ended with the exit code 3']);
  const second = await start(['--url', url, '--run', 'echo not again']).ended;
  expect(second).toMatchObject({ code: 0, stderr: '' });
});

describe('an https server', () => {
  let https: Server;
  let url: string;
  let trusted: string;

  beforeAll(async () => {
    const pem = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '-', '-days', '1', '-subj', '/CN=crl',
      '-addext', 'subjectAltName=IP:127.0.0.1']);
    trusted = join(temporaryFolder(), 'server.pem');
    writeFileSync(trusted, pem);
    const list = await current(1);
    https = createServer({ key: pem, cert: pem }, (request, response) => {
      response.writeHead(request.url === '/ca.crl' ? 200 : 302, { location: server.url('/ca.crl') }).end(list);
    });
    url = await listen(https);
  });

  afterAll(() => close(https));

  test('is believed if Node.js trusts its certificate', async () => {
    expect(await start(['--url', `${url}/ca.crl`]).ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/the request has failed: \S*SELF_SIGNED\S*/) });
    expect(await start(['--url', `${url}/ca.crl`], { NODE_EXTRA_CA_CERTS: trusted }).ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('must not redirect to http', async () => {
    expect(await start(['--url', `${url}/moved`], { NODE_EXTRA_CA_CERTS: trusted }).ended)
      .toMatchObject({ code: 1, stderr: expect.stringContaining('/moved: the server must redirect to an https URL, got another one\n') });
  });
});
