import { releaseVersion, restoreCurrent } from '../keys/held-keys';
import { Holder, LedgerEntry } from '../ledger/ledger';
import { Ports } from '../ports';

/**
 * Makes the key and the bundles of a renewed certificate the current ones, and records that. The key of the certificate before it stays, because
 * a device uses it until it has fetched the new one; the key of the certificate before that is released.
 *
 * If a request has changed what the resource has in the meantime, the keys that the request wants are the current ones in the end.
 *
 * @returns whether the delivery was recorded
 */
export async function deliverRenewal(renewed: LedgerEntry, table: string, holder: Holder, ports: Ports): Promise<boolean> {
  await restoreCurrent(renewed, table, ports);
  const former = await ports.revocations(table).certificate(renewed.issuer, renewed.renews!);
  if (former?.renews !== undefined) {
    await releaseVersion(renewed, former.renews, ports);
  }
  return ports.ledger(table).advance(renewed, 'ISSUED', { deliveredAt: ports.clock().toISOString() }, holder);
}

/** Takes back what was made to renew a certificate that nothing declares any more. @returns whether there was anything to take back */
export async function takeBackRenewal(withdrawn: LedgerEntry, serialNumber: string, table: string, holder: Holder, ports: Ports): Promise<boolean> {
  const reserved = await ports.revocations(table).certificate(withdrawn.issuer, serialNumber);
  if (!reserved || !['RESERVED', 'SIGNED'].includes(reserved.status)) {
    return false;
  }
  await giveUp(reserved, table, holder, ports);
  return true;
}

/** Gives up a reservation that nothing will complete, and releases what was made for it. */
export async function giveUp(reserved: LedgerEntry, table: string, holder: Holder, ports: Ports): Promise<void> {
  const facts = { withdrawnAt: ports.clock().toISOString(), withdrawnBy: holder.requestId };
  if (reserved.status === 'WITHDRAWN' || await ports.ledger(table).advance(reserved, 'WITHDRAWN', facts, holder)) {
    await releaseVersion(reserved, reserved.serialNumber, ports);
  }
}
