import { X509Certificate } from 'node:crypto';
import { Certificate } from './certificate';
import { Tag } from './der';
import { DerReader } from './der-reader';

/** The highest code point of Unicode. */
const LAST_CHARACTER = 0x10ffff;

/** Whether octets are a well-formed string of the type of the tag. In the other types, every octet is a character. */
const WELL_FORMED: { readonly [tag: number]: ((octets: Buffer) => boolean) | undefined } = {
  [Tag.UTF8_STRING]: octets => Buffer.from(octets.toString('utf8'), 'utf8').equals(octets),
  [Tag.BMP_STRING]: ({ length }) => length % 2 === 0,
  [Tag.UNIVERSAL_STRING]: octets => octets.length % 4 === 0
    && Array.from({ length: octets.length / 4 }, (_, index) => octets.readUInt32BE(4 * index)).every(character => character <= LAST_CHARACTER),
};

/**
 * Makes sure that others can read a certificate from elsewhere: its names, which go into the certificates below it, and, by means of
 * OpenSSL, the whole certificate. `parseCertificate` does not look into names, and if the certificate above a CA was not given, nothing
 * else looks into the CA's issuer.
 *
 * @throws Error that says which part can't be read
 */
export function assertReadable({ der, issuer, subject }: Certificate): void {
  assertName('issuer', issuer);
  assertName('subject', subject);
  try {
    new X509Certificate(der);
  } catch {
    throw new Error('OpenSSL must be able to read it, got a certificate that it refuses; have it issued again');
  }
}

function assertName(part: string, name: Buffer): void {
  try {
    readAttributes(new DerReader(name).sequence());
  } catch (error) {
    throw new Error(`its ${part} must be a name that can be read (RFC 5280, section 4.1.2.4), got a damaged one: ${(error as Error).message}`);
  }
}

function readAttributes(sets: DerReader): void {
  while (sets.more) {
    const set = sets.enter(Tag.SET);
    do {
      const attribute = set.sequence();
      const type = attribute.objectIdentifier();
      const tag = attribute.nextTag;
      const contents = attribute.contents(tag);
      attribute.end();
      if (WELL_FORMED[tag]?.(contents) === false) {
        throw new Error(`the value of ${type} is not a string of its type`);
      }
    } while (set.more);
  }
}
