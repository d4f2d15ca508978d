import { sha256 } from '../../contract/sha256';
import { OID } from '../../pki/object-identifiers';
import { CertificateFacts } from '../certificates/certificate-facts';
import { numberOf, RevocationList } from '../inspect/revocation-list';

/**
 * What the lists have in common that replace each other: the key that signs them, and the certificates that they are about (RFC 5280, section
 * 5.2.3).
 */
export function seriesOf({ crl: { extensions } }: RevocationList, { spki }: CertificateFacts): string {
  return `${sha256(spki)} ${extensions.get(OID.issuingDistributionPoint)?.value.toString('hex') ?? ''}`;
}

/** Whether a list is newer than another one of its series: by its number, or by its times if the numbers are equal. */
export function isNewer(one: RevocationList, other: RevocationList): boolean {
  const [a, b] = [one, other].map(age);
  const index = a.findIndex((value, at) => value !== b[at]);
  return index >= 0 && a[index] > b[index];
}

/** A list without a number is older than any list with one. */
function age(list: RevocationList): readonly bigint[] {
  const { thisUpdate, nextUpdate } = list.crl;
  return [BigInt(numberOf(list.crl) ?? -1), BigInt(thisUpdate.getTime()), BigInt(nextUpdate?.getTime() ?? 0)];
}
