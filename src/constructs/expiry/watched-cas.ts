import { IPrivateIotCa } from '../ca/i-private-iot-ca';

/** The CAs of an app for which something looks at the ends of certificates. */
const WATCHED = new WeakSet<IPrivateIotCa>();

/** Notes that something looks at the ends of what a CA has issued. */
export function watchesEnds(ca: IPrivateIotCa): void {
  WATCHED.add(ca);
}

/** Whether something looks at the ends of what a CA has issued, as far as it is declared so far. */
export function areEndsWatched(ca: IPrivateIotCa): boolean {
  return WATCHED.has(ca);
}
