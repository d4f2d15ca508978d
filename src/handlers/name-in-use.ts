import { CertificateRequest } from './certificate-request';
import { Ledger, LedgerEntry } from './ledger';
import { Ports } from './ports';
import { quote } from '../contract/rules';

/**
 * Refuses a subject that a request brings along where another living certificate of the CA has its common name: to a
 * platform that knows devices by that, whoever made the request would be that device. A subject that is declared is the
 * declarer's own matter; the constructs warn.
 */
export async function assertNameIsFree(
  { declaration, stackId, logicalResourceId }: CertificateRequest, ledger: Ledger, { clock }: Ports,
): Promise<void> {
  const { request, issuer, profile, subject } = declaration;
  if (!request?.subject || issuer === undefined || profile === 'ca') {
    return;
  }
  const isOther = (entry: LedgerEntry): boolean => entry.stackId !== stackId || entry.logicalResourceId !== logicalResourceId;
  const other = (await ledger.named(issuer, subject!.commonName!)).find(entry =>
    entry.status === 'ISSUED' && new Date(entry.notAfter) > clock() && isOther(entry));
  if (other) {
    throw new Error(`certificateSigningRequest must ask for a common name that no other living certificate of the CA has, got ${quote(subject!.commonName)}, `
      + `which ${other.logicalResourceId} has (serial number ${other.serialNumber}); declare \`subject\`, or remove that certificate first`);
  }
}
