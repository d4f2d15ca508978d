import { Revocation } from '../../../src/issuing/ledger/revocation';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { LifecycleEvent, LifecycleResult } from '../../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, request, SECRET } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let count: number;

beforeEach(async () => {
  world = new MemoryWorld();
  count = 0;
  caId = (await send('ca', 'Create', caProperties())).physicalResourceId;
  await publish();
});

const publish = () => world.revocations('ledger').publishAt(caId, { sites: [{ url: 'http://pki.acme.example/ca', partitions: 1 }], active: true, revision: 1, owner: 'stack/Publication', requestId: 'create' }, undefined);

function send(
  kind: 'ca' | 'device', requestType: LifecycleEvent['requestType'], properties: object, physicalResourceId?: string,
): Promise<LifecycleResult> {
  const made = request(kind, requestType, properties as LifecycleEvent['properties']);
  world.now = new Date(world.now.getTime() + 1000);
  return handleLifecycleEvent({ ...made, requestId: `${++count}`, physicalResourceId }, world.ports());
}

const device = (changes: object = {}) => deviceProperties(caId, changes as never);

const revocationOf = ({ data }: LifecycleResult): Promise<Revocation | undefined> => world.revocations('ledger').find(caId, data!.SerialNumber!);

test('a device that leaves its stack is revoked, because its operation has ceased', async () => {
  const made = await send('device', 'Create', device());
  await send('device', 'Delete', device(), made.physicalResourceId);
  expect(await revocationOf(made)).toMatchObject({ state: 'REVOKED', reason: 'cessationOfOperation', orderedBy: expect.stringMatching(/^the removal of Device from arn:/) });
});

test('the same declaration gets a new certificate afterwards', async () => {
  const made = await send('device', 'Create', device());
  await send('device', 'Delete', device(), made.physicalResourceId);
  const again = await send('device', 'Create', device());
  expect(again.physicalResourceId).toBe(made.physicalResourceId);
  expect(again.data!.SerialNumber).not.toBe(made.data!.SerialNumber);
  expect(await revocationOf(again)).toBeUndefined();
});

test('a certificate that a changed declaration replaces is not revoked: the device uses it until it has the new one', async () => {
  const made = await send('device', 'Create', device());
  const replaced = await send('device', 'Update', device({ Generation: '2' }), made.physicalResourceId);
  await send('device', 'Delete', device(), made.physicalResourceId);
  expect(await revocationOf(made)).toBeUndefined();
  expect(await revocationOf(replaced)).toBeUndefined();
});

test('when the device itself leaves its stack, the certificate that it had before is revoked with the last one', async () => {
  const made = await send('device', 'Create', device());
  const replaced = await send('device', 'Update', device({ Generation: '2' }), made.physicalResourceId);
  await send('device', 'Delete', device(), made.physicalResourceId);
  await send('device', 'Delete', device({ Generation: '2' }), replaced.physicalResourceId);
  for (const each of [made, replaced]) {
    expect(await revocationOf(each)).toMatchObject({ state: 'REVOKED', reason: 'cessationOfOperation' });
  }
});

test('a certificate of another device that somebody has the ledger name as the one before is not revoked', async () => {
  const other = await send('device', 'Create', device());
  world.now = new Date(world.now.getTime() + 1000);
  const elsewhere = device({ Subject: { CommonName: 'sensor-002' }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Second-AbCdEf` } });
  const second = { ...request('device', 'Create', elsewhere), logicalResourceId: 'Second' };
  const made = await handleLifecycleEvent(second, world.ports());
  const [key, entry] = [...world.entries].find(([, { identity }]) => identity === made.physicalResourceId)!;
  world.entries.set(key, { ...entry, renews: other.data!.SerialNumber });
  const removal = { ...request('device', 'Delete', elsewhere, made.physicalResourceId), logicalResourceId: 'Second' };
  await handleLifecycleEvent(removal, world.ports());
  expect(await revocationOf(made)).toMatchObject({ state: 'REVOKED' });
  expect(await revocationOf(other)).toBeUndefined();
});

test('a rollback revokes neither the certificate that it brings back nor the one that it takes away', async () => {
  const made = await send('device', 'Create', device());
  const replaced = await send('device', 'Update', device({ Generation: '2' }), made.physicalResourceId);
  expect(await send('device', 'Update', device(), replaced.physicalResourceId)).toEqual(made);
  await send('device', 'Delete', device({ Generation: '2' }), replaced.physicalResourceId);
  expect(await revocationOf(made)).toBeUndefined();
  expect(await revocationOf(replaced)).toBeUndefined();
});

test.each<[string, object, boolean]>([
  ['whose declaration says no', { RevokeOnRemoval: 'false' }, false],
  ['whose key is kept', { RetainKey: 'true' }, false],
  ['whose key is kept, but whose declaration says yes', { RetainKey: 'true', RevokeOnRemoval: 'true' }, true],
])('a device %s: %j', async (_, changes, isRevoked) => {
  const made = await send('device', 'Create', device(changes));
  await send('device', 'Delete', device(changes), made.physicalResourceId);
  expect(await revocationOf(made) !== undefined).toBe(isRevoked);
});

test('a device whose declaration says neither yes nor no is refused when it is created and when it is updated, not at last when it is removed', async () => {
  const wrong = device({ RevokeOnRemoval: 'sometimes' });
  await expect(send('device', 'Create', wrong)).rejects.toThrow('revokeOnRemoval must be true or false, got "sometimes"');
  expect(world.issued()).toHaveLength(1); // the CA
  const made = await send('device', 'Create', device());
  await expect(send('device', 'Update', wrong, made.physicalResourceId)).rejects.toThrow('revokeOnRemoval must be true or false, got "sometimes"');
});

test('a device of a CA that does not publish is revoked only if its declaration says so', async () => {
  world = new MemoryWorld();
  await send('ca', 'Create', caProperties());
  const quiet = await send('device', 'Create', device());
  await send('device', 'Delete', device(), quiet.physicalResourceId);
  expect(await revocationOf(quiet)).toBeUndefined();
  const told = await send('device', 'Create', device({ RevokeOnRemoval: 'true' }));
  await send('device', 'Delete', device({ RevokeOnRemoval: 'true' }), told.physicalResourceId);
  expect(await revocationOf(told)).toMatchObject({ reason: 'cessationOfOperation' });
});

test('a device whose construct was renamed is not revoked: it uses its certificate until it has the new one', async () => {
  const made = await send('device', 'Create', device());
  const KeyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}Renamed-AbCdEf` };
  const renamed = { ...request('device', 'Create', device({ KeyStorage }) as never), logicalResourceId: 'Renamed', requestId: 'renamed' };
  await handleLifecycleEvent(renamed, world.ports());
  await send('device', 'Delete', device(), made.physicalResourceId);
  expect(await revocationOf(made)).toBeUndefined();
});

test('a certificate that was revoked before keeps its reason', async () => {
  const made = await send('device', 'Create', device());
  const order = { issuer: caId, serialNumber: made.data!.SerialNumber!, reason: 'keyCompromise', orderedBy: 'anna' } as const;
  await revokeCertificate(order, world.revocations('ledger'), world.now);
  await send('device', 'Delete', device(), made.physicalResourceId);
  expect(await revocationOf(made)).toMatchObject({ reason: 'keyCompromise', orderedBy: 'anna' });
});

test('a removal that stops before the revocation revokes when it is delivered again', async () => {
  const made = await send('device', 'Create', device());
  const removal = { ...request('device', 'Delete', device() as never), requestId: 'removal', physicalResourceId: made.physicalResourceId };
  const failing = world.ports(async (operation, effect) => {
    if (operation === 'recordRevocation') {
      throw new Error('dynamodb:PutItem failed');
    }
    return effect();
  });
  await expect(handleLifecycleEvent(removal, failing)).rejects.toThrow('dynamodb:PutItem failed');
  await handleLifecycleEvent(removal, world.ports());
  expect(await revocationOf(made)).toMatchObject({ reason: 'cessationOfOperation' });
});
