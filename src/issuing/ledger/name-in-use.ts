import { Ledger, LedgerEntry } from './ledger';
import { CertificateRequest } from '../declaration/certificate-request';
import { isOf } from '../declaration/identity';
import { Ports } from '../ports';
import { isUnderWay } from './reservation';
import { quote } from '../../contract/rules';

/**
 * Refuses the subject of a request if another living certificate of the CA has the same common name: a platform that knows devices by
 * their common names would take the author of the request for that device. A declared subject is the responsibility of its author; the
 * constructs warn.
 *
 * The check runs before a certificate is reserved, and again afterwards: if two requests run at the same time, the second check of each
 * sees the reservation of the other.
 */
export async function assertNameIsFree(
  { declaration, stackId, logicalResourceId }: CertificateRequest, ledger: Ledger, { clock }: Ports,
): Promise<void> {
  const { request, issuer, profile, subject } = declaration;
  if (!request?.subject || issuer === undefined || profile === 'ca') {
    return;
  }
  const now = clock();
  const isLiving = (entry: LedgerEntry): boolean => entry.status === 'ISSUED' || isUnderWay(entry, now);
  const named = await ledger.named(issuer, subject!.commonName!, now);
  const other = named.find(entry => isLiving(entry) && !isOf(entry, { stackId, logicalResourceId }));
  if (other) {
    throw new Error('certificateSigningRequest must request a common name that no other living certificate of the CA has, '
      + `got ${quote(subject!.commonName)}, which ${other.logicalResourceId} has (serial number ${other.serialNumber}); `
      + 'declare `subject`, or remove that certificate first');
  }
}
