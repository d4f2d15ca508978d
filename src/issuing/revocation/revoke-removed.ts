import { revokeCertificate } from './revoke-certificate';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { truth } from '../../resource/property-values';
import { isOf } from '../declaration/identity';
import { Ports } from '../ports';

/** The profiles of certificates that are revoked when they leave their stack. */
const REVOCABLE = ['device', 'devid', 'server'];

/**
 * Revokes the certificate of a device or a server that has left its stack, with the reason `cessationOfOperation`: if its declaration says
 * so or, without such a word, if its CA publishes its revocation and the key is not kept for further use.
 *
 * If another resource has a certificate for the same common name, the declaration has only moved, and the device uses its certificate until it
 * has the other one.
 *
 * A certificate that is on hold is revoked for good then, and one that was revoked before stays as it is. A certificate that another one of the same resource has replaced is not revoked: the device uses it until it gets the new one.
 *
 * @param table the name of the ledger of the CA
 */
export async function revokeRemoved(event: LifecycleEvent, identity: string, table: string, ports: Ports): Promise<void> {
  const ledger = ports.ledger(table);
  const entry = await ledger.find(identity);
  const record = await ledger.resource(event);
  if (!entry?.certificate || !REVOCABLE.includes(entry.profile) || record?.declares !== identity || record.requestId !== event.requestId) {
    return;
  }
  const { issuer, serialNumber, commonName } = entry;
  const revocations = ports.revocations(table);
  const byDefault = entry.retainKey !== true && (await revocations.publication(issuer))?.active === true
    && !(commonName !== undefined && (await ledger.named(issuer, commonName, ports.clock())).some(other => other.status === 'ISSUED' && !isOf(other, event)));
  if (truth('revokeOnRemoval', event.properties.RevokeOnRemoval, byDefault)) {
    const orderedBy = `the removal of ${event.logicalResourceId} from ${event.stackId}`;
    await revokeCertificate({ issuer, serialNumber, reason: 'cessationOfOperation', orderedBy }, revocations, ports.clock());
  }
}
