import { bundled, run } from './measure';
import { median } from './rates';
import { Measured } from './results';

const ROUNDS = 7;

/** How many device certificates are compared with the same number of bare resources. */
const DEVICES = 400;

/** A root and 49 CAs below it, in five stacks, are compared with as many bare resources. */
const CAS = 50;

/** The time to declare and synthesize an app, without loading aws-cdk-lib and without its template validator. */
export async function synthesisTimes(): Promise<Measured> {
  return {
    rows: [
      {
        name: `synthesis of ${DEVICES} device certificates, of the time of as many secrets and custom resources`,
        value: timeOf('synthesis', 'bare-synthesis', DEVICES),
        unit: 'times',
        atMost: 1.5,
      },
      {
        name: `synthesis of ${CAS} CAs in a hierarchy, of the time of as many secrets, tables and custom resources`,
        value: timeOf('hierarchy', 'bare-hierarchy', CAS),
        unit: 'times',
        atMost: 1.5,
      },
    ],
  };
}

/** The time of an app with so many resources of this library, as a multiple of the time of an app with bare resources. */
function timeOf(entry: string, bareEntry: string, count: number): number {
  const [ours, bare] = [entry, bareEntry].map(each => bundled(each, ['aws-cdk-lib', 'constructs']));
  const time = (file: string): number => Number(run(file, [String(count)]));
  return median(Array.from({ length: ROUNDS }, () => time(ours) / time(bare)));
}
