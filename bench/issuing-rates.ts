import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Contender, inTurns, ServingContender, Together } from './contenders';
import { inputsFor } from './inputs';
import { bundled } from './measure';
import { PEERS } from './peers';
import { median, ratio } from './rates';
import { Measured, Point, Row } from './results';

const ROUNDS = 7;
const MILLISECONDS = 400;

/** One, two, four and so on, and as many as there are. */
const CORES = [...new Set([...[1, 2, 4, 8, 16, 32, 64].filter(cores => cores <= availableParallelism()), availableParallelism()])];

/**
 * What is aimed at with a key of the CA: of the rate of what OpenSSL has to do for the same, and nothing else. A certificate is linted before
 * it is recorded, which may take as long as signing it by RSA-2048.
 */
const TARGETS = {
  RSA_2048: { name: 'RSA-2048 CA', certificate: 0.95, twoCores: 0.92, ecKey: undefined, rsaKey: 0.95, request: undefined, lint: 1 },
  EC_P256: { name: 'P-256 CA', certificate: 0.75, twoCores: 0.7, ecKey: 0.8, rsaKey: undefined, request: 0.85, lint: undefined },
} as const;

type CaKey = keyof typeof TARGETS;

/** The parts of reading a request. */
const PARTS_OF_REQUEST = ['parsing', 'key', 'possession'] as const;
type PartOfRequest = `request ${typeof PARTS_OF_REQUEST[number]}`;

const WORDS = { parsing: 'parsing a request', key: 'checking its key', possession: 'verifying its signature' } as const;

/**
 * Certificates a second, against the rate of the signature alone and against every peer that is installed. Each issues the same certificate of
 * a device: five extensions, a serial number of its own, for the same public key.
 */
export async function issuingRates(): Promise<Measured> {
  const rows: Row[] = [];
  const points: Point[] = [];
  for (const caKey of Object.keys(TARGETS) as CaKey[]) {
    const folder = await inputsFor(caKey);
    try {
      for (const measure of [againstSignature, onCores, againstPeers]) {
        const measured = await measure(caKey, folder);
        rows.push(...measured.rows);
        points.push(...measured.points ?? []);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return { rows, points };
}

async function againstSignature(caKey: CaKey, folder: string): Promise<Measured> {
  const entry = bundled('issuing');
  const start = (name: string): Contender => ServingContender.process(process.execPath, [entry, folder, name]);
  const rates = await inTurns({
    'signature': start('signature'),
    'certificate': start('certificate'),
    'request alone': start('request alone'),
    'request': start('request'),
    ...Object.fromEntries(PARTS_OF_REQUEST.map(part => [`request ${part}`, start(`request ${part}`)])) as { [P in PartOfRequest]: Contender },
    'EC key alone': start('EC key alone'),
    'EC key': start('EC key'),
    'RSA key alone': start('RSA key alone'),
    'RSA key': start('RSA key'),
    'lint': start('lint'),
  }, ROUNDS, MILLISECONDS);
  const { name, ...target } = TARGETS[caKey];
  return {
    rows: [
      { name: `${name}: certificates, of the rate of the signature`, value: ratio(rates.certificate, rates.signature), unit: '', atLeast: target.certificate },
      {
        name: `${name}: requests of P-256, of the rate of key import, verification and signature`,
        value: ratio(rates.request, rates['request alone']),
        unit: '',
        atLeast: target.request,
      },
      ...PARTS_OF_REQUEST.map(part => ({ name: `${name}: ${WORDS[part]}, of the time of a request`, value: ratio(rates.request, rates[`request ${part}`]), unit: '' })),
      {
        name: `${name}: with a fresh P-256 key, of the rate of key generation and signature`,
        value: ratio(rates['EC key'], rates['EC key alone']),
        unit: '',
        atLeast: target.ecKey,
      },
      {
        name: `${name}: with a fresh RSA-2048 key, of the rate of key generation and signature`,
        value: ratio(rates['RSA key'], rates['RSA key alone']),
        unit: '',
        atLeast: target.rsaKey,
      },
      { name: `${name}: linting a certificate, of the rate of the signature`, value: ratio(rates.lint, rates.signature), unit: '', atLeast: target.lint },
    ],
    points: (['certificate', 'request', 'EC key', 'RSA key'] as const).map(x => ({ plot: 'rates', x, series: name, value: median(rates[x]) })),
  };
}

/** The rates on several cores, a worker thread on each, against as many threads that only sign. */
async function onCores(caKey: CaKey, folder: string): Promise<Measured> {
  const entry = bundled('issuing');
  const threads = (name: string, cores: number): Contender =>
    new Together(Array.from({ length: cores }, () => ServingContender.thread(entry, [folder, name])));
  const rates = await inTurns<string>(Object.fromEntries(CORES.flatMap(cores =>
    ['signature', 'certificate'].map(name => [`${name} ${cores}`, threads(name, cores)]))), ROUNDS, MILLISECONDS);
  const { name, twoCores } = TARGETS[caKey];
  return {
    rows: CORES.filter(cores => cores > 1).map(cores => ({
      name: `${name}: certificates on ${cores} cores, of the rate of as many signers`,
      value: ratio(rates[`certificate ${cores}`], rates[`signature ${cores}`]),
      unit: '',
      atLeast: cores === 2 ? twoCores : undefined,
    })),
    points: CORES.flatMap(x => (['signature', 'certificate'] as const).map(contender => ({
      plot: 'cores' as const, x, series: `${name}: ${contender}s`, value: ratio(rates[`${contender} ${x}`], rates['signature 1']),
    }))),
  };
}

async function againstPeers(caKey: CaKey, folder: string): Promise<Measured> {
  const ours = ServingContender.process(process.execPath, [bundled('issuing'), folder, 'certificate']);
  const peers = Object.fromEntries(Object.entries(PEERS)
    .filter(([, { isInstalled, only = [caKey] }]) => only.includes(caKey) && isInstalled())
    .map(([peer, { start }]) => [peer, start(folder)]));
  for (const [peer, contender] of Object.entries<Contender>({ ours, ...peers })) {
    assertIssues(peer, await contender.certificate?.(), folder);
  }
  const { ours: rate, ...others } = await inTurns<string>({ ours, ...peers }, ROUNDS, MILLISECONDS);
  const { name } = TARGETS[caKey];
  const times = Object.entries(others).map(([peer, theirs]) => ({ peer, value: ratio(rate, theirs) }));
  return {
    rows: times.map(({ peer, value }) => ({ name: `${name}: of the rate of ${peer}`, value, unit: 'times', atLeast: 1 })),
    points: times.map(({ peer, value }) => ({ plot: 'peers' as const, x: peer, series: name, value })),
  };
}

const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** A contender that fails fast, or makes less than the others, would win. */
function assertIssues(contender: string, der: Buffer | undefined, folder: string): void {
  const ca = new X509Certificate(readFileSync(join(folder, 'ca.pem')));
  const certificate = der && new X509Certificate(der);
  const usages: readonly string[] = certificate?.keyUsage ?? [];
  if (!certificate?.verify(ca.publicKey) || !certificate.checkIssued(ca) || certificate.ca || !usages.includes(CLIENT_AUTHENTICATION)) {
    throw new Error(`${contender} must issue certificates of a client by the CA of the benchmark, got ${certificate ?? 'none'}`);
  }
}
