import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { REVOKED, testCrl } from './fixtures';
import { HashAlgorithmName, KeyAlgorithmName } from '../../../src/contract/key-algorithms';
import { toPem } from '../../../src/pki/pem';
import { certtool, hasCerttool, openssl, opensslOutput, temporaryFiles } from '../../support/openssl';
import { whereInstalled } from '../../support/second-opinions';
import { NOW, testCa, testCertificate } from '../fixtures';

const URLS = ['http://crl.example.com/1-of-1.crl', 'https://crl.example.com/1-of-1.crl'];
const file = temporaryFiles();

/** A CA with its list, a certificate for each of the revoked serial numbers, and one that is not revoked; all as files in PEM. */
interface Files {
  readonly ca: string;
  readonly crl: string;
  readonly revoked: readonly string[];
  readonly good: string;
}

/** @param urls where the list is published, as the certificates say too; none for the list of all certificates of the CA */
async function written(name: string, algorithm: KeyAlgorithmName, hash: HashAlgorithmName, urls?: readonly string[]): Promise<Files> {
  const ca = await testCa({ algorithm, hash });
  const pem = (path: string, label: string, der: Buffer) => file(`${name}-${path}.pem`, toPem(label, der));
  const device = (path: string, serialNumber: string) => testCertificate(ca.issuer, {
    algorithm: 'EC_P256', hash, serialNumber, extensions: urls && { crlDistributionPoints: urls },
  }).then(der => pem(path, 'CERTIFICATE', der));
  return {
    ca: pem('ca', 'CERTIFICATE', ca.certificate),
    crl: pem('crl', 'X509 CRL', await testCrl(ca, { hashAlgorithm: hash, distributionPoint: urls, number: 300 })),
    revoked: await Promise.all(REVOKED.map(({ serialNumber }, index) => device(`revoked-${index}`, serialNumber))),
    good: await device('good', '4A1B2C3D4E5F60718293A4B5C6D7E8F9000000FF'),
  };
}

const KINDS: [string, KeyAlgorithmName, HashAlgorithmName, readonly string[] | undefined][] = [
  ['of all certificates of an RSA CA', 'RSA_2048', 'SHA-256', undefined],
  ['that an RSA CA publishes', 'RSA_2048', 'SHA-512', URLS],
  ['of all certificates of a P-384 CA', 'EC_P384', 'SHA-384', undefined],
  ['that a P-256 CA publishes', 'EC_P256', 'SHA-256', URLS],
  ['that an Ed25519 CA publishes', 'ED25519', 'SHA-512', URLS],
];

describe.each(KINDS)('the list %s', (name, algorithm, hash, urls) => {
  let files: Files;

  beforeAll(async () => {
    files = await written(name.replaceAll(' ', '-'), algorithm, hash, urls);
  });

  test('is verified by OpenSSL, which shows each entry', () => {
    const { status, stdout, stderr } = openssl(['crl', '-in', files.crl, '-CAfile', files.ca, '-noout', '-text', '-nameopt', 'RFC2253']);
    expect(stderr).toBe('verify OK\n');
    expect(status).toBe(0);
    expect(stdout).toContain('Version 2 (0x1)');
    expect(stdout.match(/Serial Number: .*/g)).toEqual(REVOKED.map(({ serialNumber }) => `Serial Number: ${serialNumber}`));
    expect(stdout.match(/CRL Reason Code: *\n *.*/g)!.map(text => text.split('\n')[1].trim())).toEqual(['Key Compromise', 'Certificate Hold']);
    expect(stdout.match(/Invalidity Date: *\n *.*/g)!.map(text => text.split('\n')[1].trim())).toEqual(['Jan  2 03:04:05 2026 GMT', 'Jan  2 03:04:05 2051 GMT']);
  });

  test('makes OpenSSL refuse each revoked device, and take the other one', () => {
    const time = String(NOW.getTime() / 1000);
    // With -crl_check_all, OpenSSL also wants a list that is about the root itself, which names no distribution point.
    const check = urls ? '-crl_check' : '-crl_check_all';
    const { stdout, stderr } = openssl(['verify', '-x509_strict', check, '-attime', time, '-CAfile', files.ca, '-CRLfile', files.crl, ...files.revoked, files.good]);
    expect(stdout.trim()).toBe(`${files.good}: OK`);
    expect(stderr.match(/error 23 at 0 depth lookup: certificate revoked/g)).toHaveLength(files.revoked.length);
    expect(stderr.match(/error \d+/g)).toHaveLength(files.revoked.length);
  });

  test('is read by @peculiar/x509 with each entry', () => {
    const crl = new x509.X509Crl(opensslOutput(['crl', '-in', files.crl]));
    expect(crl.entries.map(({ serialNumber, reason }) => [serialNumber.toUpperCase(), reason && x509.X509CrlReason[reason]]))
      .toEqual(REVOKED.map(({ serialNumber, reason }) => [serialNumber, reason]));
  });
});

const { test: whereGnutls } = whereInstalled(hasCerttool(), 'certtool', 'gnutls-bin');

whereGnutls.each(KINDS)('GnuTLS verifies the list %s', async (name, algorithm, hash, distributionPoint) => {
  const ca = await testCa({ algorithm, hash });
  const now = Date.now(); // certtool verifies a list only at the present time
  const times = { thisUpdate: new Date(now - 3_600_000), nextUpdate: new Date(now + 86_400_000) };
  const list = await testCrl(ca, { hashAlgorithm: hash, distributionPoint, ...times });
  const caFile = file(`gnutls-${name.replaceAll(' ', '-')}.pem`, toPem('CERTIFICATE', ca.certificate));
  const { stdout, stderr, status } = certtool(['--verify-crl', '--load-ca-certificate', caFile], toPem('X509 CRL', list));
  expect(stdout + stderr).toMatch(/Verification output: Verified\. The certificate is trusted\./);
  expect(status).toBe(0);
});

const { test: whereJava } = whereInstalled(spawnSync('javac', ['-version']).status === 0, 'javac', 'default-jdk-headless');

whereJava.each(KINDS.filter(([, algorithm]) => algorithm !== 'ED25519'))('Java refuses each device that the list %s revokes, for its reason', async (name, algorithm, hash, urls) => {
  const { ca, crl, revoked, good } = await written(`java-${name.replaceAll(' ', '-')}`, algorithm, hash, urls);
  const { stdout, stderr } = spawnSync('java', [
    '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', join(__dirname, '../../support/verifiers/CheckRevocation.java'),
    String(NOW.getTime()), ca, crl, ...revoked, good,
  ], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(['revoked: UNSPECIFIED', 'revoked: KEY_COMPROMISE', 'revoked: CERTIFICATE_HOLD', 'revoked: UNSPECIFIED', 'good']);
});
