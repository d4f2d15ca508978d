import { Tag } from './der';
import { DerReader } from './der-reader';

/** Splits octets that hold one certificate after the other, DER. */
export function splitCertificates(octets: Buffer): Buffer[] {
  return new DerReader(octets).list(reader => reader.element(Tag.SEQUENCE));
}
