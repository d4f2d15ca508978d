import { bundled, Row, run } from './measure';
import { median } from './rates';

const ROUNDS = 5;

/** A root and 49 CAs below it, in five stacks. */
const CAS = 50;

/**
 * What five apps of one custom resource would take, each with a provider of aws-cdk-lib, less what one process does once:
 * 140 ms for the first (measured with aws-cdk-lib 2.276), 120 ms for a provider in each further stack, 0.22 ms a resource.
 */
const HIERARCHY_AT_MOST = 650;

/** Milliseconds to declare and synthesize an app, without loading aws-cdk-lib and without its template validator. */
export async function synthesisTimes(): Promise<Row[]> {
  const [devices, hierarchy] = ['synthesis', 'hierarchy'].map(entry => bundled(entry, ['aws-cdk-lib', 'constructs']));
  const time = (file: string, count: number) => median(Array.from({ length: ROUNDS }, () => Number(run(file, [String(count)]))));
  return [
    ...[1, 100, 400].map(certificates => ({
      name: `synthesis of ${certificates} device certificate${certificates === 1 ? '' : 's'}`, value: time(devices, certificates), unit: 'ms',
    })),
    { name: `synthesis of a hierarchy of ${CAS} CAs`, value: time(hierarchy, CAS), unit: 'ms', atMost: HIERARCHY_AT_MOST },
  ];
}
