import { bundled, median, Row, run } from './measure';

const ROUNDS = 5;

/** Milliseconds to declare and synthesize an app, without loading aws-cdk-lib and without its template validator. */
export async function synthesisTimes(): Promise<Row[]> {
  const file = bundled('synthesis', ['aws-cdk-lib', 'constructs']);
  return [1, 100, 400].map(certificates => ({
    name: `synthesis of ${certificates} device certificate${certificates === 1 ? '' : 's'}`,
    value: median(Array.from({ length: ROUNDS }, () => Number(run(file, [String(certificates)])))),
    unit: 'ms',
  }));
}
