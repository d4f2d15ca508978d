import { LintContext, LintFinding } from '../../pki/lint/lint-rule';
import { CertificateFacts } from '../certificates/certificate-facts';

/** A certificate to be checked. */
export interface CertificateToCheck {
  /** Where it was found, as a heading. */
  readonly title: string;
  /** The file as it was named on the command line; `-` is standard input. */
  readonly file: string;
  /** The line of the file on which the certificate begins, counted from 1; absent if it has no lines of its own. */
  readonly line?: number;
  readonly der: Buffer;
  /** The facts about the certificate; absent if it can't be read. Its signer is unknown then. */
  readonly facts?: CertificateFacts;
}

/** A certificate with the findings about it. */
export interface CheckedCertificate extends CertificateToCheck {
  readonly context: LintContext;
  readonly findings: readonly LintFinding[];
}

/** The result of a run of the linter. */
export interface LintResult {
  readonly certificates: readonly CheckedCertificate[];
  /** The places of private keys, which are not checked. */
  readonly privateKeys: readonly string[];
}
