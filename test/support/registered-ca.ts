import { randomBytes, X509Certificate } from 'node:crypto';
import { KeyAlgorithmName } from '../../src/contract/key-algorithms';
import { issue, Issuer, selfIssuer } from '../../src/pki/issue';
import { generateKeyPair } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { toPem } from '../../src/pki/pem';
import { CertificateProfile, PROFILES } from '../../src/pki/profile';
import { newSerialNumber } from '../../src/pki/serial-number';
import { signerOf } from '../../src/pki/signer';
import { subjectKeyOf } from '../../src/pki/subject-key';

const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };

/** A CA that is to be registered, made as the function makes it. */
export interface RegisteredCa {
  readonly pem: string;
  readonly certificate: X509Certificate;
  readonly thumbprint: string;
  /** Makes the certificate that proves possession of the key, for a code. */
  readonly prove: (code: string) => Promise<string>;
  /** Makes the certificate of a device. */
  readonly issue: (commonName: string) => Promise<X509Certificate>;
}

export async function registeredCa(
  commonName = 'Acme IoT Root CA', validity = VALIDITY, keyAlgorithm: KeyAlgorithmName = 'EC_P256',
): Promise<RegisteredCa> {
  const { privateKeyPem } = await generateKeyPair(keyAlgorithm);
  const signer = signerOf(privateKeyPem);
  const subject = encodeName({ commonName, organization: 'Acme' });
  const der = await issue(PROFILES.ca, content(subject, signer.publicKey, validity, 0), selfIssuer(subject, signer));
  const certificate = new X509Certificate(der);
  const issuer: Issuer = { name: subject, keyIdentifier: subjectKeyOf(signer.publicKey).keyIdentifier, signer, validity, pathLength: 0 };
  const below = async (profile: CertificateProfile, name: string): Promise<Buffer> => {
    const { publicKey } = signerOf((await generateKeyPair('EC_P256')).privateKeyPem);
    return issue(profile, content(encodeName({ commonName: name }), publicKey, validity), issuer);
  };
  return {
    pem: toPem('CERTIFICATE', der),
    certificate,
    thumbprint: certificate.fingerprint.replaceAll(':', ''),
    prove: async code => toPem('CERTIFICATE', await below(PROFILES.verification, code)),
    issue: async name => new X509Certificate(await below(PROFILES.device, name)),
  };
}

function content(subject: Buffer, publicKey: Buffer, validity: typeof VALIDITY, pathLength?: number) {
  return { serialNumber: newSerialNumber(randomBytes, 'ca'), validity, subject, publicKey, hashAlgorithm: 'SHA-256' as const, pathLength };
}
