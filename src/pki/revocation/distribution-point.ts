import { contextTag, element, explicit, objectIdentifier, sequence } from '../der';
import { extension } from '../extensions';
import { encodeGeneralNames } from '../general-names';
import { OID } from '../object-identifiers';

const ISSUING_DISTRIBUTION_POINT = objectIdentifier(OID.issuingDistributionPoint);

/**
 * DistributionPointName with URLs that all lead to the same list (RFC 5280, section 4.2.1.13). It is a CHOICE, so its own tag is explicit
 * wherever it occurs.
 */
export function distributionPointName(urls: readonly string[]): Buffer {
  return explicit(0, element(contextTag(0, true), ...encodeGeneralNames({ uri: urls })));
}

/**
 * Critical (RFC 5280, section 5.2.5): a validator that does not understand which certificates a list is about must not use it. The URLs are
 * those in the certificates, because a validator compares them.
 */
export function issuingDistributionPoint(urls: readonly string[]): Buffer {
  return extension(ISSUING_DISTRIBUTION_POINT, true, sequence(distributionPointName(urls)));
}
