import { certIdsOf, keyHash } from './cert-id';
import { BasicOcspResponse, OcspResponse, ResponderId, SingleResponse } from './ocsp-response';
import { Complaint, quote } from '../../contract/rules';
import { formatTime } from '../../contract/term';
import { Certificate, parseCertificate, verifyCertificate } from '../certificate';
import { isSameName } from '../name-comparison';
import { OID } from '../object-identifiers';
import { readablePublicKey } from '../readable-public-key';
import { signatureAlgorithmOf } from '../signature-algorithms';
import { isSignedBy } from '../signer';

/** The CA that has issued the certificates that a response is about. */
export type OcspIssuer = Pick<Certificate, 'subject' | 'publicKey'>;

/**
 * Whether an OCSP response is to be believed about the certificates of a CA (RFC 6960, section 3.2): the CA has signed it, or a responder to
 * which the CA has delegated that, and all that is critical in it is understood.
 *
 * @param now at this time, the certificate of a responder must be valid
 */
export function checkOcspResponse({ status, basic }: OcspResponse, ca: OcspIssuer, now: Date): Complaint {
  if (!basic) {
    return `the OCSP response must be an answer, got the error ${status}`;
  }
  const algorithm = signatureAlgorithmOf(basic.signatureAlgorithm);
  if (!algorithm) {
    return 'the OCSP response must be signed with RSA (PKCS#1 v1.5) or ECDSA, over SHA-256, SHA-384 or SHA-512, or with Ed25519';
  }
  const signer = isResponder(basic.responder, ca) ? ca : delegateOf(basic, ca, now);
  if (typeof signer === 'string') {
    return signer;
  }
  const key = readablePublicKey(signer.publicKey);
  if (!key || !isSignedBy(key, algorithm.hash, basic.tbs, basic.signature)) {
    return 'the OCSP response must be signed with the key of its responder, got a signature that does not verify';
  }
  return basic.unknownCritical.length === 0 ? undefined
    : `the OCSP response must have no critical extensions that are not supported here, got ${quote(basic.unknownCritical.join(', '))}`;
}

/** What a response says about a certificate of a CA; `undefined` if it does not say anything about it. */
export function responseAbout({ basic }: OcspResponse, serialNumber: string, ca: OcspIssuer): SingleResponse | undefined {
  const isOfCa = certIdsOf(ca);
  return basic?.responses.find(({ certId }) => certId.serialNumber === serialNumber && isOfCa(certId));
}

function isResponder(id: ResponderId, { subject, publicKey }: OcspIssuer): boolean {
  return 'name' in id ? isSameName(id.name, subject) : id.keyHash.equals(keyHash(publicKey));
}

/** The responder's certificate, or why the CA has not delegated to it (RFC 6960, section 4.2.2.2). */
function delegateOf({ responder, certificates }: BasicOcspResponse, ca: OcspIssuer, now: Date): Certificate | string {
  const delegates = certificates.flatMap(der => responderIn(der, responder) ?? []);
  const complaints = delegates.map(delegate => checkDelegate(delegate, ca, now));
  return delegates.find((_, index) => complaints[index] === undefined)
    ?? complaints[0]
    ?? 'the OCSP response must be signed by the CA, or have the certificate of its responder, got neither';
}

/** The certificate if it is that of the responder. One that can't be read does not help. */
function responderIn(der: Buffer, id: ResponderId): Certificate | undefined {
  try {
    const certificate = parseCertificate(der);
    return isResponder(id, certificate) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function checkDelegate(delegate: Certificate, ca: OcspIssuer, now: Date): Complaint {
  const { extendedKeyUsages = [], unknownCritical, validity: { notBefore, notAfter } } = delegate;
  if (!extendedKeyUsages.includes(OID.OCSPSigning)) {
    return 'the responder\'s certificate must have the extended key usage OCSPSigning';
  }
  if (unknownCritical.length > 0) {
    return `the responder's certificate must have no critical extensions that are not supported here, got ${quote(unknownCritical.join(', '))}`;
  }
  if (now < notBefore || now > notAfter) {
    return `the responder's certificate must be valid at ${formatTime(now)}, got ${formatTime(notBefore)} to ${formatTime(notAfter)}`;
  }
  return checkIssued(delegate, ca);
}

function checkIssued(delegate: Certificate, ca: OcspIssuer): Complaint {
  try {
    if (!isSameName(delegate.issuer, ca.subject)) {
      return 'the responder\'s certificate must be issued by the CA itself, got the certificate of a CA with another name';
    }
    verifyCertificate(delegate, ca.publicKey);
    return undefined;
  } catch (error) {
    return `the responder's certificate must be signed by the CA: ${(error as Error).message}`;
  }
}
