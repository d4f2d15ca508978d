import { isDeepStrictEqual } from 'node:util';
import { isMap, JsonMap } from '../../contract/json-map';
import { quote } from '../../contract/rules';
import { declared } from '../../issuing/declared-resource';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { own } from '../json';

/** The names of properties for people, where the name in the template is not that of the construct. */
const NAMES: { readonly [property: string]: string } = {
  AllowedNames: 'allowedSubjectAlternativeNames',
  Bundles: 'deliveryFormats',
  CertificatePem: 'certificate',
  CertificateSecretArn: 'certificate',
  CertificateSigningRequestSecretArn: 'certificateSigningRequest',
  IssuerKeyIdentifier: 'the key identifier of the CA',
  IssuerLedgerTable: 'the ledger of the issuer',
  LedgerTable: 'the ledger',
  RetainKey: 'removalPolicy',
  SignedCertificatePem: 'signedCertificate',
  ValidityDays: 'validity',
};

/** The names of the properties that an update changes, for people. */
export function changedProperties({ properties, oldProperties = {} }: LifecycleEvent): string[] {
  return [...new Set(changedNames(oldProperties, properties).map(nameOf))];
}

/**
 * The properties that make an update a replacement: those that alone would change the identity of the certificate.
 *
 * @param identityOf the identity that an event declares
 */
export function replacingProperties(event: LifecycleEvent, identityOf: (event: LifecycleEvent) => string | undefined = idOf): string[] {
  const { properties, oldProperties = {} } = event;
  const changed = changedNames(oldProperties, properties);
  const identityWith = (names: readonly string[]): string | undefined => identityOf({
    ...event, properties: { ...without(oldProperties, names), ...only(properties, names) },
  });
  const former = identityWith([]);
  const causes = changed.filter(name => identityWith([name]) !== former);
  return causes.length > 0 ? causes : changed;
}

/**
 * The differences in some properties of an update, in words.
 *
 * @param isKnown whether a value is known before the deployment
 */
export function describeDifferences(
  { properties, oldProperties = {} }: LifecycleEvent, names: readonly string[], isKnown: (value: string) => boolean,
): string[] {
  return names.flatMap(name => differences(nameOf(name), own(oldProperties, name), own(properties, name), isKnown));
}

function idOf(event: LifecycleEvent): string | undefined {
  try {
    return declared(event).physicalId;
  } catch {
    return undefined; // some properties are allowed only together
  }
}

function changedNames(before: JsonMap, after: JsonMap): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(name => !isDeepStrictEqual(own(before, name), own(after, name)));
}

function only(properties: JsonMap, names: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

function without(properties: JsonMap, names: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function nameOf(property: string): string {
  return own(NAMES, property) ?? `${property.charAt(0).toLowerCase()}${property.slice(1)}`;
}

/** The differences between two values, leaf by leaf. */
function differences(path: string, before: unknown, after: unknown, isKnown: (value: string) => boolean): string[] {
  if (isDeepStrictEqual(before, after)) {
    return [];
  }
  if (isMap(before) && isMap(after)) {
    return changedNames(before, after).flatMap(name => differences(`${path}.${nameOf(name)}`, own(before, name), own(after, name), isKnown));
  }
  return [`${path}: ${valueText(before, isKnown)} → ${valueText(after, isKnown)}`];
}

function valueText(value: unknown, isKnown: (value: string) => boolean): string {
  if (value === undefined) {
    return 'none';
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return !isKnown(text) ? '(known after the deployment)' : quote(text);
}
