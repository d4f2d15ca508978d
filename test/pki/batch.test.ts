import { randomBytes } from 'node:crypto';
import { CA_SUBJECT, DEVICE_KEYS, NOW, testCa } from './fixtures';
import { KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { parseCertificate, verifyCertificate } from '../../src/pki/certificate';
import { issue, issuing } from '../../src/pki/issue';
import { publicKeyOf } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { PROFILES } from '../../src/pki/profile';
import { inBlocks } from '../../src/pki/random-blocks';
import { newSerialNumber } from '../../src/pki/serial-number';
import { validityFrom } from '../../src/pki/validity';

describe('a batch of certificates', () => {
  const common = {
    validity: validityFrom(NOW, PROFILES.server, 30, undefined, false),
    hashAlgorithm: 'SHA-256' as const,
    extensions: { subjectAlternativeNames: { dns: ['broker.example.com'] }, crlDistributionPoints: ['http://crl.example.com/ca.crl'] },
  };

  test('has the certificates that are issued one by one, for keys of every algorithm in any order', async () => {
    const { issuer } = await testCa({ algorithm: 'RSA_2048' }); // whose signatures are the same every time
    const next = issuing(PROFILES.server, common, issuer);
    for (const algorithm of [...KEY_ALGORITHM_NAMES, ...KEY_ALGORITHM_NAMES].reverse()) {
      const own = {
        serialNumber: newSerialNumber(randomBytes, algorithm),
        subject: encodeName({ commonName: algorithm }),
        publicKey: publicKeyOf(DEVICE_KEYS[algorithm]),
      };
      const certificate = await next(own);
      expect(certificate).toEqual(await issue(PROFILES.server, { ...common, ...own }, issuer));
      verifyCertificate(parseCertificate(certificate), issuer.signer.publicKey);
    }
  });

  test('is refused before its first certificate if the CA may not issue any of it', async () => {
    const { issuer } = await testCa();
    const validity = { notBefore: common.validity.notBefore, notAfter: new Date(common.validity.notAfter.getTime() - 1000) };
    expect(() => issuing(PROFILES.server, common, { ...issuer, validity })).toThrow('validity must lie within the validity of the CA');
  });

  test('leaves out a subject that the CA\'s name constraints exclude, and nothing else', async () => {
    const { issuer } = await testCa();
    const excluded = encodeName({ commonName: 'excluded' });
    const next = issuing(PROFILES.device, { ...common, extensions: undefined }, {
      ...issuer, nameConstraints: [{ permitted: [], excluded: [{ type: 'directory', value: excluded }] }],
    });
    const publicKey = publicKeyOf(DEVICE_KEYS.EC_P256);
    const certify = (subject: Buffer) => next({ serialNumber: newSerialNumber(randomBytes, 'any'), subject, publicKey });
    const good = encodeName(CA_SUBJECT);
    expect(() => certify(excluded)).toThrow('name constraints exclude');
    expect(parseCertificate(await certify(good)).subject).toEqual(good);
  });
});

describe('random bytes in blocks', () => {
  test('never come twice, whatever their number', () => {
    const drawn: Buffer[] = [];
    const random = inBlocks(bytes => {
      const block = randomBytes(bytes);
      drawn.push(block);
      return block;
    });
    const given = [12, 4096, 1, 4095, 12, 12, 5000, 8, 4096].map(random);
    expect(given.map(({ length }) => length)).toEqual([12, 4096, 1, 4095, 12, 12, 5000, 8, 4096]);
    const source = Buffer.concat(drawn);
    const places = given.map(bytes => bytes.length < 4 ? undefined : source.indexOf(bytes));
    expect(places).not.toContain(-1);
    const spans = places.flatMap((place, n) => place === undefined ? [] : [{ from: place, to: place + given[n].length }])
      .sort((a, b) => a.from - b.from);
    spans.slice(1).forEach(({ from }, n) => expect(from).toBeGreaterThanOrEqual(spans[n].to));
  });
});
