import 'reflect-metadata';
import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { CliError } from '../../src/cli/cli-error';
import { inspectCommand } from '../../src/cli/inspect-command';
import { lintCommand } from '../../src/cli/lint-command';
import { silentProgress } from '../../src/cli/terminal';
import { bitString, element, explicit, integer, NULL, objectIdentifier, octetString, sequence, setOfOne, time, utf8String } from '../../src/pki/der';
import { toPem } from '../../src/pki/pem';
import { PLATFORM_IDS } from '../../src/platforms/registry';
import { build, CA, DEVICE, extension, generalNames, name, NOTHING, oid, string } from '../pki/lint/certificate-builder';
import { certificateOf, RULE_CASES } from '../pki/lint/rule-cases';
import { temporaryFolder } from '../support/cli-assembly';
import { foreignCertificate } from '../support/cli-certificates';
import { processorTime } from '../support/processor-time';
import { Random } from '../support/random';
import { seedOf } from '../support/seed';

const NOW = new Date('2026-06-01T00:00:00Z');

const SEED = seedOf('FOREIGN_FILES_SEED');

/** Nobody waits longer for one file, whatever is in it. */
const MOST_MILLISECONDS = 1_000;

/** What libraries say to programmers, and nobody else understands. */
const RAW = /error:[0-9A-F]{6,}|asn1|ERR_|TypeError|RangeError|undefined|is not a function|Cannot read|\[object|NaN|Invalid (?:array|string|typed)|at \S+:\d+/i;

/** Public keys of every algorithm that this machine makes, and of some that it does not know. */
function publicKeys(): [name: string, spki: Buffer][] {
  const pair = generateKeyPairSync as unknown as (type: string, options: object) => { publicKey: KeyObject };
  const made: [name: string, type: string, options: object][] = [
    ['RSA', 'rsa', { modulusLength: 1024 }],
    ['RSA with another exponent', 'rsa', { modulusLength: 1024, publicExponent: 3 }],
    ['RSA-PSS', 'rsa-pss', { modulusLength: 1024, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength: 32 }],
    ['DSA', 'dsa', { modulusLength: 1024, divisorLength: 160 }],
    ...['P-256', 'P-384', 'P-521', 'secp256k1', 'brainpoolP256r1', 'secp224r1', 'SM2'].map((namedCurve): [string, string, object] => [namedCurve, 'ec', { namedCurve }]),
    ['a curve of its own', 'ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }],
    ['Ed25519', 'ed25519', {}], ['Ed448', 'ed448', {}], ['X25519', 'x25519', {}], ['X448', 'x448', {}],
    ['DH', 'dh', { group: 'modp5' }],
    ['ML-DSA-65', 'ml-dsa-65', {}],
  ];
  const unknown: [string, string, number][] = [ // their object identifiers and the lengths of their keys: FIPS 204, FIPS 205, RFC 4491
    ['ML-DSA-44', '2.16.840.1.101.3.4.3.17', 1312], ['ML-DSA-87', '2.16.840.1.101.3.4.3.19', 2592],
    ['SLH-DSA', '2.16.840.1.101.3.4.3.20', 32], ['GOST', '1.2.643.7.1.1.1.1', 66], ['nobody\'s', '1.2.3.4.5', 0],
  ];
  return [
    ...made.flatMap(([algorithm, type, options]): [string, Buffer][] => {
      try {
        return [[algorithm, pair(type, options).publicKey.export({ type: 'spki', format: 'der' })]];
      } catch {
        return []; // this Node.js does not make it
      }
    }),
    ...unknown.map(([algorithm, type, length]): [string, Buffer] => [algorithm, sequence(sequence(oid(type)), bitString(Buffer.alloc(length, 7)))]),
  ];
}

/** Faults of certificates that the rules of zlint, pkilint and certlint describe, beside those that have rules here. */
function shapes(): [string, Buffer][] {
  const utc = (text: string): Buffer => string(0x17, text);
  const nested = (depth: number): Buffer => depth === 0 ? utf8String('x') : sequence(nested(depth - 1));
  const named = (...names: Buffer[]): Buffer => extension('2.5.29.17', false, sequence(...names));
  const shaped: [string, Buffer][] = [
    ['a name with an empty SET', build({ ...DEVICE, subject: sequence(element(0x31)) })],
    ['a name with an empty attribute', build({ ...DEVICE, subject: sequence(setOfOne(sequence())) })],
    ['a name with a type and no value', build({ ...DEVICE, subject: sequence(setOfOne(sequence(oid('2.5.4.3')))) })],
    ['a name whose value is no string', build({ ...DEVICE, subject: name(['2.5.4.3', sequence(integer(1))]) })],
    ['a BMPString with an odd number of octets', build({ ...DEVICE, subject: name(['2.5.4.3', string(0x1e, 'abc')]) })],
    ['a UniversalString', build({ ...DEVICE, subject: name(['2.5.4.3', string(0x1c, '\0\0\0a')]) })],
    ['UTF8String that is no UTF-8', build({ ...DEVICE, subject: name(['2.5.4.3', element(0x0c, Buffer.from([0xc3, 0x28, 0xff]))]) })],
    ['a name of 120,000 spaces', build({ ...DEVICE, subject: name(['2.5.4.3', ' '.repeat(120_000)]) })],
    ['a name of 120,000 words', build({ ...DEVICE, subject: name(['2.5.4.3', 'a '.repeat(120_000)]) })],
    ['2,000 attributes', build({ ...DEVICE, subject: name(...Array.from({ length: 2_000 }, () => ['2.5.4.11', 'x'] as const)) })],
    ['5,000 alternative names', build({ ...DEVICE, more: named(...Array.from({ length: 5_000 }, (_, n) => string(0x82, `${n}.example`))) })],
    ['no serial number', build({ ...DEVICE, serialNumber: element(0x02) })],
    ['a serial number of 0', build({ ...DEVICE, serialNumber: integer(0) })],
    ['a negative serial number', build({ ...DEVICE, serialNumber: element(0x02, Buffer.from([0xff, 1])) })],
    ['a serial number of 4,000 octets', build({ ...DEVICE, serialNumber: integer(Buffer.alloc(4_000, 0x5a)) })],
    ['UTCTime without seconds', build({ ...DEVICE, notBefore: utc('2601010000Z') })],
    ['UTCTime with a zone', build({ ...DEVICE, notBefore: utc('260101000000+0100') })],
    ['a time that is none', build({ ...DEVICE, notAfter: utc('991399999999Z') })],
    ['a time that is empty', build({ ...DEVICE, notAfter: element(0x17) })],
    ['GeneralizedTime with a fraction', build({ ...DEVICE, notAfter: string(0x18, '20270101000000.123456789Z') })],
    ['an end before the beginning', build({ ...DEVICE, notBefore: DEVICE.notAfter, notAfter: DEVICE.notBefore })],
    ['the year 0', build({ ...DEVICE, notBefore: string(0x18, '00000101000000Z') })],
    ['no well-defined end', build({ ...DEVICE, notAfter: time(new Date('9999-12-31T23:59:59Z')) })],
    ['version 4', build({ ...DEVICE, version: explicit(0, integer(3)) })],
    ['a version of 8 octets', build({ ...DEVICE, version: explicit(0, integer(Buffer.alloc(8, 9))) })],
    ['a path length of 2^64', build({ ...CA, basicConstraints: extension('2.5.29.19', true, sequence(element(1, Buffer.of(0xff)), integer(Buffer.alloc(8, 0xff)))) })],
    ['a negative path length', build({ ...CA, basicConstraints: extension('2.5.29.19', true, sequence(element(1, Buffer.of(0xff)), element(2, Buffer.of(0xff)))) })],
    ['a BOOLEAN of 1', build({ ...CA, basicConstraints: extension('2.5.29.19', true, sequence(element(1, Buffer.of(1)))) })],
    ['a key usage without bits', build({ ...CA, keyUsage: extension('2.5.29.15', true, bitString(NOTHING)) })],
    ['a key usage of 40 bits', build({ ...CA, keyUsage: extension('2.5.29.15', true, bitString(Buffer.alloc(5, 0xff))) })],
    ['the same extension twice', build({ ...DEVICE, more: DEVICE.keyUsage })],
    ['extensions without any', build({ ...DEVICE, basicConstraints: NOTHING, keyUsage: NOTHING, extendedKeyUsage: NOTHING, subjectKeyIdentifier: NOTHING, authorityKeyIdentifier: NOTHING, more: NOTHING })],
    ['an extension whose value is empty', build({ ...DEVICE, more: extension('2.5.29.31', false, NOTHING) })],
    ['an address of 3 octets', build({ ...DEVICE, more: named(string(0x87, 'abc')) })],
    ['an address of 16 octets and a network', build({ ...CA, more: extension('2.5.29.30', true, sequence(element(0xa0, sequence(element(0x87, Buffer.alloc(5)))))) })],
    ['an otherName without a value', build({ ...DEVICE, more: named(element(0xa0, oid('1.2.3'))) })],
    ['an x400Address', build({ ...DEVICE, more: named(element(0xa3, sequence())) })],
    ['an ediPartyName', build({ ...DEVICE, more: named(element(0xa5, element(0xa1, utf8String('x')))) })],
    ['a directoryName that is empty', build({ ...DEVICE, more: named(element(0xa4, sequence())) })],
    ['a registeredID that is empty', build({ ...DEVICE, more: named(element(0x88)) })],
    ['a URI of control characters', build({ ...DEVICE, more: extension('2.5.29.17', false, generalNames([6, 'http://a\u0000\u001b[2J/'])) })],
    ['a policy without an identifier', build({ ...DEVICE, more: extension('2.5.29.32', false, sequence(sequence())) })],
    ['empty policies', build({ ...DEVICE, more: extension('2.5.29.32', false, sequence()) })],
    ['an explicitText of 300 characters', build({ ...DEVICE, more: extension('2.5.29.32', false, sequence(sequence(oid('1.2.3'), sequence(sequence(oid('1.3.6.1.5.5.7.2.2'), sequence(utf8String('x'.repeat(300)))))))) })],
    ['empty name constraints', build({ ...CA, more: extension('2.5.29.30', true, sequence()) })],
    ['an extended key usage without any', build({ ...DEVICE, extendedKeyUsage: extension('2.5.29.37', false, sequence()) })],
    ['an object identifier of 300 octets', build({ ...DEVICE, extendedKeyUsage: extension('2.5.29.37', false, sequence(element(6, Buffer.alloc(300, 0x81)))) })],
    ['an object identifier that does not end', build({ ...DEVICE, extendedKeyUsage: extension('2.5.29.37', false, sequence(element(6, Buffer.of(0x2a, 0x80)))) })],
    ['a key identifier of 5,000 octets', build({ ...DEVICE, subjectKeyIdentifier: extension('2.5.29.14', false, octetString(Buffer.alloc(5_000, 1))) })],
    ['an authority key identifier with half of its issuer', build({ ...DEVICE, authorityKeyIdentifier: extension('2.5.29.35', false, sequence(string(0x82, '\u0001'))) })],
    ['other algorithms inside and outside', build({ ...DEVICE, outerSignature: sequence(objectIdentifier('1.2.840.113549.1.1.11'), NULL) })],
    ['a signature algorithm that nobody knows', build({ ...DEVICE, innerSignature: sequence(oid('1.2.3')), outerSignature: sequence(oid('1.2.3')) })],
    ['RSASSA-PSS without parameters', build({ ...DEVICE, innerSignature: sequence(oid('1.2.840.113549.1.1.10')), outerSignature: sequence(oid('1.2.840.113549.1.1.10')) })],
    ['an RSA modulus of 0', build({ ...DEVICE, publicKey: sequence(sequence(oid('1.2.840.113549.1.1.1'), NULL), bitString(sequence(integer(0), integer(0)))) })],
    ['an RSA modulus of 32,768 bits', build({ ...DEVICE, publicKey: sequence(sequence(oid('1.2.840.113549.1.1.1'), NULL), bitString(sequence(integer(Buffer.alloc(4_096, 0xff)), integer(65_537)))) })],
    ['a point that is on no curve', build({ ...DEVICE, publicKey: sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')), bitString(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]))) })],
    ['a key that is empty', build({ ...DEVICE, publicKey: sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')), bitString(NOTHING)) })],
    ['SEQUENCEs 2,000 deep', build({ ...DEVICE, more: extension('1.2.3.4', false, nested(2_000)) })],
    ['a megabyte of an extension', build({ ...DEVICE, more: extension('1.2.3.4', false, Buffer.alloc(1_000_000, 0x30)) })],
  ];
  return [...shaped, ...RULE_CASES.flatMap(({ rule, found, passed }): [string, Buffer][] => [[`${rule}: found`, certificateOf(found)], [`${rule}: passed`, certificateOf(passed)]])];
}

/** How a certificate is damaged, each in its own way. */
const DAMAGES: readonly ((der: Buffer, random: Random) => Buffer)[] = [
  (der, random) => changed(der, random.below(der.length), random.below(256)),
  (der, random) => changed(changed(der, random.below(der.length), random.below(256)), random.below(der.length), random.below(256)),
  (der, random) => der.subarray(0, 1 + random.below(der.length)),
  (der, random) => Buffer.concat([der, Buffer.alloc(1 + random.below(9), random.below(256))]),
  (der, random) => { // another type
    const tags = [...der.entries()].filter(([, octet]) => [0x02, 0x03, 0x04, 0x06, 0x0c, 0x13, 0x17, 0x30, 0x31].includes(octet));
    return changed(der, tags[random.below(tags.length)][0], [0x01, 0x05, 0x0a, 0x1e, 0x24, 0x3f, 0x80, 0xa0, 0xff][random.below(9)]);
  },
  (der, random) => { // a huge length
    const at = 1 + random.below(der.length - 1);
    return Buffer.concat([der.subarray(0, at), Buffer.from(['84ffffffff', '847fffffff', '88ffffffffffffffff', '80', '83ffffff'][random.below(5)], 'hex'), der.subarray(at + 1)]);
  },
  (der, random) => {
    const at = random.below(der.length);
    return Buffer.concat([der.subarray(0, at), der.subarray(at + 1 + random.below(20))]);
  },
  (der, random) => {
    const at = random.below(der.length);
    return Buffer.concat([der.subarray(0, at), der.subarray(random.below(der.length)), der.subarray(at)]);
  },
];

function changed(der: Buffer, at: number, octet: number): Buffer {
  const copy = Buffer.from(der);
  copy[at] = octet;
  return copy;
}

/** What a file is made of a certificate: DER, PEM, and PEM as it is found in the world. */
const FORMS: readonly ((der: Buffer) => Buffer)[] = [
  der => der,
  der => Buffer.from(toPem('CERTIFICATE', der)),
  der => Buffer.from(`some text\r\n${toPem('CERTIFICATE', der).replaceAll('\n', '\r\n')}${toPem('CERTIFICATE', der)}`),
  der => Buffer.from(JSON.stringify({ Iot: { Ca: toPem('CERTIFICATE', der) } })),
];

let folder: string;
const files: { readonly what: string; readonly path: string }[] = [];

function file(what: string, content: Buffer): void {
  const path = join(folder, `${files.length}.bin`);
  writeFileSync(path, content);
  files.push({ what, path });
}

beforeAll(async () => {
  folder = temporaryFolder();
  const random = new Random(SEED);
  const real = await Promise.all([
    foreignCertificate({ name: 'CN=EC', extensions: [new x509.BasicConstraintsExtension(true, 0, true)] }),
    ...['RSASSA-PKCS1-v1_5', 'RSA-PSS'].map(scheme => foreignCertificate({ name: 'CN=RSA', rsa: { scheme: scheme as 'RSA-PSS', hash: 'SHA-256' } })),
  ]);
  const certificates: [string, Buffer][] = [
    ...real.map(({ name: subject, der }): [string, Buffer] => [subject, der]),
    ...publicKeys().flatMap(([algorithm, publicKey]): [string, Buffer][] => [[algorithm, build({ ...CA, publicKey })], [`${algorithm}, of a device`, build({ ...DEVICE, publicKey })]]),
  ];
  certificates.forEach(([what, der]) => FORMS.forEach((form, index) => file(`${what}, form ${index}`, form(der))));
  shapes().forEach(([what, der]) => file(what, FORMS[random.below(3)](der)));
  for (let number = 0; files.length < 1_050; number++) {
    const [what, der] = certificates[number % certificates.length];
    const damage = random.below(DAMAGES.length);
    file(`${what}, damage ${damage}`, FORMS[random.below(FORMS.length)](DAMAGES[damage](der, random)));
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (let number = 0; number < 100; number++) {
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    const damaged = DAMAGES[random.below(DAMAGES.length)](der, random);
    file('a private key', number % 2 === 0 ? damaged : Buffer.from(toPem('PRIVATE KEY', damaged)));
  }
});

/** The machine may be busy with other work, which shows in the time of the processor too: what takes too long has another try, and a third. */
const TRIES = 3;

type Command = (print: (text: string) => void) => void;

/** What is wrong with what a command makes of a file, if anything. */
function complaintAbout(path: string, command: Command): string | undefined {
  let said = '';
  try {
    command(text => { said += text; });
    return RAW.test(said) ? `says ${said.slice(Math.max(0, said.search(RAW) - 60)).slice(0, 120)}` : undefined;
  } catch (error) {
    const { message } = error as Error;
    return !(error instanceof CliError) ? `throws ${(error as Error).stack}`
      : !message.startsWith(path) ? `does not name the file: ${message}` : RAW.test(message.slice(path.length)) ? `is told in foreign words: ${message}` : undefined;
  }
}

function judge(path: string, command: Command, tries = TRIES): string | undefined {
  let complaint: string | undefined;
  const milliseconds = processorTime(() => { complaint = complaintAbout(path, command); });
  const isSlow = milliseconds > MOST_MILLISECONDS;
  return complaint ?? (!isSlow ? undefined : tries > 1 ? judge(path, command, tries - 1) : `takes ${milliseconds} ms, also again`);
}

const terminal = (print: (text: string) => void) => ({ print, warn: print, progress: silentProgress, columns: 80 });

describe('foreign files', () => {
  test('are more than a thousand, of which some are read and some are refused', () => {
    expect(files.length).toBeGreaterThan(1_000);
    const refused = files.filter((_, index) => index % 10 === 0).filter(({ path }) => {
      try {
        inspectCommand([path], { json: true }, terminal(() => undefined), NOW);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused.length).toBeGreaterThan(20);
    expect(refused.length).toBeLessThan(80);
  });

  /** Another form of the same findings is asked for on fewer files. */
  test.each<[string, number, (path: string, print: (text: string) => void) => void]>([
    ['inspect', 1, (path, print) => inspectCommand([path], {}, terminal(print), NOW)],
    ['inspect --json', 5, (path, print) => inspectCommand([path], { json: true }, terminal(print), NOW)],
    ['lint', 1, (path, print) => lintCommand([path], { platform: PLATFORM_IDS }, terminal(print), NOW)],
    ['lint --sarif', 5, (path, print) => lintCommand([path], { sarif: true }, terminal(print), NOW)],
  ])('are shown or refused by %s in a message of this library that names the file, each within a second', (_, step, command) => {
    const complaints = files.filter((_file, index) => index % step === 0).flatMap(({ what, path }) => {
      const complaint = judge(path, print => command(path, print));
      return complaint === undefined ? [] : [`${what}: ${complaint}`];
    });
    expect(complaints).toEqual([]);
  });
});
