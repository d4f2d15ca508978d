import { X509Certificate } from 'node:crypto';
import { RevocationTarget } from './revocation-target';
import { RevocationState } from '../../../contract/revocation';
import { LedgerApi, RecordedRevocation, SignedBy } from '../aws/ledger-api';
import { commonNameOf } from '../shown-certificate';

/** The part of a ledger from which revocations are carried over. */
export type RevocationLedger = Pick<LedgerApi, 'revocation' | 'certificate' | 'revocations' | 'hasOther'>;

/** How often the revocation is read again after the platform was changed. Each turn needs another change of the revocation. */
const MAX_TURNS = 8;

/**
 * Brings a platform into line with what the ledger says about the revocation of a certificate. Calling this function again changes nothing.
 *
 * The revocation is read again after each change: another invocation may have carried over a later one in the meantime, and the state that
 * is written last must be that of the latest revocation.
 *
 * @param states the states that are carried over
 * @returns what was changed last, in words, or `undefined` if there was nothing to change
 */
export async function carryOver(
  revoked: SignedBy, ledger: RevocationLedger, target: RevocationTarget, states: readonly RevocationState[], signal: AbortSignal,
): Promise<string | undefined> {
  let recorded = await ledger.revocation(revoked);
  if (!recorded || !states.includes(recorded.state)) {
    return undefined;
  }
  const der = await ledger.certificate(revoked);
  if (!der) {
    throw new Error(`the ledger must hold the revoked certificate ${revoked.serialNumber}, got none; restore the table from its point-in-time recovery`);
  }
  const certificate = new X509Certificate(der);
  let last: string | undefined;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const { state, reason, revision }: RecordedRevocation = recorded;
    const hasSuccessor = async (): Promise<boolean> => {
      const commonName = commonNameOf(certificate);
      return commonName !== undefined && ledger.hasOther(revoked, commonName, new Date());
    };
    const changed = await target.carryOver({ certificate, serialNumber: revoked.serialNumber, state, reason, hasSuccessor }, signal);
    recorded = changed === undefined ? undefined : await ledger.revocation(revoked);
    last = changed ?? last;
    if (!recorded || recorded.revision === revision) {
      return last;
    }
  }
  throw new Error(`the revocation of the certificate ${revoked.serialNumber} keeps changing`);
}
