import { Declaration } from './declaration/declaration';
import { requestOutcome } from './declaration/declared-request';
import { IssuingCa, KnownCa } from './issuing-ca';
import { HeldKey } from './keys/custody';
import { LedgerEntry } from './ledger/ledger';
import { contentFor } from './ledger/reservation';
import { formatTime } from '../contract/term';
import { Certificate, parseCertificate, verifyCertificate } from '../pki/certificate';
import { issue, selfIssuer } from '../pki/issue';
import { assertLinted } from '../pki/lint/lint-errors';
import { PROFILES } from '../pki/profile';

/** The facts that a ledger learns when a certificate is made. */
export type MadeCertificate = Pick<LedgerEntry, 'chain' | 'ignoredRequests'> & { readonly certificate: Buffer };

/** A public key, and the key itself if the certificate signs itself. */
export type CertifiedKey = Pick<HeldKey, 'publicKey'> & Partial<HeldKey>;

/**
 * Makes the certificate for a reservation, and makes sure that it is the reserved one, that the CA has signed it, and that nothing is wrong
 * with it.
 *
 * @param ca absent for a certificate that signs itself
 */
export async function makeCertificate(
  declaration: Declaration, entry: LedgerEntry, key: CertifiedKey, ca: IssuingCa | undefined,
): Promise<MadeCertificate> {
  const { publicKey } = key;
  const declared = contentFor(entry.serialNumber, declaration);
  const issuer = ca?.issuer ?? selfIssuer(declared.subject, key.signer!());
  const content = {
    ...declared,
    serialNumber: entry.serialNumber,
    validity: { notBefore: new Date(entry.notBefore), notAfter: new Date(entry.notAfter) },
    publicKey,
  };
  const certificate = await issue(PROFILES[declaration.profile], content, issuer);
  const parsed = parseCertificate(certificate);
  assertAsReserved(parsed, entry, publicKey);
  verifyCertificate(parsed, issuer.signer.publicKey);
  assertLinted(certificate, declaration.platforms, ca?.chain[0]);
  return {
    certificate,
    chain: chainAbove(declaration, ca),
    ...declaration.request?.content ? { ignoredRequests: requestOutcome(declaration).ignored! } : {},
  };
}

/** The certificates above a CA, taken from the CA that signs it: they were checked up to the root, whatever else the ledger holds. */
export function chainAbove({ profile }: Declaration, ca: KnownCa | undefined): Buffer | undefined {
  return profile === 'ca' && ca ? Buffer.concat(ca.chain) : undefined;
}

/** Makes sure that the signed certificate is the reserved one: neither the signer nor the encoder is trusted with that. */
function assertAsReserved(certificate: Certificate, entry: LedgerEntry, publicKey: Buffer): void {
  const { notBefore, notAfter } = certificate.validity;
  if (certificate.serialNumber !== entry.serialNumber || !certificate.publicKey.equals(publicKey)
    || formatTime(notBefore) !== entry.notBefore || formatTime(notAfter) !== entry.notAfter) {
    throw new Error(`the certificate that was signed is not the one reserved under serial number ${entry.serialNumber}`);
  }
}
