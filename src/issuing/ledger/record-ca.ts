import { isDeepStrictEqual } from 'node:util';
import { IssuedEntry } from './genuine-entry';
import { Holder, keyVersionOf, Ledger, LedgerEntry } from './ledger';
import { KEEPS_CHANGING, MAX_TURNS } from './turns';
import { isOf } from '../declaration/identity';
import { isSameStorage } from '../keys/key-storage';

/**
 * Records a CA in the ledger of the certificates that it issues, where the CA is looked up before it signs: its certificate is in the
 * ledger of the CA above it, or nowhere. If the ledger already has the CA, but with another place of its key, another chain, another
 * retention, another renewal, another resource or another ledger of the CA above it, the entry takes over the new values. A renewed certificate takes the place of the one before it
 * in one step, so that the CA can issue at any time.
 *
 * @param over the entry that is renewed: nothing is written once another resource has the CA
 * @returns what the ledger then has, or `undefined` if another resource has the CA
 */
export async function recordCa(entry: IssuedEntry, holder: Holder, ledger: Ledger, over?: LedgerEntry): Promise<LedgerEntry | undefined> {
  const { certificate, chain, keyStorage, retainKey, renewal, issuedAt, issuedBy, stackId, logicalResourceId, takenFrom, issuerLedgerTable } = entry;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const standing = await ledger.find(entry.identity);
    if (standing && isRecorded(standing, entry)) {
      return standing;
    }
    if (over && !(standing && isOf(standing, over))) {
      return undefined;
    }
    if (standing?.serialNumber !== entry.serialNumber) {
      await ledger.reserve({ ...entry, retirement: retirementOf(entry, standing), reservedBy: holder.requestId }, standing, holder);
      continue;
    }
    const facts = {
      certificate, chain, keyStorage, retainKey, renewal, issuedAt, issuedBy, stackId, logicalResourceId, takenFrom, issuerLedgerTable,
    };
    if (await ledger.advance(standing, 'ISSUED', facts, holder)) {
      return { ...standing, ...facts, status: 'ISSUED' };
    }
  }
  throw new Error(KEEPS_CHANGING);
}

/** A renewed CA issues if it did before. A CA with another key is another one, even if it has the same declaration. */
function retirementOf(entry: LedgerEntry, standing: LedgerEntry | undefined): LedgerEntry['retirement'] {
  return standing && keyVersionOf(standing) === keyVersionOf(entry) ? standing.retirement : undefined;
}

/** Whether the ledger already records a CA as it should. */
export function isRecorded(standing: LedgerEntry, wanted: RecordedFacts): boolean {
  const { certificate, keyStorage, chain, retainKey, renewal, issuerLedgerTable } = wanted;
  return standing.status === 'ISSUED' && isOf(standing, wanted) && isSameStorage(standing.keyStorage, keyStorage)
    && isDeepStrictEqual(standing.chain, chain) && isDeepStrictEqual(standing.certificate, certificate)
    && (retainKey === undefined || (standing.retainKey ?? false) === retainKey)
    && (renewal === undefined || isDeepStrictEqual(standing.renewal, renewal))
    && (issuerLedgerTable === undefined || standing.issuerLedgerTable === issuerLedgerTable);
}

/** The facts of a CA's entry that its declaration decides. A CA whose key is not made here declares no retention, and no CA above it. */
type RecordedFacts = Pick<LedgerEntry,
  'stackId' | 'logicalResourceId' | 'certificate' | 'keyStorage' | 'chain' | 'retainKey' | 'renewal' | 'issuerLedgerTable'>;
