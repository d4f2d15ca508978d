import { Ports } from './ports';
import { reasonOf } from '../lambda/reason';
import { failureOf, LifecycleEvent, Requester } from '../resource/lifecycle-event';

/** What was refused: a request, or the renewal of a certificate. */
type Refused = (Requester & Pick<LifecycleEvent, 'requestId' | 'properties'>) | (Requester & { readonly serialNumber: string });

/**
 * Records in ledgers that a request or a renewal was refused, so that it is announced, with the reason of the answer to CloudFormation. The
 * refusal stands whether or not it can be recorded.
 *
 * @param tables the ledgers of the CAs that do not issue now
 */
export async function refuse(refused: Refused, error: unknown, tables: readonly string[], ports: Pick<Ports, 'refusals' | 'clock'>): Promise<void> {
  const of = 'serialNumber' in refused ? { renews: refused.serialNumber } : { requestId: refused.requestId };
  const refusal = { ...of, reason: reasonOf(failureOf(refused, undefined, error), refused), refusedAt: ports.clock().toISOString() };
  for (const table of tables) {
    try {
      await ports.refusals(table).record(refused, refusal);
    } catch {
      // The first error says more, and whoever has asked gets it.
    }
  }
}
