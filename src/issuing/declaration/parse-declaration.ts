import { assertSubject, CertificateKind, kindOf, NOT_CONNECTING } from './certificate-kinds';
import { Declaration, DeclaredRenewal } from './declaration';
import { extensionsProperty } from './declared-extensions';
import { requestProperty } from './declared-request';
import { subjectCaProperty } from './subject-ca';
import { successionProperties } from './succession';
import { checkExtensions } from '../../contract/extensions';
import { HashAlgorithmName, KeyAlgorithmName } from '../../contract/key-algorithms';
import { BUNDLES_WITH_CERTIFICATE, checkRenewal, checkRenewedCa, checkRenewedTerm } from '../../contract/renewal';
import { ResourceType } from '../../contract/resource-types';
import { checkGeneration, checkHashAlgorithm, checkKeyAlgorithm, checkPathLength, quote } from '../../contract/rules';
import { checkTerm, Term } from '../../contract/term';
import { DeclaredProfileName } from '../../pki/profile';
import { checkPlatform } from '../../platforms/platform-checks';
import { PlatformId } from '../../platforms/registry';
import { checked, complain, list, optionalText, RawProperties, record, text, time, truth, wholeNumber } from '../../resource/property-values';
import { bundlesProperty } from '../keys/bundles';
import { isParameter, keyStorageProperty } from '../keys/key-storage';
import { tagsProperty } from '../keys/parameter-tags';

/**
 * Parses and checks the properties of a resource that issues. Unknown properties are ignored, so a stack of a newer version of the library
 * can be rolled back to this version.
 *
 * @throws Error that names the first wrong property, its value and what is allowed
 */
export function parseDeclaration(resourceType: string, properties: RawProperties): Declaration {
  const kind = kindOf(resourceType);
  if (!kind) {
    throw new Error(`the resource type must be one of ${Object.values(ResourceType).join(', ')}, got ${quote(resourceType)}`);
  }
  const signedElsewhere = truth('signedElsewhere', properties.SignedElsewhere, false)
    ? { certificatePem: optionalText('signedCertificate', properties.SignedCertificatePem) }
    : undefined;
  const issued = kind.issued === true || (kind.issued === 'where named' && properties.Issuer !== undefined);
  const request = kind.fromRequest === false ? undefined : requestProperty(properties, kind.fromRequest === 'always');
  const subjectCa = kind.ofSubjectCa ? subjectCaProperty(properties) : undefined;
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
    keyAlgorithm: request || subjectCa ? undefined : checked<KeyAlgorithmName>(checkKeyAlgorithm, properties.KeyAlgorithm),
    hashAlgorithm: checked<HashAlgorithmName>(checkHashAlgorithm, properties.HashAlgorithm),
    term: signedElsewhere || subjectCa ? undefined : termProperty(properties),
    pathLength: properties.PathLength === undefined ? undefined : checked<number>(checkPathLength, wholeNumber(properties.PathLength)),
    generation: checked<number>(checkGeneration, wholeNumber(properties.Generation ?? '1')),
    platforms: platformsProperty(properties.Platforms),
    keyStorage,
    tags: isParameter(keyStorage) ? tagsProperty(properties.Tags) : [],
    request,
    subjectCa,
    extensions: extensionsProperty(properties.Extensions),
    bundles: bundlesProperty(properties.Bundles),
    renewal: renewalProperty(resourceType as ResourceType, properties),
    clipToIssuer: subjectCa ? true : truth('clipToIssuer', properties.ClipToIssuer, false),
    retainKey: truth('removalPolicy', properties.RetainKey, false),
    ...successionProperties(properties),
    signedElsewhere,
  };
  truth('revokeOnRemoval', properties.RevokeOnRemoval, false); // only the removal needs it, and must not be the first to refuse it
  complain(checkExtensions(declaration.extensions ?? {}));
  assertTogether(declaration);
  assertSubject(declaration);
  return declaration;
}

/** Refuses properties that can't be combined. */
function assertTogether(declaration: Declaration): void {
  const { signedElsewhere, issuer, extensions, profile, bundles, request } = declaration;
  assertRenewable(declaration);
  if (signedElsewhere && issuer !== undefined) {
    throw new Error('signedElsewhere must be left out for a CA that has an issuer here');
  }
  if (profile !== 'ca' && extensions?.nameConstraints) {
    throw new Error('nameConstraints must be left out for a certificate that is not a CA (RFC 5280, section 4.2.1.10)');
  }
  if (bundles.length > 0 && NOT_CONNECTING.includes(profile)) {
    throw new Error('deliveryFormats must be left out for a CA and for a verification certificate, because their private keys are never delivered');
  }
  if (bundles.length > 0 && request) {
    throw new Error('deliveryFormats must be left out if the private key is not held here, because every format includes it');
  }
}

/** Refuses a renewal of a certificate that no schedule can renew. */
function assertRenewable({ renewal, resourceType, issuer, signedElsewhere, request, profile, term, bundles }: Declaration): void {
  if (!renewal) {
    return;
  }
  const isCa = resourceType === ResourceType.PRIVATE_IOT_CA;
  if (request || (!isCa && !['device', 'devid', 'server'].includes(profile))) {
    throw new Error('renewal must be left out for a verification certificate, for a cross-certificate, and for a certificate that is made from a request, '
      + 'because its key is elsewhere');
  }
  complain(isCa ? checkRenewedCa({
    hasIssuer: issuer !== undefined, signedElsewhere: signedElsewhere !== undefined, keepKey: renewal.keepKey,
  }) : undefined);
  complain(checkRenewedTerm(renewal.beforeDays, term!));
  complain(isCa || bundles.some(({ Type }) => BUNDLES_WITH_CERTIFICATE.includes(Type)) ? undefined
    : `renewal must come with a delivery format that holds the certificate beside its key, one of ${BUNDLES_WITH_CERTIFICATE.join(', ')}, `
      + `got ${quote(bundles.map(({ Type }) => Type).join(', '))}`);
}

function renewalProperty(resourceType: ResourceType, all: RawProperties): DeclaredRenewal | undefined {
  const { ServiceToken: _, ServiceTimeout: __, ...properties } = all; // they concern the request, not what it declares
  if (properties.Renewal === undefined) {
    return undefined;
  }
  const { BeforeDays, KeepKey } = record('renewal', properties.Renewal);
  const beforeDays = wholeNumber(BeforeDays);
  complain(checkRenewal(beforeDays, undefined));
  const keepKey = truth('keepKey', KeepKey, resourceType === ResourceType.PRIVATE_IOT_CA);
  return { beforeDays: beforeDays as number, keepKey, resourceType, properties: JSON.stringify(properties) };
}

export function platformsProperty(value: unknown): PlatformId[] {
  return list('platforms', value).map(platform => checked<PlatformId>(checkPlatform, platform));
}

function profileProperty({ profiles }: CertificateKind, value: unknown): DeclaredProfileName {
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
