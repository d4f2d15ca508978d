import { bundled, Row, run } from './measure';
import { median, ratio } from './rates';

/**
 * 0.15 was aimed at. With OpenSSL 3.0, in Node.js 20, it is out of reach: there the three things that have to be done, loading
 * a key that nobody has seen yet, verifying with it and signing, take all the time that it leaves and more; the row for
 * them alone says how much. So the target is a share of what they leave. OpenSSL 3.5, in Node.js 24, loads a key in half
 * the time.
 */
const OF_RAW_RATE = 0.085;
const OF_UNAVOIDABLE = 0.6;

/** Each certificate is linted before it is recorded: that may take as long as signing it by RSA-2048 does, and no longer. */
const LINT_AT_MOST = 0.25;

/**
 * Certificates a second for requests of P-256 in PEM, by a CA of P-256: read, verified, their names judged, issued; one after
 * the other on one core, against the rate of the signature alone. And what linting takes for one of them. Bundled, as it is
 * shipped.
 */
export async function requestRates(): Promise<Row[]> {
  const rates = JSON.parse(run(bundled('requests'))) as { readonly [contender in 'raw' | 'ours' | 'unavoidable' | 'lint']: number[] };
  return [
    { name: 'EC_P256: requests to certificates', value: median(rates.ours), unit: 'a second' },
    { name: 'EC_P256: requests, of the rate of crypto.sign', value: ratio(rates.ours, rates.raw), unit: '', atLeast: OF_RAW_RATE },
    { name: 'EC_P256: key, verification and signature alone, of the same', value: ratio(rates.unavoidable, rates.raw), unit: '' },
    { name: 'EC_P256: requests, of the rate of those alone', value: ratio(rates.ours, rates.unavoidable), unit: '', atLeast: OF_UNAVOIDABLE },
    { name: 'lint of a certificate', value: 1000 / median(rates.lint), unit: 'ms', atMost: LINT_AT_MOST },
  ];
}
