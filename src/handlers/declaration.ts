import { HashAlgorithmName, KeyAlgorithmName } from '../contract/key-algorithms';
import { PlatformId } from '../contract/platforms';
import { KeyStorageProperties } from '../contract/properties';
import { ResourceType } from '../contract/resource-types';
import {
  checkCaForPlatform, checkDeviceForPlatform, checkGeneration, checkHashAlgorithm, checkKeyAlgorithm, checkPathLength, checkPlatform,
  checkRegistrationCode, checkSubject, checkValidityDays, Complaint, quote,
} from '../contract/rules';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectValues } from '../contract/subject-attributes';
import { ProfileName } from '../pki/profile';

/** The properties of a resource as CloudFormation sends them: every scalar is a string. */
export type RawProperties = { readonly [name: string]: unknown };

/** What a resource declares, parsed and checked. */
export interface Declaration {
  readonly resourceType: ResourceType;
  readonly profile: ProfileName;
  readonly ledgerTable: string;
  /** The identity of the CA that signs; absent for a CA that signs itself. */
  readonly issuer?: string;
  readonly subject: SubjectValues;
  readonly keyAlgorithm: KeyAlgorithmName;
  readonly hashAlgorithm: HashAlgorithmName;
  readonly validityDays: number;
  readonly pathLength?: number;
  readonly generation: number;
  readonly platforms: readonly PlatformId[];
  /** Where the private key is held; absent where it is thrown away after use. */
  readonly keyStorage?: KeyStorageProperties;
  readonly clipToIssuer: boolean;
  /** Whether the key outlives its resource. */
  readonly retainKey: boolean;
}

/** What the resource types differ in. */
interface Kind {
  readonly profile: ProfileName;
  readonly hasIssuer: boolean;
  readonly hasKeyStorage: boolean;
  readonly subject: (properties: RawProperties) => SubjectValues;
  /** The rules for the subject, which name the property it is declared by. */
  readonly checkSubject: (subject: SubjectValues) => Complaint;
  /** The platform's rules for this kind of certificate. */
  readonly checkForPlatform: (declaration: Declaration, platform: PlatformId) => Complaint;
}

const KINDS: { readonly [T in ResourceType]: Kind } = {
  [ResourceType.PRIVATE_IOT_CA]: {
    profile: 'ca',
    hasIssuer: false,
    hasKeyStorage: true,
    subject: subjectProperty,
    checkSubject,
    checkForPlatform: ({ keyAlgorithm }, platform) => checkCaForPlatform(keyAlgorithm, platform),
  },
  [ResourceType.VERIFICATION_CERTIFICATE]: {
    profile: 'verification',
    hasIssuer: true,
    hasKeyStorage: false,
    subject: properties => ({ commonName: text(properties, 'RegistrationCode', 'registrationCode') }),
    checkSubject: ({ commonName }) => checkRegistrationCode(commonName, 'generic'),
    checkForPlatform: ({ subject }, platform) => checkRegistrationCode(subject.commonName, platform),
  },
  [ResourceType.DEVICE_CERTIFICATE]: {
    profile: 'device',
    hasIssuer: true,
    hasKeyStorage: true,
    subject: subjectProperty,
    checkSubject,
    checkForPlatform: ({ subject }, platform) => checkDeviceForPlatform(subject.commonName!, platform),
  },
};

/**
 * Parses and checks the properties of a resource. Unknown properties are ignored, so that a stack of a newer version of
 * the library can be rolled back to this one.
 *
 * @throws Error that names the first wrong property, its value and what is allowed
 */
export function parseDeclaration(resourceType: string, properties: RawProperties): Declaration {
  const kind = Object.hasOwn(KINDS, resourceType) ? KINDS[resourceType as ResourceType] : undefined;
  if (!kind) {
    throw new Error(`the resource type must be one of ${Object.keys(KINDS).join(', ')}, got ${quote(resourceType)}`);
  }
  const declaration: Declaration = {
    resourceType: resourceType as ResourceType,
    profile: kind.profile,
    ledgerTable: text(properties, 'LedgerTable', 'ledgerTable'),
    issuer: kind.hasIssuer ? text(properties, 'Issuer', 'ca') : undefined,
    subject: kind.subject(properties),
    keyAlgorithm: checked(checkKeyAlgorithm, properties.KeyAlgorithm) as KeyAlgorithmName,
    hashAlgorithm: checked(checkHashAlgorithm, properties.HashAlgorithm) as HashAlgorithmName,
    validityDays: checked(checkValidityDays, wholeNumber(properties.ValidityDays)) as number,
    pathLength: properties.PathLength === undefined ? undefined : checked(checkPathLength, wholeNumber(properties.PathLength)) as number,
    generation: checked(checkGeneration, wholeNumber(properties.Generation ?? '1')) as number,
    platforms: platformList(properties.Platforms),
    keyStorage: kind.hasKeyStorage ? keyStorageProperty(properties.KeyStorage) : undefined,
    clipToIssuer: truth('clipToIssuer', properties.ClipToIssuer, false),
    retainKey: truth('removalPolicy', properties.RetainKey, false),
  };
  complain(kind.checkSubject(declaration.subject));
  declaration.platforms.forEach(platform => complain(kind.checkForPlatform(declaration, platform)));
  return declaration;
}

/** Throws a rule's complaint, if there is one. */
export function complain(complaint: Complaint): void {
  if (complaint) {
    throw new Error(complaint);
  }
}

function checked(rule: (value: unknown) => Complaint, value: unknown): unknown {
  complain(rule(value));
  return value;
}

function text(properties: RawProperties, name: string, property: string): string {
  const value = properties[name];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`${property} must be a string that is not empty, got ${quote(value)}`);
  }
  return value;
}

/** Only plain decimal digits are a number: `1e3`, `0x10`, ` 5` and `-1` are left as they are, for the rule to refuse. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^(0|[1-9]\d{0,8})$/.test(value) ? Number(value) : value;
}

function truth(property: string, value: unknown, absent: boolean): boolean {
  switch (value) {
    case undefined: return absent;
    case true: case 'true': return true;
    case false: case 'false': return false;
    default: throw new Error(`${property} must be true or false, got ${quote(value)}`);
  }
}

function record(property: string, value: unknown): RawProperties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${property} must be a map, got ${quote(value)}`);
  }
  return value as RawProperties;
}

function subjectProperty(properties: RawProperties): SubjectValues {
  const values = record('subject', properties.Subject);
  return Object.fromEntries(SUBJECT_ATTRIBUTE_NAMES
    .map(attribute => [attribute, values[SUBJECT_ATTRIBUTES[attribute].template]])
    .filter(([, value]) => value !== undefined));
}

function platformList(value: unknown): PlatformId[] {
  const list = value === undefined ? [] : value;
  if (!Array.isArray(list)) {
    throw new Error(`platforms must be a list, got ${quote(value)}`);
  }
  return list.map(platform => checked(checkPlatform, platform) as PlatformId);
}

function keyStorageProperty(value: unknown): KeyStorageProperties {
  const { Type, SecretArn } = record('keyStorage', value);
  if (Type !== 'SecretsManager') {
    throw new Error(`keyStorage must be of type SecretsManager, got ${quote(Type)}`);
  }
  if (typeof SecretArn !== 'string' || !/^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/.test(SecretArn)) {
    throw new Error(`keyStorage must name a secret by its ARN, got ${quote(SecretArn)}`);
  }
  return { Type, SecretArn };
}
