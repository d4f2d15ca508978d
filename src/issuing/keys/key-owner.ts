import { sha256 } from '../../contract/sha256';
import { Requester } from '../../resource/lifecycle-event';

/** The form in which a place holds a key of a resource: the key itself, or a delivery format. */
export type KeyForm = 'key' | 'Pkcs12' | 'Pkcs12Legacy' | 'CombinedPem' | 'Der';

/** The name that tells the places of a resource's keys from those of all other resources. It is the same for all its certificates. */
export function ownerOf({ stackId, logicalResourceId }: Requester, form: KeyForm = 'key'): string {
  return sha256(JSON.stringify([stackId, logicalResourceId, form])).slice(0, 32);
}
