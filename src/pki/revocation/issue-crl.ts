import { CrlEntries, RevokedCertificate } from './crl-entries';
import { issuingDistributionPoint } from './distribution-point';
import { HashAlgorithmName, KEY_ALGORITHMS } from '../../contract/key-algorithms';
import { quote } from '../../contract/rules';
import { bitString, elementHeader, explicit, integer, objectIdentifier, sequence, Tag, time } from '../der';
import { authorityKeyIdentifier, extension } from '../extensions';
import { Issuer } from '../issue';
import { OID } from '../object-identifiers';
import { caKeyAlgorithm } from '../public-key-forms';
import { signatureAlgorithm } from '../signature-algorithms';

/** The content of a revocation list. */
export interface CrlContent {
  /** A whole number that grows with each list of the same scope (RFC 5280, section 5.2.3), of at most 15 decimal digits. */
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly hashAlgorithm: HashAlgorithmName;
  /**
   * The URLs at which the list is published, as the certificates in its scope name them. Without any, the list is about all certificates
   * of the CA.
   */
  readonly distributionPoint?: readonly string[];
  /** The certificates that are revoked: encoded entries, or the certificates by ascending serial number, in pages of any size. */
  readonly revoked: CrlEntries | AsyncIterable<readonly RevokedCertificate[]> | Iterable<readonly RevokedCertificate[]>;
}

const CRL_NUMBER = objectIdentifier(OID.cRLNumber);

/** Version 2, which is the only one with extensions (RFC 5280, section 5.1.2.1). */
const VERSION_2 = integer(1);

/**
 * Issues a certificate revocation list (RFC 5280, section 5). It does not verify the signature; `verifyCrl` does.
 *
 * @param issuer the CA, of which a list needs the name, the key identifier and the signer
 * @returns the CertificateList, DER
 */
export async function issueCrl(content: CrlContent, issuer: Pick<Issuer, 'name' | 'keyIdentifier' | 'signer'>): Promise<Buffer> {
  const { number, thisUpdate, nextUpdate, hashAlgorithm, distributionPoint, revoked } = content;
  if (!(nextUpdate > thisUpdate)) {
    throw new Error(`nextUpdate of a revocation list must be after thisUpdate, ${thisUpdate.toISOString()}, got ${quote(nextUpdate.toISOString())}`);
  }
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Error(`the number of a revocation list must be a whole number, got ${quote(String(number))}`);
  }
  const entries = revoked instanceof CrlEntries ? revoked : await entriesOf(revoked);
  entries.end();
  const algorithm = signatureAlgorithm(KEY_ALGORITHMS[caKeyAlgorithm(issuer.signer.publicKey)].family, hashAlgorithm);
  const extensions = [
    authorityKeyIdentifier(issuer.keyIdentifier),
    extension(CRL_NUMBER, false, integer(number)),
    ...distributionPoint ? [issuingDistributionPoint(distributionPoint)] : [],
  ];
  return signed([
    VERSION_2,
    algorithm,
    issuer.name,
    time(thisUpdate),
    time(nextUpdate),
    // A list without entries has no revokedCertificates (RFC 5280, section 5.1.2.6).
    ...entries.chunks.length > 0 ? [elementHeader(Tag.SEQUENCE, lengthOf(entries.chunks)), ...entries.chunks] : [],
    explicit(0, sequence(...extensions)),
  ], algorithm, tbs => issuer.signer.sign(tbs, hashAlgorithm));
}

async function entriesOf(pages: Exclude<CrlContent['revoked'], CrlEntries>): Promise<CrlEntries> {
  const entries = new CrlEntries();
  for await (const page of pages) {
    page.forEach(entry => entries.add(entry));
  }
  return entries;
}

/** Room for the longest header of an element, and for the algorithm and the signature of the longest key. */
const HEADER_OCTETS = 6;
const MAX_TAIL_OCTETS = 1024;

/**
 * A SEQUENCE of what is signed (a SEQUENCE of these fields), the algorithm and the signature. The fields are copied once, because they can
 * have tens of megabytes: what is signed lies where it stays, and the outer header is written before it once the length of the signature is
 * known.
 */
async function signed(fields: readonly Buffer[], algorithm: Buffer, sign: (tbs: Buffer) => Buffer | Promise<Buffer>): Promise<Buffer> {
  const parts = [elementHeader(Tag.SEQUENCE, lengthOf(fields)), ...fields];
  const length = lengthOf(parts);
  const octets = Buffer.allocUnsafe(HEADER_OCTETS + length + MAX_TAIL_OCTETS);
  let at = HEADER_OCTETS;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  const tail = Buffer.concat([algorithm, bitString(await sign(octets.subarray(HEADER_OCTETS, at)))]);
  const outer = elementHeader(Tag.SEQUENCE, length + tail.length);
  octets.set(tail, at);
  octets.set(outer, HEADER_OCTETS - outer.length);
  return octets.subarray(HEADER_OCTETS - outer.length, at + tail.length);
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
