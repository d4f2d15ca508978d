import { CertificateContent } from './certificate-content';
import { bitString, sequence } from './der';
import { assertMayIssue, IssuerLimits } from './issuer-limits';
import { CertificateProfile } from './profile';
import { caKeyAlgorithm, publicKeyForm } from './public-key-forms';
import { longestSignature, signatureAlgorithm } from './signature-algorithms';
import { Signer } from './signer';
import { KEY_IDENTIFIER_OCTETS, subjectKeyOf } from './subject-key';
import { tbsCertificate } from './tbs-certificate';
import { Validity } from './validity';
import { DeclaredExtensions } from '../contract/extensions';
import { HashAlgorithmName, KEY_ALGORITHMS, KeyAlgorithmName } from '../contract/key-algorithms';

/** Who signs, within which limits. */
export interface Issuer extends IssuerLimits {
  /** The issuer's subject as it stands in its certificate: DER, copied as bytes, for no other encoding is the same name to all. */
  readonly name: Buffer;
  /** The subject key identifier that stands in the issuer's certificate, however it was made. */
  readonly keyIdentifier: Buffer;
  readonly signer: Signer;
}

/**
 * Issues a certificate: the one function that signs any. What it signs is X.509 version 3 as RFC 5280 profiles it; what
 * the signature is worth is for `verifyCertificate` to say.
 *
 * @param issuer a CA, or `selfIssuer` of the subject
 * @returns the certificate, DER
 */
export async function issue(profile: CertificateProfile, content: CertificateContent, issuer: Issuer): Promise<Buffer> {
  const { signer } = issuer;
  assertMayIssue(profile, content, issuer);
  const algorithm = signatureAlgorithm(KEY_ALGORITHMS[caKeyAlgorithm(signer.publicKey)].family, content.hashAlgorithm);
  const tbs = tbsCertificate(profile, content, subjectKeyOf(content.publicKey), issuer, algorithm);
  return sequence(tbs, algorithm, bitString(await signer.sign(tbs, content.hashAlgorithm)));
}

/** The issuer of a certificate that signs itself: its own name, its own key. */
export function selfIssuer(subject: Buffer, signer: Signer): Issuer {
  return { name: subject, keyIdentifier: subjectKeyOf(signer.publicKey).keyIdentifier, signer };
}

/** What is known of a certificate before its key is made. */
export interface PlannedContent {
  readonly subject: Buffer;
  /** The algorithm of a key that is not made yet. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  /** The key, SPKI DER, where it is there already; `keyAlgorithm` is not read then. */
  readonly publicKey?: Buffer;
  readonly hashAlgorithm: HashAlgorithmName;
  readonly serialNumber?: string;
  readonly validity?: Validity;
  readonly pathLength?: number;
  readonly extensions?: DeclaredExtensions;
}

/** What is known of an issuer without its key. */
export interface PlannedIssuer extends Pick<Issuer, 'name' | 'keyIdentifier'> {
  readonly keyAlgorithm: KeyAlgorithmName;
}

const LONGEST_SERIAL_NUMBER = '7F'.repeat(20);

/** Times of the longer encoding. */
const LONGEST_VALIDITY: Validity = { notBefore: new Date('2050-01-01T00:00:00Z'), notAfter: new Date('9999-12-31T23:59:59Z') };

/**
 * The longest DER that a certificate can have: by the encoder that issues it, with a placeholder for a key that is not
 * there yet, which has one length only, and for the signature, in full length. It lets a caller find out before the first
 * write that an answer would be too long.
 *
 * @param issuer absent for a certificate that signs itself
 */
export function largestCertificate(profile: CertificateProfile, content: PlannedContent, issuer: PlannedIssuer | undefined): Buffer {
  const publicKey = plannedKey(content);
  const { family } = subjectKeyOf(publicKey);
  const subjectKey = { family, keyIdentifier: Buffer.alloc(KEY_IDENTIFIER_OCTETS) };
  const signedBy = issuer ?? { ...subjectKey, name: content.subject, keyAlgorithm: caKeyAlgorithm(publicKey) };
  const algorithm = signatureAlgorithm(KEY_ALGORITHMS[signedBy.keyAlgorithm].family, content.hashAlgorithm);
  const { serialNumber = LONGEST_SERIAL_NUMBER, validity = LONGEST_VALIDITY, subject, pathLength, extensions } = content;
  const tbs = tbsCertificate(profile, { serialNumber, validity, subject, pathLength, extensions, publicKey }, subjectKey, signedBy, algorithm);
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
