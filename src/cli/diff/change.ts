import { LedgerEntry } from '../../issuing/ledger/ledger';

/**
 * What a deployment does with a certificate:
 *
 * - `issue`: it makes the certificate, or takes a CA from elsewhere into a ledger
 * - `takeBack`: a certificate that was withdrawn, or a CA that was kept, belongs to a resource again
 * - `replace`: another certificate takes the place of the present one, which is then withdrawn
 * - `change`: the certificate stays, and something around it changes
 * - `withdraw`: no resource declares the certificate any more
 * - `revoke`: it is withdrawn and revoked
 * - `keep`: its resource goes, and the certificate stays
 * - `refuse`: the deployment fails
 * - `unknown`: it depends on values that only the deployment will know
 * - `none`: nothing happens to it
 */
export const OUTCOMES = ['refuse', 'replace', 'revoke', 'withdraw', 'issue', 'takeBack', 'change', 'keep', 'unknown', 'none'] as const;

export type Outcome = typeof OUTCOMES[number];

/** What a deployment will do with the certificate of a resource. */
export interface Change {
  readonly stack: string;
  /** The path of the resource's construct in its stack, if known, otherwise its logical ID. */
  readonly resource: string;
  readonly logicalId: string;
  /** The logical ID with those of the nested stacks that it is in. */
  readonly id: string;
  readonly type: string;
  readonly outcome: Outcome;
  /** The certificate that the resource has; absent if it has none, or if nothing happens to it and it was not asked for. */
  readonly present?: LedgerEntry;
  /** The certificate that the resource gets, if it exists already. */
  readonly next?: LedgerEntry;
  /** The reasons, in words. */
  readonly reasons: readonly string[];
  /** Whether the present certificate stays, and expires within the time that was asked about or has expired. */
  readonly expiring?: boolean;
}

/** What a deployment will do with a stack. */
export interface StackChanges {
  readonly stack: string;
  /** Whether the stack exists; `false` if the deployment makes it. */
  readonly exists: boolean;
  /** Whether the deployment removes the whole stack. */
  readonly removed: boolean;
  readonly changes: readonly Change[];
  /** Why the deployment of the stack fails, for a reason that is not one of its certificates. */
  readonly failure?: string;
  readonly warnings: readonly string[];
}
