import { parseCertificate } from './certificate';
import { CertificateContent } from './certificate-content';
import { readStructure } from './certificate-structure';
import { objectIdentifier } from './der';
import { extension } from './extensions';
import { OID } from './object-identifiers';

/** The extensions that limit a CA, besides the path length in basicConstraints. */
const LIMITS: readonly string[] = [OID.nameConstraints, OID.extKeyUsage];

/** The parts of a cross-certificate that do not depend on its signer. */
export type CrossContent = Pick<CertificateContent, 'subject' | 'publicKey' | 'pathLength' | 'copied'>;

/**
 * The content of a cross-certificate (RFC 5280, section 3.2) that comes from the subject CA's own certificate: its name, octet for octet, its
 * key, its key identifier, and its limits. A validator can therefore exchange one certificate for the other at that point of a path. What a
 * signer says about itself is left out: its policies, and where it publishes what it has revoked.
 *
 * @param der the subject CA's own certificate
 */
export function crossContent(der: Buffer): CrossContent {
  const { subject, publicKey, pathLength, keyIdentifier } = parseCertificate(der);
  const extensions = readStructure(der, []).extensions.filter(({ oid }) => LIMITS.includes(oid))
    .map(({ oid, critical, value }) => extension(objectIdentifier(oid), critical, value));
  return { subject, publicKey, pathLength, copied: { keyIdentifier, extensions } };
}
