import { Succession } from './declaration/succession';
import { Holder, Ledger, LedgerEntry } from './ledger/ledger';
import { describeCertificate, livingCertificates, MAX_COUNTED } from './ledger/living-certificates';
import { KEEPS_CHANGING, MAX_TURNS } from './ledger/turns';
import { Ports } from './ports';

/** How many certificates an error names. */
const MAX_NAMED = 3;

/**
 * Cross-certificates do not keep their signer from being retired: they are there so that its former verifiers accept the next CA, and stay valid.
 */
export const UNCOUNTED: readonly string[] = ['cross'];

/**
 * Retires a CA if its declaration says so, or takes it back into use. A retired CA issues nothing any more. It still signs its revocation lists
 * and OCSP responses, and the certificates that it has issued stay valid.
 *
 * The retirement begins before the certificates of the CA are counted, and an issuer looks for it again after its reservation is recorded. So
 * one of the two sees the other, whatever the order of their steps.
 *
 * @param table the ledger of the certificates that the CA issues
 * @throws Error if certificates depend on the CA; the CA then goes on issuing
 */
export async function settleRetirement(caId: string, table: string, succession: Succession, holder: Holder, ports: Ports): Promise<void> {
  const ledger = ports.ledger(table);
  const wanted = succession.retired ? 'retired' : 'active';
  const entry = await ledger.find(caId);
  if (!entry || (entry.retirement ?? 'active') === wanted) {
    return;
  }
  if (wanted === 'active') {
    return advanceTo('active', caId, ledger, holder);
  }
  if (succession.retiredInUse !== caId) {
    await advanceTo('begun', caId, ledger, holder);
    const living = await livingCertificates(ledger, caId, {
      now: ports.clock(), without: UNCOUNTED, revocations: ports.revocations(table), underWay: true,
    });
    if (living.length > 0) {
      await advanceTo('active', caId, ledger, holder);
      throw new Error(refusal(caId, table, living, succession.retiredInUse));
    }
  }
  return advanceTo('retired', caId, ledger, holder);
}

/** Whether a CA issues nothing any more, or nothing at present. */
export function isRetired({ retirement }: Pick<LedgerEntry, 'retirement'>): boolean {
  return retirement === 'begun' || retirement === 'retired';
}

/**
 * Refuses to issue by a CA that is retired.
 *
 * @param what what it is to issue
 */
export function assertNotRetired(caId: string, retirement: LedgerEntry['retirement'], what: string): void {
  if (isRetired({ retirement })) {
    throw new Error(`ca must not be retired, and ${caId} ${retirement === 'begun' ? 'is being retired by a deployment that is not over' : 'is retired'}: `
      + `it issues no ${what} any more; use the CA's successor, or leave out retirement of the CA and deploy that first`);
  }
}

async function advanceTo(retirement: NonNullable<LedgerEntry['retirement']>, caId: string, ledger: Ledger, holder: Holder): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await ledger.find(caId);
    if (!entry || entry.retirement === retirement || await ledger.advance(entry, entry.status, { retirement }, holder)) {
      return;
    }
  }
  throw new Error(KEEPS_CHANGING);
}

function refusal(caId: string, table: string, living: readonly LedgerEntry[], retiredInUse: string | undefined): string {
  const count = living.length > MAX_COUNTED ? `more than ${MAX_COUNTED}` : `${living.length}`;
  const named = living.slice(0, MAX_NAMED).map(describeCertificate).join(', ');
  return `retirement must wait until nothing depends on the CA ${caId}, got ${count} living certificate${living.length === 1 ? '' : 's'}: ${named}`
    + `${living.length > MAX_NAMED ? ', …' : ''}; list them with private-iot-ca list --living --ca ${caId}, for a CA in AWS with --ledger ${table}; have each replaced by `
    + `a certificate of the successor, removed or revoked, and deploy again; or retire the CA in use with Retirement.evenInUse('${caId}')`
    + (retiredInUse === undefined ? '' : `, got '${retiredInUse}'`);
}
