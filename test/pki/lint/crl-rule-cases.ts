import { authorityKeyIdentifier, CA, CA_KEY_IDENTIFIER, COMMON_NAME, extension, keyUsage, name, NOTHING, oid, Parts, string } from './certificate-builder';
import { CrlParts, entry } from './crl-builder';
import { contextTag, element, explicit, integer, NULL, octetString, printableString, sequence, Tag, time } from '../../../src/pki/der';
import { publicKeyOf } from '../../../src/pki/keys';
import { OID } from '../../../src/pki/object-identifiers';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { CA_KEYS } from '../fixtures';

/** What a rule for revocation lists finds and what it does not, as near to it as can be. */
export interface CrlRuleCase {
  readonly rule: string;
  /** A part of the message. */
  readonly says: string | RegExp;
  readonly found: Partial<CrlParts>;
  readonly passed: Partial<CrlParts>;
  /** What is different about the CA, for the list that is found and for the one that passes. */
  readonly cas?: readonly [Partial<Parts>, Partial<Parts>];
}

/** The present of the cases. */
export const CASE_NOW = new Date('2026-06-01T00:00:00Z');

const utc = (text: string) => string(Tag.UTC_TIME, text);
const generalized = (text: string) => string(Tag.GENERALIZED_TIME, text);
const signedBy = (algorithm: Buffer): Partial<CrlParts> => ({ innerSignature: algorithm, outerSignature: algorithm });
const entries = (...list: readonly Buffer[]): Partial<CrlParts> => ({ revoked: sequence(...list) });
const withExtension = (value: Buffer): Partial<CrlParts> => entries(entry(5, undefined, value));
const reason = (code: number | Buffer, critical = false) =>
  extension(OID.cRLReason, critical, element(Tag.ENUMERATED, Buffer.isBuffer(code) ? code : Buffer.of(code)));
const invalidity = (value: Buffer, critical = false) => extension(OID.invalidityDate, critical, value);
const certificateIssuer = (critical = true) => extension(OID.certificateIssuer, critical, sequence(explicit(4, name([COMMON_NAME, 'Other CA']))));
const number = (octets: Buffer | number, critical = false) =>
  extension(OID.cRLNumber, critical, Buffer.isBuffer(octets) ? element(Tag.INTEGER, octets) : integer(octets));
const delta = (base: number, critical = true) => extension(OID.deltaCRLIndicator, critical, integer(base));
const TRUE = Buffer.of(0xff);
const flag = (tag: number, octets = TRUE) => element(contextTag(tag, false), octets);
const scope = (...fields: readonly Buffer[]) => extension(OID.issuingDistributionPoint, true, sequence(...fields));
const POINT = explicit(0, element(contextTag(0, true), string(contextTag(6, false), 'http://crl.example.com/a.crl')));
const FRESHEST = extension(OID.freshestCRL, false, sequence(sequence(POINT)));
const UNKNOWN = (critical: boolean) => extension('1.2.3.4', critical, octetString(TRUE));

const STRUCTURE_CASES: readonly CrlRuleCase[] = [
  { rule: 'rfc5280-crl-der-encoding', says: 'the number must be an INTEGER in the fewest octets', found: { number: number(Buffer.of(0, 1)) }, passed: { number: number(Buffer.of(1)) } },
  { rule: 'rfc5280-crl-der-encoding', says: 'the version must be an INTEGER in the fewest octets', found: { version: element(Tag.INTEGER, Buffer.of(0, 1)) }, passed: {} },
  { rule: 'rfc5280-crl-der-encoding', says: 'the entry number 2 can\'t be read: ', found: entries(entry(5), sequence(integer(6))), passed: entries(entry(5), entry(6)) },
  { rule: 'rfc5280-crl-der-encoding', says: 'the entries can\'t be read from number 2 on: ', found: entries(entry(5), integer(6)), passed: entries(entry(5)) },
  { rule: 'rfc5280-crl-der-encoding', says: 'a flag of the issuingDistributionPoint must be left out where it is FALSE', found: { more: scope(POINT, flag(1, Buffer.of(0))) }, passed: { more: scope(POINT, flag(1)) } },
  { rule: 'rfc5280-crl-version', says: 'the version must be 2, got 1', found: { version: NOTHING }, passed: {} },
  { rule: 'rfc5280-crl-version', says: 'the version must be 2, got 3', found: { version: integer(2) }, passed: {} },
  { rule: 'rfc5280-crl-version', says: 'the version must be 2, got another one', found: { version: integer(256) }, passed: {} },
  { rule: 'rfc5280-crl-signature-fields', says: 'got 1.2.840.10045.4.3.3 and 1.2.840.10045.4.3.2', found: { innerSignature: signatureAlgorithm('EC', 'SHA-384') }, passed: {} },
  { rule: 'rfc5280-crl-signature-parameters', says: 'must have no parameters, got other parameters', found: signedBy(sequence(oid(OID.ecdsaWithSHA256), NULL)), passed: {} },
  { rule: 'rfc5280-crl-signature-parameters', says: 'must have NULL as its parameters, got none', found: signedBy(sequence(oid(OID.sha256WithRSAEncryption))), passed: signedBy(signatureAlgorithm('RSA', 'SHA-256')) },
  { rule: 'nist-crl-signature-digest', says: 'must be over a digest of SHA-2, got SHA-1', found: signedBy(sequence(oid(OID.ecdsaWithSHA1))), passed: signedBy(sequence(oid(OID.ecdsaWithSHA224))) },
  { rule: 'rfc5280-crl-issuer-present', says: 'the issuer must have a name, got an empty one', found: { issuer: name() }, passed: {} },
  { rule: 'rfc5280-crl-revoked-empty', says: 'revokedCertificates must be left out', found: { revoked: sequence() }, passed: { revoked: NOTHING } },
];

const TIME_CASES: readonly CrlRuleCase[] = [
  { rule: 'rfc5280-crl-time-form', says: 'thisUpdate must be YYMMDDHHMMSSZ, got "2605300000Z"', found: { thisUpdate: utc('2605300000Z') }, passed: {} },
  { rule: 'rfc5280-crl-time-form', says: 'nextUpdate must be YYYYMMDDHHMMSSZ', found: { nextUpdate: generalized('20510101000000.5Z') }, passed: { nextUpdate: generalized('20510101000000Z') } },
  { rule: 'rfc5280-crl-time-type', says: 'nextUpdate must be UTCTime through the year 2049', found: { nextUpdate: generalized('20491231235959Z') }, passed: { nextUpdate: generalized('20500101000000Z') } },
  { rule: 'rfc5280-crl-next-update', says: 'nextUpdate must be present', found: { nextUpdate: NOTHING }, passed: {} },
  { rule: 'rfc5280-crl-update-order', says: 'must be after thisUpdate, 2026-05-30T00:00:00Z, got 2026-05-30T00:00:00Z', found: { nextUpdate: utc('260530000000Z') }, passed: { nextUpdate: utc('260530000001Z') } },
  { rule: 'rfc5280-crl-current', says: 'valid only from 2026-06-01T00:00:01Z', found: { thisUpdate: utc('260601000001Z') }, passed: { thisUpdate: utc('260601000000Z') } },
  { rule: 'rfc5280-crl-current', says: 'was to be replaced by 2026-05-31T23:59:59Z', found: { nextUpdate: utc('260531235959Z') }, passed: { nextUpdate: utc('260601000000Z') } },
];

const EXTENSION_CASES: readonly CrlRuleCase[] = [
  { rule: 'rfc5280-crl-duplicate-extension', says: 'the extension cRLNumber must not occur twice', found: { more: number(8) }, passed: { more: UNKNOWN(false) } },
  { rule: 'rfc5280-crl-extension-value', says: 'the extension cRLNumber can\'t be read', found: { number: extension(OID.cRLNumber, false, octetString(TRUE)) }, passed: {} },
  { rule: 'rfc5280-crl-extension-value', says: 'the extension freshestCRL can\'t be read: the list must not be empty', found: { more: extension(OID.freshestCRL, false, sequence()) }, passed: { more: FRESHEST } },
  { rule: 'rfc5280-crl-extension-value', says: 'the extension issuingDistributionPoint can\'t be read', found: { more: scope(flag(4), flag(1)) }, passed: { more: scope(flag(1), flag(4)) } },
  { rule: 'rfc5280-crl-unknown-critical-extension', says: '1.2.3.4', found: { more: UNKNOWN(true) }, passed: { more: UNKNOWN(false) } },
  { rule: 'rfc5280-crl-extension-criticality', says: 'the extension authorityKeyIdentifier must not be critical', found: { authorityKeyIdentifier: authorityKeyIdentifier(CA_KEY_IDENTIFIER, true) }, passed: {} },
  { rule: 'rfc5280-crl-extension-criticality', says: 'the extension cRLNumber must not be critical', found: { number: number(7, true) }, passed: {} },
  { rule: 'rfc5280-crl-extension-criticality', says: 'the extension deltaCRLIndicator must be critical', found: { more: delta(3, false) }, passed: { more: delta(3) } },
  {
    rule: 'rfc5280-crl-extension-criticality',
    says: 'the extension issuingDistributionPoint must be critical',
    found: { more: extension(OID.issuingDistributionPoint, false, sequence(POINT)) },
    passed: { more: scope(POINT) },
  },
  { rule: 'rfc5280-crl-authority-key-identifier', says: 'must have an authority key identifier', found: { authorityKeyIdentifier: NOTHING }, passed: {} },
  { rule: 'rfc5280-crl-authority-key-identifier', says: 'with the key identifier of its CA', found: { authorityKeyIdentifier: extension(OID.authorityKeyIdentifier, false, sequence()) }, passed: {} },
  { rule: 'rfc5280-crl-number', says: 'must have a number', found: { number: NOTHING }, passed: {} },
  { rule: 'rfc5280-crl-number-value', says: 'got a negative one', found: { number: number(Buffer.of(0xff)) }, passed: { number: number(0) } },
  { rule: 'rfc5280-crl-number-value', says: 'at most 20 octets, got 21 octets', found: { number: number(Buffer.alloc(21, 1)) }, passed: { number: number(Buffer.alloc(20, 1)) } },
  { rule: 'rfc5280-crl-number-value', says: 'the number of the base must not be negative', found: { more: extension(OID.deltaCRLIndicator, true, element(Tag.INTEGER, Buffer.of(0x80))) }, passed: { more: delta(3) } },
  { rule: 'rfc5280-crl-delta-number', says: 'must be greater than that of its base, 7, got 7', found: { more: delta(7) }, passed: { more: delta(6) } },
  { rule: 'rfc5280-crl-delta-freshest', says: 'a delta list must not have freshestCRL', found: { more: Buffer.concat([delta(3), FRESHEST]) }, passed: { more: FRESHEST } },
  { rule: 'rfc5280-crl-issuing-distribution-point', says: 'must not be empty', found: { more: scope() }, passed: { more: scope(POINT) } },
  { rule: 'rfc5280-crl-issuing-distribution-point', says: 'got onlyContainsUserCerts and onlyContainsCACerts', found: { more: scope(flag(1), flag(2)) }, passed: { more: scope(flag(2)) } },
  { rule: 'rfc5280-crl-issuing-distribution-point', says: 'must not have onlyContainsAttributeCerts', found: { more: scope(flag(5)) }, passed: { more: scope(flag(4)) } },
];

const ENTRY_CASES: readonly CrlRuleCase[] = [
  { rule: 'rfc5280-crl-duplicate-serial-number', says: 'the serial number 05 should be in the list once', found: entries(entry(5), entry(6), entry(5)), passed: entries(entry(5), entry(6)) },
  {
    rule: 'rfc5280-crl-duplicate-serial-number',
    says: 'the serial number 8B',
    found: entries(entry(0x8b), entry(0x8b)),
    passed: { ...entries(entry(5), entry(5, undefined, certificateIssuer())), more: scope(flag(4)) },
  },
  { rule: 'rfc5280-crl-revocation-date-form', says: 'the revocation date of 05 must be YYMMDDHHMMSSZ', found: entries(entry(5, utc('2605010000Z'))), passed: {} },
  { rule: 'rfc5280-crl-revocation-date-form', says: 'must be UTCTime through the year 2049', found: entries(entry(5, generalized('20260501000000Z'))), passed: {} },
  { rule: 'rfc5280-crl-revocation-date', says: 'should not be in the future, got 2026-06-01T00:00:01Z', found: entries(entry(5, utc('260601000001Z'))), passed: entries(entry(5, utc('260601000000Z'))) },
  { rule: 'rfc5280-crl-reason', says: 'got 7', found: withExtension(reason(7)), passed: withExtension(reason(6)) },
  { rule: 'rfc5280-crl-reason', says: 'got 11', found: withExtension(reason(11)), passed: withExtension(reason(10)) },
  { rule: 'rfc5280-crl-reason', says: 'got another one', found: withExtension(reason(Buffer.of(0, 1))), passed: withExtension(reason(1)) },
  { rule: 'rfc5280-crl-reason-unspecified', says: 'the reason for the revocation of 05 should be left out', found: withExtension(reason(0)), passed: withExtension(reason(1)) },
  { rule: 'rfc5280-crl-reason-remove', says: 'a complete list must leave 05 out', found: withExtension(reason(8)), passed: { ...withExtension(reason(8)), more: delta(3) } },
  { rule: 'rfc5280-crl-invalidity-date', says: 'must be GeneralizedTime, got UTCTime', found: withExtension(invalidity(utc('260101000000Z'))), passed: withExtension(invalidity(generalized('20260101000000Z'))) },
  { rule: 'rfc5280-crl-invalidity-date', says: 'must be YYYYMMDDHHMMSSZ', found: withExtension(invalidity(generalized('202601010000Z'))), passed: {} },
  { rule: 'rfc5280-crl-certificate-issuer', says: 'the entry of 05 must not have certificateIssuer', found: withExtension(certificateIssuer()), passed: { ...withExtension(certificateIssuer()), more: scope(flag(4)) } },
  { rule: 'rfc5280-crl-entry-extensions', says: 'the extension cRLReason of 05 must not be critical', found: withExtension(reason(1, true)), passed: withExtension(reason(1)) },
  { rule: 'rfc5280-crl-entry-extensions', says: 'the extension certificateIssuer of 05 must be critical', found: withExtension(certificateIssuer(false)), passed: withExtension(certificateIssuer()) },
  { rule: 'rfc5280-crl-entry-extensions', says: /the extension .*1\.2\.3\.4.* of 05 must not be critical/, found: withExtension(UNKNOWN(true)), passed: withExtension(UNKNOWN(false)) },
  { rule: 'rfc5280-crl-entry-extensions', says: 'the extension cRLReason of 05 must not occur twice', found: entries(entry(5, undefined, reason(1), reason(1))), passed: withExtension(reason(1)) },
  { rule: 'rfc5280-crl-entry-extensions', says: 'the extension invalidityDate of 05 can\'t be read', found: withExtension(invalidity(NOTHING)), passed: {} },
];

const CA_CASES: readonly CrlRuleCase[] = [
  { rule: 'rfc5280-crl-issuer-name', says: 'got another name', found: { issuer: name([COMMON_NAME, 'Other CA']) }, passed: {} },
  { rule: 'rfc5280-crl-issuer-name', says: 'got the name in another encoding', found: { issuer: name([COMMON_NAME, printableString('Acme CA')]) }, passed: {} },
  { rule: 'rfc5280-crl-authority-key-identifier-match', says: /must be 34657d20[0-9a-f]{32}, the subject key identifier of the CA, got (07){20}/, found: { authorityKeyIdentifier: authorityKeyIdentifier(Buffer.alloc(20, 7)) }, passed: {} },
  { rule: 'rfc5280-crl-ca-key-usage', says: 'must have cRLSign, got keyCertSign', found: {}, passed: {}, cas: [{ keyUsage: keyUsage([5]) }, { keyUsage: NOTHING }] },
  { rule: 'rfc5280-crl-signature', says: 'got one that does not verify', found: { signature: Buffer.alloc(70, 1) }, passed: {} },
  { rule: 'rfc5280-crl-signature', says: 'must be one that the key of the CA makes (RSA 2048 bits), got one of EC', found: {}, passed: {}, cas: [{ publicKey: publicKeyOf(CA_KEYS.RSA_2048) }, {}] },
  { rule: 'rfc5280-crl-signature', says: 'does not verify', found: { thisUpdate: time(CASE_NOW), signature: Buffer.of(0) }, passed: { thisUpdate: time(CASE_NOW) }, cas: [CA, CA] },
];

/** All cases. */
export const CRL_RULE_CASES: readonly CrlRuleCase[] = [...STRUCTURE_CASES, ...TIME_CASES, ...EXTENSION_CASES, ...ENTRY_CASES, ...CA_CASES];
