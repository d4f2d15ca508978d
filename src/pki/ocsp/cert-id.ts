import { createHash } from 'node:crypto';
import { readAlgorithmIdentifier } from '../algorithms';
import { Certificate } from '../certificate';
import { NULL, objectIdentifier, sequence, Tag } from '../der';
import { DerReader } from '../der-reader';
import { OID } from '../object-identifiers';
import { readPublicKeyInfo } from '../public-key-info';

/** The certificate that a part of an OCSP request or response is about (RFC 6960, section 4.1.1). The buffers are views of `der`. */
export interface CertId {
  readonly der: Buffer;
  /** The digest by which the CA is identified; absent if it is not supported here. */
  readonly hash?: Hash;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  /** Upper-case hexadecimal digits, two per octet. */
  readonly serialNumber: string;
}

/** The facts of a CA that CertIDs are made from. */
export type CertIdIssuer = Pick<Certificate, 'subject' | 'publicKey'>;

/** The digests that are supported: the one of RFC 5019, section 2.1.1, and the one that replaces it (RFC 9919). */
const HASHES = ['sha1', 'sha256'] as const;

type Hash = typeof HASHES[number];

/** Most clients write NULL as the parameters of a digest, others write none (RFC 4055, section 2.1). */
const IDENTIFIERS = HASHES.flatMap(hash => [[NULL], []].map(parameters => ({
  hash, identifier: sequence(objectIdentifier(OID[hash]), ...parameters),
})));

/** Reads the next element, a CertID. */
export function readCertId(reader: DerReader): CertId {
  const der = reader.element(Tag.SEQUENCE);
  const fields = DerReader.only(der);
  const hash = readHash(fields);
  const issuerNameHash = fields.contents(Tag.OCTET_STRING);
  const issuerKeyHash = fields.contents(Tag.OCTET_STRING);
  const serialNumber = fields.unsigned().toString('hex').toUpperCase();
  fields.end();
  return { der, hash, issuerNameHash, issuerKeyHash, serialNumber };
}

function readHash(fields: DerReader): Hash | undefined {
  const der = fields.element(Tag.SEQUENCE);
  const known = IDENTIFIERS.find(({ identifier }) => identifier.equals(der));
  if (!known) {
    readAlgorithmIdentifier(new DerReader(der));
  }
  return known?.hash;
}

/**
 * Makes a test whether a CertID is that of a certificate of a CA. A CertID with an unknown digest is that of no CA.
 *
 * @param ca its name must have the octets that certificates below the CA have as their issuer
 */
export function certIdsOf(ca: CertIdIssuer): (id: CertId) => boolean {
  const digests = new Map<Hash | undefined, { readonly name: Buffer; readonly key: Buffer }>(HASHES.map(hash => [hash, {
    name: createHash(hash).update(ca.subject).digest(), key: keyHash(ca.publicKey, hash),
  }]));
  return ({ hash, issuerNameHash, issuerKeyHash }) => {
    const digest = digests.get(hash);
    return digest !== undefined && digest.name.equals(issuerNameHash) && digest.key.equals(issuerKeyHash);
  };
}

/**
 * The digest of a public key as OCSP identifies keys: without the algorithm, and without the octet for unused bits (RFC 6960, section 4.1.1).
 *
 * @param publicKey SPKI, DER
 */
export function keyHash(publicKey: Buffer, hash: Hash = 'sha1'): Buffer {
  return createHash(hash).update(readPublicKeyInfo(publicKey).octets).digest();
}
