import {
  authorityKeyIdentifier, basicConstraints, CA, CA_KEY_IDENTIFIER, COMMON_NAME, ecKey, extension, generalNames, keyUsage, name, NOTHING, oid, rsaKey,
  string,
} from './certificate-builder';
import { Changed, RuleCase } from './rule-cases';
import { element, octetString, printableString, sequence, time } from '../../../src/pki/der';
import { publicKeyOf } from '../../../src/pki/keys';
import { OID } from '../../../src/pki/object-identifiers';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { PlatformId, PLATFORM_IDS, platformRules } from '../../../src/platforms/registry';
import { CA_KEYS } from '../fixtures';

/** What a rule finds in a context: other issuers, platforms, times. Where one is absent, both certificates have the usual one. */
export interface ContextCase extends RuleCase {
  /** Issuers of the certificate that is found and of the one that is passed. */
  readonly issuers?: readonly [Changed, Changed];
  readonly platforms?: readonly PlatformId[];
  readonly now?: Date;
}

const day = (text: string) => time(new Date(`${text}T00:00:00Z`));
const ED25519 = sequence(oid(OID.ed25519));
const subCa = (pathLength?: number): Changed => ({ ca: true, subject: name([COMMON_NAME, 'Plant CA']), basicConstraints: basicConstraints(true, pathLength) });
const rsa = (octets: number) => rsaKey(Buffer.alloc(octets, 0xff), 65_537);
const k1 = ecKey(OID.secp256k1, Buffer.alloc(65, 4));
const usages = (...usage: string[]) => extension(OID.extKeyUsage, false, sequence(...usage.map(oid)));
const signedBy = (algorithm: Buffer): Changed => ({ innerSignature: algorithm, outerSignature: algorithm });
const SHA224 = sequence(oid(OID.ecdsaWithSHA224));

const ISSUER_OF_TWO_LEVELS: Changed = { ca: true, basicConstraints: basicConstraints(true, 2) };
const OWN_IDENTIFIER = extension(OID.subjectKeyIdentifier, false, octetString(Buffer.of(1, 2)));
const ISSUER_WITH_OWN_IDENTIFIER: Changed = { ca: true, subjectKeyIdentifier: OWN_IDENTIFIER };

/** On how a certificate stands to its issuer's. */
export const ISSUER_CASES: readonly ContextCase[] = [
  // The same text as another string type: a name that was encoded anew.
  { rule: 'rfc5280-issuer-name-encoding', says: 'the same octets', found: { issuer: name([COMMON_NAME, printableString('Acme CA')]) }, passed: {} },
  { rule: 'rfc5280-issuer-name', says: 'got another name', found: { issuer: name([COMMON_NAME, 'Acme Ca 2']) }, passed: { issuer: name([COMMON_NAME, printableString('ACME  CA')]) } },
  {
    rule: 'rfc5280-issuer-ca', says: 'must be a CA', found: {}, passed: {}, issuers: [{ ca: true, basicConstraints: basicConstraints(false) }, { ca: true }],
  },
  { rule: 'rfc5280-issuer-key-usage', says: 'keyCertSign, got cRLSign', found: {}, passed: {}, issuers: [{ ca: true, keyUsage: keyUsage([6]) }, { ca: true, keyUsage: NOTHING }] },
  {
    rule: 'rfc5280-outlives-issuer',
    says: 'must end by 2036-01-01T00:00:00Z, when the issuer\'s does, got 2036-01-02T00:00:00Z',
    found: { notAfter: day('2036-01-02') },
    passed: { notAfter: day('2036-01-01') },
  },
  { rule: 'rfc5280-begins-before-issuer', says: 'got 2025-12-31T00:00:00Z', found: { notBefore: day('2025-12-31') }, passed: { notBefore: day('2026-01-01') } },
  {
    rule: 'rfc5280-authority-key-identifier-match',
    says: `must be ${CA_KEY_IDENTIFIER.toString('hex')}, the issuer's subject key identifier, got 01`,
    found: { authorityKeyIdentifier: authorityKeyIdentifier(Buffer.of(1)) },
    passed: {},
  },
  {
    // The identifier of the issuer's certificate counts, however it was made.
    rule: 'rfc5280-authority-key-identifier-match',
    says: 'must be 0102',
    found: {},
    passed: { authorityKeyIdentifier: authorityKeyIdentifier(Buffer.of(1, 2)) },
    issuers: [ISSUER_WITH_OWN_IDENTIFIER, ISSUER_WITH_OWN_IDENTIFIER],
  },
  {
    rule: 'rfc5280-path-length',
    says: 'a path length of 0',
    found: subCa(),
    passed: subCa(),
    issuers: [{ ca: true, basicConstraints: basicConstraints(true, 0) }, { ca: true, basicConstraints: basicConstraints(true, 1) }],
  },
  {
    rule: 'rfc5280-path-length-below',
    says: 'less than the issuer\'s 2, got 2',
    found: subCa(2),
    passed: subCa(1),
    issuers: [ISSUER_OF_TWO_LEVELS, ISSUER_OF_TWO_LEVELS],
  },
  { rule: 'rfc5280-signature-key', says: 'EC P-256), got one of RSA', found: signedBy(signatureAlgorithm('RSA', 'SHA-256')), passed: {} },
  {
    rule: 'rfc5280-signature-key',
    says: 'Ed25519), got one of EC',
    found: {},
    passed: signedBy(sequence(oid(OID.rsassaPss))),
    issuers: [{ ca: true, publicKey: publicKeyOf(CA_KEYS.ED25519) }, { ca: true, publicKey: publicKeyOf(CA_KEYS.RSA_2048) }],
  },
];

const CONSTRAINED: Changed = { ca: true, more: extension(OID.nameConstraints, true, sequence(element(0xa0, sequence(string(0x82, 'acme.example'))))) };
const EXCLUDING: Changed = { ca: true, more: extension(OID.nameConstraints, true, sequence(element(0xa1, sequence(string(0x87, Buffer.from('0a000000ff000000', 'hex')))))) };
const BESIDE = (kind: number, value: string | Buffer) => extension(OID.subjectAltName, false, generalNames([kind, value]));

/** On what a common name counts for below an issuer with constraints. */
export const COMMON_NAME_CASES: readonly ContextCase[] = [
  [CONSTRAINED, {}, 'treat the commonName "sensor-001" as a host name', { more: BESIDE(2, 'a.acme.example') }],
  [CONSTRAINED, { more: BESIDE(7, Buffer.alloc(4)) }, 'as a host name', { subject: name([COMMON_NAME, 'sensor-001.acme.example']) }],
  [CONSTRAINED, { extendedKeyUsage: usages(OID.serverAuth), subject: name([COMMON_NAME, 'broker 1']) }, 'as a host name', { subject: name(['2.5.4.10', 'Acme']) }],
  [CONSTRAINED, { ...subCa(), subject: name([COMMON_NAME, 'line7']) }, 'as a host name', { ...subCa(), subject: name([COMMON_NAME, 'line7.acme.example']) }],
  [CONSTRAINED, { ...subCa(), subject: name([COMMON_NAME, 'Line 7']) }, 'wolfSSL, and Botan if it has a dot, treat it as a host name', { ...subCa(), subject: name(['2.5.4.10', 'Acme']) }],
  [CONSTRAINED, { ...subCa(), subject: name([COMMON_NAME, 'line7']) }, 'as a host name', { ...subCa(), subject: name([COMMON_NAME, 'line7']), issuer: name([COMMON_NAME, 'line7']) }],
  [EXCLUDING, { subject: name([COMMON_NAME, '10.0.0.1']) }, 'as an address, and the CA\'s name constraints do not permit it', { subject: name([COMMON_NAME, '192.0.2.1']) }],
].map(([issuer, found, says, passed]) => ({ rule: 'stack-common-name-constraints', says, found, passed, issuers: [issuer, issuer] }) as ContextCase);

const FOR_MAILBOXES: Changed = { ca: true, more: extension(OID.nameConstraints, true, sequence(element(0xa0, sequence(string(0x81, 'acme.com'))))) };
const MAILBOX = (value: string): Changed => ({ more: BESIDE(1, value) });

/** On what a mailbox counts for below an issuer with constraints. */
export const MAILBOX_CASES: readonly ContextCase[] = [
  [MAILBOX('pump-123@acme.com'), MAILBOX('pump-12@acme.com')],
  [{ subject: name(['1.2.840.113549.1.9.1', 'pump-123@acme.com']) }, { subject: name(['1.2.840.113549.1.9.1', 'pump-12@acme.com']) }],
  [MAILBOX('pump-123@acme.com'), MAILBOX('quite-another-one@evil.example')], // outside to all
  [MAILBOX('pump-123@acme.com'), { ...MAILBOX('pump-123@acme.com'), ...subCa(), subject: name([COMMON_NAME, 'Line']), issuer: name([COMMON_NAME, 'Line']) }],
].map(([found, passed]) => ({ rule: 'stack-mailbox-constraints', says: 'wolfSSL 5.5 refuses the certificate', found, passed, issuers: [FOR_MAILBOXES, FOR_MAILBOXES] }));

export const TIME_CASES: readonly ContextCase[] = [
  { rule: 'rfc5280-validity-current', says: 'expired on 2027-01-01T00:00:00Z', found: {}, passed: { notAfter: time(new Date('2027-01-01T00:00:01Z')) }, now: new Date('2027-01-01T00:00:01.5Z') },
  { rule: 'rfc5280-validity-current', says: 'and it is now 2025-12-31T00:00:00Z', found: {}, passed: { notBefore: day('2025-12-31') }, now: new Date('2025-12-31T00:00:00Z') },
];

const KEYED = PLATFORM_IDS.filter(platform => platformRules(platform).caKeyAlgorithms);
const NAMED = PLATFORM_IDS.filter(platform => platformRules(platform).deviceCommonNameRequired);
const SIGNED_BY_EC_AND_RSA = (platform: PlatformId): [Changed, Changed] => platform === 'alibaba-cloud-iot'
  ? [{}, signedBy(signatureAlgorithm('RSA', 'SHA-384'))]
  : [signedBy(ED25519), signedBy(sequence(oid(OID.rsassaPss)))];

export const PLATFORM_CASES: readonly ContextCase[] = [
  { rule: 'platform-client-key-usage', says: 'digitalSignature, got keyAgreement', found: { keyUsage: keyUsage([4]) }, passed: { keyUsage: NOTHING }, platforms: ['generic'] },
  { rule: 'platform-client-extended-key-usage', says: 'clientAuth', found: { extendedKeyUsage: usages('1.3.6.1.5.5.7.3.1') }, passed: { extendedKeyUsage: usages('2.5.29.37.0') }, platforms: ['generic'] },
  ...KEYED.flatMap((platform): ContextCase[] => [
    { rule: `platform-${platform}-ca-key`, says: /^the key of a CA must be one of RSA_2048, .*, got EC secp256k1$/, found: { ca: true, publicKey: k1 }, passed: { ca: true, publicKey: rsa(1024) }, platforms: [platform] },
    { rule: `platform-${platform}-device-key`, says: /^the key of a device must be one of RSA_2048, .*, got RSA 1024 bits$/, found: { publicKey: rsa(128) }, passed: { publicKey: rsa(256) }, platforms: [platform] },
    { rule: `platform-${platform}-device-key`, says: 'got EC secp256k1', found: { publicKey: k1 }, passed: {}, platforms: [platform] },
    {
      rule: `platform-${platform}-signature-key`,
      says: /^a device certificate must be signed with a key of RSA( or EC)? for .*, got a signature of (EC|ED25519)$/,
      found: SIGNED_BY_EC_AND_RSA(platform)[0],
      passed: SIGNED_BY_EC_AND_RSA(platform)[1],
      platforms: [platform],
    },
  ]),
  { rule: 'platform-alibaba-cloud-iot-ca-key', says: 'got EC P-256', found: { ca: true }, passed: {}, platforms: ['alibaba-cloud-iot'] },
  { rule: 'platform-aws-iot-core-signature-digest', says: 'got SHA-224', found: signedBy(SHA224), passed: signedBy(signatureAlgorithm('EC', 'SHA-512')), platforms: ['aws-iot-core'] },
  {
    rule: 'platform-aws-iot-core-pem-length',
    says: 'at most 65536 characters',
    found: { more: extension('1.2.3', false, octetString(Buffer.alloc(48_000))) },
    passed: { more: extension('1.2.3', false, octetString(Buffer.alloc(46_000))) },
    platforms: ['aws-iot-core'],
  },
  { rule: 'platform-aws-iot-core-ca-flag', says: 'only if its basicConstraints say', found: { ca: true, basicConstraints: NOTHING }, passed: { ca: true }, platforms: ['aws-iot-core'] },
  ...(['aws-iot-core', 'clearblade'] as const).map((platform): ContextCase => ({
    rule: `platform-${platform}-valid`,
    says: 'only while they are valid: the certificate expired',
    found: {},
    passed: { notAfter: CA.notAfter },
    platforms: [platform],
    now: new Date('2028-01-01'),
  })),
  // What Mosquitto and VerneMQ answer otherwise is no more than that the connection was not authorised.
  ...NAMED.map((platform): ContextCase => ({
    rule: `platform-${platform}-device-common-name`,
    says: `one common name for ${platformRules(platform).name}, got none`,
    found: { subject: name(['2.5.4.10', 'Acme']) },
    passed: {},
    platforms: [platform],
  })),
  // A name that stands in topics, and may be in rules on them.
  ...(['thingsboard', 'mosquitto', 'emqx', 'hivemq', 'vernemq'] as const).flatMap(platform => ['victim/x', 'a+', '#', '$SYS', 'a\u0007'].map((named): ContextCase => ({
    rule: `platform-${platform}-device-common-name`,
    says: `must be text without / + # and control characters, and without a leading $ for ${platformRules(platform).name}, got `,
    found: { subject: name([COMMON_NAME, named]) },
    passed: { subject: name([COMMON_NAME, 'Press 7: a.b_c-d$']) },
    platforms: [platform],
  }))),
  {
    rule: 'platform-hivemq-device-common-name',
    says: 'got "a/b"',
    found: { subject: name([COMMON_NAME, 'a'], [COMMON_NAME, 'a/b']) },
    passed: { subject: name(['2.5.4.10', 'Acme']) }, // it asks for no common name
    platforms: ['hivemq'],
  },
  ...['myinvalid:name', 'pump#1', 'pump/1', 'pump+1'].map((named): ContextCase => ({
    rule: 'platform-cumulocity-device-common-name',
    says: `(the device identifier) for Cumulocity, got "${named}"`,
    found: { subject: name([COMMON_NAME, named]) },
    passed: { subject: name([COMMON_NAME, 'ABC_1 a=b(c),d-e.f?g%h*i!j@k\'l']) },
    platforms: ['cumulocity'],
  })),
  { rule: 'platform-azure-iot-hub-device-common-name', says: 'got "a b"', found: { subject: name([COMMON_NAME, 'a b']) }, passed: { subject: name([COMMON_NAME, 'a:b#1']) }, platforms: ['azure-iot-hub'] },
  {
    rule: 'platform-huawei-iotdp-ca-common-name',
    says: 'a common name for Huawei Cloud IoT Device Provisioning, got none',
    found: { ca: true, subject: name(['2.5.4.10', 'Acme']) },
    passed: { ca: true },
    platforms: ['huawei-iotdp'],
  },
  { rule: 'platform-clearblade-ca-key', says: 'RSA_4096, EC_P256 for ClearBlade IoT Core, got EC P-384', found: { ca: true, publicKey: publicKeyOf(CA_KEYS.EC_P384) }, passed: { ca: true }, platforms: ['clearblade'] },
  { rule: 'platform-azure-dps-device-common-name', says: 'got "sensor@1"', found: { subject: name([COMMON_NAME, 'sensor@1']) }, passed: { ca: true, subject: name([COMMON_NAME, 'Acme_CA']) }, platforms: ['azure-dps'] },
  { rule: 'platform-azure-dps-device-common-name', says: 'got 2', found: { subject: name([COMMON_NAME, 'a'], [COMMON_NAME, 'b']) }, passed: {}, platforms: ['azure-dps'] },
];
