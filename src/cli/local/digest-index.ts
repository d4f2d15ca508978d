/** Words of 32 bits for each record: 32 bits of its key, 24 more with the upper 8 bits of its place, and the lower 32 bits of its place. */
const WORDS = 3;

/** The fewest slots. */
const LEAST = 1024;

/** The hexadecimal digits of a key that are compared here. */
const DIGITS = 14;

const WORD = 2 ** 32;

/** The upper bits of a place take values below this one. */
const UPPER = 256;

/** Whether the record at a place in a file has the key that is looked for: keys that differ may end alike. */
export type IsMeant = (place: number) => boolean;

/**
 * The places of records in a file, by keys that end in random hexadecimal digits. A record takes 16 to 36 octets: a map of texts would take twenty
 * times as much.
 */
export class DigestIndex {
  private table: Uint32Array;
  private size = 0;

  /** @param expected for how many records there is to be room, so that the index need not grow: it would take half as much again meanwhile */
  constructor(expected = 0) {
    this.table = new Uint32Array(WORDS * Math.ceil(Math.max(LEAST, expected * 4 / 3 + 1)));
  }

  /** The place of the record with a key; `undefined` if there is none. */
  public find(key: string, isMeant: IsMeant): number | undefined {
    const [first, second] = wordsOf(key);
    return this.placeIn(this.slotOf(first, second, isMeant));
  }

  /**
   * Sets the place of the record with a key.
   *
   * @param place from 1 to 2⁴⁰
   */
  public set(key: string, place: number, isMeant: IsMeant): void {
    if (4 * (this.size + 1) * WORDS > 3 * this.table.length) {
      this.grow();
    }
    const [first, second] = wordsOf(key);
    const slot = this.slotOf(first, second, isMeant);
    this.size += this.placeIn(slot) === undefined ? 1 : 0;
    this.table[slot] = first;
    this.table[slot + 1] = second + Math.floor(place / WORD);
    this.table[slot + 2] = place % WORD;
  }

  /** The slot of a key, or the empty one where it belongs. */
  private slotOf(first: number, second: number, isMeant: IsMeant): number {
    const slots = this.table.length / WORDS;
    for (let slot = first % slots; ; slot = (slot + 1) % slots) {
      const at = slot * WORDS;
      const place = this.placeIn(at);
      const isAlike = this.table[at] === first && Math.floor(this.table[at + 1] / UPPER) === Math.floor(second / UPPER);
      if (place === undefined || (isAlike && isMeant(place))) {
        return at;
      }
    }
  }

  private placeIn(slot: number): number | undefined {
    return ((this.table[slot + 1] % UPPER) * WORD + this.table[slot + 2]) || undefined;
  }

  private grow(): void {
    const former = this.table;
    this.table = new Uint32Array(2 * former.length);
    for (let at = 0; at < former.length; at += WORDS) {
      if (former[at + 1] !== 0 || former[at + 2] !== 0) {
        this.table.set(former.subarray(at, at + WORDS), this.slotOf(former[at], former[at + 1], () => false));
      }
    }
  }
}

function wordsOf(key: string): [first: number, second: number] {
  const begin = key.length - DIGITS;
  return [Number.parseInt(key.slice(begin, begin + 8), 16), Number.parseInt(key.slice(begin + 8), 16) * UPPER];
}
