import { sha256 } from '../contract/sha256';


/**
 * The contents of a physical id. It is the identity of a certificate. The physical id of a kept CA names its ledger too, `ca-…/<table>`:
 * the ledger need not belong to the stack, and nothing else in CloudFormation's list of the stack identifies it. See
 * decisions/0003-identity-and-physical-ids.md.
 */
export interface PhysicalId {
  readonly identity: string;
  /** The name of the table. */
  readonly ledgerTable?: string;
}

/** The prefixes of the identity of a certificate or of a signature. */
const IDENTITY_PREFIXES = ['ca', 'cross', 'verification', 'device', 'devid', 'server', 'signature'] as const;

/** The prefixes of other physical ids: of a look-up, of a fleet, and of a resource that was never made. None of them is in a ledger. */
const OTHER_PREFIXES = ['lookup', 'fleet', 'invalid'] as const;

export type IdPrefix = typeof IDENTITY_PREFIXES[number] | typeof OTHER_PREFIXES[number];

const IDENTITY = new RegExp(`^${idWith(IDENTITY_PREFIXES)}$`);

/** Matches any id from this library, anywhere in a string. */
export const ANY_ID = new RegExp(`\\b${idWith([...IDENTITY_PREFIXES, ...OTHER_PREFIXES])}\\b`);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
export const TABLE_NAME = /^[\w.-]{3,255}$/;

const KEPT_CA = new RegExp(`^(${idWith(['ca'])})/(.+)$`);

/** The physical id of a kept CA. */
export function keptCaPhysicalId(caId: string, ledgerTable: string): string {
  return `${caId}/${ledgerTable}`;
}

/**
 * Parses a physical id that contains an identity. Returns `undefined` for any other id, such as an id that CloudFormation invents for a
 * creation that it cancels.
 */
export function parsePhysicalId(physicalId: string | undefined): PhysicalId | undefined {
  if (physicalId === undefined) {
    return undefined;
  }
  const [, identity, ledgerTable] = KEPT_CA.exec(physicalId) ?? [];
  return identity && TABLE_NAME.test(ledgerTable) ? { identity, ledgerTable } : IDENTITY.test(physicalId) ? { identity: physicalId } : undefined;
}

/** The identity in a physical id from this library. */
export function identityIn(physicalId: string | undefined): string | undefined {
  return parsePhysicalId(physicalId)?.identity;
}

/** Derives an id from a string. The same text always gives the same id. */
export function idFrom(prefix: IdPrefix, text: string): string {
  return `${prefix}-${sha256(text).slice(0, 32)}`;
}

function idWith(prefixes: readonly IdPrefix[]): string {
  return `(?:${prefixes.join('|')})-[0-9a-f]{32}`;
}
