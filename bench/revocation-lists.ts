import { bundled, run } from './measure';
import { median } from './rates';
import { Measured } from './results';

/**
 * The time of a list of 100,000 revoked certificates, as a multiple of hashing its octets once and signing once; and the memory of a process
 * that makes a list of a million.
 */
export async function revocationLists(): Promise<Measured> {
  const bundle = bundled('revocation-list');
  const { ours, least } = JSON.parse(run(bundle, ['100000', '15'])) as { readonly [contender in 'ours' | 'least']: number[] };
  const megabytes = JSON.parse(run(bundle, ['1000000', '1'])) as number;
  return {
    rows: [
      { name: 'revocation list of 100,000, of its digest and one signature', value: median(ours) / median(least), unit: 'times', atMost: 8 },
      { name: 'memory of a process for a revocation list of 1,000,000', value: megabytes, unit: 'MB', atMost: 300 },
    ],
  };
}
