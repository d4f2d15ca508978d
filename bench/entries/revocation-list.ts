import { createHash, randomBytes } from 'node:crypto';
import { peakMemory } from './peak-memory';
import { selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { RevokedCertificate } from '../../src/pki/revocation/crl-entries';
import { issueCrl } from '../../src/pki/revocation/issue-crl';
import { signerOf } from '../../src/pki/signer';

const PAGE = 1_000;

/** How many lists are made before one is measured. */
const WARM_UP = 10;
const REASONS = ['keyCompromise', 'cessationOfOperation', undefined] as const;

/** Pages of revoked certificates, as they arrive from a ledger. */
function* pages(entries: number): Iterable<RevokedCertificate[]> {
  const step = 2n ** 158n / BigInt(entries);
  for (let first = 0; first < entries; first += PAGE) {
    yield Array.from({ length: Math.min(PAGE, entries - first) }, (_, index) => ({
      serialNumber: (BigInt(first + index + 1) * step).toString(16).toUpperCase().padStart(40, '0').replace(/^0+(?=(..)+$)/, ''),
      revokedAt: new Date(1_700_000_000_000 + 61_000 * (first + index)),
      reason: REASONS[(first + index) % REASONS.length],
    }));
  }
}

/** The time on the processor, in milliseconds. */
async function timeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Prints the times of lists of this many entries and of the least that they need, or the greatest memory during one list. */
async function main(entries: number, rounds: number): Promise<void> {
  const issuer = selfIssuer(encodeName({ commonName: 'Benchmark CA' }), signerOf((await generateKeyPair('RSA_2048')).privateKeyPem));
  const list = (revoked: Iterable<RevokedCertificate[]>) => issueCrl({
    number: 1, thisUpdate: new Date(), nextUpdate: new Date(Date.now() + 1e9), hashAlgorithm: 'SHA-256', revoked,
  }, issuer);
  if (rounds === 1) {
    await list(pages(entries));
    console.log(JSON.stringify(peakMemory()));
    return;
  }
  const ready = [...pages(entries)];
  const der = await list(ready);
  const short = randomBytes(100);
  const ours: number[] = [];
  const least: number[] = [];
  for (let round = 0; round < WARM_UP; round++) {
    await list(ready);
  }
  for (let round = 0; round < rounds; round++) {
    ours.push(await timeOf(() => list(ready)));
    least.push(await timeOf(async () => [createHash('sha256').update(der).digest(), await issuer.signer.sign(short, 'SHA-256')]));
  }
  console.log(JSON.stringify({ ours, least }));
}

void main(Number(process.argv[2]), Number(process.argv[3]));
