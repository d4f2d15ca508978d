import { REVOCATION_REASON_NAMES, REVOCATION_REASONS, RevocationReason } from '../../contract/revocation';
import { quote } from '../../contract/rules';
import { element, generalizedTime, objectIdentifier, sequence, Tag, time } from '../der';
import { extension } from '../extensions';
import { OID } from '../object-identifiers';

/** A certificate that is revoked, as a revocation list names it. */
export interface RevokedCertificate {
  /** Upper-case hexadecimal digits, two per octet. */
  readonly serialNumber: string;
  readonly revokedAt: Date;
  /** Absent if it is not specified. */
  readonly reason?: RevocationReason;
  /** When the key was, or may have been, compromised. */
  readonly invalidityDate?: Date;
}

const REASON_CODE = objectIdentifier(OID.cRLReason);
const INVALIDITY_DATE = objectIdentifier(OID.invalidityDate);

/** RFC 5280, section 5.3.1: not critical; an entry says nothing where the reason is not specified. */
const REASONS = new Map<RevocationReason | undefined, Buffer>(REVOCATION_REASON_NAMES.filter(name => name !== 'unspecified')
  .map(name => [name, extension(REASON_CODE, false, element(Tag.ENUMERATED, Buffer.of(REVOCATION_REASONS[name])))]));

/** The entry extensions for each reason alone, encoded once. Most entries have nothing else. */
const EXTENSIONS = new Map([...REASONS].map(([name, reason]) => [name, sequence(reason)]));

const NONE = Buffer.alloc(0);

/** The longest entry: a serial number of 20 octets with a sign octet, a GeneralizedTime, a reason and an invalidity date. */
const MAX_ENTRY_OCTETS = 96;
const MAX_SERIAL_NUMBER_DIGITS = 40;
const CHUNK_OCTETS = 2 ** 20;

const DAY_SECONDS = 86_400;

/** The value of each hexadecimal digit by its character code; 255 for all other characters. */
const DIGIT_VALUES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789ABCDEF'.indexOf(String.fromCharCode(code));
  return value < 0 ? 255 : value;
});

/**
 * Encodes the entries of a revocation list one after the other into large buffers. It makes no object for an entry, so that a list of a
 * million entries takes little more time than the digest of its octets, and little more memory than they do.
 */
export class CrlEntries {
  /** The encoded entries, in order, once `end` was called. */
  public readonly chunks: Buffer[] = [];
  private chunk = NONE;
  private at = 0;
  private last = '';
  /** The encoded midnight of each day on which a certificate was revoked. */
  private readonly days = new Map<number, Buffer>();

  /**
   * Adds an entry. The serial numbers must ascend, so that a list does not depend on how its entries were found and has none of them twice.
   */
  public add({ serialNumber, revokedAt, reason, invalidityDate }: RevokedCertificate): void {
    if (this.last !== '' && !ascends(this.last, serialNumber)) {
      throw new Error(`the serial numbers of a revocation list must ascend, got ${quote(serialNumber)} after ${this.last}`);
    }
    this.last = serialNumber;
    if (this.chunk.length - this.at < MAX_ENTRY_OCTETS) {
      this.end();
      this.chunk = Buffer.allocUnsafeSlow(CHUNK_OCTETS);
    }
    const start = this.at;
    this.at += 2;
    this.writeSerialNumber(serialNumber);
    this.writeTime(revokedAt);
    this.copy(invalidityDate ? sequence(REASONS.get(reason) ?? NONE, invalidity(invalidityDate)) : EXTENSIONS.get(reason) ?? NONE);
    this.chunk[start] = Tag.SEQUENCE;
    this.chunk[start + 1] = this.at - start - 2;
  }

  /** Ends the last buffer, after the last entry. */
  public end(): void {
    if (this.at > 0) {
      this.chunks.push(this.chunk.subarray(0, this.at));
      this.chunk = NONE;
      this.at = 0;
    }
  }

  private writeSerialNumber(digits: string): void {
    const { chunk } = this;
    const { length } = digits;
    const padding = digits >= '8' ? 1 : 0;
    let at = this.at;
    chunk[at++] = Tag.INTEGER;
    chunk[at++] = padding + length / 2;
    if (padding > 0) {
      chunk[at++] = 0;
    }
    let isRight = length > 0 && length % 2 === 0 && length <= MAX_SERIAL_NUMBER_DIGITS;
    for (let index = 0; index < length && isRight; index += 2) {
      const high = DIGIT_VALUES[digits.charCodeAt(index)];
      const low = DIGIT_VALUES[digits.charCodeAt(index + 1)];
      isRight = high < 16 && low < 16;
      chunk[at++] = 16 * high + low;
    }
    if (!isRight) {
      throw new Error(`a serial number in a revocation list must be 2 to ${MAX_SERIAL_NUMBER_DIGITS} upper-case hexadecimal digits, two per octet, `
        + `got ${quote(digits)}`);
    }
    this.at = at;
  }

  /** Copies the encoded midnight of the day, and writes the time of day over it. */
  private writeTime(date: Date): void {
    const seconds = Math.floor(date.getTime() / 1000);
    const day = Math.floor(seconds / DAY_SECONDS);
    let midnight = this.days.get(day);
    if (!midnight) {
      midnight = time(new Date(day * DAY_SECONDS * 1000));
      this.days.set(day, midnight);
    }
    this.copy(midnight);
    const rest = seconds - day * DAY_SECONDS;
    const hours = Math.floor(rest / 3600);
    const minutes = Math.floor(rest / 60) % 60;
    this.writeTwoDigits(7, hours);
    this.writeTwoDigits(5, minutes);
    this.writeTwoDigits(3, rest % 60);
  }

  /** @param back how many octets before the end of what is written so far */
  private writeTwoDigits(back: number, value: number): void {
    const tens = Math.floor(value / 10);
    this.chunk[this.at - back] = 0x30 + tens;
    this.chunk[this.at - back + 1] = 0x30 + value - 10 * tens;
  }

  /** Copies a few octets. For so few, a loop is faster than `set`. */
  private copy(octets: Buffer): void {
    const { chunk, at } = this;
    for (let index = 0; index < octets.length; index++) {
      chunk[at + index] = octets[index];
    }
    this.at = at + octets.length;
  }
}

/** Whether one serial number is less than the other. They have no leading zero octets, so the longer one is greater. */
function ascends(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length;
}

/** RFC 5280, section 5.3.2: not critical. */
function invalidity(date: Date): Buffer {
  return extension(INVALIDITY_DATE, false, generalizedTime(date));
}
