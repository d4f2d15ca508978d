import { Tag } from './der';
import { DerReader } from './der-reader';

/** The certificates in octets that hold one after the other, DER. */
export function splitCertificates(octets: Buffer): Buffer[] {
  const reader = new DerReader(octets);
  const certificates: Buffer[] = [];
  while (reader.more) {
    certificates.push(reader.element(Tag.SEQUENCE));
  }
  return certificates;
}
