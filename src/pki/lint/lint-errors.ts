import { lintCertificate } from './lint';
import { LintFinding } from './lint-rule';
import { readLintedCertificate } from './model/linted-certificate';
import { PlatformId } from '../../platforms/registry';

/**
 * The rules that a certificate breaks, without warnings.
 *
 * @param certificate DER
 * @param issuer the certificate of the CA that has signed it, DER; absent where it signs itself, or where that is not known
 */
export function lintErrors(certificate: Buffer, platforms: readonly PlatformId[], issuer: Buffer | undefined): LintFinding[] {
  return lintCertificate(certificate, { platforms, issuer: issuer && readLintedCertificate(issuer) })
    .filter(({ severity }) => severity === 'error');
}

/** What a finding says, and by which rule and which source. */
export function describeFinding({ rule, message, source }: LintFinding): string {
  return `${rule}: ${message} (${source})`;
}

/**
 * Holds a certificate against RFC 5280 and the rules of its platforms, before anybody relies on it: the last look at what an
 * encoder or a signer has made.
 *
 * @throws Error that names the rules which it breaks, and their sources
 */
export function assertLinted(certificate: Buffer, platforms: readonly PlatformId[], issuer: Buffer | undefined): void {
  const errors = lintErrors(certificate, platforms, issuer);
  if (errors.length > 0) {
    throw new Error(`the certificate breaks ${errors.map(describeFinding).join('; ')}`);
  }
}
