import { X509Certificate } from 'node:crypto';
import { Decision } from './decision';
import { isMap, JsonMap } from '../../../contract/json-map';
import { RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { isThumbprintOf, pemOf } from '../../registrar/shown-certificate';

/** The member of `optionalDeviceInformation` in which this library notes what it has done to an enrollment, and for which certificate. */
const MARK = 'privateIotCa';

/** What this library has done to an enrollment: whether it has made it, or found it and disabled it. */
interface Mark {
  readonly revokedCertificate: string;
  readonly enrollment: 'made' | 'disabled';
}

/**
 * Decides what becomes of the individual enrollment of a device. The service looks for an individual enrollment first, and for an enrollment
 * group only if there is none: a disabled individual enrollment takes the place of the group's trust.
 * https://learn.microsoft.com/azure/iot-dps/how-to-revoke-device-access-portal and
 * https://learn.microsoft.com/rest/api/iot-dps/service/individual-enrollment/create-or-update
 *
 * @param enrollment the enrollment, or `undefined` if there is none
 */
export async function enrollmentChange(enrollment: JsonMap | undefined, id: string, revoked: RevokedCertificate): Promise<Decision> {
  const { certificate, state } = revoked;
  if (state === 'RELEASED') {
    return enrollment && await released(enrollment, id, revoked);
  }
  if (!enrollment) {
    return await revoked.hasOther()
      ? {
        leftAlone: `the device ${id} may still be provisioned, because it has another certificate, which a disabled enrollment would refuse as well; `
          + 'to have the revoked one refused, create an individual enrollment with the other one',
      }
      : { to: enrollmentFor(id, revoked), words: `created a disabled enrollment for the device ${id}` };
  }
  if (enrollment.provisioningStatus === 'disabled' && markIn(enrollment)?.revokedCertificate === revoked.serialNumber && await revoked.hasOther()) {
    return {
      leftAlone: `the device ${id} is not provisioned because of this certificate, although it has another one; `
        + 'if the revoked one can no longer be used, delete its disabled enrollment',
    };
  }
  if (enrollment.provisioningStatus === 'disabled' || !certificatesIn(enrollment).some(each => isShownBy(each, certificate))) {
    return undefined;
  }
  return !await revoked.hasOtherAmong(certificatesIn(enrollment).map(thumbprintIn))
    ? { to: { ...marked(enrollment, revoked, 'disabled'), provisioningStatus: 'disabled' }, words: `disabled the enrollment of the device ${id}` }
    : {
      leftAlone: `the enrollment of the device ${id} stays enabled, because it holds another certificate too; `
        + 'to have this one refused, remove it from the enrollment',
    };
}

/**
 * Takes back what was done for a certificate of the device, as long as the enrollment is as this library has left it: it still holds certificates,
 * and no other good one.
 */
async function released(enrollment: JsonMap, id: string, revoked: RevokedCertificate): Promise<Decision> {
  const { [MARK]: _, ...information } = informationIn(enrollment);
  const mark = markIn(enrollment);
  const held = certificatesIn(enrollment);
  if (!mark || enrollment.provisioningStatus !== 'disabled' || held.length === 0 || await revoked.hasOtherAmong(held.map(thumbprintIn))) {
    return undefined;
  }
  const isOfBoth = mark.enrollment === 'made' || held.some(each => isShownBy(each, revoked.certificate));
  if (mark.revokedCertificate !== revoked.serialNumber && !(isOfBoth && await revoked.undoes(mark.revokedCertificate))) {
    return undefined;
  }
  return mark.enrollment === 'made'
    ? { to: 'deleted', words: `deleted the disabled enrollment for the device ${id}` }
    : { to: { ...enrollment, optionalDeviceInformation: information, provisioningStatus: 'enabled' }, words: `enabled the enrollment of the device ${id}` };
}

function enrollmentFor(registrationId: string, revoked: RevokedCertificate): JsonMap {
  return {
    ...marked({ registrationId }, revoked, 'made'),
    attestation: { type: 'x509', x509: { clientCertificates: { primary: { certificate: pemOf(revoked.certificate) } } } },
    provisioningStatus: 'disabled',
  };
}

function marked(enrollment: JsonMap, { serialNumber }: RevokedCertificate, done: Mark['enrollment']): JsonMap {
  const mark: Mark = { revokedCertificate: serialNumber, enrollment: done };
  return { ...enrollment, optionalDeviceInformation: { ...informationIn(enrollment), [MARK]: mark } };
}

/** What this library has noted in an enrollment. */
function markIn(enrollment: JsonMap): Mark | undefined {
  const mark = informationIn(enrollment)[MARK];
  return isMap(mark) ? mark as unknown as Mark : undefined;
}

function informationIn({ optionalDeviceInformation }: JsonMap): JsonMap {
  return isMap(optionalDeviceInformation) ? optionalDeviceInformation : {};
}

/** The client certificates of an enrollment: what the service shows of each. None if the device attests with something else. */
function certificatesIn({ attestation }: JsonMap): JsonMap[] {
  const { clientCertificates } = isMap(attestation) && isMap(attestation.x509) ? attestation.x509 : {};
  return isMap(clientCertificates) ? [clientCertificates.primary, clientCertificates.secondary].filter(isMap) : [];
}

function isShownBy(shown: JsonMap, certificate: X509Certificate): boolean {
  return isThumbprintOf(certificate, thumbprintIn(shown));
}

function thumbprintIn({ info }: JsonMap): unknown {
  return isMap(info) ? info.sha256Thumbprint ?? info.sha1Thumbprint : undefined;
}
