import { LintFinding, RuleDescription } from '../../pki/lint/lint-rule';
import { CertificateFacts } from '../certificates/certificate-facts';

/** A certificate or a revocation list to be checked. */
export interface ThingToCheck {
  /** Where it was found, as a heading. */
  readonly title: string;
  /** The file as it was named on the command line; `-` is standard input. */
  readonly file: string;
  /** The line of the file on which it begins, counted from 1; absent if it has no lines of its own. */
  readonly line?: number;
  readonly der: Buffer;
}

/** What was checked, with the findings about it. */
export interface Checked extends ThingToCheck {
  /** The rules that were checked. */
  readonly rules: readonly RuleDescription[];
  /** Whether the CA that has signed it is among the files, so that the rules on that were checked. */
  readonly signerFound: boolean;
  readonly findings: readonly LintFinding[];
}

/** A certificate to be checked. */
export interface CertificateToCheck extends ThingToCheck {
  /** The facts about the certificate; absent if it can't be read. Its signer is unknown then. */
  readonly facts?: CertificateFacts;
}

/** A certificate with the findings about it. */
export interface CheckedCertificate extends CertificateToCheck, Checked {}

/** A revocation list with the findings about it. */
export interface CheckedList extends Checked {
  /** The name of the CA as RFC 4514 writes it; absent if it can't be read. */
  readonly issuer?: string;
}

/** The result of a run of the linter. */
export interface LintResult {
  readonly certificates: readonly CheckedCertificate[];
  readonly revocationLists: readonly CheckedList[];
  /** The places of private keys, which are not checked. */
  readonly privateKeys: readonly string[];
}

/** All that was checked. */
export function allChecked({ certificates, revocationLists }: LintResult): readonly Checked[] {
  return [...certificates, ...revocationLists];
}
