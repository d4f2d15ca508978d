import { checkEd25519Key } from '../../../src/pki/ed25519-point';
import { processorTime } from '../../support/processor-time';
import { Random } from '../../support/random';
import { seedOf } from '../../support/seed';

const random = new Random(seedOf('KEY_CHECKS_SEED'));

let findWeakness: (modulus: Buffer) => string | undefined;

/** Each test begins as a function does: the small primes are made when the first RSA key is checked. */
beforeEach(() => jest.isolateModules(() => {
  ({ findWeakness } = jest.requireActual('../../../src/pki/rsa-weaknesses'));
}));

const P = 2n ** 255n - 19n;

/** A number as the octets of a modulus. */
function octetsOf(n: bigint): Buffer {
  const digits = n.toString(16);
  return Buffer.from(digits.padStart(digits.length + digits.length % 2, '0'), 'hex');
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest /= 2n) {
    result = rest % 2n === 1n ? result * square % modulus : result;
    square = square * square % modulus;
  }
  return result;
}

/** RFC 8032, section 5.1.3, by Euler's criterion instead of Jacobi's symbol, and with d as RFC 7748 derives it. */
function isOnCurve(key: Buffer): boolean {
  const octets = Buffer.from(key);
  octets[31] %= 128;
  const y = BigInt(`0x${octets.reverse().toString('hex')}`);
  const d = (P - 121_665n) * power(121_666n, P - 2n, P) % P;
  const xSquared = (y * y - 1n + P) * power(d * y * y + 1n, P - 2n, P) % P;
  return y < P && power(xSquared, (P - 1n) / 2n, P) === 1n;
}

test('a key of Ed25519 is accepted if its point is on the curve, as half of all numbers are', () => {
  const keys = Array.from({ length: 300 }, () => random.octets(32));
  const taken = keys.filter(key => checkEd25519Key(key) === undefined);
  expect(taken.map(key => key.toString('hex'))).toEqual(keys.filter(isOnCurve).map(key => key.toString('hex')));
  expect(taken.length).toBeGreaterThan(90);
  expect(taken.length).toBeLessThan(210);
});

test('a strong modulus is not called weak by chance', () => {
  const odd = Array.from({ length: 2000 }, () => {
    const modulus = random.octets(256);
    modulus[0] = 0xc0;
    modulus[255] = modulus[255] - modulus[255] % 2 + 1;
    return modulus;
  });
  const weak = odd.map(modulus => findWeakness(modulus)).filter(weakness => weakness !== undefined);
  expect(weak.every(weakness => weakness!.includes('divisible by'))).toBe(true);
  // One in six numbers that are odd has no prime factor below 752: the product of (1 - 1/p).
  expect(2000 - weak.length).toBeGreaterThan(200);
  expect(2000 - weak.length).toBeLessThan(500);
});

test('a sound generator leaves the mark of the faulty one in fewer than one of ten million keys', () => {
  let chance = 1;
  for (let prime = 3; prime <= 167; prime += 2) {
    if (![3, 5, 7, 11, 13].some(divisor => prime !== divisor && prime % divisor === 0)) {
      const marks = new Set<number>();
      for (let mark = 1; !marks.has(mark); mark = mark * 65_537 % prime) {
        marks.add(mark);
      }
      chance *= marks.size / (prime - 1);
    }
  }
  expect(chance).toBeLessThan(1e-7);
});

test('the check of the largest key takes a few milliseconds', () => {
  const modulus = random.octets(1024);
  modulus[0] = 0xff;
  const product = [3n, 5n, 7n, 11n, 13n].reduce((value, prime) => value * prime, 2n);
  const n = BigInt(`0x${modulus.toString('hex')}`);
  const candidate = Buffer.from((n - n % product + 1n).toString(16), 'hex'); // divisible by none of the first primes
  findWeakness(candidate);
  const turns = Array.from({ length: 10 }, () => processorTime(() => findWeakness(candidate)));
  expect(Math.min(...turns)).toBeLessThan(50); // 0.3 where nothing else runs
});

describe('an RSA key whose prime factors are close to each other', () => {
  const SMALL = Array.from({ length: 375 }, (_, index) => BigInt(2 * index + 3)); // 3 to 751

  function root(n: bigint): bigint {
    let guess = 2n ** BigInt(Math.ceil(n.toString(2).length / 2));
    for (let next = (guess + n / guess) / 2n; next < guess; next = (guess + n / guess) / 2n) {
      guess = next;
    }
    return guess;
  }

  /** A modulus a² - b², without small factors, in which Fermat's factorisation finds a in this round, counted from 0. */
  function modulusOf(round: number): Buffer {
    for (let a = 2n ** 400n + BigInt(1000 * round); ; a++) {
      const about = round === 0 ? 0n : root(2n * a * BigInt(round));
      const b = about + (a + about + 1n) % 2n; // so that the modulus is odd
      const n = a * a - b * b;
      const floor = root(n);
      if (a - (floor * floor === n ? floor : floor + 1n) === BigInt(round) && SMALL.every(divisor => n % divisor !== 0n)) {
        return octetsOf(n);
      }
    }
  }

  test('is refused if one of 256 rounds finds the factors', () => {
    const found = Array.from({ length: 256 }, (_, round) => findWeakness(modulusOf(round)));
    expect(new Set(found)).toEqual(new Set(['whose prime factors are close to each other (Fermat\'s factorisation finds them)']));
  });

  test('is accepted if the search would take longer', () => {
    expect(findWeakness(modulusOf(256))).toBeUndefined();
  });
});

test.each([3, 5, 167, 173, 743, 751])('an RSA key is refused if its modulus is divisible by %d, the least such prime, which the message names', prime => {
  const divisors = Array.from({ length: prime - 2 }, (_, index) => BigInt(index + 2)); // all numbers from 2 up to it
  let cofactor = 2n ** 512n + 1n;
  while (divisors.slice(0, -1).some(divisor => cofactor % divisor === 0n)) {
    cofactor += 2n;
  }
  expect(findWeakness(octetsOf(cofactor * BigInt(prime)))).toBe(`whose modulus is divisible by ${prime}`);
});

test('an RSA key is refused if its modulus is even', () => {
  expect(findWeakness(Buffer.from('fe', 'hex'))).toBe('whose modulus is even');
});

describe('the mark of the faulty generator', () => {
  const FIRST = [2, 3, 5, 7, 11, 13, 17, 19, 23];
  const PRIMES = Array.from({ length: 750 }, (_, index) => index + 2)
    .filter(number => FIRST.every(divisor => number === divisor || number % divisor !== 0));
  const MARKING = PRIMES.filter(prime => prime > 2 && prime <= 167);

  /** What the powers of 65537 leave as remainders. */
  function marksOf(prime: number): Set<number> {
    const marks = new Set<number>();
    for (let mark = 1; !marks.has(mark); mark = mark * 65_537 % prime) {
      marks.add(mark);
    }
    return marks;
  }

  test('is in every power of 65537, and a key that has it is refused', () => {
    for (const exponent of [60n, 61n, 127n]) {
      expect(findWeakness(octetsOf(65_537n ** exponent))).toBe('from a faulty generator (ROCA, CVE-2017-15361)');
    }
  });

  test.each(MARKING.filter(prime => marksOf(prime).size < prime - 1))('is not in a key that lacks it at one prime, here %d', prime => {
    const others = PRIMES.filter(each => each !== prime).reduce((product, each) => product * BigInt(each), 1n);
    const marked = 65_537n ** 128n;
    const lacking = Array.from({ length: prime }, (_, times) => marked + BigInt(times) * others)
      .find(n => n % BigInt(prime) !== 0n && !marksOf(prime).has(Number(n % BigInt(prime))))!;
    expect(findWeakness(octetsOf(lacking))).toBeUndefined();
  });
});
