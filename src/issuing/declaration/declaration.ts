import { bundlesProperty } from '../keys/bundles';
import { extensionsProperty, subjectValues } from './declared-extensions';
import { DeclaredRequest, requestProperty } from './declared-request';
import { keyStorageProperty } from '../keys/key-storage';
import { tagsProperty } from '../keys/parameter-tags';
import { checked, complain, list, optionalText, RawProperties, text, time, truth, wholeNumber } from '../../resource/property-values';
import { checkExtensions, DeclaredExtensions } from '../../contract/extensions';
import { HashAlgorithmName, KeyAlgorithmName } from '../../contract/key-algorithms';
import { PlatformId } from '../../platforms/registry';
import { BundleProperties, KeyStorageProperties } from '../../contract/properties';
import { ResourceType } from '../../contract/resource-types';
import {
  checkCaForPlatform, checkCaId, checkDeviceForPlatform,
  checkDeviceKeyForPlatform, checkGeneration, checkHashAlgorithm, checkKeyAlgorithm, checkPathLength,
  checkPlatform, checkRegistrationCode, checkSubject, Complaint, quote,
} from '../../contract/rules';
import { SubjectValues } from '../../contract/subject-attributes';
import { Tag } from '../../contract/tags';
import { checkTerm, Term } from '../../contract/term';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { ProfileName } from '../../pki/profile';

/** What a resource declares, parsed and checked. */
export interface Declaration {
  readonly resourceType: ResourceType;
  readonly profile: ProfileName;
  /** The ledger in which it is recorded what this resource, if it is a CA, issues. */
  readonly ledgerTable: string;
  /** The ledger in which its own certificate is recorded: that of the CA which signs it. */
  readonly issuerLedgerTable: string;
  /** The identity of the CA that signs; absent for a CA that signs itself or is signed elsewhere. */
  readonly issuer?: string;
  /** The key identifier that the CA must have, in hexadecimal digits. */
  readonly issuerKeyIdentifier?: string;
  /** Absent where it is that of a request which has not been read yet. */
  readonly subject?: SubjectValues;
  /** Absent where the key comes with a request. */
  readonly keyAlgorithm?: KeyAlgorithmName;
  readonly hashAlgorithm: HashAlgorithmName;
  /** Absent for a CA that is signed elsewhere. */
  readonly term?: Term;
  readonly pathLength?: number;
  readonly generation: number;
  readonly platforms: readonly PlatformId[];
  /** Where the private key is held; absent where it is thrown away after use, or never seen. */
  readonly keyStorage?: KeyStorageProperties;
  /** The tags of the parameter that holds it; none where it is elsewhere. */
  readonly tags: readonly Tag[];
  readonly request?: DeclaredRequest;
  readonly extensions?: DeclaredExtensions;
  readonly bundles: readonly BundleProperties[];
  readonly clipToIssuer: boolean;
  /** Whether the key outlives its resource. */
  readonly retainKey: boolean;
  /** Of a CA: the identity of the CA that it replaces by declaration. */
  readonly replaces?: string;
  /** Of a CA that is signed elsewhere: its certificate and those above it, PEM; absent until there is one. */
  readonly signedElsewhere?: { readonly certificatePem?: string };
}

/** What the resource types differ in. */
interface Kind {
  readonly profiles: readonly ProfileName[];
  /** Whether a CA signs it: never, always, or where one is named. */
  readonly issued: boolean | 'where named';
  /** Where the private key can be kept; nowhere for a key that is thrown away, or never seen. */
  readonly keyStorage: readonly KeyStorageProperties['Type'][];
  /** Whether it can be made from a certificate signing request: it must be, it may be, or not. */
  readonly fromRequest: boolean | 'always';
  readonly subject: (properties: RawProperties) => SubjectValues;
  /** The rules for the subject, which name the property it is declared by. */
  readonly checkSubject: (subject: SubjectValues) => Complaint;
  /** The platform's rules for this kind of certificate. */
  readonly checkForPlatform: (declaration: Declaration, platform: PlatformId) => Complaint;
}

const declaredSubject = ({ Subject }: RawProperties): SubjectValues => subjectValues('subject', Subject);

const KEYED = { keyStorage: ['SecretsManager', 'Parameter'], fromRequest: true, subject: declaredSubject, checkSubject } as const;

/** The resources for which a certificate is issued here, or requested. */
type IssuedType = Exclude<ResourceType,
  typeof ResourceType.EXISTING_IOT_CA | typeof ResourceType.KEPT_IOT_CA | typeof ResourceType.PROOF_OF_POSSESSION_SIGNATURE
  | typeof ResourceType.CA_LOOKUP>;

const KINDS: { readonly [T in IssuedType]: Kind } = {
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
  [ResourceType.VERIFICATION_CERTIFICATE]: {
    profiles: ['verification'],
    issued: true,
    keyStorage: [],
    fromRequest: false,
    subject: ({ RegistrationCode }) => ({ commonName: text('registrationCode', RegistrationCode) }),
    checkSubject: ({ commonName }) => checkRegistrationCode(commonName, 'generic'),
    checkForPlatform: ({ subject }, platform) => checkRegistrationCode(subject!.commonName, platform),
  },
  [ResourceType.DEVICE_CERTIFICATE]: {
    ...KEYED,
    profiles: ['device', 'devid'],
    issued: true,
    checkForPlatform: (declaration, platform) => checkDeviceForPlatform(declaration.subject!.commonName!, platform)
      ?? checkKeyForPlatform(checkDeviceKeyForPlatform, declaration, platform),
  },
  [ResourceType.SERVER_CERTIFICATE]: { ...KEYED, profiles: ['server'], issued: true, checkForPlatform: () => undefined },
};

/**
 * Parses and checks the properties of a resource that issues. Unknown properties are ignored, so that a stack of a newer
 * version of the library can be rolled back to this one.
 *
 * @throws Error that names the first wrong property, its value and what is allowed
 */
export function parseDeclaration(resourceType: string, properties: RawProperties): Declaration {
  const kind = Object.hasOwn(KINDS, resourceType) ? KINDS[resourceType as keyof typeof KINDS] : undefined;
  if (!kind) {
    throw new Error(`the resource type must be one of ${Object.values(ResourceType).join(', ')}, got ${quote(resourceType)}`);
  }
  const signedElsewhere = truth('signedElsewhere', properties.SignedElsewhere, false)
    ? { certificatePem: optionalText('signedCertificate', properties.SignedCertificatePem) }
    : undefined;
  const issued = kind.issued === true || (kind.issued === 'where named' && properties.Issuer !== undefined);
  const request = kind.fromRequest === false ? undefined : requestProperty(properties, kind.fromRequest === 'always');
  const ledgerTable = text('ledgerTable', properties.LedgerTable);
  const keyStorage = kind.keyStorage.length > 0 && !request ? keyStorageProperty(properties.KeyStorage, kind.keyStorage) : undefined;
  const declaration: Declaration = {
    resourceType: resourceType as ResourceType,
    profile: profileProperty(kind, properties.Profile),
    ledgerTable,
    issuerLedgerTable: optionalText('ledgerTable of the issuer', properties.IssuerLedgerTable) ?? ledgerTable,
    issuer: issued ? text('ca', properties.Issuer) : undefined,
    issuerKeyIdentifier: optionalText('the key identifier of the CA', properties.IssuerKeyIdentifier),
    subject: request && properties.Subject === undefined ? request.subject : kind.subject(properties),
    keyAlgorithm: request ? undefined : checked<KeyAlgorithmName>(checkKeyAlgorithm, properties.KeyAlgorithm),
    hashAlgorithm: checked<HashAlgorithmName>(checkHashAlgorithm, properties.HashAlgorithm),
    term: signedElsewhere ? undefined : termProperty(properties),
    pathLength: properties.PathLength === undefined ? undefined : checked<number>(checkPathLength, wholeNumber(properties.PathLength)),
    generation: checked<number>(checkGeneration, wholeNumber(properties.Generation ?? '1')),
    platforms: platformsProperty(properties.Platforms),
    keyStorage,
    tags: keyStorage?.Type === 'Parameter' ? tagsProperty(properties.Tags) : [],
    request,
    extensions: extensionsProperty(properties.Extensions),
    bundles: bundlesProperty(properties.Bundles),
    clipToIssuer: truth('clipToIssuer', properties.ClipToIssuer, false),
    retainKey: truth('removalPolicy', properties.RetainKey, false),
    replaces: replacesProperty(properties.Replaces),
    signedElsewhere,
  };
  complain(checkExtensions(declaration.extensions ?? {}));
  assertTogether(declaration);
  assertSubject(declaration);
  return declaration;
}

/** Checks the subject, where it is known, by the rules of its kind and of the platforms. */
export function assertSubject(declaration: Declaration): void {
  const kind = KINDS[declaration.resourceType as keyof typeof KINDS];
  if (declaration.subject) {
    complain(kind.checkSubject(declaration.subject));
    if (declaration.profile === 'devid' && declaration.subject.serialNumber === undefined) {
      throw new Error('subject.serialNumber must be there for the profile devid (IEEE 802.1AR, section 8.6)');
    }
    declaration.platforms.forEach(platform => complain(kind.checkForPlatform(declaration, platform)));
  }
}

/** The platform's rule for the key: the declared one, or that of the request. Of a size that can't be declared, lint judges. */
function checkKeyForPlatform(rule: typeof checkCaForPlatform, { keyAlgorithm, request }: Declaration, platform: PlatformId): Complaint {
  if (!request) {
    return rule(keyAlgorithm!, platform);
  }
  const requested = request.content && keyAlgorithmOfPublicKey(request.content.publicKey);
  return requested && rule(requested, platform, 'the key of certificateSigningRequest');
}

/** What does not go together. */
function assertTogether({ signedElsewhere, issuer, extensions, profile, bundles, request }: Declaration): void {
  if (signedElsewhere && issuer !== undefined) {
    throw new Error('signedElsewhere must be left out for a CA that has an issuer here');
  }
  if (profile !== 'ca' && extensions?.nameConstraints) {
    throw new Error('nameConstraints must be left out for a certificate that is no CA (RFC 5280, section 4.2.1.10)');
  }
  if (bundles.length > 0 && ['ca', 'verification'].includes(profile)) {
    throw new Error('deliveryFormats must be left out for a CA and for a verification certificate: the key of a CA is handed on in no form');
  }
  if (bundles.length > 0 && request) {
    throw new Error('deliveryFormats must be left out where the private key is not held here, since all of them hold it');
  }
}

/** The CA that a CA replaces by declaration. */
export function replacesProperty(value: unknown): string | undefined {
  const caId = optionalText('replaces', value);
  complain(caId === undefined ? undefined : checkCaId(caId, 'replaces'));
  return caId;
}

export function platformsProperty(value: unknown): PlatformId[] {
  return list('platforms', value).map(platform => checked<PlatformId>(checkPlatform, platform));
}

function profileProperty({ profiles }: Kind, value: unknown): ProfileName {
  const profile = profiles.find(each => each === (value ?? profiles[0]));
  if (!profile) {
    throw new Error(`profile must be one of ${profiles.join(', ')}, got ${quote(value)}`);
  }
  return profile;
}

function termProperty({ ValidityDays, NotBefore, NotAfter }: RawProperties): Term {
  const term = {
    days: wholeNumber(ValidityDays) as number | undefined,
    notBefore: time('notBefore', NotBefore),
    notAfter: time('notAfter', NotAfter),
  };
  complain(checkTerm(term));
  return term;
}
