import { nameInPath } from './name-in-path';
import { Complaint, quote } from '../../contract/rules';

/**
 * The rules of AWS IoT Core for its inputs, and the custom resources in addition to CloudFormation's own. See
 * https://docs.aws.amazon.com/iot/latest/developerguide/register-CA-cert.html
 */

/** `Custom::AwsIotRegistrationCode` */
export interface AwsIotRegistrationCodeProperties {
  /** The host of AWS IoT's control plane in the Region. */
  readonly Endpoint: string;
  /** The certificate of the CA for which the code is fetched. A renewed certificate is registered again, with the code of that time. */
  readonly CaCertificatePem: string;
  /** A number that the user raises to have the code fetched again. */
  readonly Generation: number;
}

/** The attributes of this resource. */
export interface AwsIotRegistrationCodeAttributes {
  /** The registration code of the account and Region. */
  readonly RegistrationCode: string;
}

/** The environment variables of the function that carries the revocations of a CA over to AWS IoT. */
export interface AwsIotRevocationEnvironment {
  readonly STACK_ID: string;
  /** The identity of the CA. */
  readonly CA_ID: string;
  /** The name of the CA's ledger. */
  readonly LEDGER_TABLE: string;
}

/** How often everything that is revoked is checked, in minutes. */
const CHECK_MINUTES = { min: 5, max: 1_440 };

/** Checks how often everything that is revoked is checked. */
export function checkCheckMinutes(minutes: unknown): Complaint {
  return typeof minutes === 'number' && Number.isInteger(minutes) && minutes >= CHECK_MINUTES.min && minutes <= CHECK_MINUTES.max ? undefined
    : `checkInterval must be ${CHECK_MINUTES.min} to ${CHECK_MINUTES.max} whole minutes, got ${quote(minutes)}`;
}

/** API reference, CreateThing, thingName and thingTypeName, and CreateThingGroup, thingGroupName. */
export function checkThingName(value: unknown, property = 'thingName'): Complaint {
  return /^[a-zA-Z0-9:_-]{1,128}$/.test(String(value)) ? undefined
    : `${property} must be 1 to 128 letters, digits and : _ - for AWS IoT Core, got ${quote(value)}`;
}

/** Checks the prefix of a thing's name. */
export function checkThingNamePrefix(value: unknown): Complaint {
  return /^[a-zA-Z0-9:_-]{0,127}$/.test(String(value)) ? undefined
    : `thingNamePrefix must be at most 127 letters, digits and : _ - for AWS IoT Core, got ${quote(value)}`;
}

/** API reference, CreatePolicy, policyName. */
export function checkPolicyName(value: unknown, property = 'policyName'): Complaint {
  return /^[\w+=,.@-]{1,128}$/.test(String(value)) ? undefined
    : `${property} must be 1 to 128 letters, digits and _ + = , . @ - for AWS IoT Core, got ${quote(value)}`;
}

/** Developer guide, "Thing types": how many attributes a thing may have. */
const MAX_ATTRIBUTES = { ofType: 50, withoutType: 3 };

/** API reference, AttributePayload. A value that is not a string is known only at deployment. */
export function checkThingAttributes(attributes: { readonly [name: string]: unknown }, property: string, ofType: boolean): Complaint {
  const names = Object.keys(attributes);
  const max = ofType ? MAX_ATTRIBUTES.ofType : MAX_ATTRIBUTES.withoutType;
  if (names.length > max) {
    return `${property} must have at most ${max} entries for a thing ${ofType ? 'with' : 'without'} a thing type, `
      + `got ${names.length}: ${quote(names.join(', '))}`
      + (ofType ? '' : `; a thing with a thing type may have ${MAX_ATTRIBUTES.ofType}`);
  }
  const badName = names.find(name => !/^[a-zA-Z0-9_.,@/:#-]{1,128}$/.test(name));
  if (badName !== undefined) {
    return `the names of ${property} must be 1 to 128 letters, digits and _ . , @ / : # -, without spaces, got ${quote(badName)}`;
  }
  for (const [name, value] of Object.entries(attributes)) {
    const complaint = typeof value === 'string' ? checkThingAttribute(value, `${property}.${nameInPath(name)}`) : undefined;
    if (complaint) {
      return complaint;
    }
  }
  return undefined;
}

/** API reference, AttributePayload: the value of one attribute. */
export function checkThingAttribute(value: string, property: string): Complaint {
  return /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/.test(value) ? undefined
    : `${property} must be at most 800 letters, digits and _ . , @ / : # = [ ] -, without spaces, for AWS IoT Core, got ${quote(value)}`;
}

/**
 * Checks a topic in an AWS IoT policy, in which `+` and `#` are not wildcards.
 * https://docs.aws.amazon.com/iot/latest/developerguide/pub-sub-policy.html
 */
export function checkPolicyTopic(value: unknown): Complaint {
  return typeof value === 'string' && /^[^+#\p{Cc}]+$/u.test(value) ? undefined
    : `topics must not be empty, and must have * as their wildcard, not + or #, got ${quote(value)}`;
}
