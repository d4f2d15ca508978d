import { Ledger, LedgerEntry } from './ledger';
import { CertificateRequest } from '../declaration/certificate-request';
import { isOf } from '../declaration/identity';
import { Ports } from '../ports';
import { isUnderWay } from './reservation';
import { quote } from '../../contract/rules';

/**
 * Refuses a subject that a request brings along where another living certificate of the CA has its common name: to a
 * platform that knows devices by that, the author of the request would be that device. A subject that is declared is the
 * declarer's own matter; the constructs warn.
 *
 * It is asked before a certificate is reserved, and again afterwards: of two requests at the same time, the second check of each sees
 * the reservation of the other.
 */
export async function assertNameIsFree(
  { declaration, stackId, logicalResourceId }: CertificateRequest, ledger: Ledger, { clock }: Ports,
): Promise<void> {
  const { request, issuer, profile, subject } = declaration;
  if (!request?.subject || issuer === undefined || profile === 'ca') {
    return;
  }
  const isLiving = (entry: LedgerEntry): boolean => new Date(entry.notAfter) > clock() && (entry.status === 'ISSUED' || isUnderWay(entry, clock()));
  const other = (await ledger.named(issuer, subject!.commonName!)).find(entry => isLiving(entry) && !isOf(entry, { stackId, logicalResourceId }));
  if (other) {
    throw new Error(`certificateSigningRequest must ask for a common name that no other living certificate of the CA has, got ${quote(subject!.commonName)}, `
      + `which ${other.logicalResourceId} has (serial number ${other.serialNumber}); declare \`subject\`, or remove that certificate first`);
  }
}
