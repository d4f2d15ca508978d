import { RuleDescription } from './lint-rule';
import { LintedCertificate } from './model/linted-certificate';
import { LintedCrl } from './model/linted-crl';
import { LintedCrlEntry } from './model/linted-crl-entry';

/** What a rule may know besides the revocation list. */
export interface CrlLintContext {
  /** The certificate of the CA that signs the list. Absent if it is not known. */
  readonly ca?: LintedCertificate;
  /** The present time; absent if it does not matter. */
  readonly now?: Date;
}

/** One check of a revocation list. */
export interface CrlRule extends RuleDescription {
  /** Says what is wrong: the field, what is allowed, and the value; `undefined` if nothing is wrong. */
  check(list: LintedCrl, context: CrlLintContext): string | undefined;
}

/** One check of each entry of a list. A list can have a million entries, so all of these checks share one pass. */
export interface CrlEntryRule extends RuleDescription {
  /** As `check` of a `CrlRule`, for one entry. */
  checkEntry(entry: LintedCrlEntry, list: LintedCrl, context: CrlLintContext): string | undefined;
}

/** A rule that compares a list with the certificate of its CA. It finds nothing if the CA is not known. */
export function caRule(rule: Omit<CrlRule, 'check'> & { check(list: LintedCrl, ca: LintedCertificate): string | undefined }): CrlRule {
  return { ...rule, check: (list, { ca }) => ca && rule.check(list, ca) };
}
