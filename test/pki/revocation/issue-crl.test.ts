import { createHash } from 'node:crypto';
import { REVOKED, testCrl, THIS_UPDATE } from './fixtures';
import { REVOCATION_REASON_NAMES } from '../../../src/contract/revocation';
import { Tag } from '../../../src/pki/der';
import { DerReader } from '../../../src/pki/der-reader';
import { parseCrl, revokedIn } from '../../../src/pki/revocation/crl';
import { RevokedCertificate } from '../../../src/pki/revocation/crl-entries';
import { testCa } from '../fixtures';

const crl = async (...revoked: RevokedCertificate[]) => parseCrl(await testCrl(await testCa(), { revoked: [revoked] }));
const serial = (tail: string) => `4A1B2C3D4E5F60718293A4B5C6D7E8F9${tail.padStart(8, '0')}`;
const at = (time: string) => new Date(time);

test('a list has the bytes it always had', async () => {
  const der = await testCrl(await testCa({ algorithm: 'RSA_2048' }), { distributionPoint: ['http://crl.example.com/1-of-1.crl'], number: 258 });
  expect(createHash('sha256').update(der).digest('hex')).toBe('28a85c8454ab495ca446d2fef76516426a2bdb5504ea0489debb5a24a7531c9f');
});

test('a list says when it was made, when the next one follows, and its number', async () => {
  const list = parseCrl(await testCrl(await testCa(), { number: 258 }));
  expect(list).toMatchObject({ version: 2, thisUpdate: THIS_UPDATE, nextUpdate: at('2026-03-08T12:00:00Z'), number: Buffer.of(1, 2) });
});

test('a list names every certificate that was given, with its time, its reason and the time of the compromise', async () => {
  expect([...revokedIn(await crl(...REVOKED))]).toEqual(REVOKED.map(each => ({ reason: undefined, invalidityDate: undefined, ...each })));
});

test.each(REVOCATION_REASON_NAMES.filter(name => name !== 'unspecified'))('a certificate that is revoked with the reason %s has that reason', async reason => {
  const [entry] = revokedIn(await crl({ serialNumber: serial('1'), revokedAt: at('2026-01-01T00:00:00Z'), reason }));
  expect(entry.reason).toBe(reason);
});

test('a certificate that is revoked for an unspecified reason has no reason in the list', async () => {
  const { entries } = await crl({ serialNumber: serial('1'), revokedAt: at('2026-01-01T00:00:00Z'), reason: 'unspecified' });
  const entry = new DerReader(entries).sequence();
  entry.unsigned();
  entry.element(Tag.UTC_TIME);
  expect(entry.more).toBe(false);
});

test('a list without revoked certificates has no list of entries', async () => {
  const fields = new DerReader((await crl()).tbs).sequence();
  [Tag.INTEGER, Tag.SEQUENCE, Tag.SEQUENCE, Tag.UTC_TIME, Tag.UTC_TIME].forEach(tag => fields.element(tag));
  expect(fields.tag).toBe(0xa0);
});

test('a list that is published at URLs is critically limited to the certificates that name one of them', async () => {
  const urls = ['http://crl.example.com/1-of-1.crl', 'https://crl.example.com/1-of-1.crl'];
  const list = parseCrl(await testCrl(await testCa(), { distributionPoint: urls }));
  expect(list.distributionPoint).toEqual({
    hasPoint: true,
    urls,
    onlyUserCertificates: false,
    onlyCaCertificates: false,
    onlyAttributeCertificates: false,
    onlySomeReasons: false,
    indirect: false,
  });
  expect(list.extensions.get('2.5.29.28')?.critical).toBe(true);
});

test.each([
  ['1970-01-01T00:00:00Z', Tag.UTC_TIME], ['1999-12-31T23:59:59Z', Tag.UTC_TIME], ['2026-02-28T23:59:59.999Z', Tag.UTC_TIME],
  ['2049-12-31T23:59:59Z', Tag.UTC_TIME], ['2050-01-01T00:00:00Z', Tag.GENERALIZED_TIME], ['2096-02-29T12:34:56Z', Tag.GENERALIZED_TIME],
])('a certificate can be revoked at %s', async (time, tag) => {
  const list = await crl({ serialNumber: serial('1'), revokedAt: at(time), reason: 'superseded' });
  const entry = new DerReader(list.entries).sequence();
  entry.unsigned();
  expect(entry.tag).toBe(tag);
  expect([...revokedIn(list)][0].revokedAt).toEqual(at(`${time.slice(0, 19)}Z`));
});

test.each([['one octet', '7F'], ['an octet with its highest bit set', '80'], ['twenty such octets', 'FF'.repeat(20)]])(
  'a list can name a serial number of %s', async (_, serialNumber) => {
    expect([...revokedIn(await crl({ serialNumber, revokedAt: at('2026-01-01T00:00:00Z') }))][0].serialNumber).toBe(serialNumber);
  });

test('a list can name serial numbers of several lengths, the shorter first', async () => {
  const serialNumbers = ['7F', '80', '0100', 'FF00', '010000'];
  const list = await crl(...serialNumbers.map(serialNumber => ({ serialNumber, revokedAt: at('2026-01-01T00:00:00Z') })));
  expect([...revokedIn(list)].map(({ serialNumber }) => serialNumber)).toEqual(serialNumbers);
});

test('a list of more entries than one buffer holds names all of them, in their order', async () => {
  const all = Array.from({ length: 40_000 }, (_, index) => ({
    serialNumber: serial((index + 1).toString(16).toUpperCase()), revokedAt: new Date(1_700_000_000_000 + 7_919_000 * index), reason: 'keyCompromise' as const,
  }));
  const list = parseCrl(await testCrl(await testCa(), { revoked: [all.slice(0, 1), [], all.slice(1, 30_000), all.slice(30_000)] }));
  const read = [...revokedIn(list)];
  expect(read).toHaveLength(all.length);
  const isRight = ({ serialNumber, revokedAt }: RevokedCertificate, index: number) =>
    serialNumber === all[index].serialNumber && revokedAt.getTime() === all[index].revokedAt.getTime();
  expect(read.findIndex((entry, index) => !isRight(entry, index))).toBe(-1); // rather than a comparison of all, which takes minutes to show
});

test('a list can be made from pages that arrive later', async () => {
  async function* pages(): AsyncIterable<RevokedCertificate[]> {
    yield [REVOKED[0]];
    await new Promise(resolve => setImmediate(resolve));
    yield [REVOKED[1]];
  }
  const list = parseCrl(await testCrl(await testCa(), { revoked: pages() }));
  expect([...revokedIn(list)].map(({ serialNumber }) => serialNumber)).toEqual(REVOKED.slice(0, 2).map(({ serialNumber }) => serialNumber));
});

describe('a list', () => {
  const entry = (serialNumber: string): RevokedCertificate => ({ serialNumber, revokedAt: at('2026-01-01T00:00:00Z') });

  test.each([
    ['that names a certificate twice', [entry(serial('1')), entry(serial('1'))], /must ascend, got "4A1B.*01" after 4A1B.*01$/],
    ['whose serial numbers do not ascend', [entry(serial('2')), entry(serial('1'))], /must ascend/],
    ['whose shorter serial number follows a longer one', [entry(serial('1')), entry('02')], /must ascend/],
    ['with a serial number in lower case', [entry('4a')], /must be 2 to 40 upper-case hexadecimal digits, two per octet, got "4a"/],
    ['with a first digit in lower case', [entry('a4')], /two per octet, got "a4"/],
    ['with half an octet', [entry('4')], /must be 2 to 40/],
    ['with an empty serial number', [entry('')], /must be 2 to 40/],
    ['with a serial number that is too long', [entry('01'.repeat(21))], /must be 2 to 40/],
    ['with a character beyond ASCII', [entry('4é')], /must be 2 to 40/],
    ['with a time that no list can hold', [{ ...entry('01'), revokedAt: new Date('1949-12-31T23:59:59Z') }], /1950 to 9999/],
  ])('is refused %s', async (_, revoked, message) => {
    await expect(crl(...revoked)).rejects.toThrow(message);
  });

  test('can have the number 0', async () => {
    expect(parseCrl(await testCrl(await testCa(), { number: 0 })).number).toEqual(Buffer.of(0));
  });

  test('is refused if its next update is not after this one', async () => {
    await expect(testCrl(await testCa(), { nextUpdate: THIS_UPDATE })).rejects.toThrow(/nextUpdate of a revocation list must be after thisUpdate/);
  });

  test.each([-1, 1.5, 2 ** 53])('is refused with the number %p', async number => {
    await expect(testCrl(await testCa(), { number })).rejects.toThrow(/the number of a revocation list must be a whole number/);
  });
});
