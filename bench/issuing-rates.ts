import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Contender, inTurns, ServingContender, Together } from './contenders';
import { inputsFor } from './inputs';
import { bundled, Row } from './measure';
import { PEERS } from './peers';
import { median, ratio } from './rates';

const ROUNDS = 7;
const MILLISECONDS = 400;

/** Each certificate is linted before it is recorded: that may take as long as signing it by RSA-2048 does, and no longer; milliseconds. */
const LINT_AT_MOST = 0.25;

/** What is aimed at with a key of the CA: of the rate of what OpenSSL has to do for the same, and nothing else. */
const TARGETS = {
  RSA_2048: { certificate: 0.95, twoCores: 0.92, ecKey: undefined, rsaKey: 0.95, request: undefined },
  EC_P256: { certificate: 0.75, twoCores: 0.7, ecKey: 0.8, rsaKey: undefined, request: 0.85 },
} as const;

/**
 * Certificates a second, against the rate of the signature alone and against every peer that is installed. Each issues the same certificate of
 * a device: five extensions, a serial number of its own, for the same public key.
 */
export async function issuingRates(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const caKey of ['RSA_2048', 'EC_P256'] as const) {
    const folder = await inputsFor(caKey);
    try {
      rows.push(...await againstSignature(caKey, folder), ...await againstPeers(caKey, folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return rows;
}

async function againstSignature(caKey: keyof typeof TARGETS, folder: string): Promise<Row[]> {
  const entry = bundled('issuing');
  const start = (name: string): Contender => new ServingContender(process.execPath, [entry, folder, name]);
  const two = (name: string): Contender => new Together([start(name), start(name)]);
  const rates = await inTurns({
    'signature': start('signature'),
    'certificate': start('certificate'),
    'two signatures': two('signature'),
    'two certificates': two('certificate'),
    'request alone': start('request alone'),
    'request': start('request'),
    'EC key alone': start('EC key alone'),
    'EC key': start('EC key'),
    'RSA key alone': start('RSA key alone'),
    'RSA key': start('RSA key'),
    'lint': start('lint'),
  }, ROUNDS, MILLISECONDS);
  const target = TARGETS[caKey];
  return [
    { name: `${caKey}: certificates`, value: median(rates.certificate), unit: 'a second' },
    { name: `${caKey}: certificates, of the rate of the signature`, value: ratio(rates.certificate, rates.signature), unit: '', atLeast: target.certificate },
    { name: `${caKey}: the same on two cores`, value: ratio(rates['two certificates'], rates['two signatures']), unit: '', atLeast: target.twoCores },
    { name: `${caKey}: requests of P-256, of the rate of key import, verification and signature`, value: ratio(rates.request, rates['request alone']), unit: '', atLeast: target.request },
    { name: `${caKey}: with a fresh P-256 key, of the rate of key generation and signature`, value: ratio(rates['EC key'], rates['EC key alone']), unit: '', atLeast: target.ecKey },
    { name: `${caKey}: with a fresh RSA-2048 key, of the rate of key generation and signature`, value: ratio(rates['RSA key'], rates['RSA key alone']), unit: '', atLeast: target.rsaKey },
    { name: `${caKey}: time of linting a certificate`, value: 1000 / median(rates.lint), unit: 'ms', atMost: LINT_AT_MOST },
  ];
}

async function againstPeers(caKey: keyof typeof TARGETS, folder: string): Promise<Row[]> {
  const ours = new ServingContender(process.execPath, [bundled('issuing'), folder, 'certificate']);
  const peers = Object.fromEntries(Object.entries(PEERS)
    .filter(([, { isInstalled, only = [caKey] }]) => only.includes(caKey) && isInstalled())
    .map(([name, { start }]) => [name, start(folder)]));
  for (const contender of [ours, ...Object.values(peers)]) {
    assertIssues(contender.certificate && await contender.certificate(), folder);
  }
  const { ours: rate, ...others } = await inTurns<string>({ ours, ...peers }, ROUNDS, MILLISECONDS);
  return Object.entries(others).map(([name, theirs]) => ({ name: `${caKey}: of the rate of ${name}`, value: ratio(rate, theirs), unit: 'times', atLeast: 1 }));
}

/** A contender that fails fast would win. */
function assertIssues(certificate: Buffer | undefined, folder: string): void {
  const ca = new X509Certificate(readFileSync(join(folder, 'ca.pem')));
  if (!certificate || !new X509Certificate(certificate).verify(ca.publicKey)) {
    throw new Error('each contender must issue certificates of the CA, got another one');
  }
}
