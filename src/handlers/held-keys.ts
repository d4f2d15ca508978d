import { custodyOf } from './custody';
import { ownerOf } from './key-owner';
import { LedgerEntry, ResourceRecord } from './ledger';
import { LifecycleEvent } from './lifecycle-event';
import { Ports } from './ports';

/** More turns than requests at a resource at a time means a fault. */
const MAX_TURNS = 8;

/** Makes the key of a certificate, and its bundles, the ones that are read by default. */
export async function makeCurrent(entry: LedgerEntry, ports: Ports): Promise<void> {
  const { keyStorage, serialNumber, bundles = [] } = entry;
  await custodyOf(keyStorage, ports).makeCurrent(serialNumber, ownerOf(entry));
  for (const { Type, SecretArn } of bundles) {
    await ports.secrets.makeCurrent(SecretArn, serialNumber, ownerOf(entry, Type));
  }
}

/** Lets the key of a certificate go, and its bundles: as often as it is asked for, since an earlier attempt may have ended midway. */
export async function releaseKeys(entry: LedgerEntry, ports: Ports): Promise<void> {
  const { keyStorage, serialNumber, bundles = [] } = entry;
  await custodyOf(keyStorage, ports).release(serialNumber, ownerOf(entry));
  for (const { Type, SecretArn } of bundles) {
    await ports.secrets.release(SecretArn, serialNumber, ownerOf(entry, Type));
  }
}

/**
 * Makes the keys of a resource current as its latest request has them. A delivery that was overtaken between two steps can
 * have moved them after that request did.
 *
 * @param table the ledger in which the resource's certificate is recorded
 */
export async function restoreCurrent(event: LifecycleEvent, table: string, ports: Ports): Promise<void> {
  const ledger = ports.ledger(table);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.resource(event);
    const entry = record && await standingEntry(record, ports, table);
    if (!entry) {
      return;
    }
    await makeCurrent(entry, ports);
    if ((await ledger.resource(event))?.revision === record.revision) {
      return;
    }
  }
}

/** The certificate that a resource has: what its running request has issued already, or what it had before. */
async function standingEntry({ wants, declares, outcome }: ResourceRecord, ports: Ports, table: string): Promise<LedgerEntry | undefined> {
  const identities = outcome === 'FAILED' ? [declares] : [wants, declares];
  for (const identity of identities) {
    const entry = identity === undefined ? undefined : await ports.ledger(table).find(identity);
    if (entry?.status === 'ISSUED') {
      return entry;
    }
  }
  return undefined;
}
