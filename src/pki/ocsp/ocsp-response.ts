import { CertId, readCertId } from './cert-id';
import { readNonce } from './ocsp-request';
import { CertStatus, OCSP_STATUSES, OcspStatusName } from './ocsp-status';
import { quote } from '../../contract/rules';
import { readGeneralizedTime } from '../certificate-time';
import { contextTag, Tag } from '../der';
import { DerReader } from '../der-reader';
import { RawExtension, readUniqueExtensions } from '../extension-list';
import { readSets } from '../name-attributes';
import { describeOids, OID } from '../object-identifiers';
import { readReason } from '../revocation/crl-extensions';

/** A parsed OCSP response (RFC 6960, section 4.2). The buffers are views of `der`. */
export interface OcspResponse {
  readonly der: Buffer;
  readonly status: OcspStatusName;
  /** Present if the status is `successful`. */
  readonly basic?: BasicOcspResponse;
}

/** What a responder has signed: BasicOCSPResponse of RFC 6960, section 4.2.1. */
export interface BasicOcspResponse {
  /** The part that is signed: ResponseData, DER. */
  readonly tbs: Buffer;
  readonly responder: ResponderId;
  readonly producedAt: Date;
  readonly responses: readonly SingleResponse[];
  readonly nonce?: Buffer;
  /** AlgorithmIdentifier of the signature, DER. */
  readonly signatureAlgorithm: Buffer;
  readonly signature: Buffer;
  /** The certificates that help to verify the signature, DER. */
  readonly certificates: readonly Buffer[];
  /** The object identifiers of critical extensions that this library does not process. A response that has any must not be used. */
  readonly unknownCritical: readonly string[];
}

/** By which the responder's certificate is found: a DER Name, or the SHA-1 of its key. */
export type ResponderId = { readonly name: Buffer } | { readonly keyHash: Buffer };

/** What a response says about one certificate. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly status: CertStatus;
  readonly thisUpdate: Date;
  /** When there will be newer information at the latest; absent if there always is. */
  readonly nextUpdate?: Date;
}

const OWNER = 'the OCSP response';

const STATUSES = new Map<number, OcspStatusName>((Object.keys(OCSP_STATUSES) as OcspStatusName[]).map(name => [OCSP_STATUSES[name], name]));

/** Parses an OCSP response of any responder. It requires DER. It does not verify the signature; `checkOcspResponse` does. */
export function parseOcspResponse(der: Buffer): OcspResponse {
  const response = DerReader.only(der);
  const code = response.contents(Tag.ENUMERATED);
  const status = code.length === 1 ? STATUSES.get(code[0]) : undefined;
  if (!status) {
    throw new Error(`${OWNER} must have one of the statuses ${Object.values(OCSP_STATUSES).join(', ')}, got ${quote(code.toString('hex'))}`);
  }
  const bytes = response.optionalExplicit(0);
  response.end();
  if ((status === 'successful') !== (bytes !== undefined)) {
    throw new Error(`${OWNER} must have an answer if it is successful, and otherwise none, got the status ${status} ${bytes ? 'with' : 'without'} one`);
  }
  return { der, status, basic: bytes && readBytes(bytes) };
}

function readBytes(field: DerReader): BasicOcspResponse {
  const bytes = field.sequence();
  field.end();
  const type = bytes.objectIdentifier();
  if (type !== OID.ocspBasic) {
    throw new Error(`${OWNER} must have the type ${describeOids(OID.ocspBasic)}, got ${quote(type)}`);
  }
  const basic = DerReader.only(bytes.contents(Tag.OCTET_STRING));
  bytes.end();
  const tbs = basic.element(Tag.SEQUENCE);
  const signatureAlgorithm = basic.element(Tag.SEQUENCE);
  const signature = basic.bitString();
  const certificates = basic.optionalExplicit(0);
  basic.end();
  const list = certificates?.sequence().list(each => each.element(Tag.SEQUENCE)) ?? [];
  certificates?.end();
  return { tbs, signatureAlgorithm, signature, certificates: list, ...readData(DerReader.only(tbs)) };
}

type ResponseData = Pick<BasicOcspResponse, 'responder' | 'producedAt' | 'responses' | 'nonce' | 'unknownCritical'>;

function readData(fields: DerReader): ResponseData {
  if (fields.follows(contextTag(0, true))) {
    throw new Error(`${OWNER} must have version 1, which DER leaves out`);
  }
  const responder = readResponderId(fields);
  const producedAt = readGeneralizedTime(fields);
  const unknownCritical: string[] = [];
  const responses = fields.sequence().list(each => readSingleResponse(each, unknownCritical));
  const extensions = readExtensions(fields.optionalExplicit(1), unknownCritical);
  fields.end();
  const nonce = extensions.get(OID.ocspNonce);
  return { responder, producedAt, responses, nonce: nonce && readNonce(nonce), unknownCritical };
}

function readResponderId(fields: DerReader): ResponderId {
  const byName = fields.optionalExplicit(1);
  const field = byName ?? fields.explicit(2);
  const id = byName ? { name: readName(field) } : { keyHash: field.contents(Tag.OCTET_STRING) };
  field.end();
  return id;
}

function readName(field: DerReader): Buffer {
  const name = field.element(Tag.SEQUENCE);
  readSets(name); // so that it can be compared
  return name;
}

function readSingleResponse(list: DerReader, unknownCritical: string[]): SingleResponse {
  const response = list.sequence();
  const certId = readCertId(response);
  const status = readStatus(response, certId);
  const thisUpdate = readGeneralizedTime(response);
  const next = response.optionalExplicit(0);
  const nextUpdate = next && readGeneralizedTime(next);
  next?.end();
  readExtensions(response.optionalExplicit(1), unknownCritical);
  response.end();
  return { certId, status, thisUpdate, nextUpdate };
}

function readStatus(response: DerReader, { serialNumber }: CertId): CertStatus {
  if (response.follows(contextTag(1, true))) {
    const revoked = response.explicit(1);
    const revokedAt = readGeneralizedTime(revoked);
    const field = revoked.optionalExplicit(0);
    const reason = field && readReason(field, serialNumber);
    field?.end();
    revoked.end();
    return { state: 'revoked', revokedAt, reason };
  }
  const good = response.optional(contextTag(0, false));
  const contents = good ?? response.contents(contextTag(2, false));
  if (contents.length > 0) {
    throw new Error(`${OWNER} must have no contents in the status of a certificate that is not revoked`);
  }
  return { state: good ? 'good' : 'unknown' };
}

/** @param unknownCritical receives the critical extensions that are not supported; the nonce is the only one that is */
function readExtensions(field: DerReader | undefined, unknownCritical: string[]): ReadonlyMap<string, RawExtension> {
  const extensions = field ? readUniqueExtensions(field.sequence(), OWNER) : new Map<string, RawExtension>();
  field?.end();
  unknownCritical.push(...[...extensions.values()].filter(({ oid, critical }) => critical && oid !== OID.ocspNonce).map(({ oid }) => oid));
  return extensions;
}

/** Whether these octets are an OCSP response, as far as its own fields say. */
export function isOcspResponse(der: Buffer): boolean {
  try {
    parseOcspResponse(der);
    return true;
  } catch {
    return false;
  }
}
