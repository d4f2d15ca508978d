import { CertId, readCertId } from './cert-id';
import { quote } from '../../contract/rules';
import { readAlgorithmIdentifier } from '../algorithms';
import { contextTag, Tag } from '../der';
import { DerReader } from '../der-reader';
import { RawExtension, readUniqueExtensions } from '../extension-list';
import { describeOids, OID } from '../object-identifiers';

/** A parsed OCSP request (RFC 6960, section 4.1). */
export interface OcspRequest {
  /** The certificates that it asks about, in its order; at least one. */
  readonly certIds: readonly CertId[];
  /** Binds the response to this request, so that nobody can pass an earlier one off as new. */
  readonly nonce?: Buffer;
}

/** A request for a certificate has about 80 octets. A signature with a chain of certificates adds a few thousand. */
export const MAX_OCSP_REQUEST_OCTETS = 16_384;

/** Each certificate costs reads of the ledger. Clients ask about a chain at most; RFC 5019, section 2.1.1, allows one certificate only. */
export const MAX_OCSP_CERTIFICATES = 32;

/** RFC 9654, section 2.1. */
export const MAX_NONCE_OCTETS = 128;

const OWNER = 'the OCSP request';

const NONCE_ALONE: ReadonlySet<string> = new Set([OID.ocspNonce]);
const NONE: ReadonlySet<string> = new Set();

/**
 * Parses an OCSP request. It requires DER. A signature is read and not verified: answers are public, and the same for everyone, so it does
 * not matter who asks.
 *
 * @throws Error if it is no request that can be answered; the protocol's answer is `malformedRequest`
 */
export function parseOcspRequest(der: Buffer): OcspRequest {
  if (der.length > MAX_OCSP_REQUEST_OCTETS) {
    throw new Error(`${OWNER} must have at most ${MAX_OCSP_REQUEST_OCTETS} octets, got ${der.length}`);
  }
  const request = DerReader.only(der);
  const fields = request.sequence();
  const signature = request.optionalExplicit(0);
  request.end();
  if (signature) {
    readSignature(signature);
  }
  if (fields.follows(contextTag(0, true))) {
    throw new Error(`${OWNER} must have version 1, which DER leaves out`);
  }
  const requestorName = fields.optionalExplicit(1);
  requestorName?.any();
  requestorName?.end();
  const certIds = fields.sequence().list(readRequest);
  if (certIds.length < 1 || certIds.length > MAX_OCSP_CERTIFICATES) {
    throw new Error(`${OWNER} must be about 1 to ${MAX_OCSP_CERTIFICATES} certificates, got ${certIds.length}`);
  }
  const nonce = readExtensions(fields.optionalExplicit(2), NONCE_ALONE).get(OID.ocspNonce);
  fields.end();
  return { certIds, nonce: nonce && readNonce(nonce) };
}

function readRequest(list: DerReader): CertId {
  const request = list.sequence();
  const certId = readCertId(request);
  readExtensions(request.optionalExplicit(0), NONE);
  request.end();
  return certId;
}

/** RFC 6960, section 4.4: an extension that is not understood is ignored, unless it is critical. */
function readExtensions(field: DerReader | undefined, understood: ReadonlySet<string>): ReadonlyMap<string, RawExtension> {
  const extensions = field ? readUniqueExtensions(field.sequence(), OWNER) : new Map<string, RawExtension>();
  field?.end();
  const unknown = [...extensions.values()].find(({ oid, critical }) => critical && !understood.has(oid));
  if (unknown) {
    throw new Error(`${OWNER} must have no critical extensions that are not supported here, got ${quote(describeOids(unknown.oid))}`);
  }
  return extensions;
}

/** Reads the value of a nonce (RFC 9654, section 2.1). */
export function readNonce({ value }: RawExtension): Buffer {
  const nonce = DerReader.whole(value, reader => reader.contents(Tag.OCTET_STRING));
  if (nonce.length < 1 || nonce.length > MAX_NONCE_OCTETS) {
    throw new Error(`a nonce must have 1 to ${MAX_NONCE_OCTETS} octets (RFC 9654, section 2.1), got ${nonce.length}`);
  }
  return nonce;
}

/** `Signature` of RFC 6960, section 4.1.1. */
function readSignature(field: DerReader): void {
  const signature = field.sequence();
  field.end();
  readAlgorithmIdentifier(signature);
  signature.bitString();
  const certificates = signature.optionalExplicit(0);
  certificates?.sequence();
  certificates?.end();
  signature.end();
}
