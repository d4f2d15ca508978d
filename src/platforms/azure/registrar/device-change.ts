import { Decision } from './decision';
import { isMap, JsonMap } from '../../../contract/json-map';
import { RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { isThumbprintOf } from '../../registrar/shown-certificate';

/** The beginning of every status reason that this library writes. */
const MARK = 'cdk-private-iot-ca:';

/**
 * Decides what becomes of a device of an IoT hub. All its other members stay as they are.
 * https://learn.microsoft.com/rest/api/iothub/service/devices/create-or-update-identity
 *
 * A device whose `authentication` names thumbprints accepts the certificates with these, which the hub also stores for devices that the
 * Device Provisioning Service provisions. A device that accepts any certificate of its certificate authorities can't refuse one of them: it
 * is disabled only if it has no other certificate of the CA.
 *
 * @param device the device identity, or `undefined` if there is no such device
 */
export async function deviceChange(device: JsonMap | undefined, id: string, revoked: RevokedCertificate): Promise<Decision> {
  if (!device) {
    return undefined;
  }
  const { certificate, serialNumber, state } = revoked;
  const isDisabled = device.status === 'disabled';
  const accepted = acceptedBy(device);
  const isAccepted = accepted === 'any certificate' || accepted.some(thumbprint => isThumbprintOf(certificate, thumbprint));
  const isOurs = device.statusReason === reasonFor(serialNumber);
  if (state === 'RELEASED') {
    return isDisabled && isOurs
      ? { to: { ...device, status: 'enabled', statusReason: `${MARK} certificate ${serialNumber} is released` }, words: `enabled the device ${id}` }
      : undefined;
  }
  if (isDisabled && isOurs && accepted === 'any certificate' && await revoked.hasSuccessor()) {
    return {
      leftAlone: `the device ${id} is disabled because of this certificate, although it has another one; `
        + 'if the revoked one can no longer be used, enable the device in IoT Hub',
    };
  }
  if (isDisabled || !isAccepted) {
    return undefined;
  }
  const other = accepted === 'any certificate' ? undefined : accepted.find(thumbprint => !isThumbprintOf(certificate, thumbprint));
  if (other !== undefined) {
    return withoutOne(other, device, id, revoked);
  }
  return accepted === 'any certificate' && await revoked.hasSuccessor()
    ? {
      leftAlone: `the device ${id} stays enabled, because it has a newer certificate and accepts any certificate of the CA; `
        + 'to have the revoked one refused, set its authentication in IoT Hub to the thumbprint of the newer one',
    }
    : { to: { ...device, status: 'disabled', statusReason: reasonFor(serialNumber) }, words: `disabled the device ${id}` };
}

/**
 * Leaves a device the other thumbprint that it has, in both places, as Azure itself stores a single one:
 * https://github.com/Azure/iotedge/issues/2951
 */
function withoutOne(other: unknown, device: JsonMap, id: string, { state }: RevokedCertificate): Decision {
  return state === 'REVOKED'
    ? {
      to: {
        ...device,
        authentication: { ...device.authentication as JsonMap, x509Thumbprint: { primaryThumbprint: other, secondaryThumbprint: other } },
      },
      words: `removed the thumbprint of the certificate from the device ${id}`,
    }
    : {
      leftAlone: `the device ${id} stays enabled, because it accepts another certificate too; `
        + 'to have this one refused, remove its thumbprint from the device in IoT Hub, or revoke it for good',
    };
}

/** Why a device is disabled: 83 of the 128 characters that Azure allows. It tells the devices that are enabled again from all others. */
function reasonFor(serialNumber: string): string {
  return `${MARK} certificate ${serialNumber} is revoked`;
}

/** The thumbprints of the certificates with which a device may connect, or that it may do so with any certificate of its CA. */
function acceptedBy({ authentication }: JsonMap): readonly unknown[] | 'any certificate' {
  const { type, x509Thumbprint } = isMap(authentication) ? authentication : {};
  if (type === 'certificateAuthority') {
    return 'any certificate';
  }
  return type === 'selfSigned' && isMap(x509Thumbprint) ? [x509Thumbprint.primaryThumbprint, x509Thumbprint.secondaryThumbprint].filter(Boolean) : [];
}
