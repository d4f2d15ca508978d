import { X509Certificate } from 'node:crypto';
import { RevocationReason, RevocationState } from '../../src/contract/revocation';
import { DisabledNote } from '../../src/platforms/registrar/aws/ledger-api';
import { LedgerCertificate } from '../../src/platforms/registrar/revocation/ledger-certificate';

/** Another certificate for the common name of a certificate, and what the ledger says about its revocation. */
export interface OtherInLedger {
  readonly certificate: X509Certificate;
  readonly state?: RevocationState;
}

/** What ledgers note about what was disabled, by what it is. */
export const notes = new Map<string, DisabledNote>();

/** A certificate with a revocation, in a ledger that has others for the same common name. */
export function ledgerCertificate(
  certificate: X509Certificate, state: RevocationState, others: readonly OtherInLedger[] = [], reason: RevocationReason = 'superseded',
): LedgerCertificate {
  const { serialNumber } = certificate;
  const notAfter = new Date(certificate.validTo).toISOString();
  return new LedgerCertificate(certificate, { serialNumber, state, reason, notAfter, revision: 1 }, { issuer: 'ca', serialNumber }, {
    others: async function* () {
      yield* others.map(other => ({
        serialNumber: other.certificate.serialNumber,
        isGood: async () => other.state === undefined || other.state === 'RELEASED',
        isRevoked: async () => other.state === 'REVOKED',
        certificate: async () => other.certificate.raw,
      }));
    },
    disabled: async (_, thing) => notes.get(thing),
    noteDisabled: async (by, thing) => {
      notes.set(thing, { serialNumber: by.serialNumber, isDisabled: true, revision: 1 + (notes.get(thing)?.revision ?? 0) });
    },
    noteEnabled: async (_, thing, note) => {
      notes.set(thing, { ...note, isDisabled: false, revision: 1 + note.revision });
    },
  });
}
