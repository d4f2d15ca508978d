import { Complaint, quote } from './rules';

/** What the constructs and the function that watches the ends of certificates agree on; see decisions/0029-expiry.md. */

/** The metric of the days until the first certificate of a kind ends, in whole days, negative after its end; and its dimensions beside the CA. */
export const DAYS_LEFT_METRIC = 'DaysToExpiry';
export const KIND_DIMENSION = 'Kind';

/** The metric of how many certificates of devices end within some weeks, and its dimension beside the CA. */
export const ENDING_DEVICES_METRIC = 'ExpiringDevices';
export const WEEKS_DIMENSION = 'WithinWeeks';
export const WEEKS = [1, 4, 12] as const;

/** The kinds of certificates, as the metric tells them apart, and the profiles of each. */
export const EXPIRING_KINDS = {
  /** The CA itself. */
  ca: [],
  /** The CAs whose certificates the CA has signed, also as cross-certificates. */
  subordinate: ['ca', 'cross'],
  verification: ['verification'],
  server: ['server'],
  device: ['device', 'devid'],
} as const;

export type ExpiringKind = keyof typeof EXPIRING_KINDS;

/** The environment variables of the function that watches the ends of the certificates of a CA. */
export interface WatchEnvironment {
  readonly STACK_ID: string;
  /** The identity of the CA. */
  readonly CA_ID: string;
  /** The name of the CA's ledger. */
  readonly LEDGER_TABLE: string;
  /** JSON: at how many days before its end a certificate is announced, in descending order. */
  readonly ANNOUNCED_DAYS: string;
  /** The most days before their ends at which certificates are counted. */
  readonly WINDOW_DAYS: string;
}

/** The most days before its end at which a certificate is announced or an alarm goes off: a CA may live for decades. */
const MAX_DAYS = 3_650;
const MAX_ANNOUNCEMENTS = 10;

/** Checks at how many days before its end something is said about a certificate. */
export function checkDaysLeft(property: string, days: unknown): Complaint {
  return Number.isInteger(days) && (days as number) >= 1 && (days as number) <= MAX_DAYS ? undefined
    : `${property} must be whole days, from 1 to ${MAX_DAYS}, got ${quote(days)}`;
}

/** Checks how often a certificate is announced before its end. */
export function checkAnnouncements(count: number): Complaint {
  return count <= MAX_ANNOUNCEMENTS ? undefined : `announce must have at most ${MAX_ANNOUNCEMENTS} items, got ${quote(count)}`;
}
