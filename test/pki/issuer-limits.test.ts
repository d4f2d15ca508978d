import { DEVICE_KEYS, NOW, testCa, testCertificate } from './fixtures';
import { DeclaredExtensions } from '../../src/contract/extensions';
import { parseCertificate } from '../../src/pki/certificate';
import { assertMayIssue, assertUsagesAllowed, IssuerLimits, limitsOf, LimitedContent } from '../../src/pki/issuer-limits';
import { encodeName } from '../../src/pki/name';
import { OID, oidName } from '../../src/pki/object-identifiers';
import { ProfileName, PROFILES } from '../../src/pki/profile';
import { signerOf } from '../../src/pki/signer';

const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const date = (day: string): Date => new Date(`${day}T00:00:00Z`);
const VALIDITY = { notBefore: date('2026-01-01'), notAfter: date('2030-01-01') };

/** A CA below a root, with the certificates of both as readers find them. */
async function path(root: { pathLength?: number; extensions?: DeclaredExtensions }, below: { pathLength?: number; extensions?: DeclaredExtensions }) {
  const { certificate, issuer } = await testCa({ validity: VALIDITY, ...root });
  const signer = signerOf(DEVICE_KEYS.EC_P256);
  const own = await testCertificate({ ...issuer, pathLength: undefined, validity: undefined, nameConstraints: undefined }, {
    profile: 'ca',
    subject: { commonName: 'Plant' },
    validity: { notBefore: date('2026-02-01'), notAfter: date('2031-01-01') },
    publicKey: signer.publicKey,
    ...below,
  });
  return [own, certificate].map(parseCertificate);
}

const content = (changed: Partial<LimitedContent> = {}): LimitedContent =>
  ({ validity: { notBefore: NOW, notAfter: date('2027-01-01') }, subject: encodeName({ commonName: 'sensor-001' }), ...changed });
const judge = (profile: ProfileName, changed: Partial<LimitedContent>, issuer: IssuerLimits) =>
  () => assertMayIssue(PROFILES[profile], content(changed), issuer);

describe('the limits of a CA below another one', () => {
  test('are the period in which both are valid', async () => {
    expect(limitsOf(await path({}, {})).validity).toEqual({ notBefore: date('2026-02-01'), notAfter: date('2030-01-01') });
  });

  test('are the levels that are left below it', async () => {
    expect(limitsOf(await path({}, {})).pathLength).toBeUndefined();
    expect(limitsOf(await path({}, { pathLength: 1 })).pathLength).toBe(1);
    expect(limitsOf(await path({ pathLength: 3 }, {})).pathLength).toBe(2);
    expect(limitsOf(await path({ pathLength: 3 }, { pathLength: 1 })).pathLength).toBe(1);
    expect(limitsOf(await path({ pathLength: 1 }, { pathLength: 1 })).pathLength).toBe(0);
  });

  test('are the constraints and the extended key usages of both, as far as they have any', async () => {
    const permitting = (dns: string) => ({ extensions: { nameConstraints: { critical: true, permitted: { dns: [dns] } } } });
    const both = limitsOf(await path(permitting('acme.example'), permitting('plant.acme.example')));
    expect(both.nameConstraints.map(({ permitted: [{ value }] }) => value)).toEqual(['plant.acme.example', 'acme.example']);
    const usages = limitsOf(await path({ extensions: { extendedKeyUsages: [OID.clientAuth] } }, {}));
    expect([usages.nameConstraints, usages.extendedKeyUsages]).toEqual([[], [[OID.clientAuth]]]);
  });

});

describe('a CA must not sign', () => {
  test('a CA below it if no level is left, and a longer path than there is', () => {
    expect(judge('ca', {}, { pathLength: 0 })).toThrow(new Error('the signing CA has a pathLength of 0: it can sign device certificates, but no CA below it'));
    expect(judge('ca', {}, { pathLength: -1 })).toThrow('the signing CA has a pathLength of 0');
    expect(judge('ca', { pathLength: 1 }, { pathLength: 1 })).toThrow(new Error('pathLength must be 0 below a CA with a pathLength of 1, got 1'));
    expect(judge('ca', { pathLength: 3 }, { pathLength: 3 })).toThrow(new Error('pathLength must be from 0 to 2 below a CA with a pathLength of 3, got 3'));
    for (const pathLength of [undefined, 0]) {
      expect(judge('ca', { pathLength }, { pathLength: 1 })).not.toThrow();
    }
    expect(judge('ca', { pathLength: 10 }, {})).not.toThrow();
    expect(judge('device', {}, { pathLength: 0 })).not.toThrow();
  });

  test('a device certificate with a path length or with name constraints', () => {
    expect(judge('device', { pathLength: 0 }, {})).toThrow(new Error('pathLength must be left out for a certificate that is not a CA, got 0'));
    const nameConstraints = { critical: true, permitted: { dns: ['acme.example'] } };
    expect(judge('device', { extensions: { nameConstraints } }, {})).toThrow(
      new Error('nameConstraints must be left out for a certificate that is not a CA (RFC 5280, section 4.2.1.10)'));
    expect(judge('ca', { extensions: { nameConstraints } }, {})).not.toThrow();
  });

  test('a certificate that is valid when it is not', () => {
    const validity = { notBefore: NOW, notAfter: date('2027-01-01') };
    expect(judge('device', {}, { validity })).not.toThrow();
    expect(judge('device', {}, { validity: { ...validity, notBefore: new Date(NOW.getTime() + 1000) } })).toThrow(
      new Error('validity must lie within the validity of the CA and of the CAs above it, 2026-03-01T12:00:01Z to 2027-01-01T00:00:00Z, '
        + 'got 2026-03-01T12:00:00Z to 2027-01-01T00:00:00Z'));
    expect(judge('device', {}, { validity: { ...validity, notAfter: date('2026-12-31') } })).toThrow('validity must lie within the validity of the CA');
  });

  test('a name outside of the constraints, be it in the subject or beside it', () => {
    const nameConstraints = [{ permitted: [{ type: 'dns', value: 'acme.example' } as const], excluded: [] }];
    expect(judge('device', {}, { nameConstraints })).toThrow('validators treat the commonName "sensor-001" as a host name');
    expect(judge('device', { extensions: { subjectAlternativeNames: { dns: ['a.evil.example'] } } }, { nameConstraints })).toThrow('do not permit dns:"a.evil.example"');
    expect(judge('device', { extensions: { subjectAlternativeNames: { dns: ['a.acme.example'] } } }, { nameConstraints })).not.toThrow();
  });

  test('for a usage that it, or a CA above it, does not have', () => {
    const words = (usage: string, allowed: string) => new Error(`the CA, or a CA above it, has extended key usages without ${usage}: ${allowed}; `
      + 'validators refuse certificates that it issues for this usage; have the CA renewed without extendedKeyUsage, or with that usage');
    expect(judge('device', {}, { extendedKeyUsages: [[OID.clientAuth, OID.serverAuth], [OID.clientAuth]] })).not.toThrow();
    expect(judge('device', {}, { extendedKeyUsages: [[OID.clientAuth], [OID.serverAuth]] })).toThrow(words('clientAuth', 'serverAuth'));
    expect(judge('device', {}, { extendedKeyUsages: [[OID.anyExtendedKeyUsage, EMAIL_PROTECTION]] })).toThrow(words('clientAuth', `anyExtendedKeyUsage, ${EMAIL_PROTECTION}`));
    expect(judge('device', { extensions: { extendedKeyUsages: [EMAIL_PROTECTION] } }, { extendedKeyUsages: [[OID.clientAuth]] })).toThrow(words(EMAIL_PROTECTION, 'clientAuth'));
    expect(judge('server', {}, { extendedKeyUsages: [[OID.clientAuth]] })).toThrow(words('serverAuth', 'clientAuth'));
    expect(judge('ocspResponder', {}, { extendedKeyUsages: [[OID.clientAuth]] })).not.toThrow();
    expect(judge('verification', {}, { extendedKeyUsages: [[OID.serverAuth]] })).not.toThrow();
    expect(() => assertUsagesAllowed(PROFILES.device, [], [])).not.toThrow();
  });
});

test('usages are named as OpenSSL and RFC 5280 name them, others by their identifiers', () => {
  expect([OID.serverAuth, OID.clientAuth, OID.anyExtendedKeyUsage, EMAIL_PROTECTION].map(oidName)).toEqual(['serverAuth', 'clientAuth', 'anyExtendedKeyUsage', EMAIL_PROTECTION]);
});
