import { ENDING_DEVICES_METRIC, EXPIRING_KINDS, ExpiringKind, DAYS_LEFT_METRIC, KIND_DIMENSION, WEEKS, WEEKS_DIMENSION } from '../../contract/expiry';
import { CA_DIMENSION } from '../../contract/revocation-functions';
import { DAY } from '../../contract/term';
import { ExpiryMarks } from '../ledger/expiry-marks';
import { dueAt, EndingCertificate, Ledger } from '../ledger/ledger';
import { isRevoked, Revocations } from '../ledger/revocation';

/** A certificate that ended without anything being said is still announced for so many days: the function may have failed for a while. */
const LATE_DAYS = 30;

/** What watching needs. */
export interface WatchPorts {
  readonly ledger: Pick<Ledger, 'find' | 'ending'>;
  readonly revocations: Pick<Revocations, 'certificate' | 'find' | 'list'>;
  readonly marks: ExpiryMarks;
  readonly clock: () => Date;
  readonly metric: (name: string, value: number, dimensions: { readonly [name: string]: string }) => void;
}

/** What is watched. */
export interface Watch {
  readonly caId: string;
  /** At how many days before its end a certificate is announced, in descending order. After the last of them, its end is announced, too. */
  readonly announcedDays: readonly number[];
  /** The most days before their ends at which certificates are counted. */
  readonly windowDays: number;
}

/**
 * Says how much is left of the life of a CA and of what it has issued, as metrics, and marks in the ledger which certificates come close to their
 * ends. The marks are announced as events. Each is written once, on the condition that no closer one is there, so that duplicate and concurrent
 * runs mark every certificate once for each threshold.
 *
 * Only living certificates count: issued, not replaced by another one of their identity, not revoked, and not about to be renewed. A CA that is
 * itself about to be renewed is left out once it ends within the window.
 *
 * @returns how many certificates were marked
 */
export async function watchExpiry({ caId, announcedDays, windowDays }: Watch, ports: WatchPorts): Promise<number> {
  const now = ports.clock();
  const from = new Date(now.getTime() - LATE_DAYS * DAY);
  const until = new Date(now.getTime() + Math.max(windowDays, ...announcedDays) * DAY);
  const revoked = await revokedIn(caId, from, until, ports);
  const least = new Map<ExpiringKind, number>();
  const devices = WEEKS.map(() => 0);
  let marked = 0;
  for await (const certificate of ports.ledger.ending(caId, from, until)) {
    const kind = kindOf(certificate, caId);
    if (kind === undefined || !isLiving(certificate) || revoked.has(certificate.serialNumber)) {
      continue;
    }
    if (isRenewedInTime(certificate, now)) {
      continue;
    }
    const left = daysUntil(certificate.notAfter, now);
    least.set(kind, Math.min(left, least.get(kind) ?? Infinity));
    if (kind === 'device' && left >= 0) {
      WEEKS.forEach((weeks, index) => devices[index] += left < 7 * weeks ? 1 : 0);
    }
    marked += await mark(certificate, left, announcedDays, ports) ? 1 : 0;
  }
  const ca = await ports.ledger.find(caId);
  const caDays = ca?.notAfter ? daysUntil(ca.notAfter, now) : undefined;
  if (caDays !== undefined && (caDays >= windowDays || !isRenewedInTime({ dueAt: dueAt(ca!) }, now))) {
    least.set('ca', caDays);
  }
  least.forEach((left, kind) => ports.metric(DAYS_LEFT_METRIC, left, { [CA_DIMENSION]: caId, [KIND_DIMENSION]: kind }));
  WEEKS.forEach((weeks, index) => ports.metric(ENDING_DEVICES_METRIC, devices[index], { [CA_DIMENSION]: caId, [WEEKS_DIMENSION]: String(weeks) }));
  return marked;
}

/** Whether a certificate is still to be renewed. Its renewal is late a day after it was due. */
function isRenewedInTime({ dueAt: due }: Pick<EndingCertificate, 'dueAt'>, now: Date): boolean {
  return !!due && now.getTime() < new Date(due).getTime() + DAY;
}

/** Marks a certificate for the closest threshold that it has passed. */
async function mark(
  { issuer, serialNumber }: EndingCertificate, left: number, announcedDays: readonly number[], ports: WatchPorts,
): Promise<boolean> {
  const daysLeft = left < 0 ? 0 : announcedDays.filter(days => left < days).at(-1);
  if (daysLeft === undefined || (await ports.marks.mark(issuer, serialNumber))?.daysLeft === daysLeft) {
    return false;
  }
  const entry = await ports.revocations.certificate(issuer, serialNumber);
  const lasted = entry ? daysUntil(entry.notAfter, new Date(entry.notBefore)) : 0;
  if (!entry || entry.status !== 'ISSUED' || daysLeft >= lasted || isRevoked(await ports.revocations.find(issuer, serialNumber))) {
    return false;
  }
  return ports.marks.record(issuer, serialNumber, { daysLeft, markedAt: ports.clock().toISOString() });
}

/** The serial numbers of the revoked certificates that end in the period. */
async function revokedIn(caId: string, from: Date, until: Date, { revocations }: WatchPorts): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const page of revocations.list(caId)) {
    for (const revocation of page) {
      const end = new Date(revocation.notAfter);
      if (isRevoked(revocation) && end >= from && end <= until) {
        found.add(revocation.serialNumber);
      }
    }
  }
  return found;
}

function kindOf({ profile, identity }: EndingCertificate, caId: string): ExpiringKind | undefined {
  const kinds = Object.keys(EXPIRING_KINDS) as ExpiringKind[];
  return identity === caId ? 'ca' : kinds.find(kind => (EXPIRING_KINDS[kind] as readonly string[]).includes(profile));
}

function isLiving({ status, supersededBy }: EndingCertificate): boolean {
  return status === 'ISSUED' && supersededBy === undefined;
}

/** Whole days, rounded down. */
function daysUntil(notAfter: string, now: Date): number {
  return Math.floor((new Date(notAfter).getTime() - now.getTime()) / DAY);
}
