import { createPrivateKey, randomBytes, sign } from 'node:crypto';

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Calls a second, over so many milliseconds. */
export async function rate(call: () => unknown, milliseconds: number): Promise<number> {
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < milliseconds) {
    await call();
    calls++;
  }
  return calls / (performance.now() - start) * 1000;
}

/**
 * Calls a second of contenders that take turns, round by round, so that a machine whose speed drifts is unfair to none. A
 * first round warms up.
 */
export async function takeTurns<N extends string>(
  contenders: { readonly [K in N]: () => unknown }, rounds: number, milliseconds: number,
): Promise<{ readonly [K in N]: number[] }> {
  const names = Object.keys(contenders) as N[];
  const rates = Object.fromEntries(names.map(name => [name, [] as number[]])) as { [K in N]: number[] };
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const measured = await rate(contenders[name], milliseconds);
      if (round >= 0) {
        rates[name].push(measured);
      }
    }
  }
  return rates;
}

/** How two contenders that took turns compare: the median of the rounds. */
export function ratio(rates: readonly number[], others: readonly number[]): number {
  return median(rates.map((value, round) => value / others[round]));
}

/** A signature over as many octets as a certificate has, and nothing else. */
export function rawSignature(privateKeyPem: string): () => Buffer {
  const key = createPrivateKey(privateKeyPem);
  const tbs = randomBytes(450);
  return () => sign('sha256', tbs, key);
}
