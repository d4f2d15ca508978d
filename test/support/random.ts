/** Prime: the numbers of the generator are below it. */
const MODULUS = 2_147_483_647;
const MULTIPLIER = 48_271;

/** A generator of numbers that a seed determines (Park and Miller's): the same seed is the same history on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 69_621 + 12_345) % (MODULUS - 1) + 1;
    for (let turn = 0; turn < 8; turn++) {
      this.next(); // seeds beside one another begin alike
    }
  }

  /** From 0 on, below 1. */
  public next(): number {
    this.state = this.state * MULTIPLIER % MODULUS;
    return (this.state - 1) / (MODULUS - 1);
  }

  /** From 0 on, below `limit`. */
  public below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  public chance(probability: number): boolean {
    return this.next() < probability;
  }

  public pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  public octets(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** Random digits in the form of a UUID. */
  public uuid(): string {
    const hex = Array.from({ length: 32 }, () => this.below(16).toString(16)).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
