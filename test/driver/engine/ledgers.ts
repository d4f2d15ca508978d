import { CERTIFICATE_PREFIX, serialKey } from '../../../src/contract/ledger-keys';
import { Item } from '../aws/expression-reader';
import { AwsState } from '../aws/fake-aws';

/** A certificate, or a signature, as a ledger has it. */
export interface Entry {
  readonly table: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly identity: string;
  readonly status: string;
  readonly logicalId: string;
  /** Base64 of DER. */
  readonly certificate?: string;
  /** Base64. */
  readonly signature?: string;
  readonly isSuperseded: boolean;
}

/** The entry in an item; nothing where the item is of another kind. */
export function entryIn(table: string, item: Item): Entry | undefined {
  const { pk, sk } = item;
  const serial = serialKey('');
  if (!pk.S.startsWith(CERTIFICATE_PREFIX) || !sk.S.startsWith(serial)) {
    return undefined;
  }
  return {
    table,
    issuer: pk.S.slice(CERTIFICATE_PREFIX.length),
    serialNumber: sk.S.slice(serial.length),
    identity: item.identity?.S,
    status: item.status?.S,
    logicalId: item.logicalResourceId?.S,
    certificate: item.certificate?.B,
    signature: item.signature?.B,
    isSuperseded: item.supersededBy !== undefined,
  };
}

/** All entries of all ledgers. */
export function entriesIn({ tables }: AwsState): Entry[] {
  return [...tables].flatMap(([table, items]) => [...items.values()].map(item => entryIn(table, item)).filter(entry => entry !== undefined));
}
