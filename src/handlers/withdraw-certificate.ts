import { RawProperties } from './declaration';
import { Requester } from './identity';
import { Ledger, LedgerEntry, Ports } from './ports';

/** A certificate that no resource declares any more. */
export interface Withdrawal extends Requester {
  readonly identity: string;
  readonly requestId: string;
  readonly properties: RawProperties;
}

/**
 * Withdraws a certificate: the ledger keeps it, as withdrawn, and its key is released, unless it is the key of a CA that
 * outlives its resource. Certificates that were never made, are withdrawn already, or belong to another resource are
 * left alone, since CloudFormation may delete anything at any time, twice, and by an id it invented.
 */
export async function withdrawCertificate(withdrawal: Withdrawal, ports: Ports): Promise<void> {
  const table = withdrawal.properties.LedgerTable;
  if (typeof table !== 'string' || table === '') {
    return; // a declaration without a ledger was refused before anything was made
  }
  const ledger = ports.ledger(table);
  const now = ports.clock().toISOString();
  let entry = (await ledger.find(withdrawal.identity))?.entry;
  if (!entry && !await ledger.cancel(withdrawal.identity, now)) {
    entry = (await ledger.find(withdrawal.identity))?.entry; // reserved a moment ago, or cancelled before
  }
  while (entry && mayWithdraw(entry, withdrawal)) {
    if (await withdraw(entry, withdrawal.requestId, now, ledger)) {
      if (entry.status === 'RESERVED' || !isRetained(withdrawal.properties)) {
        await releaseKey(entry, ports);
      }
      return;
    }
    entry = (await ledger.find(withdrawal.identity))?.entry; // issued a moment ago
  }
}

/** Withdraws what this very request has reserved and not issued, so that a failed creation or update leaves nothing to sign. */
export async function abandonReservation(request: Requester & { identity: string; requestId: string; declaration: { ledgerTable: string } },
  ports: Ports): Promise<void> {
  const ledger = ports.ledger(request.declaration.ledgerTable);
  const entry = (await ledger.find(request.identity))?.entry;
  if (entry?.status === 'RESERVED' && entry.reservedBy === request.requestId
    && await withdraw(entry, request.requestId, ports.clock().toISOString(), ledger)) {
    await releaseKey(entry, ports);
  }
}

/** A late second delivery of the removal must not take away what has been declared anew since. */
function mayWithdraw(entry: LedgerEntry, { requestId, stackId, logicalResourceId }: Withdrawal): boolean {
  return entry.status !== 'WITHDRAWN' && entry.withdrawnBy !== requestId
    && entry.stackId === stackId && entry.logicalResourceId === logicalResourceId;
}

function withdraw(entry: LedgerEntry, requestId: string, now: string, ledger: Ledger): Promise<boolean> {
  return ledger.advance(entry, 'WITHDRAWN', { withdrawnAt: now, withdrawnBy: requestId });
}

function isRetained({ RetainKey }: RawProperties): boolean {
  return RetainKey === true || RetainKey === 'true';
}

async function releaseKey({ keyStorage, serialNumber }: LedgerEntry, ports: Ports): Promise<void> {
  if (keyStorage) {
    await ports.secrets.release(keyStorage.SecretArn, serialNumber);
  }
}
