import { KeyObject } from 'node:crypto';
import { algorithmName } from './algorithms';
import { decodeCertificationRequest, notAPrivateKey, REQUEST_PROPERTY } from './certification-request-encoding';
import { contextTag, Tag } from './der';
import { DerReader } from './der-reader';
import { strongPublicKey } from './key-strength';
import { subjectKeyFormOf } from './public-key-forms';
import { readAttributes, RequestedAttributes } from './requested-attributes';
import { isSignatureOid, requestSignatureAlgorithmOf, SignatureAlgorithm } from './signature-algorithms';
import { isSignedBy } from './signer';
import { assertDer } from './strict-der';

/** A certification request (PKCS #10, RFC 2986) that has proved possession of its key. The buffers are views of `der`. */
export interface CertificationRequest extends RequestedAttributes {
  readonly der: Buffer;
  /** A DER Name, verbatim; `readName` checks its contents. */
  readonly subject: Buffer;
  /** SPKI, DER, as `assertStrongPublicKey` accepts it. */
  readonly publicKey: Buffer;
}

/** A parsed request that is not checked yet. */
interface Parts extends CertificationRequest {
  /** The CertificationRequestInfo, which is the part that is signed. */
  readonly info: Buffer;
  /** The AlgorithmIdentifier of the signature. */
  readonly algorithm: Buffer;
  /** Its object identifier, dotted. */
  readonly algorithmOid: string;
  readonly signature: Buffer;
}

/**
 * Reads a certification request from outside. It must be strict DER, of version 0, with a strong key, and signed by that key. The checks
 * run in this order, because the signature of a weak key proves nothing.
 *
 * @param input PEM, DER, or DER in base64; at most 16 kB
 * @throws an error that names the property `certificateSigningRequest` and shows nothing of what could be a secret
 */
export function readCertificationRequest(input: string | Buffer): CertificationRequest {
  const parts = takeApart(decodeCertificationRequest(input));
  const algorithm = knownAlgorithm(parts);
  const key = strongPublicKey(parts.publicKey, REQUEST_PROPERTY);
  assertPossession(parts, algorithm, key);
  const { der, subject, publicKey, extensions, attributes } = parts;
  return { der, subject, publicKey, extensions, attributes };
}

/**
 * The subject, a DER Name, and the public key, SPKI, of a request that is not checked; `undefined` if it can't be read. They serve to compare requests, and to nothing
 * else.
 *
 * @param input as for `readCertificationRequest`
 */
export function glanceAtRequest(input: string | Buffer): Pick<CertificationRequest, 'subject' | 'publicKey'> | undefined {
  try {
    return parse(decodeCertificationRequest(input));
  } catch { // whoever reads the request says why
    return undefined;
  }
}

function takeApart(der: Buffer): Parts {
  if (beginsAsPrivateKey(der)) {
    throw notAPrivateKey();
  }
  try {
    assertDer(der);
    return parse(der);
  } catch (error) {
    throw new Error(`${REQUEST_PROPERTY} must be a certification request (RFC 2986) in strict DER: ${(error as Error).message}`);
  }
}

/** PKCS #1, PKCS #8, SEC 1 and PKCS #12 begin with a version; a request begins with the part that is signed. */
function beginsAsPrivateKey(der: Buffer): boolean {
  try {
    const outer = new DerReader(der).sequence();
    return outer.follows(Tag.INTEGER) && outer.unsigned().length === 1;
  } catch {
    return false;
  }
}

/** RFC 2986, section 4. */
function parse(der: Buffer): Parts {
  const request = new DerReader(der).sequence();
  const { position } = request;
  const info = request.element(Tag.SEQUENCE);
  const algorithm = request.element(Tag.SEQUENCE);
  const algorithmOid = new DerReader(algorithm).sequence().objectIdentifier();
  const signature = request.bitString();
  request.end();

  const fields = new DerReader(info, position).sequence();
  const version = fields.unsigned().toString('hex');
  if (version !== '00') {
    throw new Error(`the version must be 0, got 0x${version}`);
  }
  const subject = fields.element(Tag.SEQUENCE);
  const publicKey = fields.element(Tag.SEQUENCE);
  // The field is required, even if empty. Some devices leave it out, which is just as clear and which OpenSSL, GnuTLS and Go accept.
  const attributes = readAttributes(fields.more ? fields.enter(contextTag(0, true)) : new DerReader(Buffer.alloc(0)));
  fields.end();
  return { der, info, algorithm, algorithmOid, signature, subject, publicKey, ...attributes };
}

/** Refuses MD5 and SHA-1: with a collision, one signature proves possession for two requests. */
function knownAlgorithm({ algorithm: identifier, algorithmOid: oid }: Parts): SignatureAlgorithm {
  const algorithm = requestSignatureAlgorithmOf(identifier);
  if (!algorithm) {
    throw new Error(`${REQUEST_PROPERTY} must be signed with RSA (PKCS#1 v1.5) or ECDSA, over SHA-256, SHA-384 or SHA-512, or with Ed25519, `
      + `got ${isSignatureOid(oid) ? `${oid} with the wrong parameters` : algorithmName(oid)}; create the request again with -sha256 or the equivalent option of your tool`);
  }
  return algorithm;
}

function assertPossession({ info, publicKey, signature }: Parts, { family, hash }: SignatureAlgorithm, key: KeyObject): void {
  if (subjectKeyFormOf(publicKey)?.family !== family || !isSignedBy(key, hash, info, signature)) {
    throw new Error(`${REQUEST_PROPERTY} must be signed with the private key of its own public key (proof of possession), `
      + 'but its signature does not verify; copy the whole request, or create it again');
  }
}
