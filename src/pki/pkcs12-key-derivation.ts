import { createHash } from 'node:crypto';

/** The purposes of derived octets (RFC 7292, appendix B.3), which keep any two purposes from getting the same octets. */
export const Purpose = { KEY: 1, IV: 2, MAC_KEY: 3 } as const;

export interface Derivation {
  readonly digest: 'sha1' | 'sha256';
  readonly salt: Buffer;
  readonly iterations: number;
}

/** The input block of SHA-1 and SHA-256: `v` of RFC 7292, appendix B.2, in octets. */
const BLOCK = 64;

/**
 * Derives octets from a passphrase by the method of PKCS#12 (RFC 7292, appendix B.2), which is not PBKDF2. Its only protection is the
 * iterations: it makes one block of output after the other, and hashes each block that many times.
 *
 * @param length the number of octets
 */
export function deriveOctets(passphrase: string, purpose: number, length: number, { digest, salt, iterations }: Derivation): Buffer {
  const diversifier = Buffer.alloc(BLOCK, purpose);
  const input = Buffer.concat([repeatToBlocks(salt), repeatToBlocks(bmpOctets(passphrase))]);
  const blocks: Buffer[] = [];
  for (let missing = length; missing > 0; missing -= blocks[0].length) {
    let octets = Buffer.concat([diversifier, input]);
    for (let iteration = 0; iteration < iterations; iteration++) {
      octets = createHash(digest).update(octets).digest();
    }
    blocks.push(octets);
    addToBlocks(input, repeatToLength(octets, BLOCK));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** Two octets per character in big-endian order, and two zeros at the end (RFC 7292, appendix B.1). */
function bmpOctets(passphrase: string): Buffer {
  return Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
}

function repeatToBlocks(octets: Buffer): Buffer {
  return repeatToLength(octets, BLOCK * Math.ceil(octets.length / BLOCK));
}

function repeatToLength(octets: Buffer, length: number): Buffer {
  return Buffer.alloc(length, octets);
}

/** Step 6C: adds the addend and 1 to every block of the input, taken as a number, and drops the overflow. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let start = 0; start < input.length; start += BLOCK) {
    let carry = 1;
    for (let at = BLOCK - 1; at >= 0; at--) {
      const sum = input[start + at] + addend[at] + carry;
      input[start + at] = sum % 256;
      carry = Math.floor(sum / 256);
    }
  }
}
