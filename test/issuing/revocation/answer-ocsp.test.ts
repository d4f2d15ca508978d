import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { RevocationReason } from '../../../src/contract/revocation';
import { issuingCa } from '../../../src/issuing/issuing-ca';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { OcspAnswer, ocspAnswers, OcspPorts } from '../../../src/issuing/revocation/answer-ocsp';
import { ocspOverHttp } from '../../../src/issuing/revocation/ocsp-http';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { Certificate, parseCertificate } from '../../../src/pki/certificate';
import { issue } from '../../../src/pki/issue';
import { generateKeyPair } from '../../../src/pki/keys';
import { assertLinted } from '../../../src/pki/lint/lint-errors';
import { encodeName } from '../../../src/pki/name';
import { OcspResponder } from '../../../src/pki/ocsp/issue-ocsp-response';
import { OcspResponse, parseOcspResponse } from '../../../src/pki/ocsp/ocsp-response';
import { checkOcspResponse } from '../../../src/pki/ocsp/ocsp-verdict';
import { toPem } from '../../../src/pki/pem';
import { PROFILES } from '../../../src/pki/profile';
import { newSerialNumber } from '../../../src/pki/serial-number';
import { signerOf } from '../../../src/pki/signer';
import { validityFrom } from '../../../src/pki/validity';
import { testCa } from '../../pki/fixtures';
import { makeRequest } from '../../pki/ocsp/requests';
import { caProperties, deviceProperties, request, SECRET } from '../../support/events';
import { close, listen } from '../../support/local-server';
import { MemoryWorld } from '../../support/memory-ports';
import { ocspRequests } from '../../support/ocsp-requests';
import { openssl, temporaryFiles } from '../../support/openssl';

const execute = promisify(execFile);
const file = temporaryFiles();
const requestAbout = ocspRequests();
const HOUR = 3_600_000;
const LIFE = 10 * HOUR;

let world: MemoryWorld;
let caId: string;
let ca: Certificate;
let responder: OcspResponder | undefined;
let reported: unknown[];

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports())).physicalResourceId;
  const { chain, issuer } = (await issuingCa(caId, world.ports().ledger('ledger'), world.ports()))!;
  ca = parseCertificate(chain[0]);
  const { privateKeyPem, publicKey } = await generateKeyPair('EC_P256');
  const certificate = await issue(PROFILES.ocspResponder, {
    serialNumber: newSerialNumber(randomBytes, 'responder'),
    validity: validityFrom(world.now, PROFILES.ocspResponder, 2, issuer.validity, false),
    subject: encodeName({ commonName: 'Acme OCSP Responder' }),
    publicKey,
    hashAlgorithm: 'SHA-256',
  }, issuer);
  assertLinted(certificate, [], ca.der);
  responder = { certificate: parseCertificate(certificate), signer: signerOf(privateKeyPem) };
  reported = [];
});

async function device(name: string): Promise<{ serialNumber: string; pem: string }> {
  const { data } = await handleLifecycleEvent({
    ...request('device', 'Create', deviceProperties(caId, {
      Subject: { CommonName: name }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` },
    })),
    requestId: name,
    logicalResourceId: name,
  }, world.ports());
  return { serialNumber: data!.SerialNumber!, pem: data!.CertificatePem! };
}

async function revoke(serialNumber: string, reason: RevocationReason): Promise<void> {
  await revokeCertificate({ issuer: caId, serialNumber, reason, orderedBy: 'anna' }, world.ports().revocations('ledger'), world.now);
}

function ports(changed: Partial<OcspPorts> = {}): OcspPorts {
  return {
    revocations: world.ports().revocations('ledger'),
    responder: async () => responder,
    clock: () => world.now,
    report: error => reported.push(error),
    ...changed,
  };
}

function answer(der: Buffer, changed: Partial<OcspPorts> = {}): Promise<OcspAnswer> {
  return ocspAnswers({ identity: caId, subject: ca.subject, publicKey: ca.publicKey }, LIFE, ports(changed))(der);
}

async function responseAbout(...serialNumbers: readonly string[]): Promise<OcspResponse> {
  const response = parseOcspResponse((await answer(requestAbout(ca.der, serialNumbers))).der);
  expect(checkOcspResponse(response, ca, world.now)).toBeUndefined();
  return response;
}

const statusesOf = ({ basic }: OcspResponse) => basic!.responses.map(({ status }) => status);

async function errorOf(der: Buffer, changed: Partial<OcspPorts> = {}): Promise<string> {
  const { cache, der: response } = await answer(der, changed);
  expect(cache).toBeUndefined();
  return parseOcspResponse(response).status;
}

test('OpenSSL finds out which certificates are good, revoked, on hold, and not issued', async () => {
  const [good, bad, held, released] = [await device('good'), await device('bad'), await device('held'), await device('released')];
  world.now = new Date('2026-03-02T10:00:00.789Z');
  await revoke(bad.serialNumber, 'keyCompromise');
  await revoke(held.serialNumber, 'certificateHold');
  await revoke(released.serialNumber, 'certificateHold');
  await revoke(released.serialNumber, 'removeFromCRL');
  const unknown = '5'.repeat(40);
  const serialNumbers = [good, bad, held, released].map(({ serialNumber }) => serialNumber).concat(unknown);
  const { der } = await answer(requestAbout(ca.der, serialNumbers, { digest: 'sha256', nonce: true }));
  const caFile = file('ca.pem', toPem('CERTIFICATE', ca.der));
  const { stdout, stderr } = openssl([
    'ocsp', '-sha256', '-respin', file('response.der', der), '-issuer', caFile, ...serialNumbers.flatMap(digits => ['-serial', `0x${digits}`]), '-no_nonce',
    '-CAfile', caFile, '-attime', String(Math.floor(world.now.getTime() / 1000)), '-validity_period', '3000000000',
  ]);
  expect(stderr).toBe('Response verify OK\n');
  const period = ['This Update: Mar  2 09:00:00 2026 GMT', 'Next Update: Mar  2 20:00:00 2026 GMT'];
  const since = 'Revocation Time: Mar  2 10:00:00 2026 GMT';
  expect(stdout.trim().split(/\n\t?/)).toEqual([
    `0x${good.serialNumber}: good`, ...period,
    `0x${bad.serialNumber}: revoked`, ...period, 'Reason: keyCompromise', since,
    `0x${held.serialNumber}: revoked`, ...period, 'Reason: certificateHold', since,
    `0x${released.serialNumber}: good`, ...period,
    `0x${unknown}: unknown`, ...period,
  ]);
});

test('a POST of OpenSSL and a GET get their answers over HTTP', async () => {
  const { serialNumber, pem } = await device('good');
  const answers = ocspAnswers({ identity: caId, subject: ca.subject, publicKey: ca.publicKey }, LIFE, ports());
  const server = createServer((incoming, outgoing) => void buffer(incoming).then(async body => {
    const { statusCode, headers, body: base64 } = await ocspOverHttp({
      rawPath: incoming.url!,
      requestContext: { http: { method: incoming.method! } },
      headers: incoming.headers as Record<string, string>,
      body: body.toString('base64'),
      isBase64Encoded: true,
    }, '/ocsp', answers);
    outgoing.writeHead(statusCode, headers).end(Buffer.from(base64, 'base64'));
  }));
  const url = `${await listen(server)}/ocsp`;
  const [caFile, deviceFile] = [file('ca.pem', toPem('CERTIFICATE', ca.der)), file('device.pem', pem)];
  try {
    const { stdout, stderr } = await execute('openssl', [
      'ocsp', '-issuer', caFile, '-cert', deviceFile, '-url', url, '-CAfile', caFile,
      '-attime', String(world.now.getTime() / 1000), '-validity_period', '3000000000',
    ]);
    expect([stderr, stdout.split('\n')[0]]).toEqual(['Response verify OK\n', `${deviceFile}: good`]);
    const get = await fetch(`${url}/${encodeURIComponent(requestAbout(ca.der, [serialNumber]).toString('base64'))}`);
    expect([get.status, get.headers.get('cache-control')]).toEqual([200, 'max-age=32400, public, no-transform, must-revalidate']);
    const response = parseOcspResponse(Buffer.from(await get.arrayBuffer()));
    expect([checkOcspResponse(response, ca, world.now), statusesOf(response)]).toEqual([undefined, [{ state: 'good' }]]);
  } finally {
    await close(server);
  }
});

test('a certificate whose declaration was removed stays good, because it was issued', async () => {
  const { serialNumber } = await device('gone');
  await handleLifecycleEvent({
    ...request('device', 'Delete', deviceProperties(caId)),
    requestId: 'removal',
    logicalResourceId: 'gone',
    physicalResourceId: world.issued().find(entry => entry.serialNumber === serialNumber)!.identity,
  }, world.ports());
  expect(world.issued().some(entry => entry.serialNumber === serialNumber)).toBe(false);
  expect(statusesOf(await responseAbout(serialNumber))).toEqual([{ state: 'good' }]);
});

test('a serial number that is reserved for a certificate is not known before the certificate exists', async () => {
  const { serialNumber } = await device('reserved');
  const entry = world.entries.get(`${caId}/${serialNumber}`)!;
  world.entries.set(`${caId}/${serialNumber}`, { ...entry, status: 'RESERVED', certificate: undefined });
  expect(statusesOf(await responseAbout(serialNumber))).toEqual([{ state: 'unknown' }]);
});

test('the root\'s own certificate is good, and that of a CA which was signed elsewhere is not known as one of its own', async () => {
  expect(statusesOf(await responseAbout(ca.serialNumber))).toEqual([{ state: 'good' }]);
  const entry = world.entries.get(`${caId}/${ca.serialNumber}`)!;
  const elsewhere = '6'.repeat(40);
  world.entries.set(`${caId}/${elsewhere}`, { ...entry, serialNumber: elsewhere });
  expect(statusesOf(await responseAbout(elsewhere))).toEqual([{ state: 'unknown' }]);
});

test('the ledger is not asked about numbers that it can\'t hold', async () => {
  const find = jest.fn();
  const { der } = await answer(requestAbout(ca.der, ['01', 'FF'.repeat(20), '4A'.repeat(21)]), { revocations: { find, certificate: find } });
  expect(statusesOf(parseOcspResponse(der))).toEqual([{ state: 'unknown' }, { state: 'unknown' }, { state: 'unknown' }]);
  expect(find.mock.calls.map(([, serialNumber]) => serialNumber)).toEqual(['FF'.repeat(20), 'FF'.repeat(20)]);
});

test('a request about certificates of two CAs is answered for one of them', async () => {
  const { serialNumber } = await device('good');
  const own = requestAbout(ca.der, [serialNumber]);
  const other = requestAbout((await testCa()).certificate, [serialNumber]);
  const requests = [other, own].map(der => der.subarray(-(der[1] - 4))); // each a Request, behind the headers of three sequences
  const { der } = await answer(makeRequest({ requests }));
  expect(statusesOf(parseOcspResponse(der))).toEqual([{ state: 'unknown' }, { state: 'good' }]);
});

describe('the error of the protocol is', () => {
  test('malformedRequest for what is no request, and for one that is too large', async () => {
    expect(await errorOf(Buffer.from('GET / HTTP/1.1'))).toBe('malformedRequest');
    expect(await errorOf(Buffer.alloc(10_000_000, 0x30))).toBe('malformedRequest');
  });

  test('unauthorized for a request about another CA, or by a digest that is not supported', async () => {
    const find = jest.fn();
    const revocations = { find, certificate: find };
    expect(await errorOf(requestAbout((await testCa()).certificate, ['4A'.repeat(20)]), { revocations })).toBe('unauthorized');
    expect(await errorOf(requestAbout(ca.der, ['4A'.repeat(20)], { digest: 'sha512' }), { revocations })).toBe('unauthorized');
    expect(find).not.toHaveBeenCalled();
  });

  test('tryLater while there is no responder, or its certificate is not valid', async () => {
    const der = requestAbout(ca.der, ['4A'.repeat(20)]);
    expect(await errorOf(der, { responder: async () => undefined })).toBe('tryLater');
    expect(await errorOf(der, { clock: () => new Date('2026-03-03T12:00:00Z') })).toBe('tryLater');
    expect(await errorOf(der, { clock: () => new Date('2026-03-01T10:59:59Z') })).toBe('tryLater');
    const first = await answer(der, { clock: () => new Date('2026-03-01T11:00:00Z') });
    expect(parseOcspResponse(first.der).status).toBe('successful');
  });

  test('internalError if the ledger fails, which is reported and not told', async () => {
    const failure = new Error('the table is gone');
    const find = () => Promise.reject(failure);
    expect(await errorOf(requestAbout(ca.der, ['4A'.repeat(20)]), { revocations: { find, certificate: find } })).toBe('internalError');
    expect(reported).toEqual([failure]);
  });
});

describe('caches keep', () => {
  test('an answer for nine tenths of its life', async () => {
    const { serialNumber } = await device('good');
    expect((await answer(requestAbout(ca.der, [serialNumber]))).cache).toEqual({
      thisUpdate: new Date('2026-03-01T11:00:00Z'), nextUpdate: new Date('2026-03-01T22:00:00Z'), maxAgeSeconds: 9 * 3600,
    });
  });

  test('an answer for less time if its responder\'s certificate ends before', async () => {
    const { serialNumber } = await device('good');
    world.now = new Date('2026-03-03T11:00:00Z');
    expect((await answer(requestAbout(ca.der, [serialNumber]))).cache).toMatchObject({ nextUpdate: new Date('2026-03-03T12:00:00Z'), maxAgeSeconds: 3240 });
  });

  test('no answer with a nonce, which it repeats, and none about a certificate that may be issued the next moment', async () => {
    const { serialNumber } = await device('good');
    const withNonce = await answer(requestAbout(ca.der, [serialNumber], { nonce: true }));
    const unknown = await answer(requestAbout(ca.der, [serialNumber, '4A'.repeat(20)]));
    expect([withNonce.cache!.maxAgeSeconds, unknown.cache!.maxAgeSeconds]).toEqual([0, 0]);
    expect(parseOcspResponse(withNonce.der).basic!.nonce).toHaveLength(16);
    expect(parseOcspResponse(unknown.der).basic!.nonce).toBeUndefined();
  });
});
