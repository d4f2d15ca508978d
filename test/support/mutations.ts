import { Random } from './random';

/** Octets that mean something in DER. */
const TELLING = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x1f, 0x20, 0x24, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa3, 0xbf, 0xff];

type Mutation = (octets: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

const splice = (octets: Buffer, at: number, remove: number, ...insert: readonly Buffer[]): Buffer =>
  Buffer.concat([octets.subarray(0, at), ...insert, octets.subarray(at + remove)]);

const MUTATIONS: readonly Mutation[] = [
  (octets, random) => splice(octets, random.below(octets.length), 1, Buffer.of(random.below(256))),
  (octets, random) => splice(octets, random.below(octets.length), 1, Buffer.of(random.pick(TELLING))),
  (octets, random) => splice(octets, random.below(octets.length), 0, Buffer.of(random.pick(TELLING))),
  (octets, random) => splice(octets, random.below(octets.length), 1 + random.below(8)),
  (octets, random) => { // a part of it again, elsewhere
    const from = random.below(octets.length);
    return splice(octets, random.below(octets.length), 0, octets.subarray(from, from + 1 + random.below(64)));
  },
  (octets, random, others) => { // a part of another input
    const other = random.pick(others);
    const from = random.below(other.length);
    const part = other.subarray(from, from + 1 + random.below(64));
    return splice(octets, random.below(octets.length), random.pick([0, part.length]), part);
  },
  (octets, random) => { // two octets change places
    const [one, two] = [random.below(octets.length), random.below(octets.length)];
    return splice(splice(octets, one, 1, octets.subarray(two, two + 1)), two, 1, octets.subarray(one, one + 1));
  },
  (octets, random) => octets.subarray(0, random.below(octets.length) + 1),
];

/**
 * Octets that differ a little from these.
 *
 * @param others inputs whose parts can get into these
 * @param counts how many mutations there can be
 */
export function mutated(octets: Buffer, random: Random, others: readonly Buffer[], counts: readonly number[] = [1, 1, 1, 2, 3, 8]): Buffer {
  let result = octets;
  for (let count = random.pick(counts); count > 0; count--) {
    result = random.pick(MUTATIONS)(result.length === 0 ? octets : result, random, others);
  }
  return result;
}
