import { createHash } from 'node:crypto';

/** Two words of 32 bits of a digest and one of a line. */
const WORDS = 3;

/**
 * What must not be twice in a manifest, and the first lines with it, in 24 octets each: a set of texts would take ten times as much. It is
 * found by 64 bits of its SHA-256, so one in a billion manifests of 200,000 devices would refuse a row wrongly, and none would take anything twice.
 */
export class FirstLines {
  private table = new Uint32Array(WORDS * 1024);
  private size = 0;

  public has(value: string | Buffer): boolean {
    return this.table[this.placeOf(...digestOf(value)) + 2] !== 0;
  }

  /**
   * Adds what a line has.
   *
   * @param line counted from 1
   * @returns the line that has it already, or `undefined`
   */
  public add(value: string | Buffer, line: number): number | undefined {
    if (2 * (this.size + 1) * WORDS > this.table.length) {
      this.grow();
    }
    const [first, second] = digestOf(value);
    const place = this.placeOf(first, second);
    if (this.table[place + 2] !== 0) {
      return this.table[place + 2];
    }
    this.table.set([first, second, line], place);
    this.size += 1;
    return undefined;
  }

  /** The place of a digest, or the empty place where it belongs. */
  private placeOf(first: number, second: number): number {
    const places = this.table.length / WORDS;
    for (let place = first % places; ; place = (place + 1) % places) {
      const at = place * WORDS;
      if (this.table[at + 2] === 0 || (this.table[at] === first && this.table[at + 1] === second)) {
        return at;
      }
    }
  }

  private grow(): void {
    const former = this.table;
    this.table = new Uint32Array(2 * former.length);
    for (let at = 0; at < former.length; at += WORDS) {
      if (former[at + 2] !== 0) {
        this.table.set(former.subarray(at, at + WORDS), this.placeOf(former[at], former[at + 1]));
      }
    }
  }
}

function digestOf(value: string | Buffer): [first: number, second: number] {
  const digest = createHash('sha256').update(value).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
