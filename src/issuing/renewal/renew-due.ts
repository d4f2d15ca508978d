import { renewIfDue, RenewalOutcome } from './renew-certificate';
import { RenewedCa } from '../../contract/renewal';
import { EndingCertificate } from '../ledger/ledger';
import { Ports } from '../ports';

const DAY = 86_400_000;

/** A certificate that has expired is still renewed: rather late than never. One that expired longer ago than this, in days, is given up. */
const MAX_LATENESS = 365;

/** What is told about each certificate about which something was done, or could not be. */
export type Report = (certificate: EndingCertificate, outcome: RenewalOutcome | Error) => void;

/**
 * Renews the certificates of a stack that are due.
 *
 * @param stackId other stacks renew their own: the keys of their certificates are out of reach
 * @param until when to stop, in milliseconds since 1970, so that a later call goes on
 * @returns how many could not be renewed, and whether there was time for all
 */
export async function renewDue(
  cas: readonly RenewedCa[], stackId: string, until: number, ports: Ports, report: Report,
): Promise<{ readonly failed: number; readonly finished: boolean }> {
  let failed = 0;
  for (const { caId, ledgerTable, beforeDays } of cas) {
    const now = ports.clock().getTime();
    const ending = ports.ledger(ledgerTable).ending(caId, new Date(now - MAX_LATENESS * DAY), new Date(now + beforeDays * DAY));
    for await (const certificate of ending) {
      if (certificate.stackId !== stackId || !['ISSUED', 'WITHDRAWN'].includes(certificate.status)) {
        continue;
      }
      if (ports.clock().getTime() > until) {
        return { failed, finished: false };
      }
      try {
        const outcome = await renewIfDue(certificate, ledgerTable, ports);
        report(certificate, outcome);
      } catch (error) {
        failed++;
        report(certificate, error as Error);
      }
    }
  }
  return { failed, finished: true };
}
