import { hash } from 'node:crypto';

/** The random octets among the 20 that RFC 5280, section 4.1.2.2, allows. All 20 are used, so every serial number has the same length. */
const RANDOM_OCTETS = 12;

/** Sets these digests apart from all others. ASCII. */
const PURPOSE = 'cdk-private-iot-ca/serial-number/1\0';

const PLACE_OF_RANDOM = '\0'.repeat(RANDOM_OCTETS);

/** The other octets are a digest that binds the number to the resource of the certificate. */
const HOLDER_OCTETS = 8;

/**
 * A new serial number: a positive INTEGER of exactly 20 octets, with 94 random bits and 64 bits that bind it to its holder. The CA signs
 * them, so no one can pass the certificate off as that of another holder. The first two bits are 01: the 0 keeps the number positive
 * without a 21st octet, and the 1 keeps DER from dropping leading octets.
 *
 * @param random returns the given number of cryptographically secure random bytes
 * @param holder the identity of the certificate's resource
 * @returns 40 upper-case hexadecimal digits
 */
export function newSerialNumber(random: (bytes: number) => Buffer, holder: string): string {
  const octets = Buffer.from(random(RANDOM_OCTETS));
  if (octets.length !== RANDOM_OCTETS) {
    throw new Error(`the source of randomness must return the ${RANDOM_OCTETS} bytes that were requested, got ${octets.length}`);
  }
  octets[0] = 0x40 + octets[0] % 0x40;
  return withHolder(octets, holder);
}

/** Whether a certificate with this serial number was made for that holder. */
export function isSerialNumberOf(serialNumber: string, holder: string): boolean {
  return withHolder(Buffer.from(serialNumber, 'hex').subarray(0, RANDOM_OCTETS), holder) === serialNumber;
}

function withHolder(random: Buffer, holder: string): string {
  const hashed = Buffer.from(PURPOSE + PLACE_OF_RANDOM + holder, 'utf8');
  random.copy(hashed, PURPOSE.length);
  return (random.toString('hex') + hash('sha256', hashed).slice(0, 2 * HOLDER_OCTETS)).toUpperCase();
}
