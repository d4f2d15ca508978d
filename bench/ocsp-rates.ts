import { bundled, run } from './measure';
import { median, ratio } from './rates';
import { Measured } from './results';

/** An answer may take as long again as its signature. */
const OF_RAW_RATE = 0.5;

/**
 * OCSP answers a second by a responder on P-256, one after the other on one core, without the time of the ledger; against the rate of the
 * signature alone. They go from a request to a response in DER, and, over HTTP, from the event of a GET to the response with its headers.
 */
export async function ocspRates(): Promise<Measured> {
  const rates = JSON.parse(run(bundled('ocsp-answers'))) as { readonly [contender in 'raw' | 'ours' | 'overHttp']: number[] };
  return {
    rows: [
      { name: 'P-256 responder: OCSP answers', value: median(rates.ours), unit: 'a second' },
      { name: 'P-256 responder: OCSP answers, of the rate of the signature', value: ratio(rates.ours, rates.raw), unit: '', atLeast: OF_RAW_RATE },
      { name: 'P-256 responder: OCSP answers over HTTP, of the same', value: ratio(rates.overHttp, rates.raw), unit: '' },
    ],
  };
}
