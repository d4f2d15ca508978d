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
 * A certificate that was released becomes active only if it was set inactive here: AWS IoT may still be registering it, or somebody may have
 * revoked it there.
 */
const OF_CERTIFICATES: { readonly [S in RevocationState]: StatusChange } = {
  REVOKED: { to: 'REVOKED', from: status => !['REVOKED', 'PENDING_TRANSFER'].includes(status) },
  HELD: { to: 'INACTIVE', from: status => status === 'ACTIVE' },
  RELEASED: { to: 'ACTIVE', from: status => ['ACTIVE', 'INACTIVE'].includes(status) },
};

/** What becomes of a CA. A CA that is inactive registers no certificate; its auto-registration ends only when it is revoked for good. */
const OF_CAS: { readonly [S in RevocationState]: { readonly change: IotCaChange; readonly from: (ca: RegisteredIotCa) => boolean } } = {
  REVOKED: {
    change: { newStatus: 'INACTIVE', newAutoRegistrationStatus: 'DISABLE' },
    from: ({ status, autoRegistrationStatus }) => status !== 'INACTIVE' || autoRegistrationStatus !== 'DISABLE',
  },
  HELD: { change: { newStatus: 'INACTIVE' }, from: ({ status }) => status !== 'INACTIVE' },
  RELEASED: { change: { newStatus: 'ACTIVE' }, from: () => true },
};

/** The form of an ID, and the ID of no certificate. */
const NO_ID = '0'.repeat(64);

/** AWS IoT Core, whose certificates and CAs get the status that their revocation demands. */
export class IotRevocation implements RevocationTarget {
  /** @param api calls AWS IoT until a signal ends the calls */
  constructor(private readonly api: (signal: AbortSignal) => RevokingIotApi) {}

  public async carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    const id = idOf(revoked.certificate);
    return revoked.certificate.ca ? changeCa(id, revoked, this.api(signal)) : setStatus(id, revoked, this.api(signal));
  }

  public async assertInReach(signal: AbortSignal): Promise<void> {
    await this.api(signal).certificateStatus(NO_ID);
  }
}

/** The ID of a certificate and of a CA is the SHA-256 of the DER. https://docs.aws.amazon.com/iot/latest/apireference/API_Certificate.html */
function idOf({ raw }: X509Certificate): string {
  return sha256(raw);
}

async function setStatus(id: string, revoked: RevokedCertificate, iot: RevokingIotApi): Promise<string | undefined> {
  const { to, from } = OF_CERTIFICATES[revoked.state];
  const status = await iot.certificateStatus(id);
  const change = (): Promise<void> => iot.setCertificateStatus(id, to);
  return status !== undefined && from(status) && await isChanged(`aws-iot-core#certificate#${id}`, status === 'INACTIVE', revoked, change)
    ? `set the certificate ${to}` : undefined;
}

async function changeCa(id: string, revoked: RevokedCertificate, iot: RevokingIotApi): Promise<string | undefined> {
  const { change, from } = OF_CAS[revoked.state];
  const registered = await iot.ca(id);
  return registered && from(registered)
    && await isChanged(`aws-iot-core#ca#${id}`, registered.status === 'INACTIVE', revoked, () => iot.changeCa(id, change))
    ? `set the CA ${change.newStatus}` : undefined;
}

/** What is revoked for good is never enabled again, so nothing has to be noted about it. */
async function isChanged(thing: string, isInactive: boolean, revoked: RevokedCertificate, change: () => Promise<void>): Promise<boolean> {
  if (revoked.state !== 'REVOKED') {
    return revoked.apply(thing, isInactive, change);
  }
  await change();
  return true;
}
