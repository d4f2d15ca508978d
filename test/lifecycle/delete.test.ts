import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { Answer } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';

const set = lifecycle();

let ca: Answer;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
});

const statusOf = async (logicalId: string) =>
  (await set.stack.ledger()).filter(entry => entry.logicalResourceId === logicalId).map(({ status }) => status);

test('a removal withdraws the certificate and releases its key, and can be asked for again', async () => {
  const device = await set.stack.device(ca.PhysicalResourceId);
  const { PhysicalResourceId } = await set.stack.create(device);
  for (let time = 1; time <= 2; time++) {
    expect(await set.stack.delete(device, PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
    expect(await statusOf('Device')).toEqual(['WITHDRAWN']);
    expect(await set.stack.keptVersions(device)).toEqual([]);
  }
});

test('a removal of a CA keeps its key if it is retained', async () => {
  const declared = await set.stack.ca({}, 'Kept');
  const { PhysicalResourceId, Data } = await set.stack.create(declared);
  expect(await set.stack.delete(declared, PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  expect(await statusOf('Kept')).toEqual(['WITHDRAWN']);
  expect(await set.stack.keptVersions(declared)).toEqual([Data!.SerialNumber]);
});

test.each(['iot-Device-1ABCDEFGHIJKL', 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', 'device-00000000000000000000000000000000', 'invalid-0'])(
  'a removal of a resource that never was succeeds under the id %s', async physicalId => {
    const device = await set.stack.device(ca.PhysicalResourceId);
    expect(await set.stack.delete(device, physicalId)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: physicalId });
  });

test('a removal by an id that CloudFormation invented finds the certificate of the resource', async () => {
  const device = await set.stack.device(ca.PhysicalResourceId);
  await set.stack.create(device);
  await set.stack.delete(device, 'iot-Device-1ABCDEFGHIJKL');
  expect(await statusOf('Device')).toEqual(['WITHDRAWN']);
});

test('a removal during a running creation ends with nothing issued', async () => {
  const device = await set.stack.device(ca.PhysicalResourceId);
  set.proxy.reset();
  let removal: Promise<unknown> | undefined;
  set.proxy.faults = async (_, { operation }) => {
    if (operation === 'PutSecretValue' && !removal) {
      removal = set.stack.delete(device, 'iot-Device-1ABCDEFGHIJKL');
      await removal;
    }
    return undefined;
  };
  const created = await set.stack.create(device);
  await removal;
  expect(created).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Device: a later request for this resource has begun/) });
  expect(await statusOf('Device')).toEqual(['WITHDRAWN']);
  expect(await set.stack.keptVersions(device)).toEqual([]);
});

test('a removal succeeds if somebody has deleted the secret before', async () => {
  const device = await set.stack.device(ca.PhysicalResourceId);
  const { PhysicalResourceId } = await set.stack.create(device);
  await set.stack.deleteSecret(device);
  expect(await set.stack.delete(device, PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  expect(await statusOf('Device')).toEqual(['WITHDRAWN']);
});

test('a removal leaves the certificates of another stack or resource alone', async () => {
  const device = await set.stack.device(ca.PhysicalResourceId);
  const { PhysicalResourceId } = await set.stack.create(device);
  await set.stack.delete({ ...device, logicalId: 'Somebody' }, PhysicalResourceId);
  expect(await statusOf('Device')).toEqual(['ISSUED']);
});

test('a removal succeeds if somebody has deleted the ledger, so that the stack can go', async () => {
  const device = await set.stack.device(ca.PhysicalResourceId);
  const { PhysicalResourceId } = await set.stack.create(device);
  await set.stack.dynamoDb.send(new DeleteTableCommand({ TableName: set.stack.table }));
  expect(await set.stack.delete(device, PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
  expect(await set.stack.update(device, PhysicalResourceId))
    .toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('restore the table from its point-in-time recovery') });
});
