import { CrlEntryRule, CrlLintContext, CrlRule } from './crl-rule';
import { complaintsOf, findingOf, LintFinding } from './lint-rule';
import { LintedCrl, readLintedCrl } from './model/linted-crl';
import { readLintedEntries } from './model/linted-crl-entry';
import { CRL_ENTRY_RULES } from './rules/crl-entries';
import { CRL_EXTENSION_RULES } from './rules/crl-extensions';
import { CRL_ISSUER_RULES } from './rules/crl-issuer';
import { CRL_DER_ENCODING, CRL_STRUCTURE_RULES } from './rules/crl-structure';
import { CRL_TIME_RULES } from './rules/crl-times';

/** The rules for a revocation list on its own. */
const GENERAL_RULES: readonly (CrlRule | CrlEntryRule)[] = [...CRL_STRUCTURE_RULES, ...CRL_TIME_RULES, ...CRL_EXTENSION_RULES, ...CRL_ENTRY_RULES];

/** All rules for revocation lists, in the order in which they are checked. Their IDs are API: pipelines name them. */
export const CRL_LINT_RULES: readonly (CrlRule | CrlEntryRule)[] = [...GENERAL_RULES, ...CRL_ISSUER_RULES];

/** The rules that apply in a context. */
export function crlRulesFor({ ca }: CrlLintContext): readonly (CrlRule | CrlEntryRule)[] {
  return ca ? CRL_LINT_RULES : GENERAL_RULES;
}

/**
 * Checks a revocation list of any origin against all rules. It accepts any octets and never throws: input that is not a revocation list in
 * DER has one finding.
 *
 * @param der the revocation list
 * @param context the certificate of the CA and the present time, if they are known
 * @returns the findings, in the order of the rules; empty if nothing is wrong
 */
export function lintCrl(der: Buffer, context: CrlLintContext = {}): LintFinding[] {
  let list: LintedCrl;
  try {
    list = readLintedCrl(der);
  } catch (error) {
    return [findingOf(CRL_DER_ENCODING, `this is not a revocation list in DER: ${(error as Error).message}`)];
  }
  const ofEntries = complaintsOfEntries(list, context);
  return crlRulesFor(context).flatMap(rule => {
    const message = 'check' in rule ? rule.check(list, context) : complaintsOf(ofEntries.get(rule)!, complaint => complaint);
    return message === undefined ? [] : [findingOf(rule, message)];
  });
}

/** What each rule for entries says of them. It also finds what is wrong with the encoding of the entries. */
function complaintsOfEntries(list: LintedCrl, context: CrlLintContext): ReadonlyMap<CrlEntryRule, readonly string[]> {
  const complaints = new Map(CRL_ENTRY_RULES.map((rule): [CrlEntryRule, string[]] => [rule, []]));
  for (const entry of readLintedEntries(list)) {
    for (const [rule, found] of complaints) {
      const complaint = rule.checkEntry(entry, list, context);
      if (complaint !== undefined) {
        found.push(complaint);
      }
    }
  }
  return complaints;
}
