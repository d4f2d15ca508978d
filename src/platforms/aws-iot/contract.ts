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

/** The environment variables of the function that AWS IoT asks about the certificate of a client. */
export interface ClientCertificateValidationEnvironment {
  readonly STACK_ID: string;
  /** The CAs, JSON: a list of `ValidatedCa`. */
  readonly CAS: string;
  /** The answer if the ledgers can't be read: `closed` for a refusal, `open` for acceptance. */
  readonly ON_FAILURE: string;
  /** Whether certificates of other issuers are accepted: `true` or `false`. */
  readonly ACCEPT_OTHER_ISSUERS: string;
  /** How long an answer is used again, in whole seconds. */
  readonly CACHE_SECONDS: string;
}

/** A CA whose certificates are validated. */
export interface ValidatedCa {
  /** The identity of the CA. */
  readonly caId: string;
  /** The name of the CA's ledger, or its ARN. */
  readonly table: string;
}

/** How many CAs a validation can have: all of their ledgers are asked about each certificate. */
const MAX_VALIDATED_CAS = 10;

/** Checks the number of CAs of a validation. */
export function checkNumberOfValidatedCas(number: number): Complaint {
  return number >= 1 && number <= MAX_VALIDATED_CAS ? undefined : `cas must hold 1 to ${MAX_VALIDATED_CAS} CAs, got ${number}`;
}

/** The longest time for which an answer may be used again, in seconds: so long may a revoked certificate still be accepted. */
const MAX_CACHE_SECONDS = 3_600;

/** Checks for how long an answer is used again. */
export function checkCacheSeconds(seconds: unknown): Complaint {
  return typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_CACHE_SECONDS ? undefined
    : `resultsCacheTtl must be 0 to ${MAX_CACHE_SECONDS} whole seconds, got ${quote(seconds)}`;
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
