import { KnownCa } from './issuing-ca';
import { ignoreGone, Ledger } from './ledger/ledger';
import { isRevoked, Revocation, Revocations } from './ledger/revocation';
import { Ports } from './ports';
import { assertNotRetired } from './retire-ca';

/**
 * Refuses to issue by a CA that issues nothing any more, because it is retired or revoked.
 *
 * @param what what it is to issue
 */
export async function assertIssues(caId: string, ca: KnownCa | undefined, table: string, what: string, ports: RevokedCaPorts): Promise<void> {
  assertNotRetired(caId, ca?.retirement, what);
  await assertCaNotRevoked(caId, ca, table, what, ports);
}

/**
 * Refuses to issue by a CA that is revoked or on hold, or that is below such a CA: verifiers that check the whole chain would refuse the
 * certificate. The ledger of the CA above says so, and the ledger of the CA itself if it was told (`tellCa`). If this function may not read the former and
 * the latter does not know, nothing is refused. A CA whose certificate was made elsewhere is not looked for.
 *
 * @param table the ledger of the certificates that the CA issues
 * @param what what it is to issue
 * @throws Error that says what is revoked, and the way out
 */
async function assertCaNotRevoked(caId: string, ca: KnownCa | undefined, table: string, what: string, ports: RevokedCaPorts): Promise<void> {
  let known: KnownLedger | undefined = { table, ledger: ports.ledger(table), revocations: ports.revocations(table) };
  let identity = caId;
  for (let above = (ca?.chain.length ?? 1) - 1; above > 0 && known; above--) {
    const entry: Awaited<ReturnType<Ledger['find']>> = await known.ledger.find(identity).catch(ignoreGone);
    if (!entry || entry.issuer === identity) {
      return;
    }
    const next = ledgerAbove(known.table, entry.issuerLedgerTable, ports);
    const copy = await known.revocations.find(entry.issuer, entry.serialNumber).catch(ignoreGone);
    const original = await next?.revocations.find(entry.issuer, entry.serialNumber).catch(ignoreGone);
    const recorded = original && original.revision >= (copy?.revision ?? 0) ? original : copy;
    if (isRevoked(recorded)) {
      throw new Error(refusal(caId, identity, recorded, what));
    }
    identity = entry.issuer;
    known = next;
  }
}

export type RevokedCaPorts = Pick<Ports, 'ledger' | 'revocations' | 'anyTable' | 'anyRevocations'>;

interface KnownLedger {
  readonly table: string;
  readonly ledger: Pick<Ledger, 'find'>;
  readonly revocations: Pick<Revocations, 'find'>;
}

/** The ledger of the CA above, which is in the account and the Region of the ledger that names it. */
function ledgerAbove(table: string, name: string | undefined, { anyTable, anyRevocations }: RevokedCaPorts): KnownLedger | undefined {
  if (name === undefined) {
    return undefined;
  }
  const above = table.startsWith('arn:') && !name.startsWith('arn:') ? table.replace(/[^/]+$/, name) : name;
  return { table: above, ledger: anyTable(above), revocations: anyRevocations(above) };
}

function refusal(caId: string, revoked: string, { state, reason, revokedAt }: Revocation, what: string): string {
  const which = revoked === caId ? caId : `${revoked}, which is above ${caId},`;
  return state === 'HELD'
    ? `ca must not be on hold, and ${which} has been on hold since ${revokedAt}: it issues no ${what}; release its certificate (removeFromCRL), as the CA above it, `
      + 'and deploy again, or use another CA'
    : `ca must not be revoked, and ${which} has been revoked since ${revokedAt} (${reason}): it issues no ${what} any more; use another CA, or raise `
      + '`generation` of this one, which makes another CA';
}
