import { LintContext, LintFinding } from '../../pki/lint/lint-rule';
import { CertificateFacts } from '../certificates/certificate-facts';

/** A certificate to be checked. */
export interface CertificateToCheck {
  /** Where it was found, as a heading. */
  readonly title: string;
  /** The file as it was named on the command line; `-` is standard input. */
  readonly file: string;
  /** The line of the file on which it begins, from 1, where it has lines of its own. */
  readonly line?: number;
  readonly der: Buffer;
  /** Absent where OpenSSL can't read it, so that nobody knows who has signed it. */
  readonly facts?: CertificateFacts;
}

/** A certificate with what the rules say of it. */
export interface CheckedCertificate extends CertificateToCheck {
  readonly context: LintContext;
  readonly findings: readonly LintFinding[];
}

/** What a run of the linter has come to. */
export interface LintResult {
  readonly certificates: readonly CheckedCertificate[];
  /** Where there are private keys, which are not checked. */
  readonly privateKeys: readonly string[];
}
