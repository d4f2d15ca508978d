import { DeclaredDevice } from './device-declaration';
import { FleetEntry, FleetLedger } from './fleet-ledger';

/** How far back a declaration is looked for: more steps than any roll-back has. */
const MAX_STEPS = 32;

/** A search among the former certificates of one device. */
interface Search {
  readonly device: DeclaredDevice;
  /** The serial numbers that were looked at, or are to be looked at next. */
  readonly seen: Set<string>;
  next: readonly string[];
}

/**
 * Looks for what devices had before whose declarations have changed. If a declaration has come back, as after a rollback, so does its certificate: a rollback
 * never makes a third one.
 *
 * @param latest the present certificates of these devices
 * @param isGood whether a certificate may come back, apart from being revoked
 * @returns the certificates that may come back, by identity
 */
export async function formerCertificatesOf(
  devices: readonly DeclaredDevice[], latest: ReadonlyMap<string, FleetEntry>, ca: string, ledger: FleetLedger,
  isGood: (entry: FleetEntry) => boolean,
): Promise<Map<string, FleetEntry>> {
  const found = new Map<string, FleetEntry>();
  let open: Search[] = devices.map(device => ({ device, seen: new Set(), next: before(latest.get(device.identity)!) }));
  for (let step = 0; step < MAX_STEPS; step++) {
    open = open.filter(({ device, next }) => next.length > 0 && !found.has(device.identity));
    if (open.length === 0) {
      break;
    }
    const entries = await ledger.certificates(ca, [...new Set(open.flatMap(({ next }) => next))]);
    const revoked = await ledger.revoked(ca, [...entries.keys()]);
    for (const search of open) {
      const { identity, declared } = search.device;
      const former = search.next.flatMap(serialNumber => entries.get(serialNumber) ?? []);
      const back = former.find(entry =>
        entry.identity === identity && entry.declared === declared && isGood(entry) && !revoked.has(entry.serialNumber));
      if (back) {
        found.set(identity, back);
      }
      search.next.forEach(serialNumber => search.seen.add(serialNumber));
      // What was declared when a certificate was revoked does not bring back one before it, which may have the same key.
      const isClosed = former.some(entry => entry.declared === declared && revoked.has(entry.serialNumber));
      search.next = isClosed ? [] : [...new Set(former.flatMap(before))].filter(serialNumber => !search.seen.has(serialNumber));
    }
  }
  return found;
}

/** The certificates that a device had before this one: the one that it replaces or renews, and those over which it has come back. */
function before({ replaces, renews, restoredOver = [] }: FleetEntry): readonly string[] {
  return [replaces, renews, ...restoredOver].filter(serialNumber => serialNumber !== undefined);
}
