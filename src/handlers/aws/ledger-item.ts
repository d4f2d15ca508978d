import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { LedgerEntry, ResourceRecord } from '../ledger';

/** An item, or the key of one, as DynamoDB writes it. */
export type Item = { [name: string]: AttributeValue };

/** One value as a DynamoDB attribute: texts as S, octets as B, and so on. */
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

/** Named values as attributes of the same names; absent ones are left out. */
export function toItem(values: object): Item {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined).map(([name, value]) => [name, toAttribute(value)]));
}

/** The entry that an item holds; attributes that a newer version of this library added are ignored. */
export function entryFrom(item: Item): LedgerEntry {
  return valuesOf(item, Object.keys(ENTRY)) as LedgerEntry;
}

/** The record of a resource that an item holds. */
export function recordFrom(item: Item): ResourceRecord {
  return valuesOf(item, Object.keys(RECORD)) as ResourceRecord;
}

function valuesOf(item: Item, names: readonly string[]): unknown {
  return Object.fromEntries(names.filter(name => item[name] !== undefined).map(name => [name, fromAttribute(item[name])]));
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

/** Every attribute of an entry; the type makes sure that none is forgotten. */
const ENTRY: { readonly [A in keyof Required<LedgerEntry>]: true } = {
  identity: true,
  issuer: true,
  serialNumber: true,
  status: true,
  profile: true,
  subject: true,
  commonName: true,
  keyAlgorithm: true,
  keyStorage: true,
  retainKey: true,
  bundles: true,
  notBefore: true,
  notAfter: true,
  stackId: true,
  logicalResourceId: true,
  reservedAt: true,
  reservedBy: true,
  issuedAt: true,
  issuedBy: true,
  withdrawnAt: true,
  withdrawnBy: true,
  takenFrom: true,
  handedBackBy: true,
  certificate: true,
  chain: true,
  certificateSigningRequest: true,
  ignoredRequests: true,
  signature: true,
};

/** Every attribute of a resource's record. */
const RECORD: { readonly [A in keyof Required<ResourceRecord>]: true } = {
  requestId: true,
  requestedAt: true,
  expiresAt: true,
  since: true,
  wants: true,
  removes: true,
  outcome: true,
  movesTo: true,
  declares: true,
  holds: true,
  had: true,
  earlier: true,
  revision: true,
};
