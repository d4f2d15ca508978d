import { sign } from 'node:crypto';
import { authorityKeyIdentifier, CA_KEY_IDENTIFIER, CA_NAME, extension, NOTHING } from './certificate-builder';
import { bitString, explicit, integer, sequence, time } from '../../../src/pki/der';
import { OID } from '../../../src/pki/object-identifiers';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { CA_KEYS } from '../fixtures';

/** The parts of a revocation list, each a whole element. What this library would never write can be put in the place of any. */
export interface CrlParts {
  readonly version: Buffer;
  readonly innerSignature: Buffer;
  readonly issuer: Buffer;
  readonly thisUpdate: Buffer;
  readonly nextUpdate: Buffer;
  /** The SEQUENCE of the entries. */
  readonly revoked: Buffer;
  readonly authorityKeyIdentifier: Buffer;
  readonly number: Buffer;
  /** Further extensions, one after the other. */
  readonly more: Buffer;
  readonly outerSignature: Buffer;
  /** The signature; if it is absent, the key of the CA of `certificate-builder` signs. */
  readonly signature?: Buffer;
}

export const THIS_UPDATE = new Date('2026-05-30T00:00:00Z');
export const NEXT_UPDATE = new Date('2026-06-06T00:00:00Z');

/** An entry with these extensions. */
export function entry(serialNumber: number | Buffer, revokedAt: Date | Buffer = new Date('2026-05-01T00:00:00Z'), ...extensions: readonly Buffer[]): Buffer {
  return sequence(
    integer(serialNumber), revokedAt instanceof Date ? time(revokedAt) : revokedAt, ...extensions.length > 0 ? [sequence(...extensions)] : [],
  );
}

/** The list of the CA of `certificate-builder`, with one entry. */
export const CRL: CrlParts = {
  version: integer(1),
  innerSignature: signatureAlgorithm('EC', 'SHA-256'),
  issuer: CA_NAME,
  thisUpdate: time(THIS_UPDATE),
  nextUpdate: time(NEXT_UPDATE),
  revoked: sequence(entry(0x5b)),
  authorityKeyIdentifier: authorityKeyIdentifier(CA_KEY_IDENTIFIER),
  number: extension(OID.cRLNumber, false, integer(7)),
  more: NOTHING,
  outerSignature: signatureAlgorithm('EC', 'SHA-256'),
};

/** A list of these parts. */
export function buildCrl(changed: Partial<CrlParts> = {}): Buffer {
  const { version, innerSignature, issuer, thisUpdate, nextUpdate, revoked, outerSignature, signature, ...parts } = { ...CRL, ...changed };
  const extensions = Buffer.concat([parts.authorityKeyIdentifier, parts.number, parts.more]);
  const field = extensions.length > 0 ? explicit(0, sequence(extensions)) : NOTHING;
  const tbs = sequence(version, innerSignature, issuer, thisUpdate, nextUpdate, revoked, field);
  return sequence(tbs, outerSignature, bitString(signature ?? sign('sha256', tbs, CA_KEYS.EC_P256)));
}
