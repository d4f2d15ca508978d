import { isRenewable, recordRenewedCa } from './renewed-ca';
import { quote } from '../../contract/rules';
import { releaseVersion, restoreCurrent } from '../keys/held-keys';
import { Holder, LedgerEntry, LedgerStatus, TABLE_WAS_CHANGED } from '../ledger/ledger';
import { Ports } from '../ports';

/** The statuses of a certificate that was never given out. */
const NOT_ISSUED: readonly LedgerStatus[] = ['RESERVED', 'SIGNED', 'WITHDRAWN'];

/**
 * Delivers a renewed certificate, and records that: a CA issues with it from then on, and a device or a server finds it with its key.
 *
 * @returns whether the delivery was recorded
 */
export async function deliverRenewal(renewed: LedgerEntry, table: string, holder: Holder, ports: Ports): Promise<boolean> {
  if (renewed.profile !== 'ca') {
    await deliverKey(renewed, table, ports);
  } else if (!isRenewable(renewed) || !await recordRenewedCa(renewed, table, ports)) {
    return false;
  }
  return ports.ledger(table).advance(renewed, 'ISSUED', { deliveredAt: ports.clock().toISOString() }, holder);
}

/**
 * Makes the key and the bundles of a renewed certificate the current ones. The key of the certificate before it stays, because a device uses it
 * until it has fetched the new one; the key of the certificate before that is released.
 *
 * If a request has changed what the resource has in the meantime, the keys that the request wants are the current ones in the end.
 */
async function deliverKey(renewed: LedgerEntry, table: string, ports: Ports): Promise<void> {
  await restoreCurrent(renewed, table, ports);
  const former = await ports.revocations(table).certificate(renewed.issuer, renewed.renews!);
  if (former?.identity === renewed.identity && former.renews !== undefined && former.renews !== renewed.serialNumber) {
    await releaseVersion(renewed, former.renews, ports);
  }
}

/**
 * The entry that is to renew a certificate, or that was to. Anyone with write access to the table could have it name the certificate of another
 * resource.
 *
 * @throws Error if it is anything else
 */
export async function reservedRenewal(latest: LedgerEntry, table: string, ports: Ports): Promise<LedgerEntry | undefined> {
  const { issuer, identity, serialNumber, renewedBy } = latest;
  const reserved = renewedBy === undefined ? undefined : await ports.revocations(table).certificate(issuer, renewedBy);
  if (reserved && (reserved.identity !== identity || reserved.renews !== serialNumber || !NOT_ISSUED.includes(reserved.status))) {
    throw new Error(`the ledger ${table} must have a reservation of ${identity} under ${quote(renewedBy)}, got the entry of ${quote(reserved.identity)} `
      + `with the status ${reserved.status}; ${TABLE_WAS_CHANGED}`);
  }
  return reserved;
}

/** Takes back what was made to renew a certificate that nothing declares any more. @returns whether there was anything to take back */
export async function takeBackRenewal(withdrawn: LedgerEntry, table: string, holder: Holder, ports: Ports): Promise<boolean> {
  const reserved = await reservedRenewal(withdrawn, table, ports);
  if (!reserved || !['RESERVED', 'SIGNED'].includes(reserved.status)) {
    return false;
  }
  await giveUp(reserved, table, holder, ports);
  return true;
}

/** Gives up a reservation that nothing will complete, and releases what was made for it. For a CA, nothing is: its key is that of all its certificates. */
export async function giveUp(reserved: LedgerEntry, table: string, holder: Holder, ports: Ports): Promise<void> {
  const facts = { withdrawnAt: ports.clock().toISOString(), withdrawnBy: holder.requestId };
  const isGivenUp = reserved.status === 'WITHDRAWN' || await ports.ledger(table).advance(reserved, 'WITHDRAWN', facts, holder);
  if (isGivenUp && reserved.keyVersion === undefined) {
    await releaseVersion(reserved, reserved.serialNumber, ports);
  }
}
