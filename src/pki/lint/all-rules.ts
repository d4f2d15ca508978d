import { LINT_RULES } from './lint';
import { CRL_LINT_RULES } from './lint-crl';
import { RuleDescription } from './lint-rule';

/** The rules for certificates, and then those for revocation lists. */
export const ALL_LINT_RULES: readonly RuleDescription[] = [...LINT_RULES, ...CRL_LINT_RULES];
