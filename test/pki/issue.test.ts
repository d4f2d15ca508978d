import { sign } from 'node:crypto';
import { CA_KEYS, CA_SUBJECT, DEVICE_KEYS, DEVICE_SUBJECT, NOW, SERIAL_NUMBER, testCa, testCertificate, testContent } from './fixtures';
import { HASH_ALGORITHM_NAMES, KEY_ALGORITHM_NAMES } from '../../src/contract/key-algorithms';
import { parseCertificate, verifyCertificate } from '../../src/pki/certificate';
import { element, objectIdentifier, printableString, sequence, setOfOne, Tag, utf8String } from '../../src/pki/der';
import { issue, largestCertificate, selfIssuer } from '../../src/pki/issue';
import { publicKeyOf } from '../../src/pki/keys';
import { encodeName } from '../../src/pki/name';
import { CertificateProfile, PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';

describe('an issued certificate', () => {
  test('has the name of its issuer byte for byte, with mixed string types and several attributes in a set', async () => {
    const attribute = (oid: string, value: Buffer) => sequence(objectIdentifier(oid), value);
    const t61 = element(0x14, Buffer.from('Acm\xe9', 'latin1'));
    const name = sequence(
      setOfOne(attribute('2.5.4.6', printableString('CN'))),
      setOfOne(attribute('2.5.4.10', t61)),
      element(Tag.SET, attribute('2.5.4.3', printableString('a')), attribute('2.5.4.11', utf8String('b'))),
      setOfOne(attribute('2.5.4.3', utf8String('plain'))), // could be PrintableString, and is not
    );
    const ca = await testCa({ subject: name });
    const certificate = parseCertificate(await testCertificate(ca.issuer));
    expect(parseCertificate(ca.certificate).subject).toEqual(name);
    expect(certificate.issuer).toEqual(name);
    verifyCertificate(certificate, ca.issuer.signer.publicKey);
  });

  test('names the issuer\'s key as the issuer does, and not by its SHA-1', async () => {
    const { issuer } = await testCa();
    for (const keyIdentifier of [Buffer.of(1), Buffer.alloc(32, 7), Buffer.alloc(200, 9)]) {
      expect(parseCertificate(await testCertificate({ ...issuer, keyIdentifier })).authorityKeyIdentifier).toEqual(keyIdentifier);
    }
  });

  test('can be signed elsewhere, at any time later', async () => {
    const { issuer } = await testCa({ algorithm: 'RSA_2048' });
    const asked: [Buffer, string][] = [];
    const remote = {
      publicKey: issuer.signer.publicKey,
      sign: async (data: Buffer, hash: string) => {
        asked.push([data, hash]);
        await new Promise(resolve => setImmediate(resolve));
        return sign(hash.replace('-', ''), data, CA_KEYS.RSA_2048);
      },
    };
    const here = await testCertificate(issuer, { hash: 'SHA-384' });
    expect(await testCertificate({ ...issuer, signer: remote }, { hash: 'SHA-384' })).toEqual(here);
    expect(asked).toHaveLength(1);
    expect(asked[0][1]).toBe('SHA-384');
    expect(here.includes(asked[0][0])).toBe(true);
  });

  test('is not made if the signer fails', async () => {
    const { issuer } = await testCa();
    const sign_ = () => Promise.reject(new Error('the key is disabled'));
    await expect(testCertificate({ ...issuer, signer: { publicKey: issuer.signer.publicKey, sign: sign_ } })).rejects.toThrow('the key is disabled');
  });

  test('has the same bytes for the same content, by RSA', async () => {
    const { issuer } = await testCa({ algorithm: 'RSA_2048' });
    expect(await testCertificate(issuer)).toEqual(await testCertificate({ ...issuer }));
  });

  test('can follow a profile that is declared elsewhere', async () => {
    const server: CertificateProfile = { ...PROFILES.device, extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'], keyUsage: [] };
    const { issuer } = await testCa();
    const der = await issue(server, testContent(issuer), issuer);
    expect(der.toString('hex')).toContain('301406082b0601050507030106082b06010505070302');
    expect(der.toString('hex')).toContain('0403030100'); // keyUsage without a bit
  });
});

describe('a certificate', () => {
  test('is refused for a validity that is not within the CA\'s', async () => {
    const { issuer } = await testCa({ validity: { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') } });
    const outlives = { notBefore: NOW, notAfter: new Date('2027-01-01T00:00:01Z') };
    const precedes = { notBefore: new Date('2025-12-31T23:59:59Z'), notAfter: NOW };
    await expect(testCertificate(issuer, { validity: outlives })).rejects.toThrow(
      'validity must lie within the validity of the CA and of the CAs above it, 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z, got 2026-03-01T12:00:00Z to 2027-01-01T00:00:01Z');
    await expect(testCertificate(issuer, { validity: precedes })).rejects.toThrow('validity must lie within the validity of the CA and of the CAs above it');
    await testCertificate(issuer, { validity: issuer.validity });
  });

  test('is refused for a path length if it is no CA, and is refused as a CA below one that allows none', async () => {
    const { issuer } = await testCa({ pathLength: 0 });
    await expect(testCertificate(issuer, { pathLength: 0 })).rejects.toThrow('pathLength must be left out for a certificate that is not a CA, got 0');
    await expect(testCertificate(issuer, { profile: 'ca' })).rejects.toThrow('has a pathLength of 0: it can sign device certificates, but no CA below it');
    await testCertificate(issuer);
    const above = { ...issuer, pathLength: 2 };
    await expect(testCertificate(above, { profile: 'ca', pathLength: 2 })).rejects.toThrow('pathLength must be from 0 to 1 below a CA with a pathLength of 2, got 2');
    expect(parseCertificate(await testCertificate(above, { profile: 'ca', pathLength: 1 })).pathLength).toBe(1);
    expect(parseCertificate(await testCertificate(above, { profile: 'ca' })).pathLength).toBeUndefined();
  });

  test.each([
    '', '00', '4A', SERIAL_NUMBER.toLowerCase(), `80${SERIAL_NUMBER.slice(2)}`, `00${SERIAL_NUMBER.slice(2)}`, `${SERIAL_NUMBER}00`, `${SERIAL_NUMBER}\n`,
  ])('is refused for the serial number %j', async serialNumber => {
    const { issuer } = await testCa();
    await expect(testCertificate(issuer, { serialNumber })).rejects.toThrow('a serial number must be 40 upper-case hexadecimal digits');
  });

  test('is refused for keys that can\'t be declared', async () => {
    const { issuer } = await testCa();
    const odd = Buffer.concat([publicKeyOf(DEVICE_KEYS.EC_P256), Buffer.of(0)]);
    await expect(issue(PROFILES.device, { ...testContent(issuer), publicKey: odd }, issuer)).rejects.toThrow(
      'a public key must be RSA of 2048 to 8192 bits (a multiple of 8) with the public exponent 65537, or one of EC_P256, EC_P384, EC_P521, ED25519 as SPKI DER, '
      + 'got another one of 92 bytes');
    await expect(testCertificate({ ...issuer, signer: { ...issuer.signer, publicKey: odd } })).rejects.toThrow('the CA\'s key must be RSA_2048');
    expect(() => selfIssuer(issuer.name, { ...issuer.signer, publicKey: odd })).toThrow('a public key must be');
  });
});

describe('the largest certificate', () => {
  const subject = encodeName(DEVICE_SUBJECT);

  test.each(KEY_ALGORITHM_NAMES)('is at least as long as any signed by %s, by a few octets of an ECDSA signature at most', async caAlgorithm => {
    for (const hashAlgorithm of HASH_ALGORITHM_NAMES) {
      const { issuer } = await testCa({ algorithm: caAlgorithm, hash: hashAlgorithm });
      for (const algorithm of KEY_ALGORITHM_NAMES) {
        const content = testContent(issuer, { algorithm, hash: hashAlgorithm });
        const largest = largestCertificate(PROFILES.device, { subject, keyAlgorithm: algorithm, hashAlgorithm, validity: content.validity },
          { ...issuer, keyAlgorithm: caAlgorithm });
        const spare = largest.length - (await issue(PROFILES.device, content, issuer)).length;
        expect(spare).toBeGreaterThanOrEqual(0);
        expect(spare).toBeLessThanOrEqual(caAlgorithm.startsWith('RSA') ? 0 : 9);
      }
    }
  });

  test('of a CA that signs itself is known before its key, with the later dates if none are given', async () => {
    const name = encodeName(CA_SUBJECT);
    const planned = { subject: name, keyAlgorithm: 'RSA_2048', hashAlgorithm: 'SHA-256', pathLength: 0 } as const;
    const { certificate, issuer } = await testCa({ algorithm: 'RSA_2048', pathLength: 0 });
    expect(largestCertificate(PROFILES.ca, { ...planned, validity: issuer.validity }, undefined)).toHaveLength(certificate.length);
    expect(largestCertificate(PROFILES.ca, planned, undefined)).toHaveLength(certificate.length + 4);
  });

  test('can be planned for a key that exists, but not without a key or its algorithm', () => {
    const planned = { subject, hashAlgorithm: 'SHA-256' } as const;
    const publicKey = publicKeyOf(DEVICE_KEYS.RSA_3072);
    expect(parseCertificate(largestCertificate(PROFILES.device, { ...planned, keyAlgorithm: 'EC_P256', publicKey }, undefined)).publicKey).toEqual(publicKey);
    expect(() => largestCertificate(PROFILES.device, planned, undefined)).toThrow(
      new Error('a certificate can be planned for a keyAlgorithm or for a publicKey, got neither'));
  });

  test('parses like any other', () => {
    const der = largestCertificate(PROFILES.device, { subject, keyAlgorithm: 'EC_P256', hashAlgorithm: 'SHA-256' }, undefined);
    expect(parseCertificate(der).subject).toEqual(subject);
  });
});

test('a profile has the name under which it is declared, which decides what its names can be; a cross-certificate is that of a CA', () => {
  expect(Object.entries(PROFILES).filter(([name, profile]) => profile.name !== name)).toEqual([['cross', PROFILES.ca]]);
  expect(Object.keys(PROFILES)).toHaveLength(7);
});

test('the profiles can\'t be changed by their users', () => {
  expect(Object.isFrozen(PROFILES)).toBe(true);
  Object.values(PROFILES).forEach(profile => {
    expect([profile, ...Object.values(profile)].every(Object.isFrozen)).toBe(true);
  });
  expect(signerOf(CA_KEYS.EC_P256).publicKey).toEqual(publicKeyOf(CA_KEYS.EC_P256));
});
