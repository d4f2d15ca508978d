import { CertificateContent, CopiedParts } from './certificate-content';
import { bitString, sequence } from './der';
import { IssuerLimits, mayIssue } from './issuer-limits';
import { CertificateProfile } from './profile';
import { caKeyAlgorithm, publicKeyForm } from './public-key-forms';
import { longestSignature, signatureAlgorithm } from './signature-algorithms';
import { Signer } from './signer';
import { KEY_IDENTIFIER_OCTETS, subjectKeyOf } from './subject-key';
import { OwnFields, tbsCertificates } from './tbs-certificate';
import { Validity } from './validity';
import { DeclaredExtensions } from '../contract/extensions';
import { HashAlgorithmName, KEY_ALGORITHMS, KeyAlgorithmName } from '../contract/key-algorithms';

/** The issuer of a certificate, with its limits. */
export interface Issuer extends IssuerLimits {
  /** The subject in the issuer's certificate: DER, copied byte for byte, because not all validators take another encoding for the same name. */
  readonly name: Buffer;
  /** The subject key identifier in the issuer's certificate, however it was made. */
  readonly keyIdentifier: Buffer;
  readonly signer: Signer;
}

/** The part of a certificate's content that the certificates of a batch have in common. */
export type CommonContent = Omit<CertificateContent, keyof OwnFields>;

/**
 * Issues a certificate.
 *
 * @param issuer a CA, or `selfIssuer` of the subject
 * @returns the certificate, DER
 */
export async function issue(profile: CertificateProfile, content: CertificateContent, issuer: Issuer): Promise<Buffer> {
  return issuing(profile, content, issuer)(content);
}

/**
 * Prepares a CA to issue a batch of certificates: what they have in common is checked and encoded once. No other function signs certificates.
 * It makes X.509 version 3 as RFC 5280 profiles it, and does not verify the signatures; `verifyCertificate` does.
 *
 * @param issuer a CA, or `selfIssuer` of the subject
 * @returns a function that issues one certificate of the batch, DER; a promise if the signer returns promises
 */
export function issuing(profile: CertificateProfile, common: CommonContent, issuer: Issuer): (own: OwnFields) => Buffer | Promise<Buffer> {
  const { signer } = issuer;
  const assertMayIssue = mayIssue(profile, common, issuer);
  const algorithm = signatureAlgorithm(KEY_ALGORITHMS[caKeyAlgorithm(signer.publicKey)].family, common.hashAlgorithm);
  const encode = tbsCertificates(profile, common, issuer, algorithm);
  return own => {
    assertMayIssue(own.subject);
    const tbs = encode(own, subjectKeyOf(own.publicKey));
    const signed = (signature: Buffer): Buffer => sequence(tbs, algorithm, bitString(signature));
    const signature = signer.sign(tbs, common.hashAlgorithm);
    return Buffer.isBuffer(signature) ? signed(signature) : signature.then(signed);
  };
}

/** The issuer of a self-signed certificate: its own name and its own key. */
export function selfIssuer(subject: Buffer, signer: Signer): Issuer {
  return { name: subject, keyIdentifier: subjectKeyOf(signer.publicKey).keyIdentifier, signer };
}

/** The content of a certificate that is known before its key is made. */
export interface PlannedContent {
  readonly subject: Buffer;
  /** The algorithm of a key that is not made yet. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  /** The key, SPKI DER, if it exists already; `keyAlgorithm` is then ignored. */
  readonly publicKey?: Buffer;
  readonly hashAlgorithm: HashAlgorithmName;
  readonly serialNumber?: string;
  readonly validity?: Validity;
  readonly pathLength?: number;
  readonly extensions?: DeclaredExtensions;
  readonly copied?: CopiedParts;
}

/** The facts of an issuer that are known without its key. */
export interface PlannedIssuer extends Pick<Issuer, 'name' | 'keyIdentifier'> {
  readonly keyAlgorithm: KeyAlgorithmName;
}

const LONGEST_SERIAL_NUMBER = '7F'.repeat(20);

/** Times in the longer of the two encodings. */
const LONGEST_VALIDITY: Validity = { notBefore: new Date('2050-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') };

/**
 * A certificate of the greatest length that this one can have, DER. The encoder that issues certificates makes it, with a placeholder for a
 * key that does not exist yet, whose length is fixed, and for a signature of the greatest length. A caller can find out before the first
 * write that an answer would be too long.
 *
 * @param issuer absent for a self-signed certificate
 */
export function largestCertificate(profile: CertificateProfile, content: PlannedContent, issuer: PlannedIssuer | undefined): Buffer {
  const publicKey = plannedKey(content);
  const { family } = subjectKeyOf(publicKey);
  const subjectKey = { family, keyIdentifier: Buffer.alloc(KEY_IDENTIFIER_OCTETS) };
  const signedBy = issuer ?? { ...subjectKey, name: content.subject, keyAlgorithm: caKeyAlgorithm(publicKey) };
  const algorithm = signatureAlgorithm(KEY_ALGORITHMS[signedBy.keyAlgorithm].family, content.hashAlgorithm);
  const { serialNumber = LONGEST_SERIAL_NUMBER, validity = LONGEST_VALIDITY, subject, pathLength, extensions, copied } = content;
  const encode = tbsCertificates(profile, { validity, pathLength, extensions, copied }, signedBy, algorithm);
  const tbs = encode({ serialNumber, subject, publicKey }, subjectKey);
  return sequence(tbs, algorithm, bitString(longestSignature(signedBy.keyAlgorithm)));
}

function plannedKey({ publicKey, keyAlgorithm }: PlannedContent): Buffer {
  if (publicKey) {
    return publicKey;
  }
  if (!keyAlgorithm) {
    throw new Error('a certificate can be planned for a keyAlgorithm or for a publicKey, got neither');
  }
  return publicKeyForm(keyAlgorithm).sample;
}
