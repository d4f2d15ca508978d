import { ParameterValues } from './provisioning-expressions';
import { SubjectAttribute } from '../../../contract/subject-attributes';

/**
 * The parameters of a just-in-time provisioning template that AWS IoT fills in from a device's certificate, each with the attribute of the
 * subject that it is taken from. The certificate's own id has no attribute.
 * https://docs.aws.amazon.com/iot/latest/developerguide/jit-provisioning.html
 */
export const PROVISIONING_PARAMETERS: { readonly [parameter: string]: SubjectAttribute | undefined } = {
  'AWS::IoT::Certificate::Country': 'country',
  'AWS::IoT::Certificate::Organization': 'organization',
  'AWS::IoT::Certificate::OrganizationalUnit': 'organizationalUnit',
  'AWS::IoT::Certificate::DistinguishedNameQualifier': 'distinguishedNameQualifier',
  'AWS::IoT::Certificate::StateName': 'stateOrProvince',
  'AWS::IoT::Certificate::CommonName': 'commonName',
  'AWS::IoT::Certificate::SerialNumber': 'serialNumber',
  'AWS::IoT::Certificate::Id': undefined,
};

/** The certificate's own id has 64 digits. */
export const SOME_CERTIFICATE_ID = '0'.repeat(64);

/** Values that any certificate may provide. */
export const SOME_VALUES: ParameterValues = new Map(Object.entries(PROVISIONING_PARAMETERS)
  .map(([parameter, attribute]) => [parameter, attribute ? 'x' : SOME_CERTIFICATE_ID]));

/**
 * Whether a name can only be meant for AWS IoT: CloudFormation's logical IDs have no colons, and its pseudo parameters have two parts.
 */
export function isOfCertificate(name: string): boolean {
  return name.startsWith('AWS::IoT::');
}
