import { Crl, revokedIn } from './crl';
import { RevokedCertificate } from './crl-entries';
import { Complaint, quote } from '../../contract/rules';
import { Certificate } from '../certificate';
import { isSameName } from '../name-comparison';
import { readablePublicKey } from '../readable-public-key';
import { signatureAlgorithmOf } from '../signature-algorithms';
import { isSignedBy } from '../signer';

/** The CA that a revocation list is to be of. */
export type CrlIssuer = Pick<Certificate, 'subject' | 'publicKey'>;

/** The facts of a certificate that decide which revocation lists are about it. */
export interface CoveredCertificate extends Pick<Certificate, 'issuer' | 'serialNumber' | 'ca'> {
  /** The URLs of its distribution points. */
  readonly crlDistributionPoints: readonly string[];
}

/** Whether a CA has signed a revocation list, and all that is critical in it is understood (RFC 5280, section 6.3.3). */
export function checkCrl(crl: Crl, ca: CrlIssuer): Complaint {
  if (!isSameName(crl.issuer, ca.subject)) {
    return 'the revocation list must be of this CA, got the list of a CA with another name';
  }
  const algorithm = signatureAlgorithmOf(crl.signatureAlgorithm);
  if (!algorithm) {
    return 'the revocation list must be signed with RSA (PKCS#1 v1.5) or ECDSA, over SHA-256, SHA-384 or SHA-512, or with Ed25519';
  }
  const key = readablePublicKey(ca.publicKey);
  if (!key || !isSignedBy(key, algorithm.hash, crl.tbs, crl.signature)) {
    return 'the revocation list must be signed with the key of this CA, got a signature that does not verify';
  }
  return crl.unknownCritical.length === 0 ? undefined
    : `the revocation list must have no critical extensions that are not supported here, got ${quote(crl.unknownCritical.join(', '))}`;
}

/**
 * Whether a list is about a certificate (RFC 5280, section 6.3.3 (b)). If it is not, a certificate that it does not name may be revoked all
 * the same.
 */
export function checkCovers(crl: Crl, { issuer, ca, crlDistributionPoints }: CoveredCertificate): Complaint {
  const { deltaBase, distributionPoint: scope } = crl;
  if (!isSameName(crl.issuer, issuer)) {
    return 'it is the list of another CA';
  }
  if (deltaBase) {
    return 'it is a delta list, which only names what has changed since a complete list';
  }
  if (scope?.indirect || scope?.onlySomeReasons) {
    return `it is a list ${scope.indirect ? 'of certificates of several CAs' : 'for some of the reasons only'}, which is not supported here`;
  }
  if (scope?.onlyAttributeCertificates || (ca ? scope?.onlyUserCertificates : scope?.onlyCaCertificates)) {
    return `it has no certificates of ${ca ? 'CAs' : 'devices and servers'}`;
  }
  return !scope?.hasPoint || scope.urls.some(url => crlDistributionPoints.includes(url)) ? undefined
    : 'it is about certificates with another distribution point';
}

/** The entry of a certificate in a list that is about it; `undefined` if the list does not name it. */
export function entryOf(crl: Crl, serialNumber: string): RevokedCertificate | undefined {
  for (const entry of revokedIn(crl)) {
    if (entry.serialNumber === serialNumber) {
      return entry.reason === 'removeFromCRL' ? undefined : entry;
    }
  }
  return undefined;
}
