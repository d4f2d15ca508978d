import { RevocationReach } from '../../contract/revocation-functions';
import { PlatformId } from '../../platforms/registry';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';

/** The platforms that accept certificates of each CA, and whether revocations are carried over to them. */
const REACH = new WeakMap<IPrivateIotCa, Map<PlatformId, boolean>>();

/** Notes that a platform accepts certificates of a CA, so that whoever revokes one learns what becomes of it there. */
export function concerns(ca: IPrivateIotCa, platform: PlatformId): void {
  note(ca, platform, false);
}

/** Notes that the revocations of a CA are carried over to a platform. */
export function carriesOver(ca: IPrivateIotCa, platform: PlatformId): void {
  note(ca, platform, true);
}

/** Where the revocations of a CA go, as far as it is known so far. */
export function reachOf(ca: IPrivateIotCa): RevocationReach[] {
  return [...REACH.get(ca) ?? []].map(([platform, carriedOver]) => ({ platform, carriedOver }));
}

function note(ca: IPrivateIotCa, platform: PlatformId, isCarriedOver: boolean): void {
  if (platform === 'generic') {
    return; // nobody knows which one it is
  }
  const reach = REACH.get(ca) ?? new Map<PlatformId, boolean>();
  REACH.set(ca, reach.set(platform, isCarriedOver || (reach.get(platform) ?? false)));
}
