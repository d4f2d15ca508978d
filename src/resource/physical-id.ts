import { createHash } from 'node:crypto';

/**
 * What a physical id says. It is the identity of a certificate; that of a kept CA names its ledger too, `ca-…/<table>`: the CA
 * is in a ledger that need not be one of the stack's, and CloudFormation's list of a stack has nothing else that tells which.
 * See decisions/0003-identity-and-physical-ids.md.
 */
export interface PhysicalId {
  readonly identity: string;
  /** The name of the table. */
  readonly ledgerTable?: string;
}

/** What the identity of a certificate, or of a signature, begins with. */
const IDENTITY_PREFIXES = ['ca', 'verification', 'device', 'devid', 'server', 'signature'] as const;

/** What the physical id of something else begins with: a look-up, and what was never made. Neither is in a ledger. */
const OTHER_PREFIXES = ['lookup', 'invalid'] as const;

export type IdPrefix = typeof IDENTITY_PREFIXES[number] | typeof OTHER_PREFIXES[number];

const IDENTITY = new RegExp(`^${idWith(IDENTITY_PREFIXES)}$`);

/** Every id of this library's making, anywhere in a text. */
export const ANY_ID = new RegExp(`\\b${idWith([...IDENTITY_PREFIXES, ...OTHER_PREFIXES])}\\b`);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
export const TABLE_NAME = /^[\w.-]{3,255}$/;

const KEPT_CA = new RegExp(`^(${idWith(['ca'])})/(.+)$`);

/** The physical id of a CA that is taken back in. */
export function keptCaPhysicalId(caId: string, ledgerTable: string): string {
  return `${caId}/${ledgerTable}`;
}

/** Takes a physical id apart; `undefined` for one that is none of ours, such as CloudFormation invents for a creation it cancels. */
export function parsePhysicalId(physicalId: string | undefined): PhysicalId | undefined {
  if (physicalId === undefined) {
    return undefined;
  }
  const [, identity, ledgerTable] = KEPT_CA.exec(physicalId) ?? [];
  return identity && TABLE_NAME.test(ledgerTable) ? { identity, ledgerTable } : IDENTITY.test(physicalId) ? { identity: physicalId } : undefined;
}

/** The identity in a physical id of ours. */
export function identityIn(physicalId: string | undefined): string | undefined {
  return parsePhysicalId(physicalId)?.identity;
}

/** An id made of a text, which stays the same as long as the text does. */
export function idFrom(prefix: IdPrefix, text: string): string {
  return `${prefix}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function idWith(prefixes: readonly IdPrefix[]): string {
  return `(?:${prefixes.join('|')})-[0-9a-f]{32}`;
}
