import { Complaint, quote } from './rules';

/**
 * What AWS IoT Core takes, and the custom resources beside CloudFormation's own. See
 * https://docs.aws.amazon.com/iot/latest/developerguide/register-CA-cert.html
 */

/** `Custom::AwsIotRegistrationCode` */
export interface AwsIotRegistrationCodeProperties {
  /** The host of AWS IoT's control plane in the Region. */
  readonly Endpoint: string;
  /** The CA for which the code is fetched: a renewed certificate is registered anew, with the code of then. */
  readonly CaCertificatePem: string;
  /** Raised by the user to have the code fetched anew. */
  readonly Generation: number;
}

/** Its attributes. */
export interface AwsIotRegistrationCodeAttributes {
  /** The registration code of the account and Region. */
  readonly RegistrationCode: string;
}

/** API reference, CreateThing, thingName. */
export function checkThingName(value: unknown): Complaint {
  return /^[a-zA-Z0-9:_-]{1,128}$/.test(String(value)) ? undefined
    : `thingName must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got ${quote(value)}`;
}

/**
 * A topic in an AWS IoT policy, in which `+` and `#` are no wildcards.
 * https://docs.aws.amazon.com/iot/latest/developerguide/pub-sub-policy.html
 */
export function checkPolicyTopic(value: unknown): Complaint {
  return typeof value === 'string' && /^[^+#\p{Cc}]+$/u.test(value) ? undefined
    : `topics must not be empty, and have * for whatever may stand there, not + or #, got ${quote(value)}`;
}
