import { KnownCa } from './issuing-ca';
import { formerCertificates } from './ledger/former-certificates';
import { ignoreGone, keyVersionOf, Ledger, LedgerEntry } from './ledger/ledger';
import { isRevoked, Revocation, Revocations } from './ledger/revocation';
import { Ports } from './ports';
import { assertNotRetired } from './retire-ca';
import { RevocationReason } from '../contract/revocation';

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
    const revocation = await revocationOf(entry, known, next);
    if (revocation) {
      throw new Error(refusal(caId, identity, revocation, what));
    }
    identity = entry.issuer;
    known = next;
  }
}

/** The revocation because of which a CA issues nothing, or `undefined`. */
async function revocationOf(entry: LedgerEntry, own: KnownLedger, above: KnownLedger | undefined): Promise<Revocation | undefined> {
  for await (const { certificate, onlyCompromise } of certificatesOf(entry, own, above)) {
    const revocation = await recordedIn(certificate, own, above);
    if (isRevoked(revocation) && (!onlyCompromise || COMPROMISES.includes(revocation.reason))) {
      return revocation;
    }
  }
  return undefined;
}

/** A certificate of a CA's key. */
interface OfKey {
  readonly certificate: LedgerEntry;
  /** Whether its revocation concerns the CA only if the key is compromised: the CA has a later certificate. */
  readonly onlyCompromise: boolean;
}

/**
 * The certificates of a CA for the key that it issues with: the one in its own ledger, a later one that only the ledger of the CA above it has yet, and
 * those before them. The ledger of the CA above has all of them; the own ledger may have been changed for another one since.
 */
async function* certificatesOf(entry: LedgerEntry, own: KnownLedger, above: KnownLedger | undefined): AsyncIterable<OfKey> {
  const isOfKey = (other: LedgerEntry | undefined): other is LedgerEntry => other !== undefined && keyVersionOf(other) === keyVersionOf(entry);
  const isOther = (other: LedgerEntry): boolean => other.serialNumber !== entry.serialNumber;
  yield { certificate: entry, onlyCompromise: false };
  const found = await above?.ledger.find(entry.identity).catch(ignoreGone);
  const latest = isOfKey(found) ? found : entry;
  if (isOther(latest)) {
    yield { certificate: latest, onlyCompromise: false };
  }
  for await (const former of formerCertificates(latest, latest === entry ? own.revocations : above!.revocations)) {
    if (isOfKey(former) && isOther(former)) {
      yield { certificate: former, onlyCompromise: true };
    }
  }
}

/** The reasons that concern a key, whichever of its certificates is revoked for them (RFC 5280, section 5.3.1). */
const COMPROMISES: readonly RevocationReason[] = ['keyCompromise', 'cACompromise'];

/** What two ledgers know about the revocation of a certificate. The one that was told has a copy, which may be late. */
async function recordedIn({ issuer, serialNumber }: LedgerEntry, own: KnownLedger, above: KnownLedger | undefined): Promise<Revocation | undefined> {
  const copy = await own.revocations.find(issuer, serialNumber).catch(ignoreGone);
  const original = await above?.revocations.find(issuer, serialNumber).catch(ignoreGone);
  return original && original.revision >= (copy?.revision ?? 0) ? original : copy;
}

export type RevokedCaPorts = Pick<Ports, 'ledger' | 'revocations' | 'anyTable' | 'anyRevocations'>;

interface KnownLedger {
  readonly table: string;
  readonly ledger: Pick<Ledger, 'find'>;
  readonly revocations: Pick<Revocations, 'find' | 'certificate'>;
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
      + '`generation` of this one and name it in `replaces`, which makes another CA';
}
