import { isDeepStrictEqual } from 'node:util';
import { CertificateRequest, IssuedEntry, MAX_TURNS } from './issue-certificate';
import { isSameStorage } from './key-storage';
import { Ledger, LedgerEntry } from './ports';

/**
 * Records a CA in the ledger of what it issues, where it is looked for when it is to sign: its certificate is in the ledger
 * of the CA above it, or nowhere. Where it stands there already, but with another place of its key or another chain, these
 * are taken over.
 */
export async function recordCa(request: Pick<CertificateRequest, 'startedAt' | 'requestId'>, entry: IssuedEntry, ledger: Ledger): Promise<void> {
  const { certificate, chain, keyStorage, issuedAt } = entry;
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
    } else if (isRecorded(standing, entry)
      || await ledger.advance(standing, 'ISSUED', { certificate, ...chain ? { chain } : {}, keyStorage: keyStorage!, issuedAt: issuedAt! })) {
      return;
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}

/** Whether a CA stands in its ledger as it is to stand there. */
export function isRecorded(standing: LedgerEntry, { keyStorage, chain }: Pick<LedgerEntry, 'keyStorage' | 'chain'>): boolean {
  return standing.status === 'ISSUED' && isSameStorage(standing.keyStorage, keyStorage) && isDeepStrictEqual(standing.chain, chain);
}
