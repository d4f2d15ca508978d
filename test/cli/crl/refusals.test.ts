import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { caFile, crlFetch, crlPem, CrlRun, RUN_AT } from './run-crl';
import { CrlFetchOptions, CrlReach } from '../../../src/cli/crl-command';
import { element, explicit, integer, octetString, sequence, Tag, time } from '../../../src/pki/der';
import { OID } from '../../../src/pki/object-identifiers';
import { toPem } from '../../../src/pki/pem';
import { TestCa, testCa } from '../../pki/fixtures';
import { authorityKeyIdentifier, build, CA, extension, keyUsage, NOTHING, oid } from '../../pki/lint/certificate-builder';
import { buildCrl, CrlParts, entry } from '../../pki/lint/crl-builder';
import { testCrl } from '../../pki/revocation/fixtures';
import { temporaryFolder } from '../../support/cli-assembly';
import { cli } from '../../support/cli-run';
import { ListServer } from '../../support/list-server';

const server = new ListServer();
let folder: string;
let out: string;
let ca: TestCa;
let list: Buffer;
let options: CrlFetchOptions;

beforeAll(async () => {
  await server.start();
  ca = await testCa();
  list = await testCrl(ca, { number: 5 });
});

afterAll(() => server.stop());

beforeEach(async () => {
  folder = temporaryFolder();
  out = join(folder, 'crl.pem');
  options = { url: [server.publish('/ca.crl', list)], ca: [caFile(folder, 'ca.pem', ca.certificate)], out };
  await crlFetch(options);
  server.asked.length = 0;
});

/** A run that must fail, with the one list that was in the file before, and still is. */
async function refused(more: Partial<CrlFetchOptions> = {}, reach: Partial<CrlReach> = {}): Promise<string> {
  const { fresh, stdout, stderr }: CrlRun = await crlFetch({ ...options, ...more }, reach);
  expect([fresh, stdout]).toEqual([false, expect.stringMatching(/crl\.pem: not changed\n.*number 5,/)]);
  expect(readFileSync(out, 'utf8')).toBe(crlPem(list));
  return stderr.replaceAll(server.url(''), 'http://server');
}

describe('the file keeps its list where the server has', () => {
  test('the list of another CA', async () => {
    server.publish('/ca.crl', await testCrl(await testCa({ subject: { commonName: 'Other CA' } }), { number: 6 }));
    expect(await refused()).toBe('error: http://server/ca.crl: the list of CN=Other CA with the number 6 can\'t be used: it must be signed by a CA of --ca: '
      + 'the certificate of the CA that has signed it is not among the files\n');
  });

  test('the list of a CA with the same name and another key', async () => {
    server.publish('/ca.crl', await testCrl(await testCa({ algorithm: 'RSA_2048' }), { number: 6 }));
    expect(await refused()).toMatch(/must be signed with the key of this CA, got a signature that does not verify\n$/);
  });

  test('a forged list', async () => {
    const forged = await testCrl(ca, { number: 6 });
    forged[forged.length - 1] += 1;
    server.publish('/ca.crl', forged);
    expect(await refused()).toMatch(/with the number 6 can't be used: it must be signed by a CA of --ca: .* a signature that does not verify\n$/);
  });

  test('a list that is out of date, or that is not valid yet', async () => {
    const [thisUpdate, nextUpdate] = [-7200_000, -3600_000].map(offset => new Date(RUN_AT.getTime() + offset - 60_000));
    server.publish('/ca.crl', await testCrl(ca, { number: 6, thisUpdate, nextUpdate }));
    expect(await refused()).toMatch(/with the number 6 can't be used: it was to be replaced by 2026-03-01 11:59:00 UTC\n$/);
    server.publish('/ca.crl', await testCrl(ca, { number: 6, thisUpdate: new Date(RUN_AT.getTime() + 60_000) }));
    expect(await refused()).toMatch(/can't be used: it is valid only from 2026-03-01 13:01:00 UTC\n$/);
  });

  test.each<[string, string | Buffer | ((response: ServerResponse) => void), RegExp]>([
    ['an HTML page', response => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>'), /must be a certificate revocation list in DER or PEM, got "text\/html"/],
    ['a certificate', toPem('CERTIFICATE', build(CA)), /got the PEM block "CERTIFICATE"/],
    ['a certificate in DER', build(CA), /this revocation list can't be read: /],
    ['something between two lists', `${crlPem(buildCrl())}-----BEGIN X509 CRL-----\n`, /PEM block 2 \(X509 CRL\) has no END line/],
    ['nothing', '', /got nothing/],
    ['an error of its own', response => response.writeHead(503).end(), /must answer with the status 200, got 503/],
    ['a body that ends too early', response => response.writeHead(200, { 'content-length': '1000' }).write('abc', () => response.destroy()), /the answer was cut off: /],
    ['half a list', buildCrl().subarray(0, 200), /this revocation list can't be read: DER is cut off/],
    ['a redirection to itself', response => response.writeHead(301, { location: '/ca.crl' }).end(), /must redirect at most 5 times, and redirects further/],
    ['a redirection to a file', response => response.writeHead(301, { location: 'file:///etc/passwd' }).end(), /must redirect to an http or https URL, got another one/],
  ])('%s', async (_, answer, says) => {
    server.publish('/ca.crl', typeof answer === 'function' ? (_request, response) => answer(response) : answer);
    const said = await refused();
    expect(said).toMatch(/^error: http:\/\/server\/ca\.crl: [^\n]+\n$/);
    expect(said).toMatch(says);
  });

  test('too much, whether it says so or not, and without reading it all', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x30);
    let sent = 0;
    const send = (response: ServerResponse): void => {
      while (sent < 400 && !response.destroyed) {
        sent++;
        if (!response.write(chunk)) {
          response.once('drain', () => send(response));
          return;
        }
      }
      response.end();
    };
    server.publish('/ca.crl', (_, response) => send(response));
    expect(await refused()).toMatch(/the answer must have at most 96 MB, and has more\n$/);
    expect(sent).toBeLessThan(400);
    server.publish('/ca.crl', (_, response) => response.writeHead(200, { 'content-length': String(100 * 1024 * 1024) }).write(chunk));
    expect(await refused()).toMatch(/the answer must have at most 96 MB, and has more\n$/);
  });

  test('no answer within the time limit', async () => {
    server.publish('/ca.crl', (_, response) => response.writeHead(200).write('-----BEGIN'));
    expect(await refused({}, { limits: { milliseconds: 200, bytes: 1000, redirections: 5 } })).toMatch(/there was no complete answer within 0\.2 seconds\n$/);
  });

  test('stopped listening, and the query of a URL, which can be a signature, is not shown', async () => {
    const gone = new ListServer();
    await gone.start();
    const url = `${gone.url('/ca.crl')}?X-Amz-Signature=4f3a`;
    await gone.stop();
    expect(await refused({ url: [url] })).toMatch(/^error: http:\/\/127\.0\.0\.1:\d+\/ca\.crl: the request has failed: connect ECONNREFUSED [^?\n]*\n$/);
  });
});

const DELTA = extension(OID.deltaCRLIndicator, true, integer(3));

/** Lists that the CA of `certificate-builder` signs, and what is wrong with each. */
const UNUSABLE: [string, Partial<CrlParts>, RegExp][] = [
  ['a delta list', { more: DELTA }, /must be a complete list, got a delta list/],
  ['a list with the key identifier of another CA', { authorityKeyIdentifier: authorityKeyIdentifier(Buffer.alloc(20, 7)) }, /its authority key identifier must be [0-9a-f]{40}, the key identifier of Acme CA, got (07){20}/],
  ['a list with no end', { nextUpdate: NOTHING }, /it must say when the next list will be there \(RFC 5280, section 5\.1\.2\.5\)/],
  ['a list with an unknown critical extension', { more: extension('1.2.3.4', true, octetString(Buffer.of(1))) }, /no critical extensions that are not supported here, got "1\.2\.3\.4"/],
  ['a list with an unknown critical extension of an entry', { revoked: sequence(entry(9, undefined, extension('1.2.3.4', true, octetString(Buffer.of(1))))) }, /no entries with critical extensions/],
  ['a list with a damaged entry', { revoked: sequence(sequence(integer(1))) }, /this revocation list can't be read: /],
  ['a list without a number after one with a number', { number: NOTHING, nextUpdate: time(new Date('2026-06-20T00:00:00Z')) }, /the list of CN=Acme CA without a number must not be older than the one in .*, with the number 7;/],
];

describe('a broker never gets', () => {
  test.each(UNUSABLE)('%s, although its CA has signed it', async (_, parts, says) => {
    const [url, caPath] = [server.publish('/built.crl', buildCrl({ ...parts })), caFile(folder, 'built.pem', build(CA))];
    const file = join(folder, 'built.crl.pem');
    const before = crlPem(buildCrl());
    writeFileSync(file, before);
    const { fresh, stderr } = await crlFetch({ url: [url], ca: [caPath], out: file }, { clock: () => new Date('2026-06-01T00:00:00Z') });
    expect([fresh, readFileSync(file, 'utf8')]).toEqual([false, before]);
    expect(stderr).toMatch(says);
  });

  test('the list of a CA whose key usage is without cRLSign', async () => {
    const caPath = caFile(folder, 'built.pem', build({ ...CA, keyUsage: keyUsage([5]) }));
    const { fresh, stderr } = await crlFetch({ url: [server.publish('/built.crl', buildCrl())], ca: [caPath], out: join(folder, 'no.pem') }, { clock: () => new Date('2026-06-01T00:00:00Z') });
    expect([fresh, existsSync(join(folder, 'no.pem'))]).toEqual([false, false]);
    expect(stderr).toMatch(/its CA must have the key usage cRLSign \(RFC 5280, section 6\.3\.3 \(f\)\)/);
  });
});

test('a list in the file that is past its end is an error as long as there is no other one, and a warning', async () => {
  server.answers.delete('/ca.crl');
  const said = await refused({}, { clock: () => new Date(RUN_AT.getTime() + 8 * 86_400_000) });
  expect(said.split('\n').slice(0, 3)).toEqual([
    'warning: the list of CN=Acme IoT Root CA,O=Acme,C=CN with the number 5 is not valid: it was to be replaced by 2026-03-08 12:00:00 UTC',
    'error: http://server/ca.crl: the server must answer with the status 200, got 404',
    expect.stringContaining('has no valid list of the CA in '),
  ]);
});

describe('a file that holds anything but revocation lists', () => {
  test.each([
    ['a certificate', toPem('CERTIFICATE', build(CA)), 'got the PEM block "CERTIFICATE"'],
    ['a list and a certificate', crlPem(buildCrl()) + toPem('CERTIFICATE', build(CA)), 'got the PEM block "CERTIFICATE"'],
    ['a private key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'got the PEM block "PRIVATE KEY"'],
    ['a configuration', 'listener 8883\n', 'got something else'],
    ['a damaged list', toPem('X509 CRL', element(Tag.SEQUENCE, explicit(0, oid('1.2.3')))), 'this revocation list can\'t be read'],
  ])('%s, is not overwritten, and nothing is fetched', async (_, content, says) => {
    writeFileSync(out, content);
    await expect(crlFetch(options)).rejects.toThrow(new RegExp(`crl\\.pem: .*${says.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*; this file is not overwritten: move it away, or choose another one with --out`));
    expect([readFileSync(out, 'utf8'), server.asked]).toEqual([content, []]);
  });

  test('but nothing, is written', async () => {
    writeFileSync(out, '');
    expect(await crlFetch(options)).toMatchObject({ fresh: true });
  });
});

describe('wrong usage', () => {
  const usage = (...args: string[]) => cli('crl', 'fetch', '--ca', options.ca[0], '--out', out, ...args);

  test.each([
    [['--url', 'ftp://crl.example.com/a.crl'], '--url must be an http or https URL, such as http://crl.example.com/ca.crl, got "ftp://crl.example.com/a.crl"'],
    [['--url', 'ca.crl'], '--url must be an http or https URL, such as http://crl.example.com/ca.crl, got "ca.crl"'],
    [['--url', 'http://me:secret@crl.example.com/'], '--url must have no user name and no password, because revocation lists are public'],
    [['--url', 'http://a/', '--interval', '5'], '--interval must be left out without --watch, which fetches once'],
    [['--url', 'http://a/', '--watch', '--interval', '0'], '--interval must be 1 to 10080 minutes, got "0"'],
    [['--url', 'http://a/', '--watch', '--interval', '1.5'], '--interval must be 1 to 10080 minutes, got "1.5"'],
    [['--url', 'http://a/', '--watch', '--json'], 'option \'--json\' cannot be used with option \'--watch\''],
    [[], 'required option \'--url <url>\' not specified'],
  ])('%j is told, with exit code 2', async (args, says) => {
    expect(await usage(...args)).toEqual({ code: 2, stdout: '', stderr: `error: ${says}\n` });
  });

  test('is a CA file without a certificate', async () => {
    writeFileSync(join(folder, 'list.pem'), crlPem(list));
    expect(await usage('--url', 'http://a/', '--ca', join(folder, 'list.pem')))
      .toMatchObject({ code: 2, stderr: expect.stringMatching(/--ca: .*list\.pem must hold the certificate of a CA, and holds none/) });
  });

  test('is a file in a folder that does not exist', async () => {
    await expect(crlFetch({ ...options, out: join(folder, 'none', 'crl.pem') })).rejects.toThrow(/^--out must be a file in a folder that exists, got ".*none\/crl\.pem"$/);
  });

  test('is a command without or with another action', async () => {
    expect(await cli('crl', '--url', 'http://a/', '--ca', options.ca[0], '--out', out)).toMatchObject({ code: 2, stderr: 'error: <action> must be fetch, got none\n' });
    expect(await cli('crl')).toMatchObject({ code: 2, stderr: 'error: <action> must be fetch, got none\n' });
    expect(await cli('crl', 'get')).toMatchObject({ code: 2, stderr: 'error: <action> must be fetch, got "get"\n' });
    expect(await cli('crl', 'make', '--url', 'http://a/', '--ca', options.ca[0], '--out', out)).toMatchObject({ code: 2, stderr: 'error: <action> must be fetch, got "make"\n' });
  });
});
