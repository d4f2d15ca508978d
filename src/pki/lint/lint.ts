import { findingOf, LintContext, LintFinding, LintRule } from './lint-rule';
import { LintedCertificate, readLintedCertificate } from './model/linted-certificate';
import { ALTERNATIVE_NAME_RULES } from './rules/alternative-names';
import { AUTHORITY_RULES } from './rules/authority';
import { EMBEDDED_STACK_RULES } from './rules/embedded-stacks';
import { EXTENSION_RULES } from './rules/extensions';
import { ISSUER_RULES } from './rules/issuer';
import { CONSTRAINED_NAME_RULES, NAME_CONSTRAINT_RULES } from './rules/name-constraints';
import { NAME_RULES } from './rules/names';
import { PLATFORM_RULES, rulesOfPlatforms } from './rules/platforms';
import { PUBLIC_KEY_RULES } from './rules/public-key';
import { SERIAL_NUMBER_RULES } from './rules/serial-number';
import { SIGNATURE_RULES } from './rules/signature';
import { DER_ENCODING, STRUCTURE_RULES } from './rules/structure';
import { VALIDITY_RULES } from './rules/validity';

/** The rules for a certificate on its own that is for no particular platform. */
const GENERAL_RULES: readonly LintRule[] = [
  ...STRUCTURE_RULES, ...SERIAL_NUMBER_RULES, ...SIGNATURE_RULES, ...NAME_RULES, ...VALIDITY_RULES, ...PUBLIC_KEY_RULES,
  ...EXTENSION_RULES, ...AUTHORITY_RULES, ...ALTERNATIVE_NAME_RULES, ...EMBEDDED_STACK_RULES, ...NAME_CONSTRAINT_RULES,
];

/** The rules for a certificate whose issuer is known. */
const BELOW_ISSUER_RULES: readonly LintRule[] = [...ISSUER_RULES, ...CONSTRAINED_NAME_RULES];

/** All rules, in the order in which they are checked. Their IDs are API: pipelines name them. */
export const LINT_RULES: readonly LintRule[] = [...GENERAL_RULES, ...BELOW_ISSUER_RULES, ...PLATFORM_RULES];

const ANYWHERE: LintContext = { platforms: [] };

/** The rules that apply in a context. */
export function rulesFor(context: LintContext): readonly LintRule[] {
  return [...GENERAL_RULES, ...context.issuer ? BELOW_ISSUER_RULES : [], ...rulesOfPlatforms(context.platforms)];
}

/**
 * Checks a certificate of any origin against all rules. It accepts any octets and never throws: input that is not a certificate in DER has
 * one finding. The signature is not verified.
 *
 * @param der the certificate
 * @param context the platforms that the certificate is for, and its issuer and the present time if they are known
 * @returns the findings, in the order of the rules; empty if nothing is wrong
 */
export function lintCertificate(der: Buffer, context: LintContext = ANYWHERE): LintFinding[] {
  let certificate: LintedCertificate;
  try {
    certificate = readLintedCertificate(der);
  } catch (error) {
    return [findingOf(DER_ENCODING, `this is not a certificate in DER: ${(error as Error).message}`)];
  }
  return rulesFor(context).flatMap(rule => {
    const message = rule.check(certificate, context);
    return message === undefined ? [] : [findingOf(rule, message)];
  });
}
