import { RevocationRequest } from './revocation-request';
import { RevocationResult, revokeCertificate } from './revoke-certificate';
import { selectCertificates, SelectedCertificate, SelectionPorts } from './select-certificates';
import { tellCa } from './tell-ca';
import { Ledger } from '../ledger/ledger';
import { Revocations } from '../ledger/revocation';
import { Ports } from '../ports';

/** How it went for a certificate. */
export interface SelectedResult extends Partial<RevocationResult> {
  readonly certificate: SelectedCertificate;
  /** Why the certificate could not be revoked. */
  readonly failure?: string;
}

/** Where certificates are selected and revoked. */
export interface RevokingPorts extends SelectionPorts, Pick<Ports, 'anyRevocations'> {
  readonly ledger: Pick<Ledger, 'certificates' | 'find'>;
  readonly revocations: Pick<Revocations, 'certificate' | 'find' | 'record'>;
}

/** How many certificates are revoked at a time: the calls for one take some milliseconds, nearly all of them spent waiting. */
const AT_A_TIME = 20;

/**
 * Revokes the selected certificates of a CA in its ledger. A dry run finds out what would happen, and changes nothing.
 *
 * @param orderedBy who gives the order, for people who read the ledger
 * @returns the results as they come, so that those of a million certificates need not be in memory at once
 * @throws Error if a value selects nothing; before anything is revoked
 */
export async function* revokeSelected(
  caId: string, request: RevocationRequest, orderedBy: string, { ledger, revocations, anyRevocations }: RevokingPorts, now: Date,
): AsyncIterable<SelectedResult> {
  const { selection, dryRun, reason, invalidityDate } = request;
  const written = dryRun ? { ...readsOf(revocations), record: async () => true } : revocations;
  const revoke = async (certificate: SelectedCertificate): Promise<SelectedResult> => {
    const order = { issuer: caId, serialNumber: certificate.serialNumber, reason, invalidityDate, orderedBy };
    try {
      const result = await revokeCertificate(order, written, now);
      if (!dryRun) { // also if nothing has changed: an earlier call may have ended before this
        await tellCa(certificate, result.revocation, anyRevocations);
      }
      return { certificate, ...result };
    } catch (error) {
      return { certificate, failure: (error as Error).message };
    }
  };
  let batch: SelectedCertificate[] = [];
  for await (const certificate of selectCertificates(caId, selection, { ledger, revocations })) {
    batch.push(certificate);
    if (batch.length === AT_A_TIME) {
      yield* await Promise.all(batch.map(revoke));
      batch = [];
    }
  }
  yield* await Promise.all(batch.map(revoke));
}

function readsOf(revocations: RevokingPorts['revocations']): Pick<Revocations, 'certificate' | 'find'> {
  return {
    certificate: (issuer, serialNumber) => revocations.certificate(issuer, serialNumber),
    find: (issuer, serialNumber) => revocations.find(issuer, serialNumber),
  };
}
