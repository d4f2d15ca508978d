import { LintedCertificate } from './model/linted-certificate';
import { PlatformId } from '../../platforms/registry';

/** An error is what a standard or a platform forbids; a warning is what is allowed and will trouble somebody. */
export type LintSeverity = 'error' | 'warning';

/** What a rule may know beside the certificate. */
export interface LintContext {
  /** The platforms that the certificate is for; their rules are checked too. */
  readonly platforms: readonly PlatformId[];
  /** The issuer's certificate; the certificate itself where it signs itself. Absent where it is not known. */
  readonly issuer?: LintedCertificate;
  /** The present; absent where it does not matter. */
  readonly now?: Date;
}

/** One thing that is checked of a certificate. */
export interface LintRule {
  /** Words with hyphens; the first says who demands it: an RFC, NIST, the CA/Browser Forum, a platform, a TLS stack. */
  readonly id: string;
  readonly severity: LintSeverity;
  /** Where the rule is written: `RFC 5280, section 4.1.2.2`, or an address. */
  readonly source: string;
  /** What a certificate has to be, in one sentence. */
  readonly checks: string;
  /** Says what is wrong: the field, what is allowed, and the value; `undefined` where nothing is. For whom, `rulesFor` decides. */
  check(certificate: LintedCertificate, context: LintContext): string | undefined;
}

/** What a rule has found. */
export interface LintFinding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: LintSeverity;
  readonly source: string;
  readonly message: string;
}

/** So many complaints stand in one finding. */
const MAX_COMPLAINTS = 5;

/** What a rule says of several things: all of it, each complaint once, and how many more there are where they are too many. */
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

/** A rule on how a certificate stands to its issuer's: it is silent where the issuer is not known. */
export function issuerRule(
  rule: Omit<LintRule, 'check'> & { check(certificate: LintedCertificate, issuer: LintedCertificate): string | undefined },
): LintRule {
  return { ...rule, check: (certificate, { issuer }) => issuer && rule.check(certificate, issuer) };
}
