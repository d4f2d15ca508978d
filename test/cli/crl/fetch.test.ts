import 'reflect-metadata';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { caFile, crlFetch, crlPem, CrlRun, RUN_AT } from './run-crl';
import { toPem } from '../../../src/pki/pem';
import { CA_KEYS, NOW, TestCa, testCa, testCertificate } from '../../pki/fixtures';
import { REVOKED, testCrl, THIS_UPDATE } from '../../pki/revocation/fixtures';
import { temporaryFolder } from '../../support/cli-assembly';
import { readJson } from '../../support/cli-run';
import { complaintsOf } from '../../support/json-schema';
import { ListServer } from '../../support/list-server';
import { openssl, opensslOutput } from '../../support/openssl';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));

const server = new ListServer();
let folder: string;
let out: string;
let ca: TestCa;
let other: TestCa;
let caPath: string;
let otherPath: string;

beforeAll(async () => {
  await server.start();
  ca = await testCa();
  other = await testCa({ algorithm: 'RSA_2048', subject: { commonName: 'Other CA' } });
});

afterAll(() => server.stop());

beforeEach(() => {
  folder = temporaryFolder();
  out = join(folder, 'crl.pem');
  caPath = caFile(folder, 'ca.pem', ca.certificate);
  otherPath = caFile(folder, 'other.pem', other.certificate);
});

/** Fetches the list of the CA. */
const run = (url: string, more: object = {}): Promise<CrlRun> => crlFetch({ url: [url], ca: [caPath], out, ...more });

const written = (): string => readFileSync(out, 'utf8');

describe('a list', () => {
  test('that is published in DER is written in PEM, as brokers read it, and OpenSSL reads it too', async () => {
    const list = await testCrl(ca, { number: 258 });
    expect(await run(server.publish('/ca.crl', list))).toEqual({
      fresh: true, stderr: '', stdout: `${out}: changed\n  CN=Acme IoT Root CA,O=Acme,C=CN: number 258, until 2026-03-08T12:00:00Z, 4 certificates (new)\n`,
    });
    expect(written()).toBe(crlPem(list));
    expect(openssl(['crl', '-in', out, '-CAfile', caPath, '-noout', '-crlnumber']).stdout).toBe('crlNumber=0x0102\n');
    expect(statSync(out).mode % 0o1000).toBe(0o644);
    expect(readdirSync(folder).sort()).toEqual(['ca.pem', 'crl.pem', 'other.pem']);
  });

  test('that is published in PEM, and packed, is written in DER with --der', async () => {
    const list = await testCrl(ca);
    const url = server.publish('/packed.pem', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(crlPem(list))));
    expect(await run(url, { der: true })).toMatchObject({ fresh: true });
    expect(readFileSync(out).equals(list)).toBe(true);
  });

  test('that OpenSSL made is taken', async () => {
    const index = join(folder, 'index.txt');
    writeFileSync(index, 'R\t360101000000Z\t260102030405Z,keyCompromise\t8B\tunknown\t/CN=one\n');
    writeFileSync(join(folder, 'number'), '0A\n');
    writeFileSync(join(folder, 'ca.key'), CA_KEYS.EC_P256);
    writeFileSync(join(folder, 'ca.cnf'), ['[ca]', 'default_ca=c', '[c]', `database=${index}`, `crlnumber=${join(folder, 'number')}`, 'default_md=sha384',
      'crl_extensions=e', '[e]', 'authorityKeyIdentifier=keyid:always'].join('\n'));
    const pem = opensslOutput(['ca', '-gencrl', '-config', join(folder, 'ca.cnf'), '-keyfile', join(folder, 'ca.key'), '-cert', caPath, '-crlsec', '3600']);
    const { fresh, stdout } = await crlFetch({ url: [server.publish('/openssl.crl', pem)], ca: [caPath], out }, { clock: () => new Date(Date.now() + 1_000) });
    expect([fresh, stdout]).toEqual([true, expect.stringContaining('number 10')]);
    expect(written()).toBe(pem.slice(pem.indexOf('-----BEGIN')));
  });

  test('is found behind a redirection', async () => {
    server.publish('/moved.crl', await testCrl(ca));
    expect(await run(server.publish('/old.crl', (_, response) => response.writeHead(302, { location: '/moved.crl' }).end()))).toMatchObject({ fresh: true, stderr: '' });
  });

  test('that the file holds already changes nothing', async () => {
    const url = server.publish('/same.crl', await testCrl(ca));
    await run(url);
    const { ino, mtimeMs } = statSync(out);
    expect(await run(url)).toMatchObject({ fresh: true, stderr: '', stdout: expect.stringMatching(/crl\.pem: not changed\n.*4 certificates\n$/) });
    expect(statSync(out)).toMatchObject({ ino, mtimeMs });
  });

  test.each([
    ['a greater number', { number: 11 }],
    ['a greater number, although it is from an earlier time', { number: 11, thisUpdate: new Date(THIS_UPDATE.getTime() - 60_000) }],
    ['the same number, and from a later time', { number: 10, thisUpdate: new Date(THIS_UPDATE.getTime() + 60_000) }],
  ])('with %s replaces the one in the file', async (_, content) => {
    await run(server.publish('/replaced.crl', await testCrl(ca, { number: 10 })));
    const newer = await testCrl(ca, content);
    expect(await run(server.publish('/replaced.crl', newer))).toMatchObject({ fresh: true, stderr: '' });
    expect(written()).toBe(crlPem(newer));
  });

  test('that its CA has only signed again is not new', async () => {
    const list = await testCrl(ca);
    const again = await testCrl(ca); // ECDSA signs with a random number
    expect(again.equals(list)).toBe(false);
    await run(server.publish('/again.crl', list));
    expect(await run(server.publish('/again.crl', again))).toMatchObject({ fresh: true, stderr: '' });
    expect(written()).toBe(crlPem(list));
  });

  test.each([
    ['a smaller number', { number: 9 }, 'with the number 9', 'with the number 10'],
    ['a smaller number, although it is from a later time', { number: 9, thisUpdate: new Date(THIS_UPDATE.getTime() + 60_000) }, 'with the number 9', 'with the number 10'],
    ['the same number, and from an earlier time', { number: 10, thisUpdate: new Date(THIS_UPDATE.getTime() - 60_000) }, 'of 2026-03-01 11:59:00 UTC', 'of 2026-03-01 12:00:00 UTC'],
  ])('with %s does not replace the one in the file', async (_, content, own, held) => {
    const list = await testCrl(ca, { number: 10 });
    await run(server.publish('/kept.crl', list));
    const url = server.publish('/kept.crl', await testCrl(ca, content));
    expect(await run(url)).toMatchObject({
      fresh: false,
      stderr: `error: ${url}: the list of CN=Acme IoT Root CA,O=Acme,C=CN ${own} must not be older than the one in ${out}, ${held}; the file keeps that one\n`,
    });
    expect(written()).toBe(crlPem(list));
  });

  test('that holds a certificate stops it, and the next one, which releases it, lets it in again, says OpenSSL', async () => {
    const certificate = join(folder, 'device.pem');
    const [held] = REVOKED.filter(({ reason }) => reason === 'certificateHold');
    writeFileSync(certificate, toPem('CERTIFICATE', await testCertificate(ca.issuer, { serialNumber: held.serialNumber })));
    const verified = () => openssl(['verify', '-crl_check', '-attime', String(RUN_AT.getTime() / 1000), '-CAfile', caPath, '-CRLfile', out, certificate]);
    const url = server.publish('/hold.crl', await testCrl(ca, { number: 1, revoked: [[held]] }));
    await run(url);
    expect(verified().stderr).toContain('certificate revoked');
    server.publish('/hold.crl', await testCrl(ca, { number: 2, revoked: [] }));
    await run(url);
    expect(verified()).toMatchObject({ status: 0, stdout: `${certificate}: OK\n` });
  });
});

describe('the lists of several CAs', () => {
  test('are in one file, and each is replaced by itself', async () => {
    const [list, ofOther, newer] = [await testCrl(ca), await testCrl(other), await testCrl(ca, { number: 2 })];
    const options = { url: [server.publish('/a.crl', list), server.publish('/b.crl', ofOther)], ca: [caPath, otherPath], out };
    expect(await crlFetch(options)).toMatchObject({ fresh: true, stderr: '' });
    expect(written()).toBe(crlPem(list, ofOther));
    server.publish('/a.crl', newer);
    expect((await crlFetch(options)).stdout).toMatch(/crl\.pem: changed\n.*number 2, .*\(new\)\n {2}CN=Other CA: number 1, until \S+, 4 certificates\n$/);
    expect(written()).toBe(crlPem(newer, ofOther));
  });

  test('are renewed as far as they can be fetched: the file keeps the list of the CA whose server fails', async () => {
    const [list, ofOther, newer] = [await testCrl(ca), await testCrl(other), await testCrl(ca, { number: 2 })];
    const options = { url: [server.publish('/a.crl', list), server.publish('/b.crl', ofOther)], ca: [caPath, otherPath], out };
    await crlFetch(options);
    server.publish('/a.crl', newer);
    server.answers.delete('/b.crl');
    expect(await crlFetch(options)).toMatchObject({ fresh: false, stderr: `error: ${server.url('/b.crl')}: the server must answer with the status 200, got 404\n` });
    expect(written()).toBe(crlPem(newer, ofOther));
  });

  test('come from one URL, too, and the lists of other CAs in the file stay', async () => {
    const [list, ofOther] = [await testCrl(ca), await testCrl(other)];
    await crlFetch({ url: [server.publish('/both.pem', crlPem(ofOther, list))], ca: [caPath, otherPath], out });
    const newer = await testCrl(ca, { number: 2 });
    expect((await run(server.publish('/one.crl', newer))).stdout).toContain('CN=Other CA: number 1, until 2026-03-08T12:00:00Z, 4 certificates (not signed by a CA of --ca, and kept)');
    expect(written()).toBe(crlPem(ofOther, newer));
  });

  test('don\'t fit into a file in DER', async () => {
    const options = { url: [server.publish('/a.crl', await testCrl(ca)), server.publish('/b.crl', await testCrl(other))], ca: [caPath, otherPath], out, der: true };
    await expect(crlFetch(options)).rejects.toThrow(/crl\.pem: a file in DER holds one revocation list, and there are 2, of CN=Acme IoT Root CA.* and CN=Other CA; leave out --der/);
    expect(existsSync(out)).toBe(false);
  });

  test('must all be there: the CA without one is named', async () => {
    expect(await crlFetch({ url: [server.publish('/a.crl', await testCrl(ca))], ca: [caPath, otherPath], out })).toMatchObject({
      fresh: false, stderr: `error: ${out} has no valid list of the CA in ${otherPath}: a broker that checks revocation can refuse all its devices\n`,
    });
  });

  test('that are about different certificates of one CA do not replace each other', async () => {
    const [first, second] = await Promise.all(['1-of-2', '2-of-2'].map(part => testCrl(ca, { distributionPoint: [`http://crl.example.com/${part}.crl`] })));
    await crlFetch({ url: [server.publish('/1.crl', first), server.publish('/2.crl', second)], ca: [caPath], out });
    expect(written()).toBe(crlPem(first, second));
  });
});

test('the document says what is in the file, what will go wrong and what has', async () => {
  const { stdout, stderr } = await crlFetch({ url: [server.publish('/doc.crl', await testCrl(ca, { number: 258 })), server.url('/none')], ca: [caPath], out, json: true },
    { clock: () => new Date(NOW.getTime() + 6.5 * 86_400_000) });
  const document = JSON.parse(stdout);
  expect([complaintsOf(SCHEMA, document), stderr]).toEqual(['', '']);
  expect(document).toEqual({
    $schema: SCHEMA.$id,
    version: 1,
    command: 'crl',
    action: 'fetch',
    file: out,
    changed: true,
    revocationLists: [
      { issuer: 'CN=Acme IoT Root CA,O=Acme,C=CN', number: '258', thisUpdate: '2026-03-01T12:00:00Z', nextUpdate: '2026-03-08T12:00:00Z', size: 4, new: true },
    ],
    warnings: ['the list of CN=Acme IoT Root CA,O=Acme,C=CN with the number 258 is valid only until 2026-03-08 12:00:00 UTC, and no newer one was found'],
    errors: [`${server.url('/none')}: the server must answer with the status 200, got 404`],
  });
});
