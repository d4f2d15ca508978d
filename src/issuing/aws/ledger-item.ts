import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CRL, ENDING, ENTRY, EXPIRY_MARK, Kind, NAMED, OptionalKind, PUBLICATION, RECORD, REFUSAL, REVOCATION } from './ledger-item-kinds';
import { ENDS_INDEX, serialKey, serialNumberIn, shardedIssuer } from '../../contract/ledger-keys';
import { quote } from '../../contract/rules';
import { ExpiryMark } from '../ledger/expiry-marks';
import { dueAt, EndingCertificate, LedgerEntry, RenewalFacts, ResourceRecord, TABLE_WAS_CHANGED } from '../ledger/ledger';
import { Refusal } from '../ledger/refusals';
import { CrlPublication, CrlRecord, Revocation } from '../ledger/revocation';

/** An item or the key of an item, in DynamoDB's format. */
export type Item = { [name: string]: AttributeValue };

/** Converts a value to a DynamoDB attribute: text to S, octets to B, and so on. */
export function toAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') {
    return { S: value };
  }
  if (typeof value === 'number') {
    return { N: String(value) };
  }
  if (typeof value === 'boolean') {
    return { BOOL: value };
  }
  if (Buffer.isBuffer(value)) {
    return { B: value };
  }
  return Array.isArray(value) ? { L: value.map(toAttribute) } : { M: toItem(value as object) };
}

/** Converts named values to attributes with the same names. Absent values are left out. */
export function toItem(values: object): Item {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined).map(([name, value]) => [name, toAttribute(value)]));
}

/**
 * Reads the entry that an item holds. Attributes that a newer version of this library added are ignored.
 *
 * @throws Error if the item holds something that no entry has
 */
export function entryFrom(item: Item): LedgerEntry {
  return valuesOf(item, ENTRY) as unknown as LedgerEntry;
}

/**
 * Reads a certificate from the index by ends.
 *
 * @throws Error if the item holds something that no certificate has
 */
export function endingFrom(item: Item): EndingCertificate {
  const { endingOf: _, endsAt, ...certificate } = valuesOf(item, ENDING) as { readonly endingOf: string; readonly endsAt: string };
  return { ...certificate, notAfter: endsAt } as EndingCertificate;
}

/** The attributes by which a certificate is found in the index by ends. A signature has no end, nor has a certificate that does not exist yet. */
export function endingAttributes(entry: Pick<LedgerEntry, 'issuer' | 'serialNumber' | 'profile'> & RenewalFacts): object {
  const { issuer, serialNumber, profile, notAfter } = entry;
  return notAfter === '' || profile === 'signature' ? {}
    : { [ENDS_INDEX.partitionKey]: shardedIssuer(issuer, serialNumber), [ENDS_INDEX.sortKey]: notAfter, dueAt: dueAt(entry) };
}

/** Whether the ledger has a later certificate of the same identity than the one that an item holds. */
export function isSuperseded(item: Item): boolean {
  return item.supersededBy !== undefined;
}

/**
 * Reads the record of a resource that an item holds.
 *
 * @throws Error if the item holds something that no record has
 */
export function recordFrom(item: Item): ResourceRecord {
  return valuesOf(item, RECORD) as unknown as ResourceRecord;
}

/**
 * Reads the record of a revoked certificate that an item holds.
 *
 * @param issuer the identity of the CA, whose lists are not made while an item is damaged: they would lack a revoked certificate
 * @throws Error if the item holds something that no record has, or the record of another certificate
 */
export function revocationFrom(item: Item, issuer: string): Revocation {
  const remedy = `${TABLE_WAS_CHANGED}; the CA ${issuer} publishes no new revocation list until then, because a revoked certificate would be missing from it`;
  const kinds = { ...REVOCATION, issuer: { what: quote(issuer), is: (value: unknown) => value === issuer } };
  const revocation = valuesOf(item, kinds, remedy) as unknown as Revocation;
  if (item.sk?.S !== serialKey(revocation.serialNumber)) {
    throw new Error(`the ledger must have the record of one certificate in the item ${nameOf(item)}, got that of ${revocation.serialNumber}; ${remedy}`);
  }
  return revocation;
}

/**
 * Reads what an item says about the revocation lists of a CA.
 *
 * @throws Error if the item holds something else
 */
export function crlRecordFrom(item: Item): CrlRecord {
  return valuesOf(item, CRL) as unknown as CrlRecord;
}

/**
 * Reads where the revocation lists of a CA are published.
 *
 * @throws Error if the item holds something else
 */
export function publicationFrom(item: Item): CrlPublication {
  return valuesOf(item, PUBLICATION) as unknown as CrlPublication;
}

/**
 * Reads what was announced about the end of a certificate.
 *
 * @throws Error if the item holds something else
 */
export function expiryMarkFrom(item: Item): ExpiryMark {
  return valuesOf(item, EXPIRY_MARK) as unknown as ExpiryMark;
}

/**
 * Reads what was refused for a resource.
 *
 * @throws Error if the item holds something else
 */
export function refusalFrom(item: Item): Refusal {
  return valuesOf(item, REFUSAL) as unknown as Refusal;
}

/** What the ledger says of a certificate under its common name. */
export interface NamedCertificate {
  readonly serialNumber: string;
  /** The end of the certificate's validity, ISO 8601. */
  readonly notAfter: string;
}

/**
 * Reads what an item says of a certificate under its common name.
 *
 * @throws Error if the item holds something else
 */
export function namedCertificateFrom(item: Item): NamedCertificate {
  const { sk, notAfter } = valuesOf(item, NAMED) as { sk: string; notAfter: string };
  return { serialNumber: serialNumberIn(sk)!, notAfter };
}

/** @param remedy the way out, for the error */
function valuesOf(item: Item, kinds: { readonly [name: string]: Kind | OptionalKind }, remedy = TABLE_WAS_CHANGED): { [name: string]: unknown } {
  const values: { [name: string]: unknown } = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const value = item[name] && fromAttribute(item[name]);
    if (value === undefined ? !('optional' in kind) : !kind.is(value)) {
      throw new Error(`the ledger must have ${kind.what} in the attribute ${name} of the item ${nameOf(item)}, `
        + `got ${value === undefined ? 'none' : quote(value)}; ${remedy}`);
    }
    if (value !== undefined) {
      values[name] = value;
    }
  }
  return values;
}

function nameOf({ pk, sk }: Item): string {
  return `${quote(pk?.S)}, ${quote(sk?.S)}`;
}

function fromAttribute({ S, N, BOOL, B, L, M }: AttributeValue): unknown {
  if (B) {
    return Buffer.from(B);
  }
  if (N !== undefined) {
    return Number(N);
  }
  if (L) {
    return L.map(fromAttribute);
  }
  return M ? Object.fromEntries(Object.entries(M).map(([name, attribute]) => [name, fromAttribute(attribute)])) : S ?? BOOL;
}
