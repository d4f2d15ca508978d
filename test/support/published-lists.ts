import { randomBytes } from 'node:crypto';
import { parseCertificate } from '../../src/pki/certificate';
import { issue, Issuer, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { toPem } from '../../src/pki/pem';
import { PROFILES } from '../../src/pki/profile';
import { issueCrl } from '../../src/pki/revocation/issue-crl';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { subjectKeyOf } from '../../src/pki/subject-key';
import { ListIssuer } from '../../src/platforms/registrar/lists/revocation-list';

const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };

/** A CA and its lists. */
export interface ListingCa {
  /** DER. */
  readonly certificate: Buffer;
  readonly issuer: ListIssuer;
  /** A list with a number, in PEM, of this many revoked certificates. */
  readonly list: (number: number, revoked?: number, distributionPoint?: readonly string[]) => Promise<string>;
}

/** A CA that signs lists, made as the function makes them. */
export async function listingCa(commonName = 'Acme IoT Root CA'): Promise<ListingCa> {
  const signer = signerOf((await generateKeyPair('EC_P256')).privateKeyPem);
  const name = encodeName({ commonName });
  const content = { serialNumber: newSerialNumber(randomBytes, 'ca'), validity: VALIDITY, subject: name, publicKey: signer.publicKey, hashAlgorithm: 'SHA-256' as const };
  const certificate = await issue(PROFILES.ca, { ...content, pathLength: 0 }, selfIssuer(name, signer));
  const issuer: Issuer = { name, keyIdentifier: subjectKeyOf(signer.publicKey).keyIdentifier, signer, validity: VALIDITY, pathLength: 0 };
  return {
    certificate,
    issuer: parseCertificate(certificate),
    list: async (number, revoked = 1, distributionPoint) => toPem('X509 CRL', await issueCrl({
      number,
      thisUpdate: new Date('2026-10-01T00:00:00Z'),
      nextUpdate: new Date('2027-10-01T00:00:00Z'),
      hashAlgorithm: 'SHA-256',
      distributionPoint,
      revoked: [Array.from({ length: revoked }, (_, n) => ({
        serialNumber: (0x4000_0000 + n).toString(16).toUpperCase().padStart(40, '1'), revokedAt: new Date('2026-09-01T00:00:00Z'),
      }))],
    }, issuer)),
  };
}
