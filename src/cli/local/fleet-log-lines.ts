import { createHash, Hash } from 'node:crypto';

/** The lines of the file with the certificates of fleets. */

/** The first line of the file. */
export const FORMAT = `${JSON.stringify({ format: 'cdk-private-iot-ca/fleet-ledger/1' })}\n`;

/** The beginning of a certificate's line. The members of an entry in front of all others: what is looked up is found without parsing. */
export const ENTRY = '{"identity":"';
const ISSUER = '","issuer":"';
export const SERIAL_NUMBER = '","serialNumber":"';
export const RETURNED = '{"returned":"';
export const BATCH = '{"batch":';

const SERIAL_NUMBER_DIGITS = 40;
export const ANY_SERIAL_NUMBER = /^[0-9A-F]{40}$/;

/** As many octets as the members have that are found without parsing, with some to spare. */
export const HEAD = 256;

/** The line of a certificate that has come back. */
export interface Returned {
  readonly returned: string;
  /** Where the line of the certificate begins. */
  readonly place: number;
  /** The serial number of the certificate that was the latest one before. */
  readonly over: string;
}

/** The line of an entry with the serial numbers of the certificates over which it has come back. */
export function restoredLine(line: string, over: readonly string[]): string {
  return `${line.slice(0, -1)},"restoredOver":${JSON.stringify(over)}}`;
}

/** The line of an entry. */
export function entryLine<E extends { readonly identity: string; readonly issuer: string; readonly serialNumber: string }>(entry: E): string {
  const { identity, issuer, serialNumber, ...facts } = entry;
  return JSON.stringify({ identity, issuer, serialNumber, ...facts });
}

export function identityIn(line: string): string {
  return line.slice(ENTRY.length, line.indexOf('"', ENTRY.length));
}

export function issuerIn(line: string): string {
  const begin = line.indexOf(ISSUER) + ISSUER.length;
  return line.slice(begin, line.indexOf('"', begin));
}

export function serialNumberIn(line: string): string {
  const begin = line.indexOf(SERIAL_NUMBER) + SERIAL_NUMBER.length;
  return line.slice(begin, begin + SERIAL_NUMBER_DIGITS);
}

export function certificateIn(line: string): unknown {
  return (JSON.parse(line) as { certificate?: unknown }).certificate;
}

/** What a line records. */
export interface Logged {
  readonly identity: string;
  /** Absent for a certificate that has come back. */
  readonly issuer?: string;
  readonly place: number;
  /** For a certificate that has come back: the serial number of the one that was the latest before. */
  readonly over?: string;
}

/** The digest of a batch covers the digest of the batch before: none can be taken out. */
export function chained(before: string): Hash {
  return createHash('sha256').update(before);
}

export function batchLine(octets: number, sha256: string): string {
  return JSON.stringify({ batch: octets, sha256 });
}

/** What a line of a batch records, by its beginning; nothing if it is none. */
export function loggedIn(head: string, place: number): Logged[] {
  if (head.startsWith(ENTRY)) {
    return [{ identity: identityIn(head), issuer: issuerIn(head), place }];
  }
  const { returned: identity, place: of, over } = head.startsWith(RETURNED) ? returnedIn(head) : {};
  return identity === undefined ? [] : [{ identity, place: of!, over }];
}

/** A line that is damaged is found by the digest of its batch. */
function returnedIn(line: string): Partial<Returned> {
  try {
    return JSON.parse(line) as Returned;
  } catch {
    return {};
  }
}
