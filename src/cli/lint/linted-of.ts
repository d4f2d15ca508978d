import { LintedCertificate, readLintedCertificate } from '../../pki/lint/model/linted-certificate';
import { CertificateFacts } from '../certificates/certificate-facts';

/** A certificate in the form that rules read; `undefined` if they can't read it, which the findings about that certificate say. */
export function lintedOf({ certificate }: CertificateFacts): LintedCertificate | undefined {
  try {
    return readLintedCertificate(certificate.raw);
  } catch {
    return undefined;
  }
}
