import { bundlesProperty, releaseBundles } from './bundles';
import { custodyOf } from './custody';
import { Requester } from './identity';
import { Ledger, LedgerEntry, LedgerGoneError, Ports } from './ports';
import { RawProperties } from './property-values';

/** A certificate that no resource declares any more. */
export interface Withdrawal extends Requester {
  readonly identity: string;
  readonly requestId: string;
  readonly properties: RawProperties;
}

/**
 * Withdraws a certificate: the ledger keeps it, as withdrawn, and its key is released, unless it is the key of a CA that
 * outlives its resource. Certificates that were never made, are withdrawn already, or belong to another resource are
 * left alone, since CloudFormation may delete anything at any time, twice, and by an id it invented. Where a ledger is gone,
 * nothing is recorded any more; a stack must be deletable without it.
 */
export async function withdrawCertificate(withdrawal: Withdrawal, ports: Ports): Promise<void> {
  for (const table of ledgersOf(withdrawal.properties)) {
    try {
      await withdrawIn(ports.ledger(table), withdrawal, ports);
    } catch (error) {
      if (!(error instanceof LedgerGoneError)) {
        throw error;
      }
    }
  }
}

/** The ledger of what a CA issues comes before that in which its own certificate is: see `recordCa`. */
function ledgersOf({ LedgerTable, IssuerLedgerTable }: RawProperties): string[] {
  // A declaration without a ledger was refused before anything was made.
  return [...new Set([LedgerTable, IssuerLedgerTable])].filter((table): table is string => typeof table === 'string' && table !== '');
}

async function withdrawIn(ledger: Ledger, withdrawal: Withdrawal, ports: Ports): Promise<void> {
  const now = ports.clock().toISOString();
  let entry = (await ledger.find(withdrawal.identity))?.entry;
  if (!entry && !await ledger.cancel(withdrawal.identity, now)) {
    entry = (await ledger.find(withdrawal.identity))?.entry; // reserved a moment ago, or cancelled before
  }
  while (entry && isOf(entry, withdrawal)) {
    if (await endsHere(entry, withdrawal.requestId, now, ledger)) {
      if (!isInUse(entry) || !isRetained(withdrawal.properties)) {
        await releaseKey(entry, withdrawal.properties, ports);
      }
      return;
    }
    if (entry.status === 'WITHDRAWN' || entry.withdrawnBy === withdrawal.requestId) {
      return; // by another request before; or declared anew since, and this is a late second delivery
    }
    entry = (await ledger.find(withdrawal.identity))?.entry; // issued a moment ago
  }
}

/** Whether somebody has the certificate, the request for it, or the signature. */
function isInUse({ issuedAt, certificateSigningRequest }: LedgerEntry): boolean {
  return issuedAt !== undefined || certificateSigningRequest !== undefined;
}

/** Withdraws what this very request has reserved and not issued, so that a failed creation or update leaves nothing to sign. */
export async function abandonReservation(request: Withdrawal & { declaration: { issuerLedgerTable: string } }, ports: Ports): Promise<void> {
  const ledger = ports.ledger(request.declaration.issuerLedgerTable);
  const entry = (await ledger.find(request.identity))?.entry;
  if (entry?.reservedBy === request.requestId && !isInUse(entry)
    && (entry.status === 'WITHDRAWN' || await endsHere(entry, request.requestId, ports.clock().toISOString(), ledger))) {
    await releaseKey(entry, request.properties, ports); // also where a removal has overtaken this creation, before the key was there
  }
}

function isOf(entry: LedgerEntry, { stackId, logicalResourceId }: Withdrawal): boolean {
  return entry.stackId === stackId && entry.logicalResourceId === logicalResourceId;
}

/**
 * Whether the certificate is withdrawn by this request: now, or by an earlier delivery of it, which may have ended before
 * the key was released.
 */
async function endsHere(entry: LedgerEntry, requestId: string, now: string, ledger: Ledger): Promise<boolean> {
  if (entry.withdrawnBy === requestId) {
    return entry.status === 'WITHDRAWN';
  }
  return entry.status !== 'WITHDRAWN' && ledger.advance(entry, 'WITHDRAWN', { withdrawnAt: now, withdrawnBy: requestId });
}

function isRetained({ RetainKey }: RawProperties): boolean {
  return RetainKey === true || RetainKey === 'true';
}

async function releaseKey({ keyStorage, serialNumber }: LedgerEntry, { Bundles }: RawProperties, ports: Ports): Promise<void> {
  await custodyOf(keyStorage, ports).release(serialNumber);
  await releaseBundles(bundlesProperty(Bundles), serialNumber, ports);
}
