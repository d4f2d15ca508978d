import { lintCertificate } from './lint';
import { LintFinding } from './lint-rule';
import { readLintedCertificate } from './model/linted-certificate';
import { PlatformId } from '../../platforms/registry';

/**
 * The findings for the rules that a certificate breaks, without warnings.
 *
 * @param certificate DER
 * @param issuer the certificate of the CA that has signed it, DER; absent if the certificate signs itself, or if the issuer is not known
 */
export function lintErrors(certificate: Buffer, platforms: readonly PlatformId[], issuer: Buffer | undefined): LintFinding[] {
  return lintCertificate(certificate, { platforms, issuer: issuer && readLintedCertificate(issuer) })
    .filter(({ severity }) => severity === 'error');
}

/** Describes a finding, with its rule and its source. */
export function describeFinding({ rule, message, source }: LintFinding): string {
  return `${rule}: ${message} (${source})`;
}

/**
 * Checks a certificate against RFC 5280 and the rules of its platforms before anyone relies on it. This is the last check of what an
 * encoder or a signer has made.
 *
 * @throws Error that names the rules that the certificate breaks, and their sources
 */
export function assertLinted(certificate: Buffer, platforms: readonly PlatformId[], issuer: Buffer | undefined): void {
  const errors = lintErrors(certificate, platforms, issuer);
  if (errors.length > 0) {
    throw new Error(`the certificate breaks ${errors.map(describeFinding).join('; ')}`);
  }
}
