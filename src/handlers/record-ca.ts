import { CertificateRequest, IssuedEntry, MAX_TURNS } from './issue-certificate';
import { Ledger } from './ports';

/**
 * Records a CA in the ledger of what it issues, where it is looked for when it is to sign: its certificate is in the ledger
 * of the CA above it, or nowhere.
 */
export async function recordCa(request: Pick<CertificateRequest, 'startedAt' | 'requestId'>, entry: IssuedEntry, ledger: Ledger): Promise<void> {
  const { certificate, chain, issuedAt } = entry;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.find(entry.identity);
    const standing = record?.entry;
    const removedAt = record?.cancelledAt ?? (standing?.status === 'WITHDRAWN' ? standing.withdrawnAt : undefined);
    if (removedAt && new Date(removedAt) >= request.startedAt) {
      throw new Error('the resource was removed while its certificate was being issued');
    }
    if (standing?.serialNumber !== entry.serialNumber) {
      const { certificate: _, chain: __, ...reserved } = entry;
      await ledger.reserve({ ...reserved, status: 'RESERVED', reservedBy: request.requestId }, record);
    } else if (standing.status === 'ISSUED' || await ledger.advance(standing, 'ISSUED', { certificate, ...chain ? { chain } : {}, issuedAt: issuedAt! })) {
      return;
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}
