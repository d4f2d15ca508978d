import { ignoreGone, LedgerEntry } from '../ledger/ledger';
import { Revocation } from '../ledger/revocation';
import { KEEPS_CHANGING, MAX_TURNS } from '../ledger/turns';
import { Ports } from '../ports';

/**
 * Records the revocation of a CA in the ledger of what that CA issues, too, under the same key: functions that issue by the CA need not be able to read the
 * ledger of the CA above it. The copy has the revision of the original, so that of two changes the later one counts, in whatever order they arrive.
 * A ledger that this function may not use is left alone.
 */
export async function tellCa(
  { ownLedgerTable }: Pick<LedgerEntry, 'ownLedgerTable'>, revocation: Revocation, anyRevocations: Ports['anyRevocations'],
): Promise<void> {
  if (ownLedgerTable !== undefined) {
    await tell(revocation, anyRevocations(ownLedgerTable)).catch(ignoreGone);
  }
}

async function tell(revocation: Revocation, ledger: ReturnType<Ports['anyRevocations']>): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const standing = await ledger.find(revocation.issuer, revocation.serialNumber);
    if ((standing && standing.revision >= revocation.revision) || await ledger.record(revocation, standing)) {
      return;
    }
  }
  throw new Error(KEEPS_CHANGING);
}
