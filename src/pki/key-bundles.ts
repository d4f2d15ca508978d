import { X509Certificate } from 'node:crypto';
import { readPrivateKey } from './keys';
import { toPem } from './pem';

/** A private key with its certificate and chain, for the user of the key. */
export interface KeyBundle {
  /** PKCS#8, PEM, not encrypted: a secret. */
  readonly privateKeyPem: string;
  /** The certificate of the key, DER. */
  readonly certificate: Buffer;
  /** The certificates of the CAs above it, the nearest first, DER. May be empty. */
  readonly chain: readonly Buffer[];
}

/**
 * Makes sure that a bundle is consistent: every certificate is an X.509 certificate in DER, and the first one belongs to the key. Every
 * tool accepts an inconsistent bundle, which then fails in the first handshake.
 */
export function checkBundle({ privateKeyPem, certificate, chain }: KeyBundle): void {
  if (!readCertificate('certificate', certificate).checkPrivateKey(readPrivateKey(privateKeyPem))) {
    throw new Error('certificate must be the certificate of the private key, got the certificate of another key');
  }
  chain.forEach((ca, index) => readCertificate(`chain[${index}]`, ca));
}

function readCertificate(property: string, der: Buffer): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    // `X509Certificate` also reads PEM, and ignores what follows the certificate.
    if (certificate.raw.equals(der)) {
      return certificate;
    }
  } catch {
    // The error below replaces that of OpenSSL, which does not help.
  }
  throw new Error(`${property} must be one X.509 certificate in DER, got ${der.length} bytes that are not`);
}

/** A private key as PKCS#8 in DER, as some SDKs and hardware tools read it. Not encrypted: a secret. */
export function derOfPrivateKey(privateKeyPem: string): Buffer {
  return readPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' });
}

/**
 * One text with only the private key, its certificate and the chain, in this order, for brokers, proxies and SDKs that read a single file.
 * Not encrypted: a secret.
 *
 * @throws an error if the certificate is not that of the key
 */
export function combinedPem(bundle: KeyBundle): string {
  checkBundle(bundle);
  const certificates = [bundle.certificate, ...bundle.chain].map(der => toPem('CERTIFICATE', der));
  return toPem('PRIVATE KEY', derOfPrivateKey(bundle.privateKeyPem)) + certificates.join('');
}
