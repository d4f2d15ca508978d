import { bundled, Row, run } from './measure';
import { median } from './rates';

const ROUNDS = 7;

/** A root and 49 CAs below it, in five stacks. */
const CAS = 50;

/**
 * What five apps of one custom resource would take, each with a provider of aws-cdk-lib, less what one process does once:
 * 140 ms for the first (measured with aws-cdk-lib 2.276), 120 ms for a provider in each further stack, 0.22 ms a resource.
 */
const HIERARCHY_AT_MOST = 650;

/** How many device certificates are compared with the same number of bare resources. */
const DEVICES = 400;

/** The time to declare and synthesize an app, without loading aws-cdk-lib and without its template validator. */
export async function synthesisTimes(): Promise<Row[]> {
  const [devices, bare, hierarchy] = ['synthesis', 'bare-synthesis', 'hierarchy'].map(entry => bundled(entry, ['aws-cdk-lib', 'constructs']));
  const time = (file: string, count: number): number => Number(run(file, [String(count)]));
  const ofBare = Array.from({ length: ROUNDS }, () => time(devices, DEVICES) / time(bare, DEVICES));
  return [
    { name: `synthesis of ${DEVICES} device certificates, of the time of as many secrets and custom resources`, value: median(ofBare), unit: 'times', atMost: 1.5 },
    {
      name: `synthesis of a hierarchy of ${CAS} CAs`,
      value: median(Array.from({ length: ROUNDS }, () => time(hierarchy, CAS))),
      unit: 'ms',
      atMost: HIERARCHY_AT_MOST,
    },
  ];
}
