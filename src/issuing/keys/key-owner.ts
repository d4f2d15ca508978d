import { createHash } from 'node:crypto';
import { Requester } from '../../resource/lifecycle-event';

/** What a place holds of a resource: the key itself, or the key in a form of delivery. */
export type KeyForm = 'key' | 'Pkcs12' | 'Pkcs12Legacy' | 'CombinedPem' | 'Der';

/** The name by which the places of a resource's keys are told from those of all others: the same for all its certificates. */
export function ownerOf({ stackId, logicalResourceId }: Requester, form: KeyForm = 'key'): string {
  return createHash('sha256').update(JSON.stringify([stackId, logicalResourceId, form])).digest('hex').slice(0, 32);
}
