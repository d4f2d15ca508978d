import { Complaint, quote } from './rules';

/**
 * What AWS IoT Core takes, and the custom resources beside CloudFormation's own. See
 * https://docs.aws.amazon.com/iot/latest/developerguide/register-CA-cert.html
 */

/** `Custom::AwsIotRegistrationCode` */
export interface AwsIotRegistrationCodeProperties {
  /** The physical id of the CA for which the code is fetched. */
  readonly CaId: string;
  /** Raised by the user to have the code fetched anew. */
  readonly Generation: number;
}

/** Its attributes. */
export interface AwsIotRegistrationCodeAttributes {
  /** The registration code of the account and Region. */
  readonly RegistrationCode: string;
}

/** `Custom::AwsIotCaDeactivation` */
export interface AwsIotCaDeactivationProperties {
  /** What AWS IoT knows the CA by. */
  readonly CaCertificateId: string;
}

/** SHA-256 of the CA's DER. API reference, DescribeCACertificate, certificateId. */
export function checkCaCertificateId(value: unknown): Complaint {
  return /^[0-9a-f]{64}$/.test(String(value)) ? undefined
    : `CaCertificateId must be 64 lower-case hexadecimal digits, got ${quote(value)}`;
}

/** API reference, CreateThing, thingName. */
export function checkThingName(value: unknown): Complaint {
  return /^[a-zA-Z0-9:_-]{1,128}$/.test(String(value)) ? undefined
    : `thingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got ${quote(value)}`;
}
