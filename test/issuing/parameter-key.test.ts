import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { publicKeyOf } from '../../src/pki/keys';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import { caProperties, deviceProperties, Properties, request, SECRET } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';

const ENCRYPTION_KEY = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d';
const PATH = '/iot/devices/Sensor001-ab12cd34';

let world: MemoryWorld;
let caId: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const declare = (changes: Properties = {}, storage: Properties = {}) =>
  deviceProperties(caId, { KeyStorage: { Type: 'Parameter', Path: PATH, ...storage }, ...changes });

async function newWorld(): Promise<void> {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
}

beforeEach(newWorld);

test('a device whose key is in a parameter answers its name, and its key is there, encrypted with the declared key', async () => {
  const { data } = await handle(request('device', 'Create', declare({}, { EncryptionKeyArn: ENCRYPTION_KEY })));
  expect(data!.PrivateKeyParameter).toBe(`${PATH}/${data!.SerialNumber}`);
  const [[name, { value, encryptionKey }], ...others] = [...world.parameters];
  expect([name, encryptionKey, others]).toEqual([data!.PrivateKeyParameter, ENCRYPTION_KEY, []]);
  expect(publicKeyOf(value)).toEqual(new X509Certificate(data!.CertificatePem).publicKey.export({ type: 'spki', format: 'der' }));
  expect(world.versions.size).toBe(1); // that of the CA
});

test('a server\'s key can be in a parameter too, and AWS\'s own key encrypts it if none is declared', async () => {
  const { data } = await handle(request('server', 'Create', declare()));
  expect(world.parameters.get(data!.PrivateKeyParameter!)).toEqual({ value: expect.stringMatching(/^-----BEGIN PRIVATE KEY/), encryptionKey: undefined, tags: {} });
});

test('a retry and an update answer the same parameter, a replacement another one, and a rollback the old one, whose key was kept', async () => {
  const event = request('device', 'Create', declare());
  const old = await handle(event);
  expect(await handle(event)).toEqual(old);
  const next = await handle(request('device', 'Update', declare({ Generation: '2' }), old.physicalResourceId));
  expect(next.data!.PrivateKeyParameter).not.toBe(old.data!.PrivateKeyParameter);
  expect(world.parameters.size).toBe(2);
  expect(await handle(request('device', 'Update', declare(), next.physicalResourceId))).toEqual(old);
  await handle(request('device', 'Delete', declare({ Generation: '2' }), next.physicalResourceId));
  expect([...world.parameters.keys()]).toEqual([old.data!.PrivateKeyParameter]);
});

test('another encryption key is refused without a new generation: nothing would be written, and the rights on the old key would go', async () => {
  const old = await handle(request('device', 'Create', declare()));
  const update = (changes: { Generation?: string }) => handle(request('device', 'Update', declare(changes, { EncryptionKeyArn: ENCRYPTION_KEY }), old.physicalResourceId));
  await expect(update({})).rejects.toThrow(`keyStorage must stay ${PATH}, where the key of this certificate is held, got ${PATH} (encrypted with ${ENCRYPTION_KEY}); `
    + 'raise `generation`');
  const next = await update({ Generation: '2' });
  expect(world.parameters.get(next.data!.PrivateKeyParameter!)!.encryptionKey).toBe(ENCRYPTION_KEY);
});

test('a removal deletes the parameter, and can be asked for again', async () => {
  const created = await handle(request('device', 'Create', declare()));
  const removal = request('device', 'Delete', declare(), created.physicalResourceId);
  await handle(removal);
  await handle(removal);
  expect(world.parameters.size).toBe(0);
  expect(world.issued()).toHaveLength(1);
});

test('bundles are made of a key in a parameter too', async () => {
  const secretArn = `${SECRET}Combined-AbCdEf`;
  const { data } = await handle(request('device', 'Create', declare({ Bundles: [{ Type: 'CombinedPem', SecretArn: secretArn }] })));
  expect(world.versions.get(`${secretArn}/${data!.SerialNumber}`)).toMatch(world.parameters.get(data!.PrivateKeyParameter!)!.value);
});

describe('a key in a parameter', () => {
  test('is refused if another place of the key is under the certificate, and both places are named', async () => {
    const { physicalResourceId } = await handle(request('device', 'Create', declare()));
    await expect(handle(request('device', 'Update', declare({}, { Path: '/iot/other' }), physicalResourceId)))
      .rejects.toThrow(`keyStorage must stay ${PATH}, where the key of this certificate is held, got /iot/other`);
  });

  test('is refused with its name if it has another algorithm', async () => {
    const ports = world.ports();
    const { privateKeyPem } = await ports.generateKeyPair('EC_P384');
    const read = async () => privateKeyPem;
    const event = request('device', 'Create', declare());
    await expect(handleLifecycleEvent(event, { ...ports, parameters: { ...ports.parameters, read } }))
      .rejects.toThrow(/the parameter \/iot\/devices\/Sensor001-ab12cd34\/[0-9A-F]{40} must hold a key of 256 bits \(EC_P256\), got "EC_P384"/);
    expect(world.issued()).toHaveLength(1);
  });

  test.each([
    ['a CA, whose key has to stay where it can be retained', () => request('ca', 'Create', caProperties({ KeyStorage: { Type: 'Parameter', Path: PATH } })),
      'keyStorage must be of type SecretsManager or Kms, got "Parameter"'],
    ['no path', () => request('device', 'Create', declare({}, { Path: undefined })), 'keyStorage must be a parameter path'],
    ['a path of AWS\'s own', () => request('device', 'Create', declare({}, { Path: '/aws/keys' })), 'keyStorage must be a parameter path'],
    ['a path that ends with a slash', () => request('device', 'Create', declare({}, { Path: '/iot/' })), 'keyStorage must be a parameter path'],
    ['too deep a path', () => request('device', 'Create', declare({}, { Path: '/a'.repeat(15) })), 'keyStorage must be a parameter path'],
    ['a key that encrypts by its alias', () => request('device', 'Create', declare({}, { EncryptionKeyArn: 'alias/iot' })), 'keyStorage must be an ARN of kms'],
  ])('is refused for %s', async (_, event, message) => {
    await expect(handle(event())).rejects.toThrow(message);
    expect(world.parameters.size).toBe(0);
  });
});

describe('the next delivery, wherever the first one died,', () => {
  test('ends a creation with one parameter', async () => {
    await crashEverywhere(async () => {
      await newWorld();
      return { world, event: request('device', 'Create', declare()) };
    }, ({ world: after, result }) => {
      expect([...after.parameters.keys()]).toEqual([result.data!.PrivateKeyParameter]);
      expect(after.issued()).toHaveLength(2);
    });
  });

  test('ends a removal with none', async () => {
    await crashEverywhere(async () => {
      await newWorld();
      const { physicalResourceId } = await handle(request('device', 'Create', declare()));
      return { world, event: request('device', 'Delete', declare(), physicalResourceId) };
    }, ({ world: after }) => {
      expect(after.parameters.size).toBe(0);
      expect(after.issued()).toHaveLength(1);
    });
  });
});
