import { Decision } from './decision';
import { isMap, JsonMap } from '../../../contract/json-map';
import { RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { isThumbprintOf } from '../../registrar/shown-certificate';

/** The beginning of every status reason that this library writes. */
const MARK = 'cdk-private-iot-ca:';

/** The status reason of every device that this library has disabled, with the serial number of the certificate. */
const DISABLED_HERE = new RegExp(`^${MARK} certificate ([0-9A-F]{40}) is revoked$`);

/**
 * Decides what becomes of a device of an IoT hub. All its other members stay as they are.
 * https://learn.microsoft.com/rest/api/iothub/service/devices/create-or-update-identity
 *
 * A device whose `authentication` names thumbprints accepts the certificates with these, which the hub also stores for devices that the
 * Device Provisioning Service provisions. A device that accepts any certificate of its certificate authorities can't refuse one of them. A
 * device is disabled if it has no good certificate left. The end of a hold enables a device that was disabled here, unless that lets in another
 * certificate that is revoked for good.
 *
 * @param device the device identity, or `undefined` if there is no such device
 */
export async function deviceChange(device: JsonMap | undefined, id: string, revoked: RevokedCertificate): Promise<Decision> {
  const accepted = device && acceptedBy(device);
  return !device || !accepted ? undefined
    : revoked.state === 'RELEASED' ? released(device, accepted, id, revoked)
      : accepted === 'any certificate' ? ofAnyCertificate(device, id, revoked) : ofThumbprints(device, accepted, id, revoked);
}

async function released(device: JsonMap, accepted: Accepted, id: string, revoked: RevokedCertificate): Promise<Decision> {
  const { certificate, serialNumber } = revoked;
  const disabledFor = device.status === 'disabled' ? DISABLED_HERE.exec(String(device.statusReason))?.[1] : undefined;
  if (disabledFor === undefined) {
    return undefined;
  }
  const isAccepted = accepted === 'any certificate' || accepted.some(each => isThumbprintOf(certificate, each));
  const isOnlyOne = accepted !== 'any certificate' && accepted.every(each => isThumbprintOf(certificate, each));
  return disabledFor === serialNumber || isAccepted && (isOnlyOne || await revoked.undoes(disabledFor))
    ? { to: { ...device, status: 'enabled', statusReason: `${MARK} certificate ${serialNumber} is released` }, words: `enabled the device ${id}` }
    : undefined;
}

async function ofAnyCertificate(device: JsonMap, id: string, revoked: RevokedCertificate): Promise<Decision> {
  const isDisabled = device.status === 'disabled';
  if (isDisabled && device.statusReason !== reasonFor(revoked.serialNumber)) {
    return undefined;
  }
  if (await revoked.hasOther()) {
    return {
      leftAlone: isDisabled
        ? `the device ${id} is disabled because of this certificate, although it has another one; if the revoked one can no longer be used, enable the device in IoT Hub`
        : `the device ${id} stays enabled, because it has another certificate and accepts any certificate of the CA; `
          + 'to have the revoked one refused, set its authentication in IoT Hub to the thumbprint of the other one',
    };
  }
  return isDisabled ? undefined : { to: disabled(device, revoked), words: `disabled the device ${id}` };
}

/** A revoked certificate is no longer accepted, unless it is the only one; one on hold stays, because it would have to be put back. */
async function ofThumbprints(device: JsonMap, accepted: readonly unknown[], id: string, revoked: RevokedCertificate): Promise<Decision> {
  const { certificate, state } = revoked;
  const other = accepted.find(each => !isThumbprintOf(certificate, each));
  if (!accepted.some(each => isThumbprintOf(certificate, each))) {
    return undefined;
  }
  const isLeft = other !== undefined && state === 'REVOKED';
  const left = isLeft ? withoutOne(other, device) : device;
  const words = isLeft ? [`removed the thumbprint of the certificate from the device ${id}`] : [];
  if (device.status !== 'disabled' && !await revoked.hasOtherAmong(accepted)) {
    return { to: disabled(left, revoked), words: [...words, `disabled the device ${id}`].join(' and ') };
  }
  if (isLeft) {
    return { to: left, words: words[0] };
  }
  return device.status === 'disabled' ? undefined : {
    leftAlone: `the device ${id} stays enabled, because it accepts another certificate too; `
      + 'to have this one refused, remove its thumbprint from the device in IoT Hub, or revoke it for good',
  };
}

function disabled(device: JsonMap, { serialNumber }: RevokedCertificate): JsonMap {
  return { ...device, status: 'disabled', statusReason: reasonFor(serialNumber) };
}

/**
 * Leaves a device the other thumbprint that it has, in both places, as Azure itself stores a single one:
 * https://github.com/Azure/iotedge/issues/2951
 */
function withoutOne(other: unknown, device: JsonMap): JsonMap {
  const x509Thumbprint = { primaryThumbprint: other, secondaryThumbprint: other };
  return { ...device, authentication: { ...device.authentication as JsonMap, x509Thumbprint } };
}

/** Why a device is disabled: 83 of the 128 characters that Azure allows. It tells the devices that are enabled again from all others. */
function reasonFor(serialNumber: string): string {
  return `${MARK} certificate ${serialNumber} is revoked`;
}

/** The thumbprints of the certificates with which a device may connect, or that it may do so with any certificate of its CA. */
type Accepted = readonly unknown[] | 'any certificate';

function acceptedBy({ authentication }: JsonMap): Accepted {
  const { type, x509Thumbprint } = isMap(authentication) ? authentication : {};
  if (type === 'certificateAuthority') {
    return 'any certificate';
  }
  return type === 'selfSigned' && isMap(x509Thumbprint) ? [x509Thumbprint.primaryThumbprint, x509Thumbprint.secondaryThumbprint].filter(Boolean) : [];
}
