import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REVOKED_AT, testResponder, testResponse } from './fixtures';
import { HashAlgorithmName, KeyAlgorithmName } from '../../../src/contract/key-algorithms';
import { parseCertificate } from '../../../src/pki/certificate';
import { OID } from '../../../src/pki/object-identifiers';
import { OcspResponder } from '../../../src/pki/ocsp/issue-ocsp-response';
import { parseOcspResponse } from '../../../src/pki/ocsp/ocsp-response';
import { CertStatus } from '../../../src/pki/ocsp/ocsp-status';
import { checkOcspResponse } from '../../../src/pki/ocsp/ocsp-verdict';
import { toPem } from '../../../src/pki/pem';
import { ocsptool, openssl, opensslOutput, Run, temporaryFiles } from '../../support/openssl';
import { whereInstalled } from '../../support/second-opinions';
import { NOW, testCa, TestCa, testCertificate } from '../fixtures';

const file = temporaryFiles();

const SERIAL_NUMBERS = ['01', '02', '03', '04'].map(tail => `4A1B2C3D4E5F60718293A4B5C6D7E8F9000000${tail}`);

/** What the responses say about the four devices of each CA. */
const STATUSES: readonly CertStatus[] = [
  { state: 'good' },
  { state: 'revoked', revokedAt: REVOKED_AT, reason: 'keyCompromise' },
  { state: 'revoked', revokedAt: REVOKED_AT },
  { state: 'unknown' },
];

interface World {
  readonly ca: TestCa;
  readonly responder: OcspResponder;
  readonly caFile: string;
  readonly devices: readonly string[];
}

async function world(name: string, algorithm: KeyAlgorithmName, hash: HashAlgorithmName, responderAlgorithm: KeyAlgorithmName): Promise<World> {
  const ca = await testCa({ algorithm, hash });
  const pem = (path: string, der: Buffer) => file(`${name.replaceAll(' ', '-')}-${path}.pem`, toPem('CERTIFICATE', der));
  return {
    ca,
    responder: await testResponder(ca, { algorithm: responderAlgorithm, hash }),
    caFile: pem('ca', ca.certificate),
    devices: await Promise.all(SERIAL_NUMBERS.map(async serialNumber => pem(serialNumber, await testCertificate(ca.issuer, { serialNumber, hash })))),
  };
}

const KINDS: [string, KeyAlgorithmName, HashAlgorithmName, KeyAlgorithmName][] = [
  ['of an RSA CA and an RSA responder', 'RSA_2048', 'SHA-256', 'RSA_2048'],
  ['of an RSA CA and a P-256 responder', 'RSA_2048', 'SHA-256', 'EC_P256'],
  ['of a P-256 CA and a P-256 responder', 'EC_P256', 'SHA-256', 'EC_P256'],
  ['of a P-384 CA and a P-384 responder', 'EC_P384', 'SHA-384', 'EC_P384'],
  ['of a P-384 CA and an RSA responder', 'EC_P384', 'SHA-384', 'RSA_2048'],
];

/** OpenSSL compares the times of a response with the present; this many seconds of tolerance cover the years to the clock of the tests. */
const TOLERANCE = '3000000000';

/** A request that OpenSSL makes about all devices. */
function requestOf({ caFile, devices }: World, ...options: readonly string[]): { request: Buffer; path: string } {
  const path = file('request.der', '');
  const [digest, ...more] = options;
  opensslOutput(['ocsp', digest, '-issuer', caFile, ...devices.flatMap(device => ['-cert', device]), ...more, '-reqout', path]);
  return { request: readFileSync(path), path };
}

/** OpenSSL's verdict on a response, with the status of each device. */
function verify({ caFile, devices }: World, response: Buffer, digest: string): Run {
  return openssl([
    'ocsp', digest, '-no_nonce', '-issuer', caFile, ...devices.flatMap(device => ['-cert', device]), ...verification(caFile, response),
  ]);
}

/** OpenSSL's verdict on a response to a request, with whose nonce OpenSSL compares that of the response. */
function verifyNonce({ caFile }: World, response: Buffer, requestFile: string): Run {
  return openssl(['ocsp', '-no_nonce', '-reqin', requestFile, ...verification(caFile, response)]);
}

function verification(caFile: string, response: Buffer): string[] {
  return ['-respin', file('response.der', response), '-CAfile', caFile, '-attime', String(NOW.getTime() / 1000), '-validity_period', TOLERANCE];
}

describe.each(KINDS)('the response %s', (name, algorithm, hash, responderAlgorithm) => {
  let files: World;

  beforeAll(async () => {
    files = await world(name, algorithm, hash, responderAlgorithm);
  });

  test.each([
    ['SHA-1 and a nonce', ['-sha1']],
    ['SHA-1 and no nonce', ['-sha1', '-no_nonce']],
    ['SHA-256 and a nonce', ['-sha256']],
    ['SHA-256 and no nonce', ['-sha256', '-no_nonce']],
  ])('to a request of OpenSSL with %s is verified by OpenSSL, which finds each status in it', async (_, options) => {
    const { request, path } = requestOf(files, ...options);
    const response = await testResponse(request, STATUSES, files.responder);
    const { status, stdout, stderr } = verify(files, response, options[0]);
    const [good, compromised, revoked, unknown] = files.devices;
    const period = ['\tThis Update: Mar  1 11:00:00 2026 GMT', '\tNext Update: Mar  2 00:00:00 2026 GMT'];
    const since = '\tRevocation Time: Feb 27 08:09:10 2026 GMT';
    expect(stderr).toBe('Response verify OK\n');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      `${good}: good`, ...period,
      `${compromised}: revoked`, ...period, '\tReason: keyCompromise', since,
      `${revoked}: revoked`, ...period, since,
      `${unknown}: unknown`, ...period,
    ]);
    expect(verifyNonce(files, response, path)).toMatchObject({ status: 0, stderr: 'Response verify OK\n' });
  });
});

describe('OpenSSL refuses a response', () => {
  const anyWorld = (): Promise<World> => world('any', 'EC_P256', 'SHA-256', 'EC_P256');

  test('to another request with a nonce', async () => {
    const files = await anyWorld();
    const { request } = requestOf(files, '-sha256');
    const { path } = requestOf(files, '-sha256');
    const response = await testResponse(request, STATUSES, files.responder);
    expect(verifyNonce(files, response, path)).toMatchObject({ status: 1, stderr: 'Nonce Verify error\n' });
  });

  test('of a responder to which its CA has not delegated, as `checkOcspResponse` does', async () => {
    const files = await anyWorld();
    const { request } = requestOf(files, '-sha256');
    const device = parseCertificate(await testCertificate(files.ca.issuer, { algorithm: 'EC_P256' }));
    const response = await testResponse(request, STATUSES, { ...files.responder, certificate: device });
    expect(verify(files, response, '-sha256').stderr).toMatch(/Response Verify Failure[^]*missing ocspsigning usage/);
    expect(checkOcspResponse(parseOcspResponse(response), parseCertificate(files.ca.certificate), NOW))
      .toBe('the responder\'s certificate must have the extended key usage OCSPSigning');
  });
});

test('a CA whose extended key usages do not have OCSPSigning can delegate, as OpenSSL says', async () => {
  const ca = await testCa({ extensions: { extendedKeyUsages: [OID.clientAuth] } });
  const responder = await testResponder(ca);
  const caFile = file('limited-ca.pem', toPem('CERTIFICATE', ca.certificate));
  const files = { ca, responder, caFile, devices: [file('limited-device.pem', toPem('CERTIFICATE', await testCertificate(ca.issuer)))] };
  const { request } = requestOf(files, '-sha256');
  expect(verify(files, await testResponse(request, STATUSES, responder), '-sha256')).toMatchObject({ status: 0, stderr: 'Response verify OK\n' });
});

const { test: whereGnutls } = whereInstalled(spawnSync('ocsptool', ['--version']).status === 0, 'ocsptool', 'gnutls-bin');

whereGnutls.each(KINDS)('GnuTLS verifies the response %s', async (name, algorithm, hash, responderAlgorithm) => {
  const files = await world(`gnutls ${name}`, algorithm, hash, responderAlgorithm);
  // ocsptool verifies a response only at the present time.
  const now = 1000 * Math.floor(Date.now() / 1000);
  const { notBefore } = parseCertificate(files.ca.certificate).validity;
  const validity = { notBefore, notAfter: new Date(now + 86_400_000) };
  const responder = await testResponder(files.ca, { algorithm: responderAlgorithm, hash, validity });
  const response = await testResponse(requestOf(files, '-sha256').request, STATUSES, responder, {
    producedAt: new Date(now), thisUpdate: new Date(now - 3_600_000), nextUpdate: new Date(now + 3_600_000),
  });
  const { status, stdout, stderr } = ocsptool(['--verify-response', '--infile', file('gnutls.der', response), '--load-trust', files.caFile]);
  expect(stderr).toBe('');
  expect(stdout).toContain('Verifying OCSP Response: Success.');
  expect(stdout.match(/Serial Number: \w+/g)).toEqual(SERIAL_NUMBERS.map(digits => `Serial Number: ${digits.toLowerCase()}`));
  expect(stdout.match(/Certificate Status: \w+/g)).toEqual(STATUSES.map(({ state }) => `Certificate Status: ${state}`));
  expect(status).toBe(0);
});

const { test: whereJava } = whereInstalled(spawnSync('javac', ['-version']).status === 0, 'javac', 'default-jdk-headless');

whereJava.each(KINDS)('Java validates each device by the response %s', async (name, algorithm, hash, responderAlgorithm) => {
  const files = await world(`java ${name}`, algorithm, hash, responderAlgorithm);
  const response = await testResponse(requestOf(files, '-sha1', '-no_nonce').request, STATUSES, files.responder);
  const { stdout, stderr } = spawnSync('java', [
    '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', join(__dirname, '../../support/verifiers/CheckOcsp.java'),
    String(NOW.getTime()), files.caFile, file('java.der', response), ...files.devices,
  ], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    'good', 'revoked: KEY_COMPROMISE', 'revoked: UNSPECIFIED', 'refused: Certificate\'s revocation status is unknown',
  ]);
});
