import { DeclaredDevice } from './device-declaration';
import { FleetEntry, FleetLedger } from './fleet-ledger';
import { fleetSerialNumber } from './fleet-serial-number';
import { MAX_TURNS } from '../ledger/turns';

/** What a device whose declaration has changed had before. */
export interface Former {
  /** A certificate of the same declaration that the device had before, and that is still good. */
  readonly back?: FleetEntry;
  /** The serial number that the next certificate follows: that of the latest one, unless the ledger has a certificate that followed it before. */
  readonly after: string;
}

/** A search among the former certificates of one device. */
interface Search {
  readonly device: DeclaredDevice;
  /** The next older certificate to look at. */
  older: string | undefined;
  after: string;
  back?: FleetEntry;
  isDone: boolean;
}

/**
 * Looks for what devices had before whose declarations have changed. If a declaration has come back, as after a rollback, so does its certificate: a rollback
 * never makes a third one.
 *
 * The older certificates of a device are behind the latest one. A certificate that was given up in favour of an older one is not, and is found under the
 * serial number that it must have.
 *
 * @param isGood whether a certificate may come back, apart from being revoked
 */
export async function formerCertificatesOf(
  devices: readonly DeclaredDevice[], latest: ReadonlyMap<string, FleetEntry>, ca: string, seed: Buffer, ledger: FleetLedger,
  isGood: (entry: FleetEntry) => boolean,
): Promise<Map<string, Former>> {
  const searches: Search[] = devices.map(device => {
    const present = latest.get(device.identity)!;
    return { device, older: olderThan(present), after: present.serialNumber, isDone: false };
  });
  const following = ({ device: { identity, declared } }: Search, serialNumber: string): string =>
    fleetSerialNumber(seed, identity, declared, serialNumber);
  const next = (search: Search): string => following(search, search.after);
  for (let turn = 0, open = searches; open.length > 0 && turn < MAX_TURNS; turn++, open = open.filter(({ isDone }) => !isDone)) {
    const serialNumbers = open.flatMap(search =>
      [next(search), ...search.older === undefined ? [] : [search.older, following(search, search.older)]]);
    const entries = await ledger.certificates(ca, [...new Set(serialNumbers)]);
    const revoked = entries.size === 0 ? new Set<string>() : await ledger.revoked(ca, [...entries.keys()]);
    for (const search of open) {
      const [older, given] = [entries.get(search.older ?? ''), entries.get(next(search))];
      const beside = search.older === undefined ? undefined : entries.get(following(search, search.older));
      const { identity, declared } = search.device;
      const isSame = (entry: FleetEntry): boolean => entry.identity === identity && entry.declared === declared;
      search.back = [older, given, beside].find(entry => entry && isSame(entry) && isGood(entry) && !revoked.has(entry.serialNumber));
      search.isDone = search.back !== undefined || (!given && !older);
      search.after = given?.serialNumber ?? search.after;
      search.older = older && olderThan(older);
    }
  }
  return new Map(searches.map(({ device, back, after }) => [device.identity, { back, after }]));
}

function olderThan({ replaces, renews }: FleetEntry): string | undefined {
  return replaces ?? renews;
}
