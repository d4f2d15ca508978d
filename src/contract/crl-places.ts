import { Complaint, quote } from './rules';

/**
 * The places of the revocation lists of a CA, below one URL. Certificates hold these URLs for as long as they are valid, so what is here
 * never changes: see decisions/0020-published-revocation-lists.md.
 */

/** The largest number of lists among which a CA spreads its certificates. */
export const MAX_PARTITIONS = 256;

/** The list of all certificates of a CA, in DER and in PEM. */
export const COMPLETE_LIST = 'complete.crl';
export const COMPLETE_LIST_PEM = 'complete.pem';

/** The list of one of the partitions. */
export function partitionList(partitions: number, index: number): string {
  return `${partitions}-${index}.crl`;
}

/** The list that a certificate is on if it is revoked. Serial numbers are random, so partitions grow alike. */
export function listOfCertificate(serialNumber: string, partitions: number): string {
  return partitionList(partitions, partitionOf(serialNumber, partitions));
}

/** The partition of a serial number in hexadecimal digits: the remainder of its last 32 bits. */
export function partitionOf(serialNumber: string, partitions: number): number {
  return Number.parseInt(serialNumber.slice(-8), 16) % partitions;
}

export function checkPartitions(value: unknown): Complaint {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_PARTITIONS ? undefined
    : `partitions must be a whole number from 1 to ${MAX_PARTITIONS}, got ${quote(value)}`;
}

/** How long a list may be valid, in days. A validator may use an old list for as long as it is valid. */
export const LIFE_DAYS = { min: 1, max: 365, default: 7 } as const;

/** @param declared what was declared, if it was not a number of days */
export function checkLifeDays(value: unknown, declared = value): Complaint {
  return Number.isSafeInteger(value) && (value as number) >= LIFE_DAYS.min && (value as number) <= LIFE_DAYS.max ? undefined
    : `validity must be a whole number of days from ${LIFE_DAYS.min} to ${LIFE_DAYS.max}, got ${quote(declared)}`;
}

/** The URL below which the lists of all CAs are. Validators fetch lists over HTTP, without TLS, whose check would need a list again. */
export function checkListUrl(value: unknown): Complaint {
  return typeof value === 'string' && value.length <= 200 && /^http:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:\/[\w.~-]+)*$/.test(value) ? undefined
    : `url must begin with http://, which validators use for lists, and have a host and a path without a slash at its end, in at most 200 characters, got ${quote(value)}`;
}
