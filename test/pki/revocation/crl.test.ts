import { NEXT_UPDATE, REVOKED, testCrl, THIS_UPDATE } from './fixtures';
import { parseCertificate } from '../../../src/pki/certificate';
import { readCertificates } from '../../../src/pki/certificate-pem';
import { bitString, contextTag, element, explicit, generalizedTime, integer, objectIdentifier, sequence, Tag, time, TRUE, utf8String } from '../../../src/pki/der';
import { extension } from '../../../src/pki/extensions';
import { encodeName } from '../../../src/pki/name';
import { readPemBlocks } from '../../../src/pki/pem-blocks';
import { isRevocationList, parseCrl, revokedIn } from '../../../src/pki/revocation/crl';
import { checkCovers, checkCrl, CoveredCertificate, entryOf } from '../../../src/pki/revocation/crl-verdict';
import { issuingDistributionPoint } from '../../../src/pki/revocation/distribution-point';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { opensslOutput, temporaryFiles } from '../../support/openssl';
import { CA_KEYS, CA_SUBJECT, testCa } from '../fixtures';

const file = temporaryFiles();

const OTHER = '4A1B2C3D4E5F60718293A4B5C6D7E8F9000000FF';

describe('a list of this library', () => {
  test('is of its CA, and of no other CA', async () => {
    const ca = await testCa();
    const crl = parseCrl(await testCrl(ca));
    const otherName = await testCa({ subject: { ...CA_SUBJECT, commonName: 'Other CA' } });
    const otherKey = await testCa({ algorithm: 'EC_P384' });
    expect(checkCrl(crl, parseCertificate(ca.certificate))).toBeUndefined();
    expect(checkCrl(crl, parseCertificate(otherName.certificate))).toMatch(/got the list of a CA with another name$/);
    expect(checkCrl(crl, parseCertificate(otherKey.certificate))).toMatch(/got a signature that does not verify$/);
  });

  test('is not of its CA any more once an octet was changed', async () => {
    const ca = await testCa();
    const der = await testCrl(ca);
    der[der.indexOf(Buffer.from(REVOKED[1].serialNumber, 'hex')) + 19] += 9;
    expect(checkCrl(parseCrl(der), parseCertificate(ca.certificate))).toMatch(/does not verify$/);
  });

  test('says which certificates are revoked', async () => {
    const crl = parseCrl(await testCrl(await testCa()));
    expect(entryOf(crl, REVOKED[1].serialNumber)).toEqual(REVOKED[1]);
    expect(entryOf(crl, OTHER)).toBeUndefined();
  });

  test('does not revoke a certificate that it takes off an earlier list', async () => {
    const released = { ...REVOKED[1], reason: 'removeFromCRL' as const };
    const crl = parseCrl(await testCrl(await testCa(), { revoked: [[REVOKED[0], released, REVOKED[2]]] }));
    expect([entryOf(crl, released.serialNumber), entryOf(crl, REVOKED[2].serialNumber)]).toEqual([undefined, REVOKED[2]]);
  });

  test('is told from other octets', async () => {
    const ca = await testCa();
    expect([await testCrl(ca), ca.certificate, Buffer.alloc(0)].map(isRevocationList)).toEqual([true, false, false]);
  });

  test('is read with dates from 2050 on', async () => {
    const dates = { thisUpdate: new Date('2050-01-01T00:00:00Z'), nextUpdate: new Date('2050-01-08T00:00:00Z') };
    expect(parseCrl(await testCrl(await testCa(), dates))).toMatchObject(dates);
  });
});

describe('a list that OpenSSL made', () => {
  async function made(name: string, ...lines: readonly string[]): Promise<{ der: Buffer; ca: ReturnType<typeof parseCertificate> }> {
    const { certificate } = await testCa();
    const index = file(`${name}-index.txt`, [
      'R\t360101000000Z\t260102030405Z,keyTime,20251231235959Z\t01\tunknown\t/CN=one',
      'R\t360101000000Z\t260102030406Z,holdInstruction,1.2.840.10040.2.2\t8A\tunknown\t/CN=two',
      'R\t360101000000Z\t260102030407Z\t8B\tunknown\t/CN=three',
      'V\t360101000000Z\t\t03\tunknown\t/CN=four',
      '',
    ].join('\n'));
    const config = file(`${name}.cnf`, [
      '[ca]', 'default_ca=c', '[c]', `database=${index}`, `crlnumber=${file(`${name}-number`, '0102\n')}`, 'default_md=sha384', ...lines,
    ].join('\n'));
    const pem = opensslOutput([
      'ca', '-gencrl', '-config', config, '-keyfile', file(`${name}.key`, CA_KEYS.EC_P256), '-cert', file(`${name}.der`, certificate), '-crlsec', '3600',
    ]);
    return { der: readPemBlocks(pem)[0].der, ca: parseCertificate(certificate) };
  }

  test('is read with its number, its entries, their reasons and the time of a compromise', async () => {
    const { der, ca } = await made('full', 'crl_extensions=e', '[e]', 'authorityKeyIdentifier=keyid:always', 'issuingDistributionPoint=critical,@d',
      '[d]', 'fullname=URI:http://crl.example.com/a.crl', 'onlyuser=TRUE');
    const crl = parseCrl(der);
    expect(crl).toMatchObject({ version: 2, number: Buffer.of(1, 2), authorityKeyIdentifier: ca.keyIdentifier, unknownCritical: [] });
    expect(crl.distributionPoint).toMatchObject({ urls: ['http://crl.example.com/a.crl'], onlyUserCertificates: true, onlyCaCertificates: false, indirect: false });
    expect(crl.nextUpdate!.getTime() - crl.thisUpdate.getTime()).toBe(3_600_000);
    expect([...revokedIn(crl)]).toEqual([
      { serialNumber: '01', revokedAt: new Date('2026-01-02T03:04:05Z'), reason: 'keyCompromise', invalidityDate: new Date('2025-12-31T23:59:59Z') },
      { serialNumber: '8A', revokedAt: new Date('2026-01-02T03:04:06Z'), reason: 'certificateHold', invalidityDate: undefined },
      { serialNumber: '8B', revokedAt: new Date('2026-01-02T03:04:07Z') },
    ]);
    expect(checkCrl(crl, ca)).toBeUndefined();
  });

  test('is read in version 1, without extensions', async () => {
    const { certificate } = await testCa();
    const tbs = sequence(signatureAlgorithm('EC', 'SHA-256'), encodeName(CA_SUBJECT), time(THIS_UPDATE), sequence(sequence(integer(5), time(THIS_UPDATE))));
    const crl = parseCrl(sequence(tbs, signatureAlgorithm('EC', 'SHA-256'), bitString(Buffer.of(1))));
    expect(crl).toMatchObject({ version: 1, nextUpdate: undefined, number: undefined, distributionPoint: undefined });
    expect([...revokedIn(crl)]).toEqual([{ serialNumber: '05', revokedAt: THIS_UPDATE }]);
    expect(checkCrl(crl, parseCertificate(certificate))).toMatch(/does not verify$/);
  });
});

/** A list with these extensions and entries. Its signature is not valid. */
function handmade(extensions: readonly Buffer[], entries: readonly Buffer[] = [], algorithm = signatureAlgorithm('EC', 'SHA-256')): Buffer {
  const tbs = sequence(
    integer(1), algorithm, encodeName(CA_SUBJECT), time(THIS_UPDATE), time(NEXT_UPDATE), ...entries.length > 0 ? [sequence(...entries)] : [],
    ...extensions.length > 0 ? [explicit(0, sequence(...extensions))] : [],
  );
  return sequence(tbs, algorithm, bitString(Buffer.of(1)));
}

const critical = (oid: string, value: Buffer) => extension(objectIdentifier(oid), true, value);
const scope = (...fields: readonly Buffer[]) => critical('2.5.29.28', sequence(...fields));
const flag = (tag: number) => element(contextTag(tag, false), Buffer.of(0xff));

describe('the scope of a list', () => {
  const device: CoveredCertificate = { issuer: encodeName(CA_SUBJECT), serialNumber: OTHER, ca: false, crlDistributionPoints: ['http://crl.example.com/a.crl'] };
  const ca: CoveredCertificate = { ...device, ca: true };
  const covers = (certificate: CoveredCertificate, ...extensions: readonly Buffer[]) => checkCovers(parseCrl(handmade(extensions)), certificate);

  test('is every certificate of its CA if it does not say more', () => {
    expect([covers(device), covers(ca)]).toEqual([undefined, undefined]);
  });

  test('is the certificates that name one of its URLs', () => {
    const published = issuingDistributionPoint(['https://crl.example.com/a.crl', 'http://crl.example.com/a.crl']);
    expect(covers(device, published)).toBeUndefined();
    expect(covers({ ...device, crlDistributionPoints: [] }, published)).toBe('it is about certificates with another distribution point');
    expect(covers(device, issuingDistributionPoint(['http://crl.example.com/b.crl']))).toMatch(/another distribution point/);
  });

  test.each<[string, Buffer]>([
    ['a name relative to that of the CA', element(contextTag(1, true), objectIdentifier('2.5.4.3'), utf8String('a'))],
    ['a name of another type than a URL', element(contextTag(0, true), element(contextTag(2, false), Buffer.from('http://crl.example.com/a.crl')))],
    ['a name of a type that is unknown here', element(contextTag(0, true), element(contextTag(8, false), Buffer.of(42)))],
  ])('is not known to hold a certificate if its distribution point has %s', (_, name) => {
    expect(covers(device, scope(explicit(0, name)))).toBe('it is about certificates with another distribution point');
    expect(parseCrl(handmade([scope(explicit(0, name))])).distributionPoint).toMatchObject({ hasPoint: true, urls: [] });
  });

  test.each<[string, Buffer[], string | undefined, string | undefined]>([
    ['devices and servers alone', [scope(flag(1))], undefined, 'it has no certificates of CAs'],
    ['CAs alone', [scope(flag(2))], 'it has no certificates of devices and servers', undefined],
    ['attribute certificates', [scope(flag(5))], 'it has no certificates of devices and servers', 'it has no certificates of CAs'],
    ['some reasons', [scope(element(contextTag(3, false), Buffer.of(1, 0x40)))], ...both('it is a list for some of the reasons only, which is not supported here')],
    ['certificates of several CAs', [scope(flag(4))], ...both('it is a list of certificates of several CAs, which is not supported here')],
    ['a delta', [critical('2.5.29.27', integer(3))], ...both('it is a delta list, which only names what has changed since a complete list')],
  ])('is known for %s', (_, extensions, forDevice, forCa) => {
    expect([covers(device, ...extensions), covers(ca, ...extensions)]).toEqual([forDevice, forCa]);
  });

  test('has no URLs if the list names none', () => {
    expect(parseCrl(handmade([scope(flag(1))])).distributionPoint).toMatchObject({ hasPoint: false, urls: [] });
  });

  test('is never the certificate of another CA', () => {
    expect(covers({ ...device, issuer: encodeName({ commonName: 'Other' }) })).toBe('it is the list of another CA');
  });
});

function both(text: string): [string, string] {
  return [text, text];
}

test('a list with a critical extension that is not supported is not valid', async () => {
  const { certificate, issuer } = await testCa();
  const tbs = sequence(integer(1), signatureAlgorithm('EC', 'SHA-256'), issuer.name, time(THIS_UPDATE), time(NEXT_UPDATE), explicit(0, sequence(critical('1.2.3.4', integer(1)), critical('1.2.3.5', integer(1)))));
  const crl = sequence(tbs, signatureAlgorithm('EC', 'SHA-256'), bitString(await issuer.signer.sign(tbs, 'SHA-256')));
  expect(checkCrl(parseCrl(crl), parseCertificate(certificate))).toBe('the revocation list must have no critical extensions that are not supported here, got "1.2.3.4, 1.2.3.5"');
});

test('a list with an unknown extension that is not critical is valid', () => {
  expect(parseCrl(handmade([extension(objectIdentifier('1.2.3.4'), false, TRUE), critical('2.5.29.28', sequence())])).unknownCritical).toEqual([]);
});

test('an entry with a critical extension says so if the extension is not supported', () => {
  const entry = (...extensions: readonly Buffer[]) => sequence(integer(5), time(THIS_UPDATE), sequence(...extensions));
  const unknown = (isCritical: boolean) => extension(objectIdentifier('1.2.3.4'), isCritical, TRUE);
  const reason = extension(objectIdentifier('2.5.29.21'), true, element(Tag.ENUMERATED, Buffer.of(1)));
  const entries = [entry(unknown(true)), entry(reason, unknown(true)), entry(unknown(false)), entry(reason)];
  expect([...revokedIn(parseCrl(handmade([], entries)))].map(({ unknownCritical }) => unknownCritical)).toEqual([true, true, undefined, undefined]);
});

test('a list with a signature over SHA-1 is not valid', async () => {
  const { certificate } = await testCa();
  const crl = parseCrl(handmade([], [], sequence(objectIdentifier('1.2.840.10045.4.1'))));
  expect(checkCrl(crl, parseCertificate(certificate))).toMatch(/must be signed with RSA .* or ECDSA, over SHA-256/);
});

describe('a damaged list', () => {
  const good = handmade([]);
  const entry = (...extensions: readonly Buffer[]) => sequence(integer(5), time(THIS_UPDATE), sequence(...extensions));

  test.each<[string, () => Buffer, RegExp]>([
    ['nothing', () => Buffer.alloc(0), /got the end$/],
    ['a certificate', () => readCertificates('x', opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=x']))[0],
      /must have tag 0x30 at offset \d+, got 0xa0$/],
    ['a list that is cut off', () => good.subarray(0, good.length - 1), /is cut off/],
    ['a list with an octet after it', () => Buffer.concat([good, Buffer.alloc(1)]), /must end at offset/],
    ['a list with the same extension twice', () => handmade([critical('1.2.3', integer(1)), critical('1.2.3', integer(1))]),
      /^the revocation list has the extension 1\.2\.3 twice$/],
    ['a list with something after its extensions', () => {
      const fields = [integer(1), signatureAlgorithm('EC', 'SHA-256'), encodeName(CA_SUBJECT), time(THIS_UPDATE)];
      const extensions = element(contextTag(0, true), sequence(critical('1.2.3', integer(1))), integer(1));
      return sequence(sequence(...fields, extensions), signatureAlgorithm('EC', 'SHA-256'), bitString(Buffer.of(1)));
    }, /must end at offset/],
    ['a list with a date in another form', () => {
      const tbs = sequence(integer(1), signatureAlgorithm('EC', 'SHA-256'), encodeName(CA_SUBJECT), element(Tag.UTC_TIME, Buffer.from('260301120000+0100')));
      return sequence(tbs, signatureAlgorithm('EC', 'SHA-256'), bitString(Buffer.of(1)));
    }, /^the revocation list must have times in the form of RFC 5280, .*got "260301120000\+0100"$/],
    ['a list of version 3', () => {
      const tbs = sequence(integer(2), signatureAlgorithm('EC', 'SHA-256'), encodeName(CA_SUBJECT), time(THIS_UPDATE));
      return sequence(tbs, signatureAlgorithm('EC', 'SHA-256'), bitString(Buffer.of(1)));
    }, /^the revocation list must have version 1 or 2, got the number "02"$/],
    ['a list with a negative number', () => handmade([critical('2.5.29.20', element(Tag.INTEGER, Buffer.of(0xff)))]), /numbers that are not negative/],
    ...([
      ['its number', critical('2.5.29.20', Buffer.concat([integer(7), TRUE]))],
      ['the number of its base', critical('2.5.29.27', Buffer.concat([integer(7), integer(8)]))],
      ['its key identifier', extension(objectIdentifier('2.5.29.35'), false, Buffer.concat([sequence(), TRUE]))],
      ['its scope', critical('2.5.29.28', Buffer.concat([sequence(), TRUE]))],
      ['the name of its distribution point', scope(explicit(0, Buffer.concat([element(contextTag(0, true)), TRUE])))],
    ] as [string, Buffer][]).map(([what, value]): [string, () => Buffer, RegExp] => [`a list with something after ${what}`, () => handmade([value]), /DER must end at offset/]),
    ['a list whose two signature algorithms differ', () => {
      const tbs = sequence(integer(1), signatureAlgorithm('EC', 'SHA-256'), encodeName(CA_SUBJECT), time(THIS_UPDATE));
      return sequence(tbs, signatureAlgorithm('EC', 'SHA-384'), bitString(Buffer.of(1)));
    }, /must name the same signature algorithm in both places/],
  ])('is refused (%s)', (_, der, message) => {
    expect(() => parseCrl(der())).toThrow(message);
  });

  test.each<[string, Buffer, RegExp]>([
    ['a reason that does not exist', entry(extension(objectIdentifier('2.5.29.21'), false, element(Tag.ENUMERATED, Buffer.of(7)))), /reason for the revocation of 05 must be one of 0, 1.*got "07"/],
    ['a reason of two octets', entry(extension(objectIdentifier('2.5.29.21'), false, element(Tag.ENUMERATED, Buffer.of(1, 1)))), /got "0101"/],
    ['a time of compromise as UTCTime', entry(extension(objectIdentifier('2.5.29.24'), false, time(THIS_UPDATE))), /must be a GeneralizedTime/],
    ['something after the reason', entry(extension(objectIdentifier('2.5.29.21'), false, Buffer.concat([element(Tag.ENUMERATED, Buffer.of(1)), TRUE]))), /must end/],
    ['something after the time of compromise', entry(extension(objectIdentifier('2.5.29.24'), false, Buffer.concat([generalizedTime(THIS_UPDATE), TRUE]))), /must end/],
    ['the same extension twice', entry(...[1, 2].map(() => extension(objectIdentifier('1.2.3'), false, TRUE))), /twice/],
    ['something after its extensions', sequence(integer(5), time(THIS_UPDATE), sequence(extension(objectIdentifier('1.2.3'), false, TRUE)), integer(1)), /must end/],
  ])('is refused for an entry with %s', (_, der, message) => {
    expect(() => [...revokedIn(parseCrl(handmade([], [der])))]).toThrow(message);
  });
});
