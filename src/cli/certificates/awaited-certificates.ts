import { holdsPem } from './pem-blocks';
import { StackOutput } from './stack-outputs';
import { AWAITED_CERTIFICATE } from '../../issuing/declaration/answer-data';
import { REQUEST_LABELS } from '../../pki/public-text';
import { nameOf } from '../export/output-names';

/**
 * Says what to do about CAs that are signed elsewhere and have no certificate yet: their outputs contain a note instead.
 *
 * @returns `undefined` if there is no such CA
 */
export function describeAwaited(outputs: readonly StackOutput[]): string | undefined {
  const waiting = outputs.filter(({ value }) => value.includes(AWAITED_CERTIFICATE.CertificatePem)).map(nameOf);
  if (waiting.length === 0) {
    return undefined;
  }
  const [requests, cas] = [outputs.filter(({ value }) => REQUEST_LABELS.some(label => holdsPem(value, label))).map(nameOf), waiting.join(', ')];
  const request = requests.length === 0 ? 'add an output of its certificateSigningRequestPem and deploy, have that request signed'
    : `have its certificate signing request signed (${requests.join(', ')})`;
  return `the CA of ${cas} is waiting for its signature: ${request}, declare the result as signedCertificate, and deploy again`;
}
