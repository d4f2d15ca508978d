/** The most that RFC 5280, section 4.1.2.2, allows. All of it, so that every serial number has the same length. */
const SERIAL_NUMBER_OCTETS = 20;

/**
 * A new serial number: a positive INTEGER of exactly 20 octets, of which 158 bits are random. The first two bits are 01:
 * 0 keeps the number positive without a 21st octet, 1 keeps DER from dropping leading octets.
 *
 * @param random answers so many cryptographically secure random bytes
 * @returns 40 upper-case hexadecimal digits
 */
export function newSerialNumber(random: (bytes: number) => Buffer): string {
  const octets = Buffer.from(random(SERIAL_NUMBER_OCTETS));
  if (octets.length !== SERIAL_NUMBER_OCTETS) {
    throw new Error(`the source of randomness must answer the ${SERIAL_NUMBER_OCTETS} bytes it was asked for, got ${octets.length}`);
  }
  octets[0] = 0x40 + octets[0] % 0x40;
  return octets.toString('hex').toUpperCase();
}
