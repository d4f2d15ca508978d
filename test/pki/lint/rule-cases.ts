import {
  authorityKeyIdentifier, basicConstraints, build, CA, COMMON_NAME, DEVICE, ecKey, extension, generalNames, keyUsage, name, NOTHING, oid, Parts,
  rsaKey, string,
} from './certificate-builder';
import { bitString, contextTag, element, explicit, integer, NULL, octetString, printableString, sequence, Tag, time, TRUE, utf8String } from '../../../src/pki/der';
import { OID } from '../../../src/pki/object-identifiers';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';

/** A certificate with parts exchanged: by default of a device. */
export interface Changed extends Partial<Parts> {
  readonly ca?: boolean;
}

/** What a rule finds and what it does not, as near to it as can be. */
export interface RuleCase {
  readonly rule: string;
  /** A part of the message. */
  readonly says: string | RegExp;
  readonly found: Changed | Buffer;
  readonly passed: Changed | Buffer;
}

export function certificateOf(changed: Changed | Buffer): Buffer {
  if (Buffer.isBuffer(changed)) {
    return changed;
  }
  const { ca, ...parts } = changed;
  return build({ ...ca ? CA : DEVICE, ...parts });
}

const MODULUS = Buffer.alloc(256, 0xff);
const TELETEX = 0x14;
const IA5 = 0x16;
const signedBy = (algorithm: Buffer): Changed => ({ innerSignature: algorithm, outerSignature: algorithm });
const generalized = (text: string) => string(Tag.GENERALIZED_TIME, text);
const utc = (text: string) => string(Tag.UTC_TIME, text);
const alternativeNames = (critical: boolean, ...names: [number, string | Buffer][]) =>
  extension(OID.subjectAltName, critical, generalNames(...names));
const nameConstraints = (critical: boolean) =>
  extension(OID.nameConstraints, critical, sequence(element(0xa0, sequence(string(0x82, 'example')))));
const emptyConstraint = (tag: number) => extension(OID.nameConstraints, false, sequence(element(0xa1, sequence(string(tag, '')))));
const usages = (...oids: string[]) => extension(OID.extKeyUsage, false, sequence(...oids.map(oid)));
const rsaPss = (...fields: Buffer[]) => sequence(oid(OID.rsassaPss), sequence(...fields));
const crlAt = (uri: string) => extension(OID.cRLDistributionPoints, false, sequence(sequence(element(0xa0, element(0xa0, string(0x86, uri))))));
const edwards = (algorithm: Buffer, octets: number) => sequence(algorithm, bitString(Buffer.alloc(octets, 7)));
const ED25519 = sequence(oid(OID.ed25519));

const POLICY = sequence(oid('1.2.3'));
const POLICY_CONSTRAINTS = sequence(string(0x80, Buffer.of(0)));
const CRL_AT = sequence(sequence(element(0xa0, element(0xa0, string(0x86, 'http://a/crl')))));
const ACCESS = sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), string(contextTag(6, false), 'http://ocsp')));
const DIRECTORY_ATTRIBUTES = sequence(sequence(oid('2.5.4.6'), element(Tag.SET, printableString('DE'))));
const NEGATIVE_PATH_LENGTH = extension(OID.basicConstraints, true, sequence(TRUE, element(Tag.INTEGER, Buffer.of(0xff))));

const DNS_BASE = string(0x82, 'example');
const EMAIL_BASE = string(0x81, 'example');
const URI_BASE = string(0x86, 'example');
const IPV4_BASE = string(0x87, Buffer.alloc(8));
const IPV6_BASE = string(0x87, Buffer.alloc(32));
const DIRECTORY_BASE = element(0xa4, name(['2.5.4.10', 'Acme']));
const constraintsOn = (critical: boolean, list: number, base: Buffer) =>
  extension(OID.nameConstraints, critical, sequence(element(list, sequence(base))));

/** Extensions whose value is a list, or names something, with nothing in it or with what must not be, and as it should be. */
const EMPTY_VALUES: readonly (readonly [string, string, Buffer, Buffer])[] = [
  [OID.certificatePolicies, 'certificatePolicies', sequence(), sequence(POLICY)],
  [OID.certificatePolicies, 'certificatePolicies', sequence(sequence(oid('1.2.3'), sequence())), sequence(sequence(oid('1.2.3'), sequence(sequence(oid('1.2.4'), NULL))))],
  [OID.certificatePolicies, 'certificatePolicies', sequence(POLICY, POLICY), sequence(POLICY, sequence(oid('1.2.4')))],
  [OID.policyMappings, 'policyMappings', sequence(), sequence(sequence(oid('1.2.3'), oid('1.2.4')))],
  [OID.policyMappings, 'policyMappings', sequence(sequence(oid('1.2.3'), oid(OID.anyPolicy))), sequence(sequence(oid('1.2.3'), oid('1.2.4')))],
  [OID.policyConstraints, 'policyConstraints', sequence(), POLICY_CONSTRAINTS],
  [OID.policyConstraints, 'policyConstraints', sequence(string(0x80, Buffer.of(0xff))), sequence(string(0x80, Buffer.of(1)), string(0x81, Buffer.of(0)))],
  [OID.policyConstraints, 'policyConstraints', sequence(string(0x81, Buffer.of(0)), string(0x80, Buffer.of(0))), sequence(string(0x81, Buffer.of(0)))],
  [OID.inhibitAnyPolicy, 'inhibitAnyPolicy', element(Tag.INTEGER, Buffer.of(0xff)), integer(0)],
  [OID.subjectInfoAccess, 'subjectInfoAccess', sequence(), ACCESS],
  [OID.authorityInfoAccess, 'authorityInfoAccess', sequence(), ACCESS],
  [OID.subjectDirectoryAttributes, 'subjectDirectoryAttributes', sequence(), DIRECTORY_ATTRIBUTES],
  [OID.subjectDirectoryAttributes, 'subjectDirectoryAttributes', sequence(sequence(oid('2.5.4.6'), element(Tag.SET))), DIRECTORY_ATTRIBUTES],
  [OID.freshestCRL, 'freshestCRL', sequence(), CRL_AT],
  [OID.cRLDistributionPoints, 'cRLDistributionPoints', sequence(), CRL_AT],
  [OID.cRLDistributionPoints, 'cRLDistributionPoints', sequence(sequence()), CRL_AT],
  [OID.cRLDistributionPoints, 'cRLDistributionPoints', sequence(sequence(element(0xa0))), CRL_AT],
  [OID.cRLDistributionPoints, 'cRLDistributionPoints', sequence(sequence(element(0xa0, element(0xa0, string(0x86, 'http://a/crl')), integer(1)))), CRL_AT],
  [OID.issuerAltName, 'issuerAltName', sequence(), generalNames([2, 'acme.example'])],
  [OID.nameConstraints, 'nameConstraints', sequence(), sequence(element(0xa0, sequence(string(0x82, 'example'))))],
  [OID.nameConstraints, 'nameConstraints', sequence(element(0xa1)), sequence(element(0xa1, sequence(string(0x82, 'example'))))],
];

/** Rules on a certificate alone, with the one nearest to it that passes. */
export const RULE_CASES: readonly RuleCase[] = [
  {
    rule: 'rfc5280-der-encoding',
    says: 'cA of basicConstraints must be left out where it is FALSE',
    found: { basicConstraints: extension(OID.basicConstraints, true, sequence(element(Tag.BOOLEAN, Buffer.of(0)))) },
    passed: { basicConstraints: extension(OID.basicConstraints, true, sequence()) },
  },
  { rule: 'rfc5280-version', says: 'must be 3, got 1', found: { version: NOTHING }, passed: {} },
  { rule: 'rfc5280-version', says: 'must be 3, got 2', found: { version: explicit(0, integer(1)) }, passed: {} },
  { rule: 'rfc5280-version', says: 'must be 3, got another one', found: { version: explicit(0, integer(Buffer.alloc(9, 1))) }, passed: {} },
  { rule: 'rfc5280-unique-identifiers', says: 'must be left out', found: { uniqueIdentifiers: element(0x81, Buffer.of(0, 1)) }, passed: {} },
  { rule: 'rfc5280-unique-identifiers', says: 'must be left out', found: { uniqueIdentifiers: element(0x82, Buffer.of(0, 1)) }, passed: {} },
  {
    rule: 'rfc5280-signature-fields',
    says: 'got 1.2.840.10045.4.3.2 and 1.2.840.10045.4.3.3',
    found: { outerSignature: signatureAlgorithm('EC', 'SHA-384') },
    passed: signedBy(signatureAlgorithm('EC', 'SHA-384')),
  },
  { rule: 'rfc5280-serial-number-positive', says: 'got the INTEGER 00', found: { serialNumber: integer(0) }, passed: { serialNumber: integer(1) } },
  { rule: 'rfc5280-serial-number-positive', says: 'got the INTEGER FF01', found: { serialNumber: element(Tag.INTEGER, Buffer.of(0xff, 1)) }, passed: {} },
  {
    rule: 'rfc5280-serial-number-length',
    says: 'at most 20 octets, got 21',
    found: { serialNumber: integer(Buffer.alloc(20, 0xff)) },
    passed: { serialNumber: integer(Buffer.alloc(20, 0x7f)) },
  },
  {
    rule: 'cabf-serial-number-entropy',
    says: 'at least 64 random bits, got 7F7F7F7F7F7F7F',
    found: { serialNumber: integer(Buffer.alloc(7, 0x7f)) },
    passed: { serialNumber: integer(Buffer.alloc(8, 0x7f)) },
  },
  {
    rule: 'nist-signature-digest',
    says: 'a digest of SHA-2, got SHA-1',
    found: signedBy(sequence(oid(OID.sha1WithRSAEncryption), NULL)),
    passed: signedBy(signatureAlgorithm('RSA', 'SHA-256')),
  },
  { rule: 'nist-signature-digest', says: 'got SHA-1', found: signedBy(rsaPss()), passed: signedBy(rsaPss(explicit(0, sequence(oid(OID.sha256))))) },
  { rule: 'nist-signature-digest', says: 'got MD5', found: signedBy(sequence(oid(OID.md5WithRSAEncryption), NULL)), passed: signedBy(ED25519) },
  {
    rule: 'rfc5280-signature-parameters',
    says: 'NULL as its parameters, got none',
    found: signedBy(sequence(oid(OID.sha256WithRSAEncryption))),
    passed: signedBy(signatureAlgorithm('RSA', 'SHA-256')),
  },
  { rule: 'rfc5280-signature-parameters', says: 'no parameters', found: signedBy(sequence(oid(OID.ecdsaWithSHA256), NULL)), passed: {} },
  { rule: 'rfc5280-issuer-present', says: 'not empty', found: { issuer: name() }, passed: {} },
  { rule: 'rfc5280-ca-subject', says: 'must not be empty', found: { ca: true, subject: name() }, passed: { subject: name() } },
  ...['de', 'D', 'DEU', 'D1'].map(country => ({
    rule: 'rfc5280-country-name', says: `got "${country}"`, found: { subject: name(['2.5.4.6', printableString(country)]) }, passed: { subject: name(['2.5.4.6', printableString('DE')]) },
  })),
  {
    rule: 'rfc5280-attribute-length',
    says: 'CN of the subject must be 1 to 64 characters long, got 65',
    found: { subject: name([COMMON_NAME, '😀'.repeat(65)]) },
    passed: { subject: name([COMMON_NAME, '😀'.repeat(64)]) },
  },
  { rule: 'rfc5280-attribute-length', says: 'O of the issuer must be 1 to 64 characters long, got 0', found: { issuer: name(['2.5.4.10', '']) }, passed: { issuer: name(['2.5.4.10', 'A']) } },
  {
    rule: 'rfc5280-attribute-string-type',
    says: 'serialNumber of the subject must be PrintableString, got UTF8String',
    found: { subject: name(['2.5.4.5', 'A-1']) },
    passed: { subject: name(['2.5.4.5', printableString('A-1')]) },
  },
  {
    rule: 'rfc5280-attribute-string-type',
    says: 'emailAddress of the subject must be IA5String, got UTF8String',
    found: { subject: name([OID.emailAddress, 'a@b']) },
    passed: { subject: name([OID.emailAddress, string(IA5, 'a@b')]) },
  },
  {
    rule: 'rfc5280-directory-string',
    says: 'should be PrintableString or UTF8String, got TeletexString',
    found: { subject: name([COMMON_NAME, string(TELETEX, 'a')]) },
    passed: { subject: name([COMMON_NAME, printableString('a')]) },
  },
  {
    rule: 'rfc5280-printable-string',
    says: 'got "a_b"',
    found: { subject: name([COMMON_NAME, printableString('a_b')]) },
    passed: { subject: name([COMMON_NAME, utf8String('a_b')]) },
  },
  {
    rule: 'rfc5280-string-encoding',
    says: 'must be a string of its type (UTF8String)',
    found: { subject: name([COMMON_NAME, string(Tag.UTF8_STRING, Buffer.of(0xc3, 0x28))]) },
    passed: { subject: name([COMMON_NAME, string(Tag.UTF8_STRING, Buffer.of(0xc3, 0xa9))]) },
  },
  { rule: 'rfc5280-string-encoding', says: 'BMPString', found: { subject: name([COMMON_NAME, string(0x1e, 'abc')]) }, passed: { subject: name([COMMON_NAME, string(0x1e, '\0a')]) } },
  { rule: 'rfc5280-time-form', says: 'notAfter must be YYMMDDHHMMSSZ, got "2701010000Z"', found: { notAfter: utc('2701010000Z') }, passed: {} },
  { rule: 'rfc5280-time-form', says: 'notBefore must be YYMMDDHHMMSSZ, got "260229000000Z"', found: { notBefore: utc('260229000000Z') }, passed: { notBefore: utc('240229000000Z') } },
  { rule: 'rfc5280-time-form', says: 'YYYYMMDDHHMMSSZ', found: { notAfter: generalized('20510101000000.5Z') }, passed: { notAfter: generalized('20510101000000Z') } },
  { rule: 'rfc5280-time-form', says: 'got "260101000000+0100"', found: { notBefore: utc('260101000000+0100') }, passed: {} },
  { rule: 'rfc5280-time-type', says: 'got GeneralizedTime "20491231235959Z"', found: { notAfter: generalized('20491231235959Z') }, passed: { notAfter: generalized('20500101000000Z') } },
  {
    rule: 'rfc5280-validity-order',
    says: 'got 2026-01-01T00:00:00Z to 1951-01-01T00:00:00Z',
    found: { notAfter: utc('510101000000Z') },
    passed: { notAfter: utc('260101000000Z') },
  },
  { rule: 'rfc5280-subject-public-key', says: 'the public exponent must be positive', found: { publicKey: rsaKey(MODULUS, 0) }, passed: { publicKey: rsaKey(MODULUS, 65_537) } },
  {
    rule: 'rfc5280-subject-public-key',
    says: 'can\'t be read',
    found: { publicKey: sequence(sequence(oid(OID.rsaEncryption), NULL), bitString(Buffer.from('hello'))) },
    passed: {},
  },
  { rule: 'rfc3279-rsa-parameters', says: 'NULL', found: { publicKey: rsaKey(MODULUS, 65_537, NOTHING) }, passed: { publicKey: rsaKey(MODULUS, 65_537) } },
  { rule: 'nist-rsa-size', says: 'at least 2048 bits, got 2047', found: { publicKey: rsaKey(Buffer.concat([Buffer.of(0x7f), MODULUS.subarray(1)]), 65_537) }, passed: { publicKey: rsaKey(MODULUS, 65_537) } },
  { rule: 'cabf-rsa-size-multiple', says: 'got 2049', found: { publicKey: rsaKey(Buffer.concat([Buffer.of(1), MODULUS]), 65_537) }, passed: { publicKey: rsaKey(MODULUS, 65_537) } },
  { rule: 'rfc8017-rsa-key', says: 'the public exponent 1', found: { publicKey: rsaKey(MODULUS, 1) }, passed: { publicKey: rsaKey(MODULUS, 3) } },
  { rule: 'rfc8017-rsa-key', says: 'the public exponent 65536', found: { publicKey: rsaKey(MODULUS, 65_536) }, passed: {} },
  { rule: 'rfc8017-rsa-key', says: 'an even modulus', found: { publicKey: rsaKey(Buffer.concat([MODULUS.subarray(1), Buffer.of(0xfe)]), 65_537) }, passed: {} },
  { rule: 'cabf-rsa-exponent', says: 'should be 65537, got the public exponent 3', found: { publicKey: rsaKey(MODULUS, 3) }, passed: { publicKey: rsaKey(MODULUS, 65_537) } },
  { rule: 'cabf-rsa-exponent', says: 'got a public exponent of 33 octets', found: { publicKey: rsaKey(MODULUS, Buffer.alloc(33, 1)) }, passed: {} },
  { rule: 'rfc5480-named-curve', says: 'got other parameters', found: { publicKey: ecKey(sequence(integer(1)), Buffer.alloc(65, 4)) }, passed: { publicKey: ecKey(OID.secp256r1, Buffer.alloc(65, 4)) } },
  { rule: 'rfc5480-point', says: 'a point of EC P-256, got 1 octets that begin with 00', found: { publicKey: ecKey(OID.secp256r1, Buffer.of(0)) }, passed: { publicKey: ecKey(OID.secp256r1, Buffer.alloc(33, 2)) } },
  { rule: 'rfc5480-point', says: 'a point of EC P-384', found: { publicKey: ecKey(OID.secp384r1, Buffer.alloc(65, 4)) }, passed: { publicKey: ecKey(OID.secp384r1, Buffer.alloc(97, 4)) } },
  { rule: 'rfc8410-key', says: '32 octets and no parameters, got 31', found: { publicKey: edwards(ED25519, 31) }, passed: { publicKey: edwards(ED25519, 32) } },
  { rule: 'rfc8410-key', says: 'and parameters', found: { publicKey: edwards(sequence(oid(OID.ed25519), NULL), 32) }, passed: {} },
  { rule: 'rfc8813-key-usage', says: 'must not have keyEncipherment', found: { keyUsage: keyUsage([0, 2]) }, passed: { keyUsage: keyUsage([0, 2]), publicKey: rsaKey(MODULUS, 65_537) } },
  { rule: 'rfc9295-key-usage', says: 'must not have keyAgreement', found: { keyUsage: keyUsage([0, 4]), publicKey: edwards(ED25519, 32) }, passed: { keyUsage: keyUsage([0, 4]) } },
  { rule: 'rfc5280-duplicate-extension', says: 'keyUsage must not occur twice', found: { more: keyUsage([0]) }, passed: {} },
  { rule: 'rfc5280-extension-value', says: 'keyUsage can\'t be read', found: { keyUsage: extension(OID.keyUsage, true, octetString(Buffer.of(1))) }, passed: {} },
  { rule: 'rfc5280-extension-value', says: 'extKeyUsage can\'t be read', found: { extendedKeyUsage: extension(OID.extKeyUsage, false, sequence()) }, passed: {} },
  { rule: 'rfc5280-extension-value', says: 'subjectAltName can\'t be read', found: { more: extension(OID.subjectAltName, false, sequence()) }, passed: { more: alternativeNames(false, [2, 'a']) } },
  {
    rule: 'rfc5280-extension-value',
    says: 'a GeneralName must have a tag from [0] to [8], in the form of its type, got 0xa2',
    found: { more: extension(OID.subjectAltName, false, sequence(element(contextTag(2, true), utf8String('a')))) },
    passed: { more: extension(OID.subjectAltName, false, sequence(element(contextTag(0, true), oid('1.2.3')))) },
  },
  ...EMPTY_VALUES.map(([type, label, wrong, right]) => ({
    rule: 'rfc5280-extension-value',
    says: `the extension ${label} can't be read: `,
    found: { ca: true, more: extension(type, false, wrong) },
    passed: { ca: true, more: extension(type, false, right) },
  })),
  {
    rule: 'rfc5280-extension-value',
    says: 'basicConstraints can\'t be read: pathLenConstraint must not be negative',
    found: { ca: true, basicConstraints: NEGATIVE_PATH_LENGTH },
    passed: { ca: true, basicConstraints: basicConstraints(true, 0) },
  },
  { rule: 'rfc5280-unknown-critical-extension', says: '1.2.3.4', found: { more: extension('1.2.3.4', true, NULL) }, passed: { more: extension('1.2.3.4', false, NULL) } },
  { rule: 'rfc5280-extension-criticality', says: 'authorityKeyIdentifier must not be critical', found: { authorityKeyIdentifier: authorityKeyIdentifier(Buffer.of(1), true) }, passed: { authorityKeyIdentifier: authorityKeyIdentifier(Buffer.of(1)) } },
  { rule: 'rfc5280-extension-criticality', says: 'inhibitAnyPolicy must be critical', found: { ca: true, more: extension(OID.inhibitAnyPolicy, false, integer(0)) }, passed: { ca: true, more: extension(OID.inhibitAnyPolicy, true, integer(0)) } },
  ...([
    [OID.cRLDistributionPoints, 'cRLDistributionPoints should not be', true], [OID.issuerAltName, 'issuerAltName should not be', true],
    [OID.policyMappings, 'policyMappings should be', false],
  ] as const).map(([type, says, critical]) => {
    const value = EMPTY_VALUES.find(([each]) => each === type)![3];
    return { rule: 'rfc5280-extension-criticality-advised', says, found: { ca: true, more: extension(type, critical, value) }, passed: { ca: true, more: extension(type, !critical, value) } };
  }),
  ...([
    [OID.subjectKeyIdentifier, octetString(Buffer.of(1)), 'subjectKeyIdentifier'], [OID.subjectDirectoryAttributes, DIRECTORY_ATTRIBUTES, 'subjectDirectoryAttributes'],
    [OID.freshestCRL, CRL_AT, 'freshestCRL'], [OID.authorityInfoAccess, ACCESS, 'authorityInfoAccess'], [OID.subjectInfoAccess, ACCESS, 'subjectInfoAccess'],
  ] as const).map(([type, value, label]) => ({
    rule: 'rfc5280-extension-criticality',
    says: `${label} must not be critical`,
    found: { subjectKeyIdentifier: NOTHING, more: extension(type, true, value) },
    passed: { subjectKeyIdentifier: NOTHING, more: extension(type, false, value) },
  })),
  {
    rule: 'rfc5280-extension-criticality',
    says: 'policyConstraints must be critical',
    found: { ca: true, more: extension(OID.policyConstraints, false, POLICY_CONSTRAINTS) },
    passed: { ca: true, more: extension(OID.policyConstraints, true, POLICY_CONSTRAINTS) },
  },
  { rule: 'rfc5280-basic-constraints-critical', says: 'must be critical', found: { ca: true, basicConstraints: basicConstraints(true, 0, false) }, passed: { basicConstraints: basicConstraints(false, undefined, false) } },
  { rule: 'rfc5280-path-length-ca', says: 'must be left out', found: { basicConstraints: basicConstraints(false, 0) }, passed: { ca: true, basicConstraints: basicConstraints(true, 0) } },
  { rule: 'rfc5280-path-length-ca', says: 'keyCertSign', found: { ca: true, basicConstraints: basicConstraints(true, 0), keyUsage: keyUsage([0]) }, passed: {} },
  { rule: 'rfc5280-ca-key-usage', says: 'got no key usage', found: { ca: true, keyUsage: NOTHING }, passed: { ca: true, keyUsage: keyUsage([5]) } },
  { rule: 'rfc5280-ca-key-usage', says: 'got cRLSign', found: { ca: true, keyUsage: keyUsage([6]) }, passed: { keyUsage: NOTHING } },
  { rule: 'rfc5280-key-cert-sign', says: 'must not have keyCertSign', found: { keyUsage: keyUsage([0, 5]) }, passed: { ca: true, keyUsage: keyUsage([0, 5]) } },
  { rule: 'rfc5280-key-usage-empty', says: 'got none', found: { keyUsage: keyUsage([]) }, passed: { keyUsage: keyUsage([7]) } },
  { rule: 'rfc5280-key-usage-critical', says: 'should be critical', found: { keyUsage: keyUsage([0], false) }, passed: { keyUsage: NOTHING } },
  { rule: 'rfc5280-ca-subject-key-identifier', says: 'must have', found: { ca: true, subjectKeyIdentifier: NOTHING }, passed: { subjectKeyIdentifier: NOTHING } },
  { rule: 'rfc5280-subject-key-identifier', says: 'should have', found: { subjectKeyIdentifier: NOTHING }, passed: { ca: true, subjectKeyIdentifier: NOTHING } },
  { rule: 'rfc5280-authority-key-identifier', says: 'must have', found: { authorityKeyIdentifier: NOTHING }, passed: { ca: true, authorityKeyIdentifier: NOTHING } },
  { rule: 'rfc5280-authority-key-identifier', says: 'must have', found: { authorityKeyIdentifier: extension(OID.authorityKeyIdentifier, false, sequence()) }, passed: {} },
  { rule: 'stack-ca-extended-key-usage', says: 'should have clientAuth, or be left out, got serverAuth', found: { ca: true, more: usages(OID.serverAuth) }, passed: { ca: true, more: usages(OID.serverAuth, OID.clientAuth) } },
  { rule: 'rfc5280-name-constraints-ca', says: 'must be left out', found: { more: nameConstraints(true) }, passed: { ca: true, more: nameConstraints(true) } },
  { rule: 'rfc5280-name-constraints-critical', says: 'should be critical', found: { ca: true, more: nameConstraints(false) }, passed: { ca: true, more: nameConstraints(true) } },
  { rule: 'rfc5280-empty-subject', says: 'without alternative names', found: { subject: name() }, passed: { subject: name(), more: alternativeNames(true, [2, 'a']) } },
  { rule: 'rfc5280-empty-subject', says: 'are not critical', found: { subject: name(), more: alternativeNames(false, [2, 'a']) }, passed: {} },
  { rule: 'rfc5280-alternative-names-critical', says: 'should not be critical', found: { more: alternativeNames(true, [2, 'a']) }, passed: { more: alternativeNames(false, [2, 'a']) } },
  ...([
    [2, 'a b', 'a.b'], [2, 'sensor_1.example', '*.example'], [2, '', 'xn--bcher-kva.example'], [2, 'a..b', 'A.B'], [2, 'a.', 'a'], [2, '192.0.2.1', '192-0-2-1'],
    [2, `${'a.'.repeat(126)}aa`, `${'a.'.repeat(126)}a`], [2, `${'a'.repeat(64)}.b`, `${'a'.repeat(63)}.b`], [6, '/path', 'urn:a'], [6, 'http://a b', 'http://a/b'],
    [1, 'nobody', 'a@b'], [1, 'a@b c.example', 'a@b-c.example'], [1, 'a@.example', 'a@x.example'], [1, 'a@b..example', 'a@[192.0.2.1]'], [1, 'a@-b', `${'a'.repeat(64)}@b`],
    [1, `${'a'.repeat(65)}@b`, 'first.last+tag@B.example'], [1, 'a@b_c.example', 'a_c@b.example'], [7, Buffer.alloc(5), Buffer.alloc(16)], [7, Buffer.alloc(0), Buffer.alloc(4)],
  ] as const).map(([kind, wrong, right]) => ({
    rule: 'rfc5280-alternative-name-form',
    says: /^(a host name|an IP address|a URI|an e-mail address) must/,
    found: { more: alternativeNames(false, [kind, wrong]) },
    passed: { more: alternativeNames(false, [kind, right]) },
  })),
  {
    rule: 'rfc5280-distribution-uri',
    says: 'got "delta.pem"',
    found: { ca: true, more: extension(OID.freshestCRL, false, sequence(sequence(element(0xa0, element(0xa0, string(0x86, 'delta.pem')))))) },
    passed: { ca: true, more: extension(OID.freshestCRL, false, CRL_AT) },
  },
  { rule: 'rfc5280-distribution-uri', says: 'got "crl.pem"', found: { more: crlAt('crl.pem') }, passed: { more: crlAt('http://example/crl') } },
  {
    rule: 'rfc5280-distribution-uri',
    says: 'got "//ocsp"',
    found: { more: extension(OID.authorityInfoAccess, false, sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), string(contextTag(6, false), '//ocsp')))) },
    passed: { more: extension(OID.authorityInfoAccess, false, sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), string(contextTag(6, false), 'http://ocsp')))) },
  },
  { rule: 'stack-edwards-curve', says: 'mbedTLS', found: { publicKey: edwards(ED25519, 32) }, passed: {} },
  { rule: 'stack-edwards-curve', says: 'mbedTLS', found: signedBy(ED25519), passed: {} },
  { rule: 'stack-p521', says: 'webpki', found: { publicKey: ecKey(OID.secp521r1, Buffer.alloc(133, 4)) }, passed: { publicKey: ecKey(OID.secp384r1, Buffer.alloc(97, 4)) } },
  { rule: 'stack-curve', says: 'got EC secp256k1', found: { publicKey: ecKey(OID.secp256k1, Buffer.alloc(65, 4)) }, passed: { publicKey: ecKey(OID.secp521r1, Buffer.alloc(133, 4)) } },
  { rule: 'stack-compressed-point', says: 'compressed', found: { publicKey: ecKey(OID.secp256r1, Buffer.alloc(33, 3)) }, passed: {} },
  { rule: 'stack-rsa-size', says: 'at most 4096 bits, got 4104', found: { publicKey: rsaKey(Buffer.alloc(513, 0xff), 65_537) }, passed: { publicKey: rsaKey(Buffer.alloc(512, 0xff), 65_537) } },
  { rule: 'stack-rsa-pss', says: 'RSA-PSS', found: signedBy(rsaPss(explicit(0, sequence(oid(OID.sha256))))), passed: signedBy(signatureAlgorithm('RSA', 'SHA-256')) },
  { rule: 'stack-algorithm', says: 'got 1.2.840.10040.4.3', found: signedBy(sequence(oid('1.2.840.10040.4.3'))), passed: signedBy(ED25519) },
  { rule: 'stack-algorithm', says: 'got 1.3.101.110', found: { publicKey: edwards(sequence(oid('1.3.101.110')), 32) }, passed: { publicKey: edwards(ED25519, 32) } },
  ...(['dns', 'email', 'uri'] as const).map((type): RuleCase => ({
    rule: 'stack-empty-name-constraint',
    says: 'that is empty',
    found: { ca: true, more: emptyConstraint({ email: 0x81, dns: 0x82, uri: 0x86 }[type]) },
    passed: { ca: true, more: nameConstraints(false) },
  })),
  { rule: 'stack-name-constraints', says: 'mbedTLS and BearSSL', found: { ca: true, more: nameConstraints(true) }, passed: { ca: true, more: nameConstraints(false) } },
  ...([
    ['go', true, 0xa0, DIRECTORY_BASE, 'Go 1.19 refuses every chain under critical constraints on permitted directory names', true, DNS_BASE],
    ['go', true, 0xa1, DIRECTORY_BASE, 'excluded directory names', true, DNS_BASE],
    ['go', false, 0xa0, DIRECTORY_BASE, 'Go 1.19 accepts subjects outside of them', false, DNS_BASE],
    ['gnutls', true, 0xa1, DIRECTORY_BASE, 'refuses every certificate with a subject under critical constraints on excluded directory names', true, IPV6_BASE],
    ['gnutls', false, 0xa1, URI_BASE, 'refuses every certificate with a URI under constraints on excluded URIs', true, IPV6_BASE],
    ['gnutls', true, 0xa0, URI_BASE, 'accepts names outside of them under critical constraints on permitted URIs', true, DNS_BASE],
    ['botan', true, 0xa0, IPV6_BASE, 'refuses every chain under critical constraints on permitted IPv6 addresses', true, IPV4_BASE],
    ['botan', false, 0xa1, IPV6_BASE, 'accepts addresses outside of them', false, IPV4_BASE],
    ['botan', true, 0xa0, EMAIL_BASE, 'refuses every certificate with such a name under critical constraints on permitted mailboxes', true, DNS_BASE],
    ['botan', false, 0xa0, URI_BASE, 'accepts names outside of them', false, DIRECTORY_BASE],
    ['botan', true, 0xa1, URI_BASE, 'accepts names that they exclude', true, DIRECTORY_BASE],
    ['wolfssl', true, 0xa0, IPV4_BASE, 'accepts names outside of them under critical constraints on permitted IPv4 addresses', true, EMAIL_BASE],
    ['wolfssl', false, 0xa1, IPV6_BASE, 'excluded IPv6 addresses', false, EMAIL_BASE],
    ['wolfssl', true, 0xa0, URI_BASE, 'permitted URIs', true, DIRECTORY_BASE],
  ] as const).map(([validator, critical, list, base, says, criticalToo, other]) => ({
    rule: `stack-name-constraints-${validator}`,
    says,
    found: { ca: true, more: constraintsOn(critical, list, base) },
    passed: { ca: true, more: constraintsOn(criticalToo, list, other) },
  })),
  { rule: 'stack-value-length', says: '255 octets, got 256 (CN)', found: { subject: name([COMMON_NAME, '😀'.repeat(64)]) }, passed: { subject: name([COMMON_NAME, `${'😀'.repeat(63)}abc`]) } },
  { rule: 'stack-name-length', says: 'got 258', found: { subject: name(['2.5.4.8', 'a'.repeat(121)], ['2.5.4.7', 'a'.repeat(110)]) }, passed: { subject: name(['2.5.4.8', 'a'.repeat(120)], ['2.5.4.7', 'a'.repeat(110)]) } },
  { rule: 'stack-control-character', says: '(CN)', found: { subject: name([COMMON_NAME, 'admin\0x']) }, passed: { subject: name([COMMON_NAME, 'admin x']) } },
  { rule: 'stack-end-of-time', says: '99991231235959Z', found: { notAfter: time(new Date('9999-12-31T23:59:59Z')) }, passed: { notAfter: time(new Date('9999-12-31T23:59:58Z')) } },
];
