import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { checkListUrl, checkPartitions } from '../../contract/crl-places';
import { isMap } from '../../contract/json-map';
import { serialKey } from '../../contract/ledger-keys';
import { KeyStorageProperties } from '../../contract/properties';
import { isSerialNumber, REVOCATION_REASON_NAMES, REVOCATION_STATES } from '../../contract/revocation';
import { quote } from '../../contract/rules';
import { parseTime } from '../../contract/term';
import { entryOf } from '../../lambda/outside-text';
import { LedgerEntry, ResourceRecord, TABLE_WAS_CHANGED } from '../ledger/ledger';
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
 * Reads the identity that the item of a common name holds.
 *
 * @throws Error if the item holds no identity
 */
export function namedIdentityFrom(item: Item): string {
  return valuesOf(item, { identity: TEXT }).identity as string;
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

/** The kind of value that an attribute must have: anyone with write access to the table may have written it. */
interface Kind {
  /** The kind, in words. */
  readonly what: string;
  readonly is: (value: unknown) => boolean;
}

interface OptionalKind extends Kind {
  readonly optional: true;
}

/** The kind of every attribute; optional if the type says that the attribute can be absent. */
type Kinds<T> = { readonly [A in keyof Required<T>]: undefined extends T[A] ? OptionalKind : Kind };

function optional(kind: Kind): OptionalKind {
  return { ...kind, optional: true };
}

function oneOf(...values: readonly string[]): Kind {
  return { what: `one of ${values.join(', ')}`, is: value => values.includes(value as string) };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isMapOfTexts = (value: unknown): value is { readonly [name: string]: string } => isMap(value) && Object.values(value).every(isText);

const TEXT: Kind = { what: 'a string', is: isText };
const TEXTS: Kind = { what: 'a list of strings', is: value => Array.isArray(value) && value.every(isText) };
const TIME: Kind = { what: 'a time such as 2026-01-31T23:59:59Z', is: value => parseTime(value) !== undefined };
const SERIAL_NUMBER: Kind = { what: '2 to 40 upper-case hexadecimal digits, two per octet,', is: isSerialNumber };
const OCTETS: Kind = { what: 'bytes', is: Buffer.isBuffer };
const FLAG: Kind = { what: 'true or false', is: value => typeof value === 'boolean' };
const COUNT: Kind = { what: 'a whole number', is: Number.isSafeInteger };

/** The property that identifies each kind of place. */
const PLACES: { readonly [T in KeyStorageProperties['Type']]: string } = {
  SecretsManager: 'SecretArn', Parameter: 'Path', Kms: 'KeyArn', ExistingSecret: 'SecretArn',
};

const PLACE: Kind = {
  what: `a place of the type ${Object.keys(PLACES).join(', ')}`,
  is: value => isMapOfTexts(value) && isText(value[entryOf(PLACES, value.Type) ?? '']),
};

const BUNDLES: Kind = {
  what: 'a list of bundles',
  is: value => Array.isArray(value) && value.every(each => isMapOfTexts(each) && isText(each.Type) && isText(each.SecretArn)),
};

const TAGS: Kind = {
  what: 'a list of tags',
  is: value => Array.isArray(value) && value.every(each => isMapOfTexts(each) && isText(each.Key) && isText(each.Value)),
};

const ENTRY: Kinds<LedgerEntry> = {
  identity: TEXT,
  issuer: TEXT,
  serialNumber: TEXT,
  status: oneOf('RESERVED', 'SIGNED', 'REQUESTED', 'ISSUED', 'WITHDRAWN'),
  profile: TEXT,
  subject: TEXT,
  commonName: optional(TEXT),
  keyAlgorithm: TEXT,
  keyStorage: optional(PLACE),
  retainKey: optional(FLAG),
  bundles: optional(BUNDLES),
  tags: optional(TAGS),
  formerTagKeys: optional(TEXTS),
  notBefore: TEXT,
  notAfter: TEXT,
  stackId: TEXT,
  logicalResourceId: TEXT,
  reservedAt: TEXT,
  reservedBy: TEXT,
  issuedAt: optional(TEXT),
  issuedBy: optional(TEXT),
  withdrawnAt: optional(TEXT),
  withdrawnBy: optional(TEXT),
  takenFrom: optional(TEXT),
  handedBackBy: optional(TEXT),
  certificate: optional(OCTETS),
  chain: optional(OCTETS),
  certificateSigningRequest: optional(OCTETS),
  ignoredRequests: optional(TEXT),
  retirement: optional(oneOf('active', 'begun', 'retired')),
  signature: optional(OCTETS),
};

const REVOCATION: Kinds<Revocation> = {
  issuer: TEXT,
  serialNumber: SERIAL_NUMBER,
  state: oneOf(...REVOCATION_STATES),
  reason: oneOf(...REVOCATION_REASON_NAMES),
  revokedAt: TIME,
  invalidityDate: optional(TIME),
  orderedBy: TEXT,
  notAfter: TIME,
  revision: COUNT,
};

const CRL: Kinds<CrlRecord> = { number: COUNT, published: optional(COUNT), publishedAt: optional(TIME) };

const SITES: Kind = {
  what: 'a list of URLs with numbers of partitions',
  is: value => Array.isArray(value) && value.length > 0
    && value.every(each => isMap(each) && checkListUrl(each.url) === undefined && checkPartitions(each.partitions) === undefined),
};

const PUBLICATION: Kinds<CrlPublication> = {
  sites: SITES, active: FLAG, ocspUrl: optional(TEXT), owner: TEXT, requestId: TEXT, requestedAt: optional(TEXT), revision: COUNT,
};

const RECORD: Kinds<ResourceRecord> = {
  requestId: TEXT,
  requestedAt: optional(TEXT),
  expiresAt: optional(TEXT),
  since: TEXT,
  wants: optional(TEXT),
  removes: optional(TEXT),
  outcome: optional(oneOf('SUCCESS', 'FAILED')),
  movesTo: optional(TEXT),
  declares: optional(TEXT),
  holds: TEXTS,
  had: TEXTS,
  outcomeBefore: optional(oneOf('SUCCESS', 'FAILED')),
  earlier: TEXTS,
  revision: COUNT,
};
