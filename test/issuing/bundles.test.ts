import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { publicKeyOf } from '../../src/pki/keys';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';
import { crashEverywhere } from '../support/crashes';
import { caProperties, deviceProperties, PASSPHRASE, Properties, request, SECRET, subordinateProperties } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';
import { openssl, opensslOutput } from '../support/openssl';
import { OpensslCas } from '../support/openssl-ca';

const cas = new OpensslCas();
const TYPES = ['Pkcs12', 'Pkcs12Legacy', 'CombinedPem', 'Der'] as const;
const bundle = (Type: typeof TYPES[number]) => ({
  Type, SecretArn: `${SECRET}${Type}-AbCdEf`, ...Type.startsWith('Pkcs12') ? { PassphraseSecretArn: PASSPHRASE } : {},
});
const ALL = { Bundles: TYPES.map(bundle) };
const { SecretArn: KEY_SECRET } = deviceProperties('').KeyStorage as { SecretArn: string };

let world: MemoryWorld;
let issuer: string;
let chain: string[];

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const declare = (changes: Properties = {}) => deviceProperties(issuer, { LedgerTable: 'factory', ...changes });
const create = (changes: Properties = {}) => handle(request('device', 'Create', declare(changes)));
const valueOf = (type: typeof TYPES[number], serialNumber: string) => world.versions.get(`${bundle(type).SecretArn}/${serialNumber}`);
const currentOf = (secretArn: string) => world.currentVersion.get(secretArn);

/** A factory's CA below a root, so that a chain is one. */
async function newWorld(): Promise<void> {
  world = new MemoryWorld();
  world.now = new Date();
  world.secretValues.set(PASSPHRASE, 'correct horse\n');
  const root = await handle(request('ca', 'Create', caProperties({ PathLength: '1' })));
  const factory = await handle({ ...request('subordinate', 'Create', subordinateProperties(root.physicalResourceId, 'factory')), logicalResourceId: 'Factory' });
  issuer = factory.physicalResourceId;
  chain = [factory, root].map(({ data }) => data!.CertificatePem);
}

beforeEach(newWorld);

test.each([['Pkcs12', []], ['Pkcs12Legacy', ['-legacy']]] as const)('%s holds key, certificate and chain, and opens with the passphrase in the secret', async (type, legacy) => {
  const { data } = await create({ Bundles: [bundle(type)] });
  const file = cas.path('device.p12', Buffer.from(valueOf(type, data!.SerialNumber)!, 'base64'));
  const shown = opensslOutput(['pkcs12', '-in', file, '-passin', 'pass:correct horse', '-nodes', ...legacy]);
  expect(shown.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g)).toEqual([data!.CertificatePem, ...chain]);
  expect(shown).toContain('friendlyName: sensor-001');
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(shown)![0];
  expect(publicKeyOf(key)).toEqual(new X509Certificate(data!.CertificatePem).publicKey.export({ type: 'spki', format: 'der' }));
  expect(openssl(['pkcs12', '-in', file, '-passin', 'pass:correct horse\n', '-nokeys', ...legacy]).status).not.toBe(0);
});

test('CombinedPem holds key, certificate and chain in this order, and Der the key', async () => {
  const { data } = await create(ALL);
  const key = world.versions.get(`${KEY_SECRET}/${data!.SerialNumber}`)!;
  expect(valueOf('CombinedPem', data!.SerialNumber)).toBe([key, data!.CertificatePem, ...chain].join(''));
  const der = cas.path('key.der', Buffer.from(valueOf('Der', data!.SerialNumber)!, 'base64'));
  expect(opensslOutput(['pkey', '-inform', 'DER', '-in', der])).toBe(key);
});

test('a bundle is written once: retries, updates and another passphrase do not change its bytes', async () => {
  const event = request('device', 'Create', declare(ALL));
  const created = await handle(event);
  const before = world.snapshot();
  world.secretValues.set(PASSPHRASE, 'another one');
  expect(await handle(event)).toEqual(created);
  expect(await handle(request('device', 'Update', declare(ALL), created.physicalResourceId))).toEqual(created);
  expect(world.snapshot()).toBe(before);
});

test('bundles that are added later are of the same certificate', async () => {
  const created = await create();
  const updated = await handle(request('device', 'Update', declare(ALL), created.physicalResourceId));
  expect(updated).toEqual(created);
  expect(TYPES.map(type => valueOf(type, created.data!.SerialNumber) !== undefined)).toEqual([true, true, true, true]);
  expect(world.issued('factory')).toHaveLength(2);
});

test('a replacement makes the bundles of the new certificate current, a rollback those of the old one, and a removal takes them along', async () => {
  const places = [KEY_SECRET, ...TYPES.map(type => bundle(type).SecretArn)];
  const old = await create(ALL);
  const next = await handle(request('device', 'Update', declare({ ...ALL, Generation: '2' }), old.physicalResourceId));
  expect(places.map(currentOf)).toEqual(places.map(() => next.data!.SerialNumber));
  expect(await handle(request('device', 'Update', declare(ALL), next.physicalResourceId))).toEqual(old);
  expect(places.map(currentOf)).toEqual(places.map(() => old.data!.SerialNumber));
  await handle(request('device', 'Delete', declare({ ...ALL, Generation: '2' }), next.physicalResourceId));
  const versionsOf = ({ data }: typeof old) => [...world.versions.keys()].filter(name => name.endsWith(data!.SerialNumber));
  expect(versionsOf(next)).toEqual([]);
  expect(versionsOf(old)).toHaveLength(5);
  await handle(request('device', 'Delete', declare(ALL), old.physicalResourceId));
  expect(versionsOf(old)).toEqual([]);
});

describe('a bundle', () => {
  test.each<[string, Buffer | string | undefined, string]>([
    ['no passphrase', undefined, 'as text, got no value'],
    ['an empty passphrase', '\r\n', 'as text, got an empty text'],
    ['octets in place of a passphrase', Buffer.from([0xc3, 0x28]), 'as text, got bytes that are not UTF-8'],
  ])('is refused for %s, before anything is written', async (_, passphrase, message) => {
    const old = await create();
    const before = world.snapshot();
    world.secretValues.delete(PASSPHRASE);
    if (passphrase !== undefined) {
      world.secretValues.set(PASSPHRASE, passphrase);
    }
    await expect(handle(request('device', 'Update', declare({ ...ALL, Generation: '2' }), old.physicalResourceId)))
      .rejects.toThrow(`passphrase must be in the secret ${PASSPHRASE} ${message}`);
    world.secretValues.set(PASSPHRASE, 'there now');
    expect(world.snapshot()).toBe(before);
    const retried = await handle(request('device', 'Update', declare({ ...ALL, Generation: '2' }), old.physicalResourceId));
    expect(valueOf('Pkcs12', retried.data!.SerialNumber)).toBeDefined();
  });

  test('that its secret does not take lets nothing be issued, keeps the old key the current one, and is written by the next deployment', async () => {
    const old = await create();
    const ports = world.ports();
    const write = async (place: string, version: string, value: string, owner: string) => {
      if (place === bundle('CombinedPem').SecretArn) {
        throw new Error('no room');
      }
      return ports.secrets.write(place, version, value, owner);
    };
    const event = request('device', 'Update', declare({ ...ALL, Generation: '2' }), old.physicalResourceId);
    const [versions, issued] = [[...world.versions], world.issued('factory')];
    await expect(handleLifecycleEvent(event, { ...ports, secrets: { ...ports.secrets, write } })).rejects.toThrow('no room');
    expect([...world.versions]).toEqual(versions);
    expect(world.issued('factory')).toEqual(issued);
    expect([...world.ledgers.get('factory')!.entries.values()].map(({ status }) => status)).toEqual(['ISSUED', 'ISSUED', 'WITHDRAWN']);
    expect(currentOf(KEY_SECRET)).toBe(old.data!.SerialNumber);
    world.now = new Date(world.now.getTime() + 1000);
    const next = await handle({ ...event, requestId: 'next' });
    expect(valueOf('CombinedPem', next.data!.SerialNumber)).toContain(next.data!.CertificatePem);
  });

  test('is refused if it is added when the key is no longer there', async () => {
    const { physicalResourceId, data } = await create();
    world.versions.delete(`${KEY_SECRET}/${data!.SerialNumber}`);
    await expect(handle(request('device', 'Update', declare(ALL), physicalResourceId)))
      .rejects.toThrow(`the secret ${KEY_SECRET} no longer holds the key of the certificate ${data!.SerialNumber}; restore it, or raise \`generation\``);
  });

  test.each<[object, string]>([
    [{ Type: 'Jks', SecretArn: PASSPHRASE }, 'deliveryFormats must be of type Pkcs12, Pkcs12Legacy, CombinedPem, Der, got "Jks"'],
    [{ Type: 'toString', SecretArn: PASSPHRASE }, 'deliveryFormats must be of type'],
    [{ Type: 'Der', SecretArn: 'secret' }, 'deliveryFormats must be an ARN of secretsmanager, got "secret"'],
    [{ Type: 'Pkcs12', SecretArn: PASSPHRASE }, 'passphrase of deliveryFormats must be an ARN of secretsmanager, got undefined'],
  ])('is refused if it is declared as %j', async (declared, message) => {
    await expect(create({ Bundles: [declared] })).rejects.toThrow(message);
    expect(world.issued('factory')).toHaveLength(1);
  });
});

test('wherever the first delivery dies, the next one ends with one certificate and one bundle of each form', async () => {
  await crashEverywhere(async () => {
    await newWorld();
    return { world, event: request('device', 'Create', declare({ Bundles: [bundle('Der'), bundle('CombinedPem')] })) };
  }, ({ world: after, result }) => {
    const { SerialNumber } = result.data!;
    expect(after.issued('factory')).toHaveLength(2);
    const places = [bundle('CombinedPem').SecretArn, bundle('Der').SecretArn, KEY_SECRET];
    expect([...after.versions.keys()].slice(2).sort()).toEqual(places.map(place => `${place}/${SerialNumber}`));
    // ECDSA signs differently each time: a bundle of a signature that was not recorded would hold another certificate.
    expect(after.versions.get(`${places[0]}/${SerialNumber}`)).toContain(result.data!.CertificatePem);
  });
});
