/** The prime of the field of Curve25519 (RFC 8032, section 5.1). */
const P = 2n ** 255n - 19n;

/** `d` of the curve's equation -x² + y² = 1 + d x² y² (RFC 8032, section 5.1). */
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** What is wrong with a key of Ed25519, in words that complete "got an Ed25519 key ...". */
export type PointComplaint = string | undefined;

/**
 * Checks the key of an Ed25519 SPKI: a y below the prime and the sign of x (RFC 8032, section 5.1.3), on the curve, and none of the eight
 * points of small order. For these points, anyone can make signatures that OpenSSL accepts (with the point 1, the equation becomes R = S B,
 * which holds for any number of R), so a signature proves possession of nothing.
 *
 * @param key 32 octets, little-endian
 */
export function checkEd25519Key(key: Buffer): PointComplaint {
  const octets = Buffer.from(key).reverse();
  octets[0] %= 0x80; // the sign of x
  const y = BigInt(`0x${octets.toString('hex')}`);
  if (y >= P) {
    return 'that is not encoded canonically';
  }
  const ySquared = y * y % P;
  const u = ySquared + P - 1n;
  const v = D * ySquared + 1n;
  if (isSmallOrder(y, ySquared)) {
    return 'of small order, with which anyone can sign';
  }
  // x² = u/v, which is a square exactly where u v is one.
  return jacobi(u * v % P, P) === 1 ? undefined : 'that is not on the curve';
}

/**
 * Follows from the curve's equation and its doubling: 1 and -1 have order 1 and 2, and the points with y = 0 have order 4. The points that
 * double to y = 0, where y² = -x², have order 8.
 */
function isSmallOrder(y: bigint, ySquared: bigint): boolean {
  return y === 0n || ySquared === 1n || (D * ySquared * ySquared + 2n * ySquared - 1n) % P === 0n;
}

/** The Jacobi symbol: for a prime n, 1 where `a` is a square modulo n, -1 where it is not, and 0 where n divides `a`. */
function jacobi(a: bigint, n: bigint): number {
  let [top, bottom, symbol] = [a, n, 1];
  while (top !== 0n) {
    while (top % 2n === 0n) {
      top /= 2n;
      const eighth = bottom % 8n;
      symbol = eighth === 3n || eighth === 5n ? -symbol : symbol;
    }
    [top, bottom] = [bottom, top];
    symbol = top % 4n === 3n && bottom % 4n === 3n ? -symbol : symbol;
    top %= bottom;
  }
  return bottom === 1n ? symbol : 0;
}
