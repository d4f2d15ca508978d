import { Tag } from './der';
import { DerReader } from './der-reader';

/** Splits octets that hold one certificate after the other, DER. */
export function splitCertificates(octets: Buffer): Buffer[] {
  const reader = new DerReader(octets);
  const certificates: Buffer[] = [];
  while (reader.more) {
    certificates.push(reader.element(Tag.SEQUENCE));
  }
  return certificates;
}
