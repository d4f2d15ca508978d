import { outsideValidity } from './validity';
import { KEY_ALGORITHM_NAMES, KEY_ALGORITHMS, KeyAlgorithmName } from '../../../contract/key-algorithms';
import { PlatformRules } from '../../../contract/platform-rules';
import { SUBJECT_ATTRIBUTES } from '../../../contract/subject-attributes';
import { checkDeviceForPlatform } from '../../../platforms/platform-checks';
import { PLATFORM_IDS, PlatformId, platformRules } from '../../../platforms/registry';
import { signatureFacts } from '../../algorithms';
import { OID } from '../../object-identifiers';
import { publicKeyForm } from '../../public-key-forms';
import { keyText, PublicKeyFacts, readPublicKey } from '../../public-key-info';
import { LintRule } from '../lint-rule';
import { LintedCertificate } from '../model/linted-certificate';

/** What every platform requires of a device, because all of them authenticate devices as TLS clients. */
const TLS_CLIENT_RULES: readonly LintRule[] = [
  {
    id: 'platform-client-key-usage',
    severity: 'warning',
    source: 'RFC 8446, section 4.4.2.2, and RFC 5246, section 7.4.8',
    checks: 'The key of a device may make digital signatures, as a TLS client has to.',
    check: ({ ca, values: { keyUsage } }) => ca || !keyUsage || keyUsage.has('digitalSignature')
      ? undefined
      : `the key usage of a TLS client should have digitalSignature, got ${[...keyUsage].join(', ') || 'none'}`,
  },
  {
    id: 'platform-client-extended-key-usage',
    severity: 'warning',
    source: 'RFC 5280, section 4.2.1.12',
    checks: 'An extended key usage, if given, allows a device to be a TLS client.',
    check: ({ ca, values: { extendedKeyUsage } }) => ca || !extendedKeyUsage
      || extendedKeyUsage.includes(OID.clientAuth) || extendedKeyUsage.includes(OID.anyExtendedKeyUsage)
      ? undefined
      : 'the extended key usage of a TLS client should have clientAuth, or be left out',
  },
];

/** The rules that follow from the data on a platform: one for each of its requirements. */
function rulesOf(platform: PlatformId): LintRule[] {
  const rules = platformRules(platform);
  const rule = (what: string, checks: string, check: LintRule['check'], more: Partial<LintRule> = {}): LintRule => ({
    id: `platform-${platform}-${what}`,
    severity: 'error',
    source: rules.documentation ?? rules.name,
    checks,
    check,
    ...more,
  });
  const keySource = (owner: 'ca' | 'device') => rules.documentedKeys?.includes(owner)
    ? {}
    : { source: `what ${rules.name} is known to accept; not documented` };
  return [
    ...demand(rules.caKeyAlgorithms, allowed => [
      rule('ca-key', `${rules.name} accepts CAs with a key of ${list(allowed)}.`,
        ({ ca, publicKey }) => ca ? keyComplaint('the key of a CA', publicKey, allowed, rules) : undefined, keySource('ca')),
      rule('signature-key', `${rules.name} accepts devices whose certificates are signed with a key of ${familiesOf(allowed).join(' or ')}.`,
        certificate => signatureComplaint(certificate, familiesOf(allowed), rules), keySource('ca')),
    ]),
    ...demand(rules.deviceKeyAlgorithms, allowed => [
      rule('device-key', `${rules.name} accepts devices with a key of ${list(allowed)}.`,
        ({ ca, publicKey }) => ca ? undefined : keyComplaint('the key of a device', publicKey, allowed, rules), keySource('device')),
    ]),
    ...demand(rules.signatureDigests, allowed => [
      rule('signature-digest', `${rules.name} accepts signatures over ${allowed.join(', ')}.`, ({ outerSignature }) => {
        const digest = signatureFacts(outerSignature)?.digest;
        return digest === undefined || (allowed as readonly string[]).includes(digest)
          ? undefined
          : `the signature must be over ${oneOf(allowed)} for ${rules.name}, got ${digest}`;
      }),
    ]),
    ...demand(rules.caCommonNameRequired, () => [
      rule('ca-common-name', `${rules.name} identifies a CA by its common name.`, ({ ca, subject }) => !ca || commonNamesOf(subject).length > 0
        ? undefined
        : `the certificate of a CA must have a common name for ${rules.name}, got none`),
    ]),
    ...demand(rules.deviceCommonNameRequired ?? rules.deviceCommonName, () => [
      rule('device-common-name', commonNameRule(rules), certificate => certificate.ca ? undefined : commonNameComplaint(certificate, platform)),
    ]),
    ...demand(rules.maximumPemLength, maximum => [
      rule('pem-length', `${rules.name} accepts certificates of at most ${maximum} characters in PEM.`, ({ der }) => pemLength(der) <= maximum
        ? undefined
        : `a certificate must have at most ${maximum} characters in PEM for ${rules.name}, got ${pemLength(der)}`),
    ]),
    ...demand(rules.caFlagRequired, () => [
      rule('ca-flag', `${rules.name} registers a self-signed certificate as a CA only if it says that it is a CA.`, ({ ca, selfIssued }) =>
        ca || !selfIssued
          ? undefined
          : `${rules.name} registers a certificate as a CA only if its basicConstraints say that it is a CA`, { severity: 'warning' }),
    ]),
    ...demand(rules.validAtRegistration, () => [
      rule('valid', `${rules.name} registers certificates while they are valid.`, (certificate, { now }) => {
        const outside = now && outsideValidity(certificate, now);
        return outside && `${rules.name} registers certificates only while they are valid: ${outside}`;
      }),
    ]),
  ];
}

/** The rules for a requirement; none if the platform does not have it. */
function demand<T>(demanded: T | undefined, rules: (demanded: T) => readonly LintRule[]): readonly LintRule[] {
  return demanded === undefined || demanded === false ? [] : rules(demanded);
}

const BY_PLATFORM = new Map<PlatformId, readonly LintRule[]>(PLATFORM_IDS.map(platform => [platform, rulesOf(platform)]));

/** All rules of platforms. */
export const PLATFORM_RULES: readonly LintRule[] = [...TLS_CLIENT_RULES, ...[...BY_PLATFORM.values()].flat()];

/** The rules for certificates that are for these platforms. */
export function rulesOfPlatforms(platforms: readonly PlatformId[]): readonly LintRule[] {
  return platforms.length === 0 ? [] : [...TLS_CLIENT_RULES, ...[...new Set(platforms)].flatMap(platform => BY_PLATFORM.get(platform)!)];
}

/** One key of each algorithm that can be declared, to compare other keys with. */
const SAMPLES = new Map<KeyAlgorithmName, PublicKeyFacts>(KEY_ALGORITHM_NAMES.map(name => [name, readPublicKey(publicKeyForm(name).sample)]));

function keyComplaint(what: string, key: PublicKeyFacts, allowed: readonly KeyAlgorithmName[], { name }: PlatformRules): string | undefined {
  return allowed.some(algorithm => isAtLeast(key, SAMPLES.get(algorithm)!))
    ? undefined
    : `${what} must be ${oneOf(allowed)} for ${name}, got ${keyText(key)}`;
}

/** Platforms that accept RSA keys of 2048 bits accept longer ones, including sizes that can't be declared here. */
function isAtLeast(key: PublicKeyFacts, sample: PublicKeyFacts): boolean {
  return key.family === sample.family && key.curve === sample.curve && (key.bits ?? 0) >= (sample.bits ?? 0);
}

function familiesOf(algorithms: readonly KeyAlgorithmName[]): string[] {
  return [...new Set(algorithms.map(algorithm => KEY_ALGORITHMS[algorithm].family))];
}

function signatureComplaint({ ca, outerSignature }: LintedCertificate, allowed: readonly string[], { name }: PlatformRules): string | undefined {
  const family = signatureFacts(outerSignature)?.family;
  return ca || family === undefined || allowed.includes(family === 'RSA-PSS' ? 'RSA' : family)
    ? undefined
    : `a device certificate must be signed with a key of ${allowed.join(' or ')} for ${name}, got a signature of ${family}`;
}

function commonNameRule({ name, deviceCommonNameRequired, deviceCommonName }: PlatformRules): string {
  return deviceCommonNameRequired ? `${name} identifies a device by its common name${deviceCommonName ? `: ${deviceCommonName.allowed}` : ''}.`
    : `A common name of a device is ${deviceCommonName!.allowed} for ${name}.`;
}

function commonNameComplaint({ subject }: LintedCertificate, platform: PlatformId): string | undefined {
  const { name, deviceCommonNameRequired } = platformRules(platform);
  const names = commonNamesOf(subject);
  return deviceCommonNameRequired && names.length !== 1
    ? `a device certificate must have one common name for ${name}, got ${names.length || 'none'}`
    : names.map(({ text }) => checkDeviceForPlatform(text ?? '', platform)).find(complaint => complaint !== undefined);
}

function commonNamesOf({ attributes }: LintedCertificate['subject']): LintedCertificate['subject']['attributes'] {
  return attributes.filter(({ oid }) => oid === SUBJECT_ATTRIBUTES.commonName.oid);
}

function list(algorithms: readonly KeyAlgorithmName[]): string {
  return algorithms.join(', ');
}

function oneOf(allowed: readonly string[]): string {
  return allowed.length > 1 ? `one of ${allowed.join(', ')}` : allowed.join();
}

/** The number of characters that `toPem` gives: 4 for every 3 octets or part of them, a line end after every 64, and the first and last line. */
function pemLength({ length }: Buffer): number {
  const base64 = 4 * Math.ceil(length / 3);
  return base64 + Math.ceil(base64 / 64) + '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'.length;
}
