import { comparableDeviceId, DeviceRow, isNameOfDevice, NAME_COLUMNS, NAME_TEMPLATES } from '../../contract/fleet';
import { ResourceType } from '../../contract/resource-types';
import { quote } from '../../contract/rules';
import { sha256 } from '../../contract/sha256';
import { SUBJECT_ATTRIBUTES, SubjectAttribute } from '../../contract/subject-attributes';
import { readName } from '../../pki/name-reader';
import { Requester } from '../../resource/lifecycle-event';
import { idFrom } from '../../resource/physical-id';
import { list, RawProperties, record } from '../../resource/property-values';
import { Declaration } from '../declaration/declaration';
import { identityOf } from '../declaration/identity';
import { parseDeclaration } from '../declaration/parse-declaration';

/** A device as its row and its fleet declare it. */
export interface DeclaredDevice {
  readonly row: DeviceRow;
  readonly declaration: Declaration;
  /** The identity of the device's certificate: that of the device below its CA. It stays when the row changes. */
  readonly identity: string;
  /** A digest of the declaration, which changes if another certificate is declared. 64 hexadecimal digits. */
  readonly declared: string;
}

/**
 * Reads what a row and its fleet declare, with the rules of a single device certificate. The common name is the ID of the device unless the row has
 * another one.
 *
 * @param template the properties of the fleet
 * @param fleet the resource of the fleet
 * @throws Error that names the property, its value and what is allowed
 */
export function declaredDevice(row: DeviceRow, template: RawProperties, fleet: Requester): DeclaredDevice {
  const declaration = parseDeclaration(ResourceType.DEVICE_CERTIFICATE_FLEET, propertiesOf(row, template));
  assertOwnRequest(row, declaration);
  const { stackId, logicalResourceId } = fleet;
  const id = JSON.stringify([
    'cdk-private-iot-ca/1', ResourceType.DEVICE_CERTIFICATE_FLEET, declaration.issuer, stackId, logicalResourceId, comparableDeviceId(row.deviceId),
  ]);
  return { row, declaration, identity: idFrom(declaration.profile as 'device' | 'devid', id), declared: sha256(identityOf(declaration, fleet)) };
}

function propertiesOf({ deviceId, certificateSigningRequest, generation = 1, subject, names }: DeviceRow, template: RawProperties): RawProperties {
  const own = Object.entries(subject ?? {}).map(([name, value]) => [SUBJECT_ATTRIBUTES[name as SubjectAttribute].template, value]);
  return {
    ...template,
    Subject: { CommonName: deviceId, ...template.Subject === undefined ? {} : record('subject', template.Subject), ...Object.fromEntries(own) },
    // Raising either of the two gives the device another certificate.
    ...generation > 1 && { Generation: String(Number(template.Generation ?? 1) + generation - 1) },
    ...certificateSigningRequest !== undefined && { CertificateSigningRequest: certificateSigningRequest },
    ...names && { Extensions: withNames(names, template.Extensions) },
  };
}

function withNames(names: NonNullable<DeviceRow['names']>, extensions: unknown): RawProperties {
  const all = extensions === undefined ? {} : record('extensions', extensions);
  const common = all.SubjectAlternativeNames === undefined ? {} : record('subjectAlternativeNames', all.SubjectAlternativeNames);
  const merged = NAME_COLUMNS.filter(type => names[type]).map(type => {
    const template = NAME_TEMPLATES[type];
    return [template, [...list(template, common[template]), ...names[type]!]];
  });
  return { ...all, SubjectAlternativeNames: { ...common, ...Object.fromEntries(merged) } };
}

function assertOwnRequest({ deviceId }: DeviceRow, { request, subject }: Declaration): void {
  const requested = request?.content && readName(request.content.subject).commonName;
  if (requested !== undefined && !isNameOfDevice(requested, deviceId, subject!.commonName)) {
    throw new Error(`certificateSigningRequest must be that of the device ${quote(deviceId)}, got one for the common name ${quote(requested)}; `
      + 'give the row the request of its own device, or that common name');
  }
}
