import { X509Certificate } from 'node:crypto';
import { build, CA, DEVICE, extension, generalNames, NOTHING, oid, rsaKey } from './certificate-builder';
import { element, integer, sequence, Tag } from '../../../src/pki/der';
import { DerReader } from '../../../src/pki/der-reader';
import { lintCertificate } from '../../../src/pki/lint/lint';
import { LintFinding } from '../../../src/pki/lint/lint-rule';
import { readLintedCertificate } from '../../../src/pki/lint/model/linted-certificate';
import { OID } from '../../../src/pki/object-identifiers';
import { PLATFORM_IDS } from '../../../src/platforms/registry';
import { fc } from '../../support/properties';

/** With all that is read: RSA, alternative names, places of CRLs and OCSP, name constraints. */
const RICH = build({
  ...CA,
  publicKey: rsaKey(Buffer.alloc(256, 0xff), 65_537),
  more: Buffer.concat([
    extension(OID.subjectAltName, false, generalNames([2, 'a.example'], [7, Buffer.alloc(4)], [6, 'urn:a'], [1, 'a@b'], [0, oid('1.2.3')])),
    extension(OID.cRLDistributionPoints, false, sequence(sequence(element(0xa0, element(0xa0, element(0x86, Buffer.from('http://a/'))))))),
    extension(OID.authorityInfoAccess, false, sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), element(0x86, Buffer.from('http://b/'))))),
    extension(OID.nameConstraints, true, sequence(element(0xa0, sequence(element(0x82, Buffer.from('example')))))),
    extension(OID.extKeyUsage, false, sequence(oid(OID.clientAuth))),
  ]),
});
const SAMPLES = [build(CA), build(DEVICE), RICH];
const WITHOUT_EXTENSIONS = { ...CA, basicConstraints: NOTHING, keyUsage: NOTHING, subjectKeyIdentifier: NOTHING, authorityKeyIdentifier: NOTHING };
const CONTEXT = { platforms: PLATFORM_IDS, issuer: readLintedCertificate(build(CA)), now: new Date('2026-06-01') };

/** Findings are for people: what is missing or an object of the program's has no place in them. */
const UNREADABLE = /^$|undefined|NaN|\[object|is not a function|Cannot read|[\0-\x08\x0e-\x1f\x7f]/;

/** Octets exchanged, put in or left out, at a few places of a certificate. */
const mutated = fc.tuple(
  fc.constantFrom(...SAMPLES),
  fc.array(fc.record({
    at: fc.nat({ max: RICH.length }),
    remove: fc.nat({ max: 3 }),
    insert: fc.uint8Array({ maxLength: 3 }),
  }), { minLength: 1, maxLength: 4 }),
).map(([sample, changes]) => changes.reduce<Buffer>(
  (der, { at, remove, insert }) => Buffer.concat([der.subarray(0, at), insert, der.subarray(at + remove)]), sample));

describe('a damaged certificate', () => {
  test('is answered with findings and never with an exception, for 20,000 kinds of damage', () => {
    fc.assert(fc.property(mutated, der => lintCertificate(der, CONTEXT).every(({ message }) => !UNREADABLE.test(message))), { numRuns: 20_000 });
  });

  test('is read on where only values are others: one octet exchanged, at every place', () => {
    const unreadable: LintFinding[] = [];
    let read = 0;
    for (const sample of SAMPLES) {
      for (let at = 0; at < sample.length; at++) {
        for (const octet of [0x00, 0x01, 0x7f, 0x80, 0xff, sample[at] + 1, sample[at] + 32]) {
          const damaged = Buffer.from(sample);
          damaged[at] = octet % 256;
          const findings = lintCertificate(damaged, CONTEXT);
          unreadable.push(...findings.filter(({ message }) => UNREADABLE.test(message)));
          read += findings[0]?.rule === 'rfc5280-der-encoding' ? 0 : 1;
        }
      }
    }
    expect(unreadable).toEqual([]);
    expect(read).toBeGreaterThan(1_000);
  });

  test('has one finding, where it is cut off, at every octet', () => {
    for (const sample of SAMPLES) {
      for (let length = 0; length < sample.length; length++) {
        expect(lintCertificate(sample.subarray(0, length))).toEqual([
          expect.objectContaining({ rule: 'rfc5280-der-encoding', severity: 'error', message: expect.stringMatching(/^this is not a certificate in DER: /) }),
        ]);
      }
    }
  });

  test.each<[string, Buffer]>([
    ['nothing', NOTHING],
    ['text', Buffer.from('-----BEGIN CERTIFICATE-----')],
    ['an octet more', Buffer.concat([SAMPLES[0], Buffer.of(0)])],
    ['an indefinite length', Buffer.concat([Buffer.of(0x30, 0x80), SAMPLES[0].subarray(4), Buffer.of(0, 0)])],
    ['an empty list of extensions', build({ ...WITHOUT_EXTENSIONS, uniqueIdentifiers: element(0xa3, sequence()) })],
  ])('that is %s has one finding', (_, der) => {
    expect(lintCertificate(der, CONTEXT).map(({ rule }) => rule)).toEqual(['rfc5280-der-encoding']);
  });

  test('with megabytes in it is answered as any other', () => {
    const megabyte = Buffer.alloc(1_000_000, 0x81);
    const attribute = (type: Buffer) => element(Tag.SET, sequence(type, element(Tag.UTF8_STRING, Buffer.from('a'))));
    for (const changed of [
      { subject: sequence(...Array<Buffer>(50_000).fill(attribute(oid('2.5.4.3')))) },
      { subject: sequence(attribute(element(Tag.OBJECT_IDENTIFIER, megabyte))) },
      { more: Buffer.concat(Array<Buffer>(50_000).fill(extension(OID.extKeyUsage, false, sequence(oid(OID.clientAuth))))) },
      { more: extension(OID.keyUsage, true, element(Tag.BIT_STRING, megabyte)) },
      { more: extension(OID.basicConstraints, true, sequence(integer(megabyte))) },
      { serialNumber: integer(megabyte) },
      { publicKey: rsaKey(megabyte, megabyte) },
    ]) {
      const der = build({ ...CA, ...changed });
      const findings = lintCertificate(der, CONTEXT);
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.every(({ message }) => message.length < 1_000)).toBe(true);
    }
  });
});

test('object identifiers read as OpenSSL reads them', () => {
  const arc = fc.bigInt({ min: 0n, max: 2n ** 60n });
  fc.assert(fc.property(fc.constantFrom(0n, 1n, 2n), fc.bigInt({ min: 0n, max: 39n }), fc.array(arc, { maxLength: 3 }), (first, second, rest) => {
    const type = element(Tag.OBJECT_IDENTIFIER, Buffer.from([40n * first + second, ...rest].flatMap(sevenBits)));
    const der = build({ ...DEVICE, subject: sequence(element(Tag.SET, sequence(type, element(Tag.UTF8_STRING, Buffer.from('x'))))) });
    const [{ oid: dotted }] = readLintedCertificate(der).subject.attributes;
    expect(dotted).toBe([first, second, ...rest].join('.'));
    const [name] = new X509Certificate(der).subject.split('=');
    expect(/^[0-9]/.test(name) ? name : dotted).toBe(dotted); // OpenSSL has names for some
  }), { numRuns: 300 });
});

test('object identifiers have arcs of any size up to a UUID, and in one form only', () => {
  const dotted = (hex: string) => new DerReader(Buffer.from(hex, 'hex')).objectIdentifier();
  expect(dotted('06028837')).toBe('2.999');
  expect(dotted(`06146983${'ff'.repeat(17)}7f`)).toBe(`2.25.${2n ** 128n - 1n}`);
  for (const hex of ['0600', '06022a80', '06028001', '0603808001', `0615698480${'80'.repeat(17)}00`]) {
    expect(() => dotted(hex)).toThrow('DER must have');
  }
});

/** An arc in groups of seven bits (X.690, 8.19.2). */
function sevenBits(arc: bigint): number[] {
  const groups = [Number(arc % 128n)];
  for (let left = arc / 128n; left > 0n; left /= 128n) {
    groups.unshift(128 + Number(left % 128n));
  }
  return groups;
}
