import { X509Certificate } from 'node:crypto';
import { LedgerCertificate } from './ledger-certificate';
import { RevocationTarget } from './revocation-target';
import { RevocationState } from '../../../contract/revocation';
import { LedgerApi, RecordedRevocation, SignedBy } from '../aws/ledger-api';

/** The part of a ledger from which revocations are carried over. */
export type RevocationLedger = Pick<LedgerApi, 'revocation' | 'certificate' | 'revocations' | 'others' | 'disabled' | 'noteDisabled' | 'noteEnabled'>;

/** A CA that issues certificates for the same devices. */
export interface OtherCa {
  readonly caId: string;
  readonly ledger: Pick<RevocationLedger, 'others'>;
}

/** The ledger of a CA, to which the certificates of other CAs for the same devices are other certificates, too. */
export function withOtherCas(own: RevocationLedger, others: readonly OtherCa[]): RevocationLedger {
  return {
    revocation: certificate => own.revocation(certificate),
    certificate: certificate => own.certificate(certificate),
    revocations: (issuer, after) => own.revocations(issuer, after),
    disabled: (issuer, thing) => own.disabled(issuer, thing),
    noteDisabled: (certificate, thing) => own.noteDisabled(certificate, thing),
    noteEnabled: (issuer, thing, note) => own.noteEnabled(issuer, thing, note),
    others: async function* (revoked, commonName) {
      yield* own.others(revoked, commonName);
      for (const { caId, ledger } of others) {
        yield* ledger.others({ ...revoked, issuer: caId }, commonName);
      }
    },
  };
}

/** How often the revocation is read again after the platform was changed. Each turn needs another change of the revocation. */
const MAX_TURNS = 8;

/**
 * Brings a platform into line with what the ledger says about the revocation of a certificate. Calling this function again changes nothing.
 *
 * The revocation is read again after each change, and after one whose outcome is not known: another invocation may have carried over a later
 * one in the meantime, and the state that is written last must be that of the latest revocation.
 *
 * A certificate that has expired is left alone: no platform accepts it. The end of a hold is carried over all the same, since a device that was
 * disabled may have another certificate.
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
  if (recorded.state !== 'RELEASED' && new Date(certificate.validTo) <= new Date()) {
    return undefined;
  }
  let last: string | undefined;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const { revision }: RecordedRevocation = recorded;
    const known: LedgerCertificate = new LedgerCertificate(certificate, recorded, revoked, ledger);
    let failure: unknown;
    const changed: string | undefined = await target.carryOver(known, signal).catch(error => {
      failure = error; // the change may have taken effect all the same
      return undefined;
    });
    recorded = failure !== undefined ? await ledger.revocation(revoked).catch(() => undefined)
      : changed !== undefined ? await ledger.revocation(revoked) : undefined;
    last = changed ?? last;
    if (!recorded || recorded.revision === revision) {
      if (failure !== undefined) {
        throw failure;
      }
      return last;
    }
  }
  throw new Error(`the revocation of the certificate ${revoked.serialNumber} keeps changing`);
}
