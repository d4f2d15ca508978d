import { X509Certificate } from 'node:crypto';
import { IotApi, IotCaChange, IotStatus, RegisteredIotCa } from './iot-api';
import { RevocationState } from '../../../contract/revocation';
import { sha256 } from '../../../contract/sha256';
import { RevocationTarget, RevokedCertificate } from '../../registrar/revocation/revocation-target';

/** The calls to AWS IoT by which revocations are carried over. */
export type RevokingIotApi = Pick<IotApi, 'certificateStatus' | 'setCertificateStatus' | 'ca' | 'changeCa'>;

/** A status that a certificate gets, and the statuses in which it gets it. */
interface StatusChange {
  readonly to: IotStatus;
  readonly from: (status: string) => boolean;
}

/**
 * What becomes of a certificate. A certificate that is being transferred to another account can't be changed and lets no device connect. One
 * that waits to be activated lets none connect either, and the end of a hold must not activate it.
 * A certificate that was released becomes active only if it is inactive: AWS IoT may still be registering it, or somebody may have
 * revoked it there.
 */
const OF_CERTIFICATES: { readonly [S in RevocationState]: StatusChange } = {
  REVOKED: { to: 'REVOKED', from: status => !['REVOKED', 'PENDING_TRANSFER'].includes(status) },
  HELD: { to: 'INACTIVE', from: status => status === 'ACTIVE' },
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

/** The form of an ID, and the ID of no certificate. */
const NO_ID = '0'.repeat(64);

/** AWS IoT Core, whose certificates and CAs get the status that their revocation demands. */
export class IotRevocation implements RevocationTarget {
  /** @param api calls AWS IoT until a signal ends the calls */
  constructor(private readonly api: (signal: AbortSignal) => RevokingIotApi) {}

  public async carryOver({ certificate, state }: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    const id = idOf(certificate);
    return certificate.ca ? changeCa(id, state, this.api(signal)) : setStatus(id, state, this.api(signal));
  }

  public async assertInReach(signal: AbortSignal): Promise<void> {
    await this.api(signal).certificateStatus(NO_ID);
  }
}

/** The ID of a certificate and of a CA is the SHA-256 of the DER. https://docs.aws.amazon.com/iot/latest/apireference/API_Certificate.html */
function idOf({ raw }: X509Certificate): string {
  return sha256(raw);
}

async function setStatus(id: string, state: RevocationState, iot: RevokingIotApi): Promise<string | undefined> {
  const { to, from } = OF_CERTIFICATES[state];
  const status = await iot.certificateStatus(id);
  if (status === undefined || !from(status)) {
    return undefined;
  }
  await iot.setCertificateStatus(id, to);
  return `set the certificate ${to}`;
}

async function changeCa(id: string, state: RevocationState, iot: RevokingIotApi): Promise<string | undefined> {
  const { change, from } = OF_CAS[state];
  const registered = await iot.ca(id);
  if (!registered || !from(registered)) {
    return undefined;
  }
  await iot.changeCa(id, change);
  return `set the CA ${change.newStatus}`;
}
