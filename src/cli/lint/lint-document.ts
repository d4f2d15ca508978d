import { CheckedCertificate, LintResult } from './checked-certificate';
import { sha256 } from '../../contract/sha256';
import { LINT_RULES, rulesFor } from '../../pki/lint/lint';
import { PlatformId } from '../../platforms/registry';
import { documentText } from '../document';

/** The document for programs. The schema describes it to users: keep both in step. */
export function lintDocument({ certificates, privateKeys }: LintResult, platforms: readonly PlatformId[]): string {
  const severities = certificates.flatMap(({ findings }) => findings.map(({ severity }) => severity));
  return documentText('lint', {
    platforms,
    errors: severities.filter(severity => severity === 'error').length,
    warnings: severities.filter(severity => severity === 'warning').length,
    certificates: certificates.map(each => ({
      place: each.title,
      sha256Fingerprint: sha256FingerprintOf(each),
      subject: each.facts?.subject,
      rulesChecked: rulesFor(each.context).length,
      issuerFound: each.context.issuer !== undefined,
      findings: each.findings,
    })),
    privateKeys,
  });
}

/** All rules, for `--list`. */
export function rulesDocument(): string {
  return documentText('lint', { rules: LINT_RULES.map(({ id, severity, checks, source }) => ({ id, severity, checks, source })) });
}

/** The fingerprint in lower-case hexadecimal digits; if the octets are not a certificate, the digest of the octets all the same. */
export function sha256FingerprintOf({ der }: CheckedCertificate): string {
  return sha256(der);
}
