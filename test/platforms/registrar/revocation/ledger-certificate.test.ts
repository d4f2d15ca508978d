import { createPrivateKey, X509Certificate } from 'node:crypto';
import { thumbprintOf } from '../../../../src/platforms/registrar/shown-certificate';
import { DEVICE_KEYS, testCa, testCertificate } from '../../../pki/fixtures';
import { ledgerCertificate } from '../../../support/ledger-certificate';

const subject = { commonName: 'sensor-001' };

async function certificate(digits: string, algorithm: 'EC_P256' | 'EC_P384' | 'RSA_2048'): Promise<X509Certificate> {
  const { issuer } = await testCa();
  return new X509Certificate(await testCertificate(issuer, { serialNumber: digits.repeat(20), subject, algorithm }));
}

describe('another certificate for the common name of a revoked one', () => {
  let revoked: X509Certificate;
  let sameKey: X509Certificate;
  let otherKey: X509Certificate;
  let otherType: X509Certificate;

  beforeAll(async () => {
    revoked = await certificate('1A', 'EC_P256');
    sameKey = await certificate('2A', 'EC_P256');
    otherKey = await certificate('3A', 'EC_P384');
    otherType = await certificate('4A', 'RSA_2048');
  });

  test('does not count as good if it has the same key, and that key is compromised: neither in the ledger nor at a platform', async () => {
    const known = ledgerCertificate(revoked, 'REVOKED', [{ certificate: sameKey }], 'keyCompromise');
    expect(await known.hasOther()).toBe(false);
    expect(await known.hasOtherAmong([thumbprintOf(revoked), thumbprintOf(sameKey)])).toBe(false);
  });

  test.each(['superseded', 'cessationOfOperation'] as const)('counts as good if it has the same key, and the reason is %s', async reason => {
    const known = ledgerCertificate(revoked, 'REVOKED', [{ certificate: sameKey }], reason);
    expect(await known.hasOther()).toBe(true);
    expect(await known.hasOtherAmong([thumbprintOf(revoked), thumbprintOf(sameKey)])).toBe(true);
  });

  test('counts as good if it has another key, also beside one that has the same', async () => {
    const known = ledgerCertificate(revoked, 'REVOKED', [{ certificate: sameKey }, { certificate: otherKey }], 'keyCompromise');
    expect(await known.hasOther()).toBe(true);
    expect(await known.hasOtherAmong([sameKey, otherKey].map(thumbprintOf))).toBe(true);
  });

  test('can have a key of another type, and OpenSSL works on after the comparison', async () => {
    const known = ledgerCertificate(revoked, 'REVOKED', [{ certificate: otherType }], 'keyCompromise');
    expect(await known.hasOther()).toBe(true);
    expect(createPrivateKey(DEVICE_KEYS.EC_P256).asymmetricKeyType).toBe('ec');
    expect(await known.hasOtherAmong([thumbprintOf(otherType)])).toBe(true);
    expect(createPrivateKey(DEVICE_KEYS.EC_P256).asymmetricKeyType).toBe('ec');
  });
});
