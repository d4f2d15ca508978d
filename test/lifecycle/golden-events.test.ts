import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CA_KEYS } from '../pki/fixtures';
import { Answer, Properties } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';
import { CA_EXTENSIONS, OpensslCas } from '../support/openssl-ca';

const EVENTS = join(__dirname, 'events');

/** Physical ids of version 1. A change of one of them replaces the certificates of every stack that is deployed. */
const CA = 'ca-c1a3c85b2f84d1f568b4952b13a7c3c6';
const VERIFICATION = 'verification-0124e9752102ea0e785be10014ca7b83';
const DEVICE = 'device-047edff4fecc20f56548509f4082aabc';
const DEVICE_GENERATION_2 = 'device-b0bfe0ce021498bb2f83a10b745a0aef';

/** Physical ids of what came with version 2. */
const LATER = {
  'Root': 'ca-e9c5944a414ef3d88784105a7ed9ccb1',
  'Factory': 'ca-9641fba579eba2981f8192448102971a',
  'Factory, generation 2': 'ca-e9842f462790edbcbf0e18b57d0f6970',
  'Plant': 'ca-3529ad0a769418c05c2d037582af5d3c',
  'PlantCertificate': 'ca-91f236f70e0248c7e30bc0728193d219',
  'Existing': 'ca-4bbeb4ea2ca3a584c3e987f82c4c4cf5',
  'Gateway': 'device-1c71898f074311a33171ad984a3e63b3',
  'Broker': 'server-68ac57d0ad408a96a54b66f0ea4e0c15',
  'Next': 'ca-5966015c35bd19120ef1c49e1d3adb0c',
  'Cross': 'cross-16eb80e07c8e383e3a5df38f05f709fb',
  'Press': 'devid-fa21fd3d9b52889f89190ae7ee77d1e8',
};

const set = lifecycle();
const cas = new OpensslCas();

/** Where things of the stack in the events are here: secrets and ledgers, by the name that they have there. */
let secrets: Map<string, string>;
let tables: Map<string, string>;
const sent = new Set<string>();

beforeEach(async () => {
  secrets = new Map();
  for (const name of ['Ca', 'Device', 'Factory', 'Plant', 'Broker', 'Next']) {
    secrets.set(name, (await set.stack.keyStorage()).SecretArn as string);
  }
  tables = new Map([['Ca', set.stack.table]]);
});

/** Sends an event as it was recorded, but for where things are: ledgers, keys and secrets, and the place of the answer. */
async function send(name: string, more: readonly [pattern: RegExp, here: string][] = []): Promise<Answer> {
  sent.add(name);
  const text = readFileSync(join(EVENTS, `${name}.json`), 'utf8')
    .replace(/Iot-([A-Z][a-z]+)Ledger[^"]*/g, (_, table) => tables.get(table)!)
    .replace(/arn:aws:secretsmanager:[^"]*:secret:(\w+)-AbCdEf/g, (_, secret) => secrets.get(secret)!);
  const event: Properties = JSON.parse(more.reduce((whole, [pattern, here]) => whole.replace(pattern, here), text));
  const { answer, error } = await set.stack.send({ ...event, ResponseURL: set.proxy.responseUrl(event.RequestId as string) });
  expect({ error, answer }).toMatchObject({ error: undefined, answer: { Status: 'SUCCESS' } });
  return answer!;
}

test('a stack of version 1 keeps its physical ids and its bytes through updates and rollbacks', async () => {
  expect((await send('v1-create-ca')).PhysicalResourceId).toBe(CA);
  expect((await send('v1-create-verification')).PhysicalResourceId).toBe(VERIFICATION);
  const device = await send('v1-create-device');
  expect(device.PhysicalResourceId).toBe(DEVICE);
  expect((await send('v1-update-device-without-optional-properties')).Data).toEqual(device.Data);

  const updated = await send('v1-update-device');
  expect(updated.PhysicalResourceId).toBe(DEVICE_GENERATION_2);
  expect(updated.Data!.SerialNumber).not.toBe(device.Data!.SerialNumber);
  for (const rollback of ['v1-rollback-device', 'v1-rollback-device-to-no-optional-properties']) {
    expect(await send(rollback)).toMatchObject({ PhysicalResourceId: DEVICE, Data: device.Data });
  }

  expect((await send('v1-delete-device-new')).PhysicalResourceId).toBe(DEVICE_GENERATION_2);
  expect((await set.stack.ledger()).find(({ identity }) => identity === DEVICE)).toMatchObject({ status: 'ISSUED' });
  for (const name of ['v1-delete-device', 'v1-delete-verification', 'v1-delete-ca']) {
    await send(name);
  }
  expect(new Set((await set.stack.ledger()).map(({ status }) => status))).toEqual(new Set(['WITHDRAWN']));
});

describe('a stack of version 2', () => {
  const statuses = async (table: string) => new Set((await set.stack.ledger(tables.get(table))).map(({ status }) => status));

  beforeEach(async () => {
    for (const name of ['Root', 'Factory', 'Plant']) {
      tables.set(name, await set.stack.newTable());
    }
  });

  test('keeps its hierarchy, with a root in KMS, and the certificates of that', async () => {
    for (const name of ['Combined', 'Pkcs12']) {
      secrets.set(name, await set.stack.secret());
    }
    secrets.set('Passphrase', await set.stack.passphrase('passphrase-of-the-press'));
    const { KeyArn } = await set.stack.kmsKeyStorage();
    const { Path } = set.stack.parameterStorage();
    const places: [RegExp, string][] = [[/arn:aws:kms:[^"]*/g, KeyArn as string], [/\/iot\/Press7-[^"]*/g, Path as string]];
    const root = await send('v2-create-root', places);
    expect(root).toMatchObject({ PhysicalResourceId: LATER.Root, Data: { NotAfter: '9999-12-31T23:59:59Z' } });
    const factory = await send('v2-create-factory');
    expect(factory.PhysicalResourceId).toBe(LATER.Factory);
    expect((await send('v2-update-factory')).PhysicalResourceId).toBe(LATER['Factory, generation 2']);
    expect(await send('v2-rollback-factory')).toMatchObject({ PhysicalResourceId: LATER.Factory, Data: factory.Data });
    await send('v2-delete-factory-new');
    const [broker, press, half] = [await send('v2-create-broker'), await send('v2-create-press', places), await send('v2-create-plant-certificate')];
    expect([broker, press, half].map(({ PhysicalResourceId }) => PhysicalResourceId)).toEqual([LATER.Broker, LATER.Press, LATER.PlantCertificate]);
    for (const { Data } of [broker, press]) {
      expect(cas.verify(Data!.CertificatePem, factory.Data!.CertificatePem, root.Data!.CertificatePem)).toBe('certificate: OK');
    }
    expect(press.Data!.PrivateKeyParameter).toBe(`${Path}/${press.Data!.SerialNumber}`);
    for (const name of ['broker', 'press', 'plant-certificate', 'factory', 'root']) {
      await send(`v2-delete-${name}`, places);
    }
    expect([await statuses('Root'), await statuses('Factory')]).toEqual([new Set(['WITHDRAWN']), new Set(['WITHDRAWN'])]);
  });

  test('keeps a CA that is signed elsewhere through its signing and a rollback', async () => {
    const pending = await send('v2-create-plant');
    expect(pending.PhysicalResourceId).toBe(LATER.Plant);
    const certificate = cas.sign(pending.Data!.CertificateSigningRequestPem, cas.root(), '', {
      extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', ...CA_EXTENSIONS.slice(1)],
    });
    const here: [RegExp, string][] = [[/"-----BEGIN CERTIFICATE-----\\nreplaced[^"]*"/g, JSON.stringify(certificate)]];
    expect(await send('v2-update-plant-to-signed', here)).toMatchObject({ PhysicalResourceId: LATER.Plant, Data: { CertificatePem: certificate } });
    expect(await send('v2-rollback-plant-to-unsigned', here)).toMatchObject({ PhysicalResourceId: LATER.Plant, Data: pending.Data });
    await send('v2-delete-plant');
    expect(await statuses('Plant')).toEqual(new Set(['WITHDRAWN']));
  });

  test('keeps an existing CA, and the device that it certified from a request', async () => {
    secrets.set('ExistingKey', await set.stack.secretWithKey(CA_KEYS.EC_P256, CA_KEYS.EC_P256));
    const existing = await send('v2-create-existing');
    const gateway = await send('v2-create-gateway');
    expect([existing, gateway].map(({ PhysicalResourceId }) => PhysicalResourceId)).toEqual([LATER.Existing, LATER.Gateway]);
    expect(cas.verify(gateway.Data!.CertificatePem, '', existing.Data!.CertificatePem)).toBe('certificate: OK');
    expect(gateway.Data!.IgnoredRequests).toBe('subjectAltName dns:"evil.example", subjectAltName uri:"urn:acme:7"');
    for (const name of ['gateway', 'existing']) {
      await send(`v2-delete-${name}`);
    }
    expect(await statuses('Ca')).toEqual(new Set(['WITHDRAWN']));
  });
});

test('a stack of version 3 certifies the key of a CA by the next one, and retires that CA, with and without its name', async () => {
  tables.set('Next', await set.stack.newTable());
  const next = await send('v3-create-next');
  expect(next.PhysicalResourceId).toBe(LATER.Next);
  const ca = await send('v1-create-ca');
  const cross = await send('v3-create-cross');
  expect(cross.PhysicalResourceId).toBe(LATER.Cross);
  expect(cas.verify(cross.Data!.CertificatePem, '', next.Data!.CertificatePem)).toBe('certificate: OK');
  for (const name of ['v3-update-ca-retired', 'v3-rollback-ca', 'v3-update-ca-retired-in-use']) {
    expect(await send(name)).toMatchObject({ PhysicalResourceId: CA, Data: ca.Data });
  }
  expect((await set.stack.ledger()).map(({ retirement }) => retirement)).toEqual(['retired']);
  await send('v3-delete-cross');
  expect((await set.stack.ledger(tables.get('Next'))).find(({ profile }) => profile === 'cross')).toMatchObject({ status: 'WITHDRAWN' });
});

test('every recorded event is sent', () => {
  expect([...sent].map(name => `${name}.json`).sort()).toEqual(readdirSync(EVENTS).sort());
});
