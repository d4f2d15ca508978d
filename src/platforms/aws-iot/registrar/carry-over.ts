import { X509Certificate } from 'node:crypto';
import { IotApi, IotCaChange, IotStatus, RegisteredIotCa } from './iot-api';
import { LedgerApi, RecordedRevocation, SignedBy } from '../../registrar/aws/ledger-api';
import { RevocationState } from '../../../contract/revocation';
import { sha256 } from '../../../contract/sha256';

/** What the revocation of a certificate is read from, and where it is carried over to. */
export interface RevocationPorts {
  readonly ledger: Pick<LedgerApi, 'revocation' | 'certificate' | 'revocations'>;
  readonly iot: Pick<IotApi, 'certificateStatus' | 'setCertificateStatus' | 'ca' | 'changeCa'>;
}

/** A status that a certificate gets, and the statuses in which it gets it. */
interface StatusChange {
  readonly to: IotStatus;
  readonly from: (status: string) => boolean;
}

/**
 * What becomes of a certificate. A certificate that is being transferred to another account can't be changed and lets no device connect.
 * A certificate that was released becomes active only if it is inactive: AWS IoT may still be registering it, or somebody may have
 * revoked it there.
 */
const OF_CERTIFICATES: { readonly [S in RevocationState]: StatusChange } = {
  REVOKED: { to: 'REVOKED', from: status => !['REVOKED', 'PENDING_TRANSFER'].includes(status) },
  HELD: { to: 'INACTIVE', from: status => !['INACTIVE', 'REVOKED', 'PENDING_TRANSFER'].includes(status) },
  RELEASED: { to: 'ACTIVE', from: status => status === 'INACTIVE' },
};

/** What becomes of a CA. A CA that is inactive registers no certificate; its auto-registration ends only when it is revoked for good. */
const OF_CAS: { readonly [S in RevocationState]: { readonly change: IotCaChange; readonly from: (ca: RegisteredIotCa) => boolean } } = {
  REVOKED: {
    change: { newStatus: 'INACTIVE', newAutoRegistrationStatus: 'DISABLE' },
    from: ({ status, autoRegistrationStatus }) => status !== 'INACTIVE' || autoRegistrationStatus !== 'DISABLE',
  },
  HELD: { change: { newStatus: 'INACTIVE' }, from: ({ status }) => status !== 'INACTIVE' },
  RELEASED: { change: { newStatus: 'ACTIVE' }, from: ({ status }) => status === 'INACTIVE' },
};

/** How often the revocation is read again after AWS IoT was changed. Each turn needs another change of the revocation. */
const MAX_TURNS = 8;

/**
 * Gives a certificate the status in AWS IoT that its revocation in the ledger demands. A certificate that AWS IoT does not know is left
 * alone. Calling this function again changes nothing.
 *
 * The revocation is read again after each change: another invocation may have carried over a later one in the meantime, and the status that
 * is written last must be that of the latest revocation.
 *
 * @param states the states that are carried over
 * @returns the status that was set last, or `undefined` if nothing was to be changed
 */
export async function carryOver(
  revoked: SignedBy, { ledger, iot }: RevocationPorts, states: readonly RevocationState[],
): Promise<IotStatus | undefined> {
  let recorded = await ledger.revocation(revoked);
  if (!recorded || !states.includes(recorded.state)) {
    return undefined;
  }
  const der = await ledger.certificate(revoked);
  if (!der) {
    throw new Error(`the ledger must hold the revoked certificate ${revoked.serialNumber}, got none; restore the table from its point-in-time recovery`);
  }
  let set: IotStatus | undefined;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const { state, revision }: RecordedRevocation = recorded;
    const changed = await setStatus(der, state, iot);
    recorded = changed && await ledger.revocation(revoked);
    set = changed ?? set;
    if (!recorded || recorded.revision === revision) {
      return set;
    }
  }
  throw new Error(`the revocation of the certificate ${revoked.serialNumber} keeps changing`);
}

/** The ID of a certificate and of a CA is the SHA-256 of the DER. https://docs.aws.amazon.com/iot/latest/apireference/API_Certificate.html */
async function setStatus(der: Buffer, state: RevocationState, iot: RevocationPorts['iot']): Promise<IotStatus | undefined> {
  const id = sha256(der);
  if (new X509Certificate(der).ca) {
    const { change, from } = OF_CAS[state];
    const registered = await iot.ca(id);
    if (!registered || !from(registered)) {
      return undefined;
    }
    await iot.changeCa(id, change);
    return change.newStatus;
  }
  const { to, from } = OF_CERTIFICATES[state];
  const status = await iot.certificateStatus(id);
  if (status === undefined || !from(status)) {
    return undefined;
  }
  await iot.setCertificateStatus(id, to);
  return to;
}
