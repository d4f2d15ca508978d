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

const IDENTITY = /^(?:ca|verification|device|devid|server|signature)-[0-9a-f]{32}$/;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
export const TABLE_NAME = /^[\w.-]{3,255}$/;

const KEPT_CA = /^(ca-[0-9a-f]{32})\/(.+)$/;

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
