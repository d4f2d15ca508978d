import { PlatformId } from '../contract/platforms';
import { lintCertificate } from '../pki/lint/lint';
import { readLintedCertificate } from '../pki/lint/model/linted-certificate';

/**
 * Holds a certificate against RFC 5280 and the rules of its platforms, before it is recorded and anybody gets it: the last
 * look at what an encoder or a signer has made.
 *
 * @param certificate DER
 * @param issuer the certificate of the CA that has signed it, DER; absent where it signs itself, or where that is not known
 * @throws Error that names the rules which it breaks, and their sources
 */
export function assertLinted(certificate: Buffer, platforms: readonly PlatformId[], issuer: Buffer | undefined): void {
  const findings = lintCertificate(certificate, { platforms, issuer: issuer && readLintedCertificate(issuer) });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new Error(`the certificate breaks ${errors.map(({ rule, message, source }) => `${rule}: ${message} (${source})`).join('; ')}`);
  }
}
