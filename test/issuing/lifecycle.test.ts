import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { publicKeyOf } from '../../src/pki/keys';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, request, verificationProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const createDevice = (changes = {}) => request('device', 'Create', deviceProperties(caId, changes));
const update = (kind: 'ca' | 'verification' | 'device', id: string, properties: Record<string, unknown>) => request(kind, 'Update', properties, id);
const remove = (kind: 'ca' | 'verification' | 'device', id: string, properties: Record<string, unknown>) => request(kind, 'Delete', properties, id);

const later = () => {
  world.now = new Date(world.now.getTime() + 1000);
};

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
});

test('a device certificate is signed by the CA, and its secret holds its key as the current version', async () => {
  const { data } = await handle(createDevice());
  const [ca, device] = [[...world.entries.values()][0].certificate!, data!.CertificatePem].map(bytes => new X509Certificate(bytes));
  expect(device.verify(ca.publicKey)).toBe(true);
  expect(device.issuer).toBe(ca.subject);
  const { SecretArn } = deviceProperties(caId).KeyStorage as { SecretArn: string };
  expect(world.currentVersion.get(SecretArn)).toBe(data!.SerialNumber);
  const key = world.versions.get(`${SecretArn}/${data!.SerialNumber}`)!;
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(publicKeyOf(key)).toEqual(device.publicKey.export({ type: 'spki', format: 'der' }));
});

test('a verification certificate has the code as its common name, and its key is stored nowhere', async () => {
  const { data } = await handle(request('verification', 'Create', verificationProperties(caId)));
  expect(new X509Certificate(data!.CertificatePem).subject).toBe('CN=code-1');
  expect(world.versions.size).toBe(1);
});

test('the same request delivered again gives the same id and the same data', async () => {
  const event = createDevice();
  expect(await handle(event)).toEqual(await handle(event));
  expect(world.issued()).toHaveLength(2);
});

test('an update that changes no identity gives the same bytes (no replace)', async () => {
  const created = await handle(createDevice());
  const updated = await handle(update('device', created.physicalResourceId, deviceProperties(caId, { Platforms: ['azure-dps'], ClipToIssuer: 'true' })));
  expect(updated).toEqual(created);
});

test('a changed declaration makes a new certificate and keeps the old one until it is deleted (replace)', async () => {
  const old = await handle(createDevice());
  const changed = await handle(update('device', old.physicalResourceId, deviceProperties(caId, { Generation: '2' })));
  expect(changed.physicalResourceId).not.toBe(old.physicalResourceId);
  expect(changed.data!.SerialNumber).not.toBe(old.data!.SerialNumber);
  expect(world.issued()).toHaveLength(3);
  await handle(remove('device', old.physicalResourceId, deviceProperties(caId)));
  expect(world.issued().map(({ identity }) => identity)).toEqual([caId, changed.physicalResourceId]);
  expect(await handle(update('device', changed.physicalResourceId, deviceProperties(caId, { Generation: '2' })))).toEqual(changed);
});

test('a rollback brings back the old bytes and makes the old key the current one again', async () => {
  const old = await handle(createDevice());
  const changed = await handle(update('device', old.physicalResourceId, deviceProperties(caId, { Generation: '2' })));
  expect(await handle(update('device', changed.physicalResourceId, deviceProperties(caId)))).toEqual(old);
  await handle(remove('device', changed.physicalResourceId, deviceProperties(caId, { Generation: '2' })));
  const { SecretArn } = deviceProperties(caId).KeyStorage as { SecretArn: string };
  expect(world.currentVersion.get(SecretArn)).toBe(old.data!.SerialNumber);
  expect(world.versions.has(`${SecretArn}/${changed.data!.SerialNumber}`)).toBe(false);
});

test('a CA whose change is reverted after it was carried out comes back with the same bytes, since its key was kept', async () => {
  const old = await handle(update('ca', caId, caProperties()));
  const changed = await handle(update('ca', caId, caProperties({ Generation: '2' })));
  await handle(remove('ca', caId, caProperties()));
  later();
  expect(await handle(update('ca', changed.physicalResourceId, caProperties()))).toEqual(old);
});

test('a device that is removed and declared again gets a new certificate, since its key went with it', async () => {
  const first = await handle(createDevice());
  await handle(remove('device', first.physicalResourceId, deviceProperties(caId)));
  later();
  const second = await handle(createDevice());
  expect(second.physicalResourceId).toBe(first.physicalResourceId);
  expect(second.data!.SerialNumber).not.toBe(first.data!.SerialNumber);
});

describe('a removal', () => {
  test('can be asked for twice, for a resource that never was, and by an id that CloudFormation invented', async () => {
    const created = await handle(createDevice());
    for (const id of ['Iot-Device-1ABCDEF', created.physicalResourceId, created.physicalResourceId, 'device-00000000000000000000000000000000']) {
      expect(await handle(remove('device', id, deviceProperties(caId)))).toEqual({ physicalResourceId: id });
    }
    expect(world.issued().map(({ identity }) => identity)).toEqual([caId]);
  });

  test('of a declaration that was refused does nothing', async () => {
    await handle(remove('device', 'Iot-Device-1ABCDEF', { LedgerTable: 'ledger', KeyAlgorithm: 'ROT13' }));
    await handle(remove('device', 'invalid-0', {}));
    expect(world.issued()).toHaveLength(1);
  });

  test('leaves the certificate of another resource alone', async () => {
    const created = await handle(createDevice());
    await handle({ ...remove('device', created.physicalResourceId, deviceProperties(caId)), logicalResourceId: 'SomebodyElse' });
    expect(world.issued()).toHaveLength(2);
  });

  test('keeps the key of a CA that is retained, and releases the key of another one', async () => {
    await handle(remove('ca', caId, caProperties()));
    expect(world.versions.size).toBe(1);
    later();
    const again = await handle(request('ca', 'Create', caProperties()));
    expect(again.physicalResourceId).toBe(caId);
    await handle(remove('ca', caId, caProperties({ RetainKey: 'false' }))); // what the ledger recorded counts
    expect(world.versions.size).toBe(1);
    later();
    await handle(request('ca', 'Create', caProperties()));
    await handle(request('ca', 'Update', caProperties({ RetainKey: 'false' }), caId));
    await handle(remove('ca', caId, caProperties()));
    expect(world.versions.size).toBe(0);
  });

  test('that is delivered again late does not take away a later declaration', async () => {
    const created = await handle(createDevice());
    const removal = remove('device', created.physicalResourceId, deviceProperties(caId));
    await handle(removal);
    later();
    await handle(createDevice());
    await handle(removal);
    expect(world.issued()).toHaveLength(2); // the CA, and what is declared now
  });
});

describe('a certificate', () => {
  const failing: [string, () => LifecycleEvent, string][] = [
    ['a validity that passes the CA\'s end', () => createDevice({ ValidityDays: '3651' }), 'validity'],
    ['a CA that nobody knows', () => request('device', 'Create', deviceProperties('ca-00000000000000000000000000000000')),
      'ca must be a CA in this ledger, got "ca-00000000000000000000000000000000", which is unknown'],
    ['a private key in place of a CA, which is not shown', () => request('device', 'Create', deviceProperties(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'der' }).toString('hex'))),
    'ca must be a CA in this ledger, got (a private key, not shown), which is unknown'],
    ['a CA whose key the platform does not take', () => createDevice({ Platforms: ['alibaba-cloud-iot'] }),
      'keyAlgorithm of the CA must be one of RSA_2048, RSA_3072, RSA_4096 for Alibaba Cloud IoT Platform, got "EC_P256"'],
    ['an answer that is too long', () => request('ca', 'Create', caProperties({
      KeyAlgorithm: 'RSA_4096',
      Subject: { CommonName: '界'.repeat(64), Organization: '界'.repeat(64), OrganizationalUnit: '界'.repeat(64), Locality: '界'.repeat(85) },
    })), 'at most 4096 are allowed; shorten the subject or choose a smaller key'],
  ];
  test.each(failing)('is refused for %s, before anything is written', async (_, event, message) => {
    const before = world.snapshot();
    await expect(handle(event())).rejects.toThrow(message);
    expect(world.snapshot()).toBe(before);
  });

  test('is refused for a device certificate in place of a CA', async () => {
    const { physicalResourceId } = await handle(createDevice());
    const event = { ...request('device', 'Create', deviceProperties(physicalResourceId)), logicalResourceId: 'Other' };
    await expect(handle(event)).rejects.toThrow(`ca must be a CA, got "${physicalResourceId}", which is a certificate of the profile device`);
  });

  test('is refused for a CA whose secret holds another key, before it signs', async () => {
    const [[name]] = [...world.versions];
    const { privateKeyPem } = await world.ports().generateKeyPair('EC_P256');
    world.versions.set(name, privateKeyPem);
    await expect(handle(createDevice())).rejects.toThrow('does not hold the key of the CA\'s certificate');
    world.versions.set(name, 'not a key');
    await expect(handle(createDevice())).rejects.toThrow(/^(?!.*not a key)/);
    world.versions.delete(name);
    await expect(handle(createDevice())).rejects.toThrow('does not hold the key of the CA');
    expect(world.issued()).toHaveLength(1);
  });

  test('is refused for a secret that was exchanged under it, with its key in the old one', async () => {
    const { physicalResourceId } = await handle(createDevice());
    const KeyStorage = { Type: 'SecretsManager', SecretArn: 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:New-AbCdEf' };
    await expect(handle(update('device', physicalResourceId, deviceProperties(caId, { KeyStorage })))).rejects.toThrow(/keyStorage must stay .*Device-AbCdEf/);
  });

  test('that the ledger has lost fails its update, and is not made a second time', async () => {
    const { physicalResourceId } = await handle(createDevice());
    world.current.delete(physicalResourceId);
    await expect(handle(update('device', physicalResourceId, deviceProperties(caId)))).rejects.toThrow('restore the table from its point-in-time recovery');
    expect(world.entries.size).toBe(2);
  });

  test('that fails is answered with the id under which the removal finds its reservation', async () => {
    const ports = world.ports();
    const broken = { ...ports, generateKeyPair: () => Promise.reject(new Error('no entropy')) };
    const event = createDevice();
    const error = await handleLifecycleEvent(event, broken).catch(caught => caught);
    expect(error).toMatchObject({ message: 'Device: no entropy', physicalResourceId: expect.stringMatching(/^device-[0-9a-f]{32}$/) });
    expect([...world.entries.values()].map(({ status }) => status)).toEqual(['ISSUED', 'WITHDRAWN']);
    await handle(remove('device', error.physicalResourceId, event.properties));
    expect(world.issued()).toHaveLength(1);
  });
});
