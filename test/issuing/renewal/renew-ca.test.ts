import { createPublicKey, X509Certificate } from 'node:crypto';
import { RenewedCa } from '../../../src/contract/renewal';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewDue } from '../../../src/issuing/renewal/renew-due';
import { splitCertificates } from '../../../src/pki/certificate-list';
import {
  caProperties, crossProperties, deviceProperties, keptCaProperties, Properties, request, SECRET, STACK_ID, subordinateProperties,
} from '../../support/events';
import { OpensslCas } from '../../support/openssl-ca';
import { chainPemOf, FACTORY, RenewedFactory, verifier } from '../../support/renewed-factory';

const verify = verifier();
const keys = new OpensslCas();

const facts = (pem: string) => {
  const { subject, issuer, publicKey } = new X509Certificate(pem);
  return { subject, issuer, publicKey: publicKey.export({ type: 'spki', format: 'der' }) };
};
const pemOf = (der: Buffer) => new X509Certificate(der).toString();

describe('a CA whose renewal is declared', () => {
  test('stays as it is until the time has come', async () => {
    const factory = await RenewedFactory.start();
    const before = factory.world.snapshot();
    factory.pass(1459);
    expect(await factory.run()).toBe(0);
    expect(factory.world.snapshot()).toBe(before);
  });

  test('is renewed once, under its name, with its key where it is, in the ledger of its issuer and in its own', async () => {
    const factory = await RenewedFactory.start();
    const { SerialNumber, CertificatePem } = factory.first.data!;
    factory.passUntilDue();
    expect([await factory.run(), await factory.run()]).toEqual([0, 0]);
    expect(factory.told).toEqual([`renewed ${SerialNumber}`]);
    expect(factory.latest).toMatchObject({ renews: SerialNumber, renewalNumber: 1, keyVersion: SerialNumber, deliveredAt: expect.any(String) });
    expect(facts(pemOf(factory.latest.certificate!))).toEqual(facts(CertificatePem));
    expect(factory.issued(FACTORY).map(({ serialNumber }) => serialNumber)).toEqual(factory.issued().map(({ serialNumber }) => serialNumber));
    factory.expectConsistent();
  });

  test('is what the next deployment and a rollback get, and neither makes a third one', async () => {
    const factory = await RenewedFactory.start();
    factory.passUntilDue();
    await factory.run();
    const { serialNumber } = factory.latest;
    const answer = { physicalResourceId: factory.caId, data: { SerialNumber: serialNumber, RenewalNumber: '1', SubjectKeyIdentifier: factory.first.data!.SubjectKeyIdentifier } };
    expect(await factory.deploy({ Renewal: { BeforeDays: '364', KeepKey: 'true' } })).toMatchObject(answer);
    const other = await factory.deploy({ Subject: { CommonName: 'Another' } });
    expect(other.physicalResourceId).not.toBe(factory.caId);
    const back = { ...factory.update(), physicalResourceId: other.physicalResourceId };
    expect(await handleLifecycleEvent(back, factory.world.ports())).toMatchObject(answer);
    expect(factory.issued()).toHaveLength(2);
    expect(factory.own.serialNumber).toBe(serialNumber);
  });

  test('is renewed with its key in KMS', async () => {
    const KeyArn = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b';
    const factory = await RenewedFactory.start({
      factory: { KeyStorage: { Type: 'Kms', KeyArn } }, prepare: ({ hsmKeys }) => hsmKeys.set(KeyArn, keys.key()),
    });
    factory.passUntilDue();
    expect(await factory.run()).toBe(0);
    expect(facts(pemOf(factory.own.certificate!))).toEqual(facts(factory.first.data!.CertificatePem));
    expect(createPublicKey(factory.world.hsmKeys.get(KeyArn)!).export({ type: 'spki', format: 'der' })).toEqual(facts(pemOf(factory.own.certificate!)).publicKey);
    const { certificatePem, chainPem } = await factory.issueDevice();
    expect(verify(certificatePem, chainPem, factory.root.data!.CertificatePem, factory.world.now)).toBe('stdin: OK');
  });

  test('issues with the renewed certificate: for longer than before, with its chain, and what it has issued before stays valid', async () => {
    const factory = await RenewedFactory.start();
    const rootPem = factory.root.data!.CertificatePem;
    factory.passUntilDue();
    await expect(factory.issueDevice()).rejects.toThrow('after the end of the CA');
    const before = await factory.issueDevice({ ValidityDays: '360' });
    await factory.run();
    const after = await factory.issueDevice({ ValidityDays: '700' });
    expect(after.chainPem).toBe(pemOf(factory.latest.certificate!));
    expect(before.chainPem).not.toBe(after.chainPem);
    for (const chainPem of [before.chainPem, after.chainPem]) {
      expect(verify(before.certificatePem, chainPem, rootPem, factory.world.now)).toBe('stdin: OK');
    }
    factory.pass(600);
    expect(verify(after.certificatePem, after.chainPem, rootPem, factory.world.now)).toBe('stdin: OK');
  });

  test('can be renewed for the lifetime of a root, while the devices below it are renewed too, and each verifies with the chain that was published with it', async () => {
    const factory = await RenewedFactory.start({ root: { ValidityDays: '7300' }, factory: { ValidityDays: '730' } });
    const combined = `${SECRET}Combined-AbCdEf`;
    await factory.issueDevice({ ValidityDays: '180', Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: combined }] });
    const seen = new Map<string, Date>();
    for (let day = 0; day < 3650; day += 15) {
      factory.pass(15);
      expect(await factory.run()).toBe(0);
      seen.set(factory.world.versions.get(`${combined}/${factory.world.currentVersion.get(combined)}`)!, factory.world.now);
    }
    expect(factory.issued().map(({ renewalNumber = 0 }) => renewalNumber)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(seen.size).toBeGreaterThan(20);
    expect(new Set([...seen.keys()].map(text => text.split('-----BEGIN CERTIFICATE')[2])).size).toBe(10); // each certificate of the CA was published
    for (const [text, lastSeen] of seen) {
      const [, device, ...chain] = text.split(/(?=-----BEGIN CERTIFICATE)/);
      expect(verify(device, chain.join(''), factory.root.data!.CertificatePem, lastSeen)).toBe('stdin: OK');
    }
    factory.expectConsistent();
  }, 60_000);

  test('is renewed with what is declared now, and not any more once its renewal is no longer declared', async () => {
    const factory = await RenewedFactory.start();
    const { Renewal, ...without } = factory.properties;
    await handleLifecycleEvent(request('subordinate', 'Update', without, factory.caId), factory.world.ports());
    factory.passUntilDue();
    await factory.run();
    expect(factory.issued()).toHaveLength(1);
    await factory.deploy();
    expect(factory.own.renewal).toEqual(factory.latest.renewal);
    await factory.run();
    expect(factory.issued()).toHaveLength(2);
  });

  test('is not renewed while it is retired, because nothing that it has issued ends later', async () => {
    const factory = await RenewedFactory.start();
    await factory.deploy({ Retired: 'true' });
    factory.passUntilDue();
    expect(await factory.run()).toBe(0);
    expect(factory.issued()).toHaveLength(1);
    await factory.deploy();
    expect(await factory.run()).toBe(0);
    expect(factory.issued()).toHaveLength(2);
    await factory.deploy({ Retired: 'true' });
    expect(factory.own).toMatchObject({ renewalNumber: 1, retirement: 'retired' });
  });

  test('is not renewed after it was revoked', async () => {
    const factory = await RenewedFactory.start();
    factory.passUntilDue();
    const { issuer, serialNumber, notAfter } = factory.latest;
    await factory.world.ports().revocations('ledger').record({
      issuer, serialNumber, state: 'REVOKED', reason: 'keyCompromise', revokedAt: factory.world.now.toISOString(), orderedBy: 'anna', notAfter, revision: 1,
    }, undefined);
    expect(await factory.run()).toBe(0);
    expect(factory.issued()).toHaveLength(1);
  });

  test('leaves nothing behind when it is removed: no key, nothing issued, and nothing that keeps its issuer from being retired', async () => {
    const factory = await RenewedFactory.start({ factory: { RetainKey: 'false' } });
    factory.passUntilDue();
    await factory.run();
    await handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, factory.caId), factory.world.ports());
    expect([factory.latest.status, factory.own.status, factory.keyVersions]).toEqual(['WITHDRAWN', 'WITHDRAWN', []]);
    const retired = request('ca', 'Update', caProperties({ PathLength: '1', Retired: 'true' }), factory.rootId);
    await handleLifecycleEvent(retired, factory.world.ports());
    expect(factory.world.entry(factory.rootId)!.retirement).toBe('retired');
  });
});

test('a CA below a renewed CA issues below the former certificate until its own renewal, which the same run makes if both are due', async () => {
  const factory = await RenewedFactory.start({ root: { PathLength: '2' }, factory: { PathLength: '1' } });
  const { world, caId } = factory;
  const line = subordinateProperties(caId, 'line', { IssuerLedgerTable: FACTORY, ClipToIssuer: 'true', Renewal: { BeforeDays: '365' } });
  const { physicalResourceId: lineId } = await handleLifecycleEvent({ ...request('subordinate', 'Create', line), logicalResourceId: 'Line' }, world.ports());
  const verified = async (ValidityDays: string) => {
    const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Device${ValidityDays}-AbCdEf` };
    const event = request('device', 'Create', deviceProperties(lineId, { LedgerTable: 'line', ValidityDays, KeyStorage }));
    const { data } = await handleLifecycleEvent({ ...event, logicalResourceId: `Device${ValidityDays}` }, world.ports());
    return verify(data!.CertificatePem, chainPemOf(world.entry(lineId, 'line')!), factory.root.data!.CertificatePem, world.now);
  };
  const below = (caIds: RenewedCa[]) => renewDue(caIds, STACK_ID, Infinity, world.ports(), () => {});
  factory.passUntilDue();
  await below(factory.cas.slice(0, 1));
  expect(await verified('300')).toBe('stdin: OK');
  const former = world.entry(lineId, 'line')!;
  expect(await below(factory.cas.map(ca => ({ ...ca, beforeDays: 365 })))).toEqual({ failed: 0, finished: true });
  const renewed = world.entry(lineId, 'line')!;
  expect(renewed).toMatchObject({ renewalNumber: 1, renews: former.serialNumber, notAfter: factory.latest.notAfter });
  expect(splitCertificates(renewed.chain!)[0]).toEqual(factory.latest.certificate);
  expect(await verified('1000')).toBe('stdin: OK');
});

test('a CA that was taken back declares no renewal, so its end is announced', async () => {
  const factory = await RenewedFactory.start();
  await handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, factory.caId), factory.world.ports());
  const kept = keptCaProperties(factory.caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' });
  await handleLifecycleEvent(request('kept', 'Create', kept), factory.world.ports());
  factory.passUntilDue();
  expect(await factory.run()).toBe(0);
  expect(factory.issued()).toHaveLength(1);
  expect([factory.latest.renewal, factory.own.renewal]).toEqual([false, false]);
});

test('a CA that goes back to the resource it was taken from is renewed as that one declares it', async () => {
  const factory = await RenewedFactory.start();
  const { world, caId } = factory;
  world.stackResources.push({ type: 'Custom::PrivateIotCa', logicalResourceId: 'Factory', physicalResourceId: caId });
  const kept = keptCaProperties(caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' });
  const taken = await handleLifecycleEvent(request('kept', 'Create', kept), world.ports());
  factory.passUntilDue();
  expect(await factory.run()).toBe(0);
  expect(factory.issued()).toHaveLength(1);
  await handleLifecycleEvent(request('kept', 'Delete', kept, taken.physicalResourceId), world.ports());
  expect(await factory.run()).toBe(0);
  expect(factory.issued()).toHaveLength(2);
  factory.expectConsistent();
});

describe('a renewal that is not possible', () => {
  test.each<[string, Properties, RegExp]>([
    ['because it would end after the root', {}, /^the renewed certificate must end no later than the CA and the CAs above it, on ".*", got ".*"; renew the CA earlier, if another CA signs it \(renewal\), or declare a successor of the CA/],
    ['because the root ends with it', { ClipToIssuer: 'true' }, /^the renewed certificate must end after the present one, on "(.*)", got "\1", because the CA ends then; renew the CA earlier, if another CA signs it/],
  ])('%s is announced once, and changes nothing', async (_, changes, expected) => {
    const factory = await RenewedFactory.start({ root: { ValidityDays: '1825' }, factory: { ValidityDays: '1825', ...changes } });
    factory.passUntilDue();
    const before = factory.world.snapshot();
    expect([await factory.run(), await factory.run()]).toEqual([1, 1]);
    expect(factory.told[0]).toMatch(expected);
    expect(factory.world.refused).toEqual([expect.objectContaining({ renews: factory.latest.serialNumber, logicalResourceId: 'Factory' })]);
    expect(factory.world.snapshot()).toBe(before);
  });

  test('because somebody has exchanged the certificate in the ledger of the issuer is an error, and the CA\'s own ledger stays', async () => {
    const factory = await RenewedFactory.start();
    await factory.dieBetweenLedgers();
    const { entries, current } = factory.world;
    const key = current.get(factory.caId)!;
    entries.set(key, { ...entries.get(key)!, certificate: new X509Certificate(factory.root.data!.CertificatePem).raw });
    const before = factory.world.snapshot();
    expect(await factory.run()).toBe(1);
    expect(factory.told.at(-1)).toMatch(/must hold the certificate that was issued under serial number/);
    expect(factory.world.snapshot()).toBe(before);
  });

  test('because somebody has another ledger declared changes nothing there: it does not have the CA', async () => {
    const factory = await RenewedFactory.start();
    factory.passUntilDue();
    const { entries, current } = factory.world;
    const key = current.get(factory.caId)!;
    const entry = entries.get(key)!;
    const renewal = entry.renewal as Exclude<typeof entry.renewal, false | undefined>;
    entries.set(key, { ...entry, renewal: { ...renewal, properties: renewal.properties.replace('"factory"', '"other"') } });
    await factory.run();
    expect(factory.issued()).toHaveLength(1);
    expect(factory.world.entry(factory.caId, 'other')).toBeUndefined();
  });

  test.each<[string, Properties, string]>([
    ['more than half of the validity before the end', { Renewal: { BeforeDays: '913' } }, 'renewal must begin at most half of the validity of 1825 days before the end of the certificate, 912 days, got 913'],
    ['with another key', { Renewal: { BeforeDays: '365', KeepKey: 'false' } }, 'renewal of a CA must keep its key, because a CA with another key is another CA, got keepKey: false; leave keepKey out, or declare a successor (predecessor)'],
    ['of a root', { Issuer: undefined, IssuerLedgerTable: undefined }, 'renewal must be left out for a root CA, because everyone who trusts it has its certificate; declare its successor in time (predecessor)'],
    ['of a CA that is signed elsewhere', { Issuer: undefined, IssuerLedgerTable: undefined, SignedElsewhere: 'true', ValidityDays: undefined },
      'renewal must be left out for a CA that is signedElsewhere; have its certificate renewed there, and declare the result as signedCertificate'],
    ['with a fixed end', { ValidityDays: undefined, NotAfter: '2030-01-01T00:00:00Z' }, 'renewal must be left out for a certificate that ends with notAfter'],
    ['with a fixed beginning', { NotBefore: '2026-03-01T00:00:00Z' }, 'renewal must be left out for a certificate with notBefore, because every further one would begin and end with it'],
  ])('%s is refused by the deployment', async (_, changes, expected) => {
    await expect(RenewedFactory.start({ factory: changes })).rejects.toThrow(`Factory: ${expected}`);
  });

  test('is not declared, because a CA keeps its key unless somebody says otherwise', async () => {
    const factory = await RenewedFactory.start({ factory: { Renewal: { BeforeDays: '365' } } });
    factory.passUntilDue();
    expect(await factory.run()).toBe(0);
    factory.expectConsistent();
  });
});

describe('a cross-certificate for a CA', () => {
  test('is made although the declaration names the certificate from before a renewal', async () => {
    const factory = await RenewedFactory.start();
    const signer = await handleLifecycleEvent({
      ...request('ca', 'Create', caProperties({ PathLength: '1', LedgerTable: 'next', Subject: { CommonName: 'Next' }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Next-AbCdEf` } })),
      logicalResourceId: 'Next',
    }, factory.world.ports());
    factory.passUntilDue();
    await factory.run();
    const declared = crossProperties(signer.physicalResourceId, factory.caId, {
      LedgerTable: 'next', SubjectCaLedgerTable: FACTORY, SubjectCaSha256Fingerprint: factory.first.data!.Sha256Fingerprint,
    });
    const { data } = await handleLifecycleEvent(request('cross', 'Create', declared), factory.world.ports());
    expect(facts(data!.CertificatePem)).toEqual({ ...facts(factory.first.data!.CertificatePem), issuer: 'CN=Next' });
  });
});
