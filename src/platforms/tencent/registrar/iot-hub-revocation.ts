import { Device, IotHubApi } from './iot-hub-api';
import { log } from '../../../lambda/log';
import { NO_NAME, RevocationTarget, RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { commonNameOf, fingerprintOf } from '../../registrar/shown-certificate';
import { isDeviceName } from '../contract';

/**
 * Products of Tencent Cloud IoT Hub, as revocations are carried over to them. IoT Hub disables devices, not certificates. The device of a
 * certificate is the one whose name is the certificate's common name. A CA certificate can't be disabled.
 */
export class IotHubRevocation implements RevocationTarget {
  constructor(private readonly api: (signal: AbortSignal) => IotHubApi, private readonly productIds: readonly string[]) {}

  public async carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    const { certificate, serialNumber, state } = revoked;
    if (certificate.ca) {
      log('WARN', { message: 'IoT Hub can\'t disable a CA certificate; bind its products to another one, or revoke the devices', serialNumber });
      return undefined;
    }
    const name = commonNameOf(certificate);
    if (name === undefined || !isDeviceName(name)) {
      return undefined;
    }
    const api = this.api(signal);
    const isEnabled = state === 'RELEASED';
    const changed: string[] = [];
    for (const productId of this.productIds) {
      const device = await api.device(productId, name);
      const thing = `tencent-iot-hub#device#${productId}/${name}`;
      if (!device || !mayBeOf(device, revoked)) {
        continue;
      }
      const change = (): Promise<void> => api.setEnabled(productId, name, isEnabled);
      const isDisabled = device.isEnabled === false;
      const isToChange = isEnabled || isDisabled || await isOnlyOne(device, revoked, `${name} of the product ${productId}`);
      changed.push(...isToChange && await revoked.apply(thing, isDisabled, change) ? [productId] : []);
    }
    return changed.length === 0 ? undefined : `${isEnabled ? 'enabled' : 'disabled'} the device ${name} of the product ${changed.join(', ')}`;
  }

  public async assertInReach(signal: AbortSignal): Promise<void> {
    for (const productId of this.productIds) {
      await this.api(signal).device(productId, NO_NAME);
    }
  }
}

/** Whether a device may have a certificate: the one that IoT Hub shows for it or, if IoT Hub shows none, any one for its name. */
function mayBeOf({ fingerprint }: Device, { certificate }: RevokedCertificate): boolean {
  return fingerprint === undefined || fingerprint === fingerprintOf(certificate);
}

/** Whether a device has no other good certificate. If IoT Hub shows no certificate, the device may have been given a newer one. */
async function isOnlyOne({ fingerprint }: Device, revoked: RevokedCertificate, name: string): Promise<boolean> {
  if (fingerprint === undefined && await revoked.hasOther()) {
    const { serialNumber } = revoked;
    log('WARN', { message: `left the device ${name} enabled: IoT Hub does not show its certificate, and the CA has issued another one for it`, serialNumber });
    return false;
  }
  return true;
}
