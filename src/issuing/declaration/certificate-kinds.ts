import { Declaration } from './declaration';
import { subjectValues } from './declared-extensions';
import { KeyStorageProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import { checkSubject, Complaint } from '../../contract/rules';
import { SubjectValues } from '../../contract/subject-attributes';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { DeclaredProfileName } from '../../pki/profile';
import { checkCaForPlatform, checkDeviceForPlatform, checkDeviceKeyForPlatform, checkRegistrationCode } from '../../platforms/platform-checks';
import { PlatformId } from '../../platforms/registry';
import { complain, RawProperties, text } from '../../resource/property-values';

/** The profiles of certificates with which nothing connects: no platform knows them by a common name, and their keys are never delivered. */
export const NOT_CONNECTING: readonly string[] = ['ca', 'cross', 'verification'];

/** The differences between the resource types. */
export interface CertificateKind {
  readonly profiles: readonly DeclaredProfileName[];
  /** Whether a CA signs the certificate: never, always, or only if a CA is named. */
  readonly issued: boolean | 'where named';
  /** Where the private key can be kept; nowhere for a key that is thrown away, or that is never seen here. */
  readonly keyStorage: readonly KeyStorageProperties['Type'][];
  /** Whether the certificate is made from a certificate signing request: always, optionally, or never. */
  readonly fromRequest: boolean | 'always';
  /** Whether it certifies the key of another CA, whose own certificate gives subject, key and end. */
  readonly ofSubjectCa?: true;
  /** The declared subject; none if it comes from another CA's certificate. */
  readonly subject: (properties: RawProperties) => SubjectValues | undefined;
  /** The rules for the subject. They name the property that declares it. */
  readonly checkSubject: (subject: SubjectValues) => Complaint;
  /** The platform's rules for this kind of certificate. */
  readonly checkForPlatform: (declaration: Declaration, platform: PlatformId) => Complaint;
}

const declaredSubject = ({ Subject }: RawProperties): SubjectValues => subjectValues('subject', Subject);

const KEYED = { keyStorage: ['SecretsManager', 'Parameter'], fromRequest: true, subject: declaredSubject, checkSubject } as const;

/** The types of resources for which a certificate is issued here, or requested. */
type IssuedType = Exclude<ResourceType,
  typeof ResourceType.EXISTING_IOT_CA | typeof ResourceType.KEPT_IOT_CA | typeof ResourceType.PROOF_OF_POSSESSION_SIGNATURE
  | typeof ResourceType.CA_LOOKUP>;

const DEVICE: CertificateKind = {
  ...KEYED,
  profiles: ['device', 'devid'],
  issued: true,
  checkForPlatform: (declaration, platform) => checkDeviceForPlatform(declaration.subject!.commonName!, platform)
    ?? checkKeyForPlatform(checkDeviceKeyForPlatform, declaration, platform),
};

const KINDS: { readonly [T in IssuedType]: CertificateKind } = {
  [ResourceType.PRIVATE_IOT_CA]: {
    ...KEYED,
    profiles: ['ca'],
    issued: 'where named',
    keyStorage: ['SecretsManager', 'Kms'],
    fromRequest: false,
    checkForPlatform: (declaration, platform) => checkKeyForPlatform(checkCaForPlatform, declaration, platform),
  },
  [ResourceType.CA_CERTIFICATE]: {
    ...KEYED,
    profiles: ['ca'],
    issued: true,
    keyStorage: [],
    fromRequest: 'always',
    checkForPlatform: (declaration, platform) => checkKeyForPlatform(checkCaForPlatform, declaration, platform),
  },
  [ResourceType.CROSS_CERTIFICATE]: {
    profiles: ['cross'],
    issued: true,
    ofSubjectCa: true,
    keyStorage: [],
    fromRequest: false,
    subject: () => undefined,
    checkSubject: () => undefined,
    checkForPlatform: () => undefined,
  },
  [ResourceType.VERIFICATION_CERTIFICATE]: {
    profiles: ['verification'],
    issued: true,
    keyStorage: [],
    fromRequest: false,
    subject: ({ RegistrationCode }) => ({ commonName: text('registrationCode', RegistrationCode) }),
    checkSubject: ({ commonName }) => checkRegistrationCode(commonName, 'generic'),
    checkForPlatform: ({ subject }, platform) => checkRegistrationCode(subject!.commonName, platform),
  },
  [ResourceType.DEVICE_CERTIFICATE]: DEVICE,
  [ResourceType.DEVICE_CERTIFICATE_FLEET]: { ...DEVICE, keyStorage: [] },
  [ResourceType.SERVER_CERTIFICATE]: { ...KEYED, profiles: ['server'], issued: true, checkForPlatform: () => undefined },
};

/** The kind of a resource type; `undefined` for a type for which no certificate is issued. The type may come from outside. */
export function kindOf(resourceType: string): CertificateKind | undefined {
  return Object.hasOwn(KINDS, resourceType) ? KINDS[resourceType as IssuedType] : undefined;
}

/** Checks the subject, if it is known, against the rules of its kind and of the platforms. */
export function assertSubject(declaration: Declaration): void {
  const kind = kindOf(declaration.resourceType)!;
  if (declaration.subject) {
    complain(kind.checkSubject(declaration.subject));
    if (declaration.profile === 'devid' && declaration.subject.serialNumber === undefined) {
      throw new Error('subject.serialNumber must be given for the profile devid (IEEE 802.1AR, section 8.6)');
    }
    declaration.platforms.forEach(platform => complain(kind.checkForPlatform(declaration, platform)));
  }
}

/** Checks the declared key, or the key of the request, against the platform's rule. Keys of a size that can't be declared are left to lint. */
function checkKeyForPlatform(rule: typeof checkCaForPlatform, { keyAlgorithm, request }: Declaration, platform: PlatformId): Complaint {
  if (!request) {
    return rule(keyAlgorithm!, platform);
  }
  const requested = request.content && keyAlgorithmOfPublicKey(request.content.publicKey);
  return requested && rule(requested, platform, 'the key of certificateSigningRequest');
}
