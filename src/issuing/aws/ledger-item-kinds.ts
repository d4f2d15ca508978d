import { checkListUrl, checkPartitions } from '../../contract/crl-places';
import { isMap } from '../../contract/json-map';
import { ENDS_INDEX, serialNumberIn } from '../../contract/ledger-keys';
import { KeyStorageProperties } from '../../contract/properties';
import { isSerialNumber, REVOCATION_REASON_NAMES, REVOCATION_STATES } from '../../contract/revocation';
import { parseTime } from '../../contract/term';
import { entryOf } from '../../lambda/outside-text';
import { ExpiryMark } from '../ledger/expiry-marks';
import { LedgerEntry, ResourceRecord } from '../ledger/ledger';
import { Refusal } from '../ledger/refusals';
import { CrlPublication, CrlRecord, Revocation } from '../ledger/revocation';

/** The attributes of a ledger's items, and the kind of each; see decisions/0004-ledger.md and decisions/0019-revocation.md. */

/** The kind of value that an attribute must have: anyone with write access to the table may have written it. */
export interface Kind {
  /** The kind, in words. */
  readonly what: string;
  readonly is: (value: unknown) => boolean;
}

export interface OptionalKind extends Kind {
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

const RENEWAL: Kind = {
  what: 'false or what a renewal needs',
  is: value => value === false || (isMap(value) && Number.isSafeInteger(value.beforeDays) && typeof value.keepKey === 'boolean'
    && isText(value.resourceType) && isText(value.properties)),
};

const RETIREMENT = oneOf('active', 'begun', 'retired');

export const ENTRY: Kinds<LedgerEntry> = {
  identity: TEXT,
  issuer: TEXT,
  serialNumber: TEXT,
  keyVersion: optional(TEXT),
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
  returnedAt: optional(TEXT),
  issuedBy: optional(TEXT),
  withdrawnAt: optional(TEXT),
  withdrawnBy: optional(TEXT),
  takenFrom: optional(TEXT),
  handedBackBy: optional(TEXT),
  certificate: optional(OCTETS),
  chain: optional(OCTETS),
  certificateSigningRequest: optional(OCTETS),
  ignoredRequests: optional(TEXT),
  renewal: optional(RENEWAL),
  renewalNumber: optional(COUNT),
  renews: optional(TEXT),
  deviceId: optional(TEXT),
  declared: optional(TEXT),
  keyArchive: optional(TEXT),
  replaces: optional(TEXT),
  restoredOver: optional(TEXTS),
  renewedBy: optional(TEXT),
  deliveredAt: optional(TEXT),
  retirement: optional(RETIREMENT),
  formerRetirement: optional(RETIREMENT),
  issuerLedgerTable: optional(TEXT),
  ownLedgerTable: optional(TEXT),
  signature: optional(OCTETS),
};

/** The attributes that the index has. */
type EndingAttribute = typeof ENDS_INDEX.attributes[number] | typeof ENDS_INDEX.partitionKey | typeof ENDS_INDEX.sortKey;

export const ENDING: { readonly [name in EndingAttribute]: Kind | OptionalKind } = {
  endingOf: TEXT,
  endsAt: TIME,
  identity: TEXT,
  issuer: TEXT,
  serialNumber: TEXT,
  status: ENTRY.status,
  supersededBy: optional(TEXT),
  profile: TEXT,
  subject: TEXT,
  commonName: optional(TEXT),
  stackId: TEXT,
  logicalResourceId: TEXT,
  dueAt: optional(TEXT),
};

export const REVOCATION: Kinds<Revocation> = {
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

export const NAMED = { sk: { what: 'the key of a certificate', is: (value: unknown) => serialNumberIn(value) !== undefined }, notAfter: TIME };

export const CRL: Kinds<CrlRecord> = { number: COUNT, published: optional(COUNT), publishedAt: optional(TIME) };

const SITES: Kind = {
  what: 'a list of URLs with numbers of partitions',
  is: value => Array.isArray(value) && value.length > 0
    && value.every(each => isMap(each) && checkListUrl(each.url) === undefined && checkPartitions(each.partitions) === undefined),
};

export const PUBLICATION: Kinds<CrlPublication> = {
  sites: SITES, active: FLAG, ocspUrl: optional(TEXT), owner: TEXT, requestId: TEXT, requestedAt: optional(TEXT), revision: COUNT,
};

export const EXPIRY_MARK: Kinds<ExpiryMark> = { daysLeft: COUNT, markedAt: TEXT };

export const REFUSAL: Kinds<Refusal> = { requestId: optional(TEXT), renews: optional(TEXT), reason: TEXT, refusedAt: TEXT };

export const RECORD: Kinds<ResourceRecord> = {
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
