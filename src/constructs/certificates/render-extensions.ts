import { Construct } from 'constructs';
import { CertificateExtensionOptions, ExtendedKeyUsage, NameConstraints } from './certificate-extensions';
import { checkExtensions, DeclaredExtensions } from '../../contract/extensions';
import { GENERAL_NAME_TYPE_NAMES, GENERAL_NAME_TYPES, NameLists } from '../../contract/general-names';
import { ExtensionProperties } from '../../contract/properties';
import { limitsUnder } from '../../pki/constraint-limits';
import { rawNames } from '../../pki/general-names';
import { knownConstraints } from '../ca/known-ca';
import { warn } from '../checks/notices';
import { renderSubject, validate } from '../checks/validation';

/** All extensions that a construct can declare. */
export interface ExtensionProps extends CertificateExtensionOptions {
  readonly extendedKeyUsages?: ExtendedKeyUsage[];
  readonly nameConstraints?: NameConstraints;
}

/** Checks the extensions that a construct declares, and renders them for a template; `undefined` if there are none. */
export function renderExtensions(scope: Construct, props: ExtensionProps): ExtensionProperties | undefined {
  const declared: DeclaredExtensions = {
    subjectAlternativeNames: props.subjectAlternativeNames,
    extendedKeyUsages: props.extendedKeyUsages?.map(({ oid }) => oid),
    nameConstraints: props.nameConstraints && { critical: true, ...props.nameConstraints },
    certificatePolicies: props.certificatePolicies,
    crlDistributionPoints: props.crlDistributionPoints,
    ocspUrls: props.ocspUrls,
    caIssuersUrls: props.caIssuersUrls,
    customExtensions: props.customExtensions?.map(({ oid, valueDerBase64 }) => ({ oid, value: valueDerBase64 })),
  };
  Object.entries(declared).forEach(([name, value]) => validate(scope, [value], () => checkExtensions({ [name]: value })));
  sayConstraints(scope, props.nameConstraints);
  const { nameConstraints } = declared;
  return withoutAbsent({
    SubjectAlternativeNames: declared.subjectAlternativeNames && renderNames(declared.subjectAlternativeNames),
    ExtendedKeyUsages: declared.extendedKeyUsages,
    NameConstraints: nameConstraints && withoutAbsent({
      Critical: nameConstraints.critical,
      Permitted: nameConstraints.permitted && renderNames(nameConstraints.permitted),
      Excluded: nameConstraints.excluded && renderNames(nameConstraints.excluded),
    }),
    CertificatePolicies: declared.certificatePolicies?.map(({ oid, cpsUri }) => withoutAbsent({ Oid: oid, CpsUri: cpsUri })),
    CrlDistributionPoints: declared.crlDistributionPoints,
    OcspUrls: declared.ocspUrls,
    CaIssuersUrls: declared.caIssuersUrls,
    CustomExtensions: declared.customExtensions?.map(({ oid, value }) => ({ Oid: oid, Value: value })),
  });
}

/** Warns of constraints under which some validator refuses names that comply with them. */
function sayConstraints(scope: Construct, declared: NameConstraints | undefined): void {
  const constraints = knownConstraints(declared);
  const [permitted, excluded] = [constraints?.permitted, constraints?.excluded].map(lists => rawNames(lists ?? {}));
  const refusals = limitsUnder({ permitted, excluded }, constraints?.critical ?? true, ({ effect }) => effect === 'refuses');
  if (refusals.length > 0) {
    warn(scope, 'name-constraints', `not every validator supports these nameConstraints: ${refusals.join('; ')}. `
      + 'Constraints on dns are supported more widely');
  }
}

/** Renders names for a template. */
export function renderNames(names: NameLists): ExtensionProperties {
  return withoutAbsent(Object.fromEntries(GENERAL_NAME_TYPE_NAMES.map(type => [
    GENERAL_NAME_TYPES[type].template,
    type === 'directory' ? names.directory?.map(name => renderSubject(name)) : names[type],
  ]))) ?? {};
}

function withoutAbsent(properties: { [name: string]: unknown }): ExtensionProperties | undefined {
  const there = Object.entries(properties).filter(([, value]) => value !== undefined);
  return there.length > 0 ? Object.fromEntries(there) : undefined;
}
