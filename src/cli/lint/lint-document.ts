import { allChecked, LintResult } from './lint-result';
import { sha256 } from '../../contract/sha256';
import { ALL_LINT_RULES } from '../../pki/lint/all-rules';
import { PlatformId } from '../../platforms/registry';
import { documentText } from '../document';

/** The document for programs. The schema describes it to users: keep both in step. */
export function lintDocument(result: LintResult, platforms: readonly PlatformId[]): string {
  const severities = allChecked(result).flatMap(({ findings }) => findings.map(({ severity }) => severity));
  return documentText('lint', {
    platforms,
    errors: severities.filter(severity => severity === 'error').length,
    warnings: severities.filter(severity => severity === 'warning').length,
    certificates: result.certificates.map(({ title, der, facts, rules, signerFound, findings }) => ({
      place: title,
      sha256Fingerprint: sha256(der),
      subject: facts?.subject,
      rulesChecked: rules.length,
      issuerFound: signerFound,
      findings,
    })),
    revocationLists: result.revocationLists.map(({ title, der, issuer, rules, signerFound, findings }) => ({
      place: title,
      sha256Fingerprint: sha256(der),
      issuer,
      rulesChecked: rules.length,
      caFound: signerFound,
      findings,
    })),
    privateKeys: result.privateKeys,
  });
}

/** All rules, for `--list`. */
export function rulesDocument(): string {
  return documentText('lint', { rules: ALL_LINT_RULES.map(({ id, severity, checks, source }) => ({ id, severity, checks, source })) });
}
