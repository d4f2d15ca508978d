import { Construct } from 'constructs';
import { IotPlatform } from './iot-platform';
import { IPrivateIotCa } from '../constructs/ca/i-private-iot-ca';
import { knownCa } from '../constructs/ca/known-ca';
import { PrivateIotCa } from '../constructs/ca/private-iot-ca';
import { DeviceCertificate } from '../constructs/certificates/device-certificate';
import { complaintOfValidation, warn } from '../constructs/checks/notices';
import { concerns } from '../constructs/revocation/revocation-reach';

/**
 * Checks that a CA can be registered with a platform, and that the platform accepts the devices whose certificates the CA issues. A device
 * for another platform says so in its own declaration.
 *
 * @throws Error if the CA has no certificate yet
 */
export function validateRegistration(scope: Construct, ca: IPrivateIotCa, platform: IotPlatform): void {
  if (ca instanceof PrivateIotCa && ca._awaitsCertificate) {
    throw new Error(`${scope.node.path}: ca must have its certificate before it can be registered, and ${ca.node.path} is waiting for it; `
      + 'register the CA in the deployment with its signedCertificate, or later');
  }
  concerns(ca, platform._render());
  warn(scope, 'registered-ca-is-renewed', knownCa(ca).renewedBefore !== undefined ? `${ca.node.path} has a renewal, and ${platform.platformName} has the certificate of the last deployment `
    + 'that has updated the CA: raise refresh of the renewal and deploy after each renewal, before the former certificate ends' : undefined);
  scope.node.addValidation({
    validate: () => devicesOf(ca).filter(({ _platforms }) => _platforms === undefined).flatMap(device => {
      const complaint = device._complaintFor(platform);
      return complaintOfValidation(scope, device, complaint
        && `${complaint}, with which its CA is registered; declare platforms for a device of another platform`);
    }),
  });
}

/** The device certificates of a CA in the whole app. */
export function devicesOf(ca: IPrivateIotCa): DeviceCertificate[] {
  return ca.node.root.node.findAll().filter((node): node is DeviceCertificate => node instanceof DeviceCertificate && node._issuer === ca);
}
