import { createHash } from 'node:crypto';
import { readAlgorithmIdentifier } from '../algorithms';
import { Certificate } from '../certificate';
import { Tag } from '../der';
import { DerReader } from '../der-reader';
import { OID } from '../object-identifiers';
import { readPublicKeyInfo } from '../public-key-info';

/** The certificate that a part of an OCSP request or response is about (RFC 6960, section 4.1.1). The buffers are views of `der`. */
export interface CertId {
  readonly der: Buffer;
  /** The digest by which the CA is identified: an object identifier, dotted. */
  readonly hashAlgorithm: string;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Upper-case hexadecimal digits, two per octet. */
  readonly serialNumber: string;
}

/** The facts of a CA that CertIDs are made from. */
export type CertIdIssuer = Pick<Certificate, 'subject' | 'publicKey'>;

/** The digests that are understood: the one of RFC 5019, section 2.1.1, and the one that replaces it (RFC 9919). */
const HASHES: ReadonlyMap<string, string> = new Map([[OID.sha1, 'sha1'], [OID.sha256, 'sha256']]);

/** Reads the next element, a CertID. */
export function readCertId(reader: DerReader): CertId {
  const der = reader.element(Tag.SEQUENCE);
  const fields = DerReader.only(der);
  // Most clients write NULL as the parameters of the digest, others write none (RFC 4055, section 2.1).
  const { oid: hashAlgorithm } = readAlgorithmIdentifier(fields);
  const issuerNameHash = fields.contents(Tag.OCTET_STRING);
  const issuerKeyHash = fields.contents(Tag.OCTET_STRING);
  const serialNumber = fields.unsigned().toString('hex').toUpperCase();
  fields.end();
  return { der, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber };
}

/**
 * Makes a test whether a CertID is that of a certificate of a CA. A CertID with an unknown digest is that of no CA.
 *
 * @param ca its name must have the octets that certificates below the CA have as their issuer
 */
export function certIdsOf(ca: CertIdIssuer): (id: CertId) => boolean {
  const digests = new Map([...HASHES].map(([oid, hash]) => [oid, {
    name: createHash(hash).update(ca.subject).digest(), key: keyHash(ca.publicKey, hash),
  }]));
  return ({ hashAlgorithm, issuerNameHash, issuerKeyHash }) => {
    const digest = digests.get(hashAlgorithm);
    return digest !== undefined && digest.name.equals(issuerNameHash) && digest.key.equals(issuerKeyHash);
  };
}

/**
 * The digest of a public key as OCSP identifies keys: without the algorithm, and without the octet for unused bits (RFC 6960, section 4.1.1).
 *
 * @param publicKey SPKI, DER
 */
export function keyHash(publicKey: Buffer, hash = 'sha1'): Buffer {
  return createHash(hash).update(readPublicKeyInfo(publicKey).octets).digest();
}
