import { LintedCertificate } from './model/linted-certificate';
import { PlatformId } from '../../platforms/registry';

/** An error is something that a standard or a platform forbids; a warning is something that is allowed, but will cause trouble somewhere. */
export type LintSeverity = 'error' | 'warning';

/** What a rule may know besides the certificate. */
export interface LintContext {
  /** The platforms that the certificate is for; their rules are checked too. */
  readonly platforms: readonly PlatformId[];
  /** The issuer's certificate; for a certificate that signs itself, the certificate itself. Absent if the issuer is not known. */
  readonly issuer?: LintedCertificate;
  /** The present time; absent if it does not matter. */
  readonly now?: Date;
}

/** A rule, for people and programs. */
export interface RuleDescription {
  /** Words joined by hyphens. The first word says where the rule comes from: an RFC, NIST, the CA/Browser Forum, a platform, a TLS stack. */
  readonly id: string;
  readonly severity: LintSeverity;
  /** Where the rule is written: `RFC 5280, section 4.1.2.2`, or an address. */
  readonly source: string;
  /** The requirement, in one sentence. */
  readonly checks: string;
}

/** One check of a certificate. */
export interface LintRule extends RuleDescription {
  /** Says what is wrong: the field, what is allowed, and the value; `undefined` if nothing is wrong. `rulesFor` decides when the rule applies. */
  check(certificate: LintedCertificate, context: LintContext): string | undefined;
}

/** What a rule has found. */
export interface LintFinding {
  /** The rule's ID. */
  readonly rule: string;
  readonly severity: LintSeverity;
  readonly source: string;
  readonly message: string;
}

/** The finding of a rule. */
export function findingOf({ id, severity, source }: RuleDescription, message: string): LintFinding {
  return { rule: id, severity, source, message };
}

/** The maximum number of complaints in one finding. */
const MAX_COMPLAINTS = 5;

/** Collects the complaints about several things, each complaint once. If there are too many, it gives the number of the remaining ones. */
export function complaintsOf<T>(things: Iterable<T>, complain: (thing: T) => string | undefined): string | undefined {
  const complaints = new Set<string>();
  for (const thing of things) {
    const complaint = complain(thing);
    if (complaint !== undefined) {
      complaints.add(complaint);
    }
  }
  const shown = [...complaints].slice(0, MAX_COMPLAINTS);
  const more = complaints.size > shown.length ? [`and ${complaints.size - shown.length} more`] : [];
  return shown.length > 0 ? [...shown, ...more].join('; ') : undefined;
}

/** A rule that compares a certificate with its issuer's. It finds nothing if the issuer is not known. */
export function issuerRule(
  rule: Omit<LintRule, 'check'> & { check(certificate: LintedCertificate, issuer: LintedCertificate): string | undefined },
): LintRule {
  return { ...rule, check: (certificate, { issuer }) => issuer && rule.check(certificate, issuer) };
}
