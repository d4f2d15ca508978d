import { AttributeValue } from '@aws-sdk/client-dynamodb';
import { KeyStorageProperties } from '../../contract/properties';
import { LedgerEntry } from '../ports';

/** An item, or the key of one, as DynamoDB writes it. */
export type Item = { [name: string]: AttributeValue };

type Value = string | Buffer | KeyStorageProperties;

/** One value as a DynamoDB attribute: texts as S, the certificate as B, the key's place as M. */
export function toAttribute(value: Value): AttributeValue {
  if (typeof value === 'string') {
    return { S: value };
  }
  return Buffer.isBuffer(value) ? { B: value } : { M: toItem(value) };
}

/** Named values as attributes of the same names; absent ones are left out. */
export function toItem(values: object): Item {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined).map(([name, value]) => [name, toAttribute(value)]));
}

/** The entry that an item holds; attributes that a newer version of this library added are ignored. */
export function fromItem(item: Item): LedgerEntry {
  return Object.fromEntries(ENTRY_ATTRIBUTES
    .filter(name => item[name] !== undefined)
    .map(name => [name, fromAttribute(item[name])])) as unknown as LedgerEntry;
}

function fromAttribute({ S, B, M }: AttributeValue): unknown {
  if (B) {
    return Buffer.from(B);
  }
  return M ? Object.fromEntries(Object.entries(M).map(([name, attribute]) => [name, fromAttribute(attribute)])) : S;
}

/** Every attribute of an entry; the type makes sure that none is forgotten. */
const ENTRY: { readonly [A in keyof Required<LedgerEntry>]: true } = {
  identity: true,
  issuer: true,
  serialNumber: true,
  status: true,
  profile: true,
  subject: true,
  keyAlgorithm: true,
  keyStorage: true,
  notBefore: true,
  notAfter: true,
  stackId: true,
  logicalResourceId: true,
  reservedAt: true,
  reservedBy: true,
  issuedAt: true,
  withdrawnAt: true,
  withdrawnBy: true,
  certificate: true,
  chain: true,
  certificateSigningRequest: true,
  ignoredRequests: true,
  signature: true,
};

const ENTRY_ATTRIBUTES: readonly string[] = Object.keys(ENTRY);
