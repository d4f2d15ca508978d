import { X509Certificate } from 'node:crypto';
import { SignedIn } from './instance';
import { InstanceApi } from './instance-api';
import { InstanceDeviceCertificates } from './instance-device-certificates';
import { HeldDevice, InstanceDevices } from './instance-devices';
import { log } from '../../../lambda/log';
import { NO_NAME, RevocationTarget, RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { commonNameOf, fingerprintOf, thumbprintOf } from '../../registrar/shown-certificate';

/** Whether a device may connect with the revoked certificate: by its fingerprint, or because it may connect with any one next. */
type Accepted = 'this' | 'the next' | 'not this';

/** The form of a fingerprint, and the fingerprint of no certificate. */
const NO_FINGERPRINT = '0'.repeat(64);

/**
 * Carries revocations over to an instance of IoTDA. A device certificate that IoTDA has saved is deactivated, so no device can connect with
 * it, and devices with other certificates are not affected. IoTDA saves a certificate when a device connects with it for the first time.
 * Before that, the device whose node ID is the certificate's common name is frozen instead, if it can connect with no other certificate.
 */
export class IotdaRevocation implements RevocationTarget {
  constructor(private readonly api: SignedIn) {}

  public async carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    const { certificate, serialNumber, state } = revoked;
    if (certificate.ca) {
      log('WARN', { message: 'IoTDA can\'t deactivate a CA certificate; delete it there, or remove its registration', serialNumber });
      return undefined;
    }
    const api = this.api(signal);
    const certificates = new InstanceDeviceCertificates(api);
    const held = await certificates.find(certificate);
    const isRefused = state !== 'RELEASED';
    const changes: string[] = [];
    const status = isRefused ? 'INACTIVE' : 'ACTIVE';
    if (held && await revoked.apply(`huawei-iotda#certificate#${held.id}`, held.status === 'INACTIVE', () => certificates.setStatus(held.id, status))) {
      changes.push(`${isRefused ? 'deactivated' : 'activated'} the device certificate ${held.id}`);
    }
    if (!held || !isRefused) {
      changes.push(...await changeDevices(revoked, isRefused, api));
    }
    return changes.length > 0 ? changes.join(' and ') : undefined;
  }

  public async assertInReach(signal: AbortSignal): Promise<void> {
    const api = this.api(signal);
    await new InstanceDeviceCertificates(api).withFingerprint(NO_FINGERPRINT);
    await new InstanceDevices(api).withNodeId(NO_NAME);
  }
}

/** Freezes or unfreezes the devices of a certificate. @returns what was changed */
async function changeDevices(revoked: RevokedCertificate, isFrozen: boolean, api: InstanceApi): Promise<string[]> {
  const devices = new InstanceDevices(api);
  const nodeId = commonNameOf(revoked.certificate);
  const found = nodeId === undefined ? [] : await devices.withNodeId(nodeId);
  const changes: string[] = [];
  for (const device of found.filter(each => each.isDirect && !(isFrozen && each.isFrozen))) {
    const accepted = acceptedBy(device, revoked.certificate);
    if (accepted !== 'not this' && (!isFrozen || await isOnlyOne(accepted, device, revoked))
      && await revoked.apply(`huawei-iotda#device#${device.id}`, device.isFrozen, () => devices.setFrozen(device.id, isFrozen))) {
      changes.push(`${isFrozen ? 'froze' : 'unfroze'} the device ${device.id}`);
    }
  }
  return changes;
}

/** Whether a device can connect with no good certificate. A device that has been given another one is never cut off. */
async function isOnlyOne(accepted: Accepted, { id, fingerprints }: HeldDevice, revoked: RevokedCertificate): Promise<boolean> {
  if (!await (accepted === 'the next' ? revoked.hasOther() : revoked.hasOtherAmong(fingerprints))) {
    return true;
  }
  log('WARN', {
    message: `the device ${id} is not frozen, because it has another certificate; the revoked one is deactivated by the next check after a device has connected with it`,
    serialNumber: revoked.serialNumber,
  });
  return false;
}

/** The fingerprints are those of SHA-1 or SHA-256. https://support.huaweicloud.com/api-iothub/iot_06_v5_0055.html */
function acceptedBy({ fingerprints, hasCertificate }: HeldDevice, certificate: X509Certificate): Accepted {
  if (fingerprints.length === 0) {
    return hasCertificate ? 'the next' : 'not this';
  }
  const own = [thumbprintOf(certificate).toLowerCase(), fingerprintOf(certificate)];
  return fingerprints.some(each => own.includes(each)) ? 'this' : 'not this';
}
