import { renewIfDue, RenewalOutcome } from './renew-certificate';
import { RenewedCa } from '../../contract/renewal';
import { DAY } from '../../contract/term';
import { EndingCertificate } from '../ledger/ledger';
import { Ports } from '../ports';

/** A certificate that has expired is still renewed: rather late than never. One that expired longer ago than this, in days, is given up. */
const MAX_LATENESS = 365;

/** What is told about each certificate, and about each CA whose certificates can't be found. */
export type Report = (about: EndingCertificate | { readonly caId: string }, outcome: RenewalOutcome | Error) => void;

/**
 * Renews the certificates of a stack that are due: first those that nothing has replaced, and then what interrupted renewals have left. A
 * certificate, or a CA, about which nothing can be done keeps no other from being renewed.
 *
 * @param stackId other stacks renew their own: the keys of their certificates are out of reach
 * @param until when to stop, in milliseconds since 1970, so that a later call goes on
 * @returns how many could not be renewed, and whether there was time for all
 */
export async function renewDue(
  cas: readonly RenewedCa[], stackId: string, until: number, ports: Ports, report: Report,
): Promise<{ readonly failed: number; readonly finished: boolean }> {
  let failed = 0;
  const attempt = async <T>(work: () => Promise<T>, tell: (outcome: T | Error) => void): Promise<void> => {
    try {
      tell(await work());
    } catch (error) {
      failed++;
      tell(error as Error);
    }
  };
  const now = ports.clock().getTime();
  const later: { readonly certificate: EndingCertificate; readonly ledgerTable: string }[] = [];
  let finished = true;
  const look = async (certificate: EndingCertificate, ledgerTable: string): Promise<void> => {
    finished &&= ports.clock().getTime() <= until;
    if (finished) {
      await attempt(() => renewIfDue(certificate, ledgerTable, ports), outcome => report(certificate, outcome));
    }
  };
  for (const { caId, ledgerTable, beforeDays } of cas) {
    await attempt(async () => {
      for await (const certificate of ports.ledger(ledgerTable).ending(caId, new Date(now - MAX_LATENESS * DAY), new Date(now + beforeDays * DAY))) {
        if (certificate.stackId !== stackId || !['ISSUED', 'WITHDRAWN'].includes(certificate.status)) {
          continue;
        }
        if (certificate.status === 'ISSUED' && certificate.supersededBy === undefined) {
          await look(certificate, ledgerTable);
        } else { // there may be many, and there is rarely anything left to do about them
          later.push({ certificate, ledgerTable });
        }
      }
    }, outcome => outcome instanceof Error && report({ caId }, outcome));
  }
  for (const { certificate, ledgerTable } of later) {
    await look(certificate, ledgerTable);
  }
  return { failed, finished };
}
