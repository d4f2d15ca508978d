/** What is wrong with a modulus, in words that complete "got an RSA key ..."; `undefined` if nothing was found. */
export type Weakness = string | undefined;

/** Boulder's bound (goodkey, `smallPrimes`). There are 132 odd primes below it. */
const SMALL_PRIMES_BELOW = 752;

/** Boulder requires at least 100 rounds. More cost little here, because a round is a few operations on small numbers. */
const FERMAT_ROUNDS = 256;

/**
 * The greatest prime of the fingerprint. The moduli of all key sizes carry the mark at the primes up to here (Nemec et al., "The Return of
 * Coppersmith's Attack", CCS 2017, section 2.1: the product of the first 39 primes).
 */
const ROCA_LAST_PRIME = 167;

/** The generator of the mark, from the same paper. */
const ROCA_GENERATOR = 65_537;

/** The check of a modulus modulo a small prime. */
interface SmallPrime {
  readonly prime: number;
  /** The residues that a faulty key can have; absent where every residue is possible. */
  readonly rocaResidues?: ReadonlySet<number>;
}

interface SmallPrimes {
  readonly primes: readonly SmallPrime[];
  readonly product: bigint;
}

let cached: SmallPrimes | undefined;

/** Made when the first RSA key is checked, because most devices have keys on curves. */
function smallPrimes(): SmallPrimes {
  if (!cached) {
    const primes: number[] = [];
    for (let number = 3; number < SMALL_PRIMES_BELOW; number += 2) {
      if (primes.every(prime => number % prime !== 0)) {
        primes.push(number);
      }
    }
    cached = {
      primes: primes.map(prime => ({ prime, rocaResidues: rocaResidues(prime) })),
      product: primes.reduce((product, prime) => product * BigInt(prime), 1n),
    };
  }
  return cached;
}

/** The subgroup that 65537 generates modulo the prime; `undefined` where it gives no information. */
function rocaResidues(prime: number): ReadonlySet<number> | undefined {
  if (prime > ROCA_LAST_PRIME) {
    return undefined;
  }
  const residues = new Set<number>();
  for (let power = 1; !residues.has(power); power = power * ROCA_GENERATOR % prime) {
    residues.add(power);
  }
  return residues.size < prime - 1 ? residues : undefined;
}

/**
 * Looks for weaknesses that reveal the private half of an RSA key: small factors, factors that are close to each other, and the mark that
 * Infineon's faulty library left (ROCA, CVE-2017-15361). The CA/Browser Forum's Baseline Requirements, 6.1.1.3, require CAs to refuse the
 * last two. It does not find keys of Debian's weak generator (CVE-2008-0166): that takes a list of them, and none is shipped.
 *
 * @param modulus big-endian
 */
export function findWeakness(modulus: Buffer): Weakness {
  const n = BigInt(`0x${modulus.toString('hex')}`);
  if (n % 2n === 0n) {
    return 'whose modulus is even';
  }
  const { primes, product } = smallPrimes();
  const residue = n % product;
  let marked = true;
  for (const { prime, rocaResidues: expected } of primes) {
    const remainder = Number(residue % BigInt(prime));
    if (remainder === 0) {
      return `whose modulus is divisible by ${prime}`;
    }
    marked &&= !expected || expected.has(remainder);
  }
  if (marked) {
    return 'from a faulty generator (ROCA, CVE-2017-15361)';
  }
  return hasCloseFactors(n) ? 'whose prime factors are close to each other (Fermat\'s factorisation finds them)' : undefined;
}

/** The residues of all squares modulo these numbers, which have no common factor. One number in 119 has such residues. */
const SQUARE_FILTERS = [64, 63, 65, 11].map(modulus => {
  const squares = new Set<number>();
  for (let root = 0; root < modulus; root++) {
    squares.add(root * root % modulus);
  }
  return { modulus, squares };
});

const FILTER = 64 * 63 * 65 * 11;

/**
 * Fermat's factorisation: n is the product of two close numbers if a² - n is a square for an a just above the square root of n. The loop
 * tracks this difference modulo a small number, and calculates it in full only if it may be a square by that residue.
 */
function hasCloseFactors(n: bigint): boolean {
  const root = squareRoot(n);
  const first = root * root === n ? root : root + 1n;
  let a = Number(first % BigInt(FILTER));
  let difference = Number((first * first - n) % BigInt(FILTER));
  for (let round = 0; round < FERMAT_ROUNDS; round++) {
    if (SQUARE_FILTERS.every(({ modulus, squares }) => squares.has(difference % modulus)) && isSquare((first + BigInt(round)) ** 2n - n)) {
      return true;
    }
    difference = (difference + 2 * a + 1) % FILTER;
    a = (a + 1) % FILTER;
  }
  return false;
}

function isSquare(n: bigint): boolean {
  return squareRoot(n) ** 2n === n;
}

/** The integer part of the square root, by Newton's method from above. */
function squareRoot(n: bigint): bigint {
  if (n === 0n) {
    return 0n;
  }
  let root = 2n ** BigInt(2 * n.toString(16).length);
  for (;;) {
    const next = (root + n / root) / 2n;
    if (next >= root) {
      return root;
    }
    root = next;
  }
}
