import { revokeCertificate } from './revoke-certificate';
import { wasGivenOut } from '../../contract/given-out';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { truth } from '../../resource/property-values';
import { isOf } from '../declaration/identity';
import { formerCertificates } from '../ledger/former-certificates';
import { LedgerEntry } from '../ledger/ledger';
import { Revocations } from '../ledger/revocation';
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
 * A certificate that is on hold is revoked for good then, and one that was revoked before stays as it is.
 * A certificate that one of another identity has replaced is not revoked then: the device uses it until it gets the new one. Once the resource
 * itself is removed, the certificates that it had before are revoked with the last one, and so are those that each has renewed.
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
  const { issuer, commonName } = entry;
  const revocations = ports.revocations(table);
  const standing = commonName === undefined ? [] : await ledger.named(issuer, commonName, ports.clock());
  const byDefault = entry.retainKey !== true && (await revocations.publication(issuer))?.active === true
    && !standing.some(other => other.status === 'ISSUED' && !isOf(other, event));
  if (truth('revokeOnRemoval', event.properties.RevokeOnRemoval, byDefault)) {
    const orderedBy = `the removal of ${event.logicalResourceId} from ${event.stackId}`;
    const former = standing.filter(other => other.identity !== identity && isOf(other, event)
      && other.status === 'WITHDRAWN' && wasGivenOut(other) && other.retainKey !== true);
    for (const serialNumber of (await Promise.all([entry, ...former].map(each => inForce(each, revocations, ports.clock())))).flat()) {
      await revokeCertificate({ issuer, serialNumber, reason: 'cessationOfOperation', orderedBy }, revocations, ports.clock());
    }
  }
}

/** The serial numbers of a certificate, and of those before it that it has renewed and that have not expired. */
async function inForce(entry: LedgerEntry, revocations: Pick<Revocations, 'certificate'>, now: Date): Promise<string[]> {
  const found = [entry.serialNumber];
  for await (const { serialNumber, notAfter } of formerCertificates(entry, revocations)) {
    if (new Date(notAfter) <= now) {
      break;
    }
    found.push(serialNumber);
  }
  return found;
}
