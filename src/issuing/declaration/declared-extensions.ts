import { DeclaredExtensions, DeclaredNameConstraints } from '../../contract/extensions';
import { GENERAL_NAME_TYPE_NAMES, GENERAL_NAME_TYPES, NameLists } from '../../contract/general-names';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES, SubjectValues } from '../../contract/subject-attributes';
import { list, optionalText, RawProperties, record, text, truth } from '../../resource/property-values';

/** Reads the property `Extensions`. An empty property declares nothing. The contract's rules for the values are checked elsewhere. */
export function extensionsProperty(value: unknown): DeclaredExtensions | undefined {
  if (value === undefined) {
    return undefined;
  }
  const properties = record('extensions', value);
  const { SubjectAlternativeNames, NameConstraints, CertificatePolicies, CustomExtensions } = properties;
  const declared = withoutAbsent({
    subjectAlternativeNames: SubjectAlternativeNames === undefined ? undefined : nameLists('subjectAlternativeNames', SubjectAlternativeNames),
    extendedKeyUsages: texts('extendedKeyUsages', properties.ExtendedKeyUsages),
    nameConstraints: NameConstraints === undefined ? undefined : nameConstraints(record('nameConstraints', NameConstraints)),
    certificatePolicies: records('certificatePolicies', CertificatePolicies)?.map(({ Oid, CpsUri }) => withoutAbsent({
      oid: text('certificatePolicies.oid', Oid), cpsUri: optionalText('certificatePolicies.cpsUri', CpsUri),
    })),
    crlDistributionPoints: texts('crlDistributionPoints', properties.CrlDistributionPoints),
    ocspUrls: texts('ocspUrls', properties.OcspUrls),
    caIssuersUrls: texts('caIssuersUrls', properties.CaIssuersUrls),
    customExtensions: records('customExtensions', CustomExtensions)?.map(({ Oid, Value }) => ({
      oid: text('customExtensions.oid', Oid),
      value: text('customExtensions.value', Value),
    })),
  });
  return Object.keys(declared).length > 0 ? declared : undefined;
}

function nameConstraints({ Critical, Permitted, Excluded }: RawProperties): DeclaredNameConstraints {
  return withoutAbsent({
    critical: truth('nameConstraints.critical', Critical, true),
    permitted: Permitted === undefined ? undefined : nameLists('nameConstraints.permitted', Permitted),
    excluded: Excluded === undefined ? undefined : nameLists('nameConstraints.excluded', Excluded),
  });
}

/** Reads names by their types. */
export function nameLists(property: string, value: unknown): NameLists {
  const lists = record(property, value);
  return withoutAbsent(Object.fromEntries(GENERAL_NAME_TYPE_NAMES.map(type => {
    const names = lists[GENERAL_NAME_TYPES[type].template];
    const where = `${property}.${type}`;
    return [type, type === 'directory' ? records(where, names)?.map(name => subjectValues(where, name)) : texts(where, names)];
  })));
}

/** Reads a distinguished name. */
export function subjectValues(property: string, value: unknown): SubjectValues {
  const values = record(property, value);
  return Object.fromEntries(SUBJECT_ATTRIBUTE_NAMES
    .map(attribute => [attribute, values[SUBJECT_ATTRIBUTES[attribute].template]])
    .filter(([, each]) => each !== undefined));
}

function texts(property: string, value: unknown): string[] | undefined {
  return value === undefined ? undefined : list(property, value).map(each => text(property, each));
}

function records(property: string, value: unknown): RawProperties[] | undefined {
  return value === undefined ? undefined : list(property, value).map(each => record(property, each));
}

/** Removes absent values: only values that are present count for an identity. */
function withoutAbsent<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
