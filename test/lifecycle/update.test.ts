import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Answer, Resource } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';

const set = lifecycle();

let ca: Answer;
let device: Resource;
let created: Answer;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
  device = await set.stack.device(ca.PhysicalResourceId);
  created = await set.stack.create(device);
});

const changed = (changes: object): Resource => ({ ...device, properties: { ...device.properties, ...changes } });

async function currentVersion({ properties }: Resource): Promise<string | undefined> {
  const { SecretArn } = properties.KeyStorage as { SecretArn: string };
  const { VersionIdsToStages = {} } = await set.stack.secretsManager.send(new DescribeSecretCommand({ SecretId: SecretArn }));
  return Object.keys(VersionIdsToStages).find(version => VersionIdsToStages[version].includes('AWSCURRENT'));
}

test.each([
  ['nothing but the version of the library', {}],
  ['the platforms', { Platforms: ['azure-dps'] }],
  ['clipping', { ClipToIssuer: true }],
  ['a property that this version does not know', { Colour: 'blue' }],
])('an update of %s answers the same bytes under the same id (no replace)', async (_, changes) => {
  const answer = await set.stack.update(changed(changes), created.PhysicalResourceId, device);
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId });
  expect(answer.Data).toEqual(created.Data);
  expect(await set.stack.ledger()).toHaveLength(2);
});

test.each([
  ['subject', { Subject: { CommonName: 'sensor-002' } }],
  ['validity', { ValidityDays: 366 }],
  ['key', { KeyAlgorithm: 'EC_P384' }],
  ['generation', { Generation: 2 }],
])('an update of the %s makes a new certificate and leaves the old one until it is deleted (replace)', async (_, changes) => {
  const next = changed(changes);
  const answer = await set.stack.update(next, created.PhysicalResourceId, device);
  expect(answer.Status).toBe('SUCCESS');
  expect(answer.PhysicalResourceId).not.toBe(created.PhysicalResourceId);
  expect((await set.stack.ledger()).map(({ status }) => status)).toEqual(['ISSUED', 'ISSUED', 'ISSUED']);
  expect(await currentVersion(device)).toBe(answer.Data!.SerialNumber);
  await set.stack.delete(device, created.PhysicalResourceId);
  expect(await set.stack.keptVersions(device)).toEqual([answer.Data!.SerialNumber]);
  expect(await currentVersion(device)).toBe(answer.Data!.SerialNumber);
});

test('an update that is rolled back brings back the old bytes and the old key, and never makes a third certificate', async () => {
  const next = changed({ Generation: 2 });
  const updated = await set.stack.update(next, created.PhysicalResourceId, device);
  const rolledBack = await set.stack.update(device, updated.PhysicalResourceId, next);
  expect(rolledBack).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: created.PhysicalResourceId });
  expect(rolledBack.Data).toEqual(created.Data);
  expect(await set.stack.delete(next, updated.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  expect(await currentVersion(device)).toBe(created.Data!.SerialNumber);
  expect(await set.stack.keptVersions(device)).toEqual([created.Data!.SerialNumber]);
  expect((await set.stack.ledger()).filter(({ logicalResourceId }) => logicalResourceId === 'Device')).toHaveLength(2);
});

test('an update that fails leaves the resource under its old id, and the rollback answers the old bytes', async () => {
  const next = changed({ ValidityDays: 36500 });
  const failed = await set.stack.update(next, created.PhysicalResourceId, device);
  expect(failed).toMatchObject({ Status: 'FAILED', PhysicalResourceId: created.PhysicalResourceId });
  expect((await set.stack.update(device, created.PhysicalResourceId, next)).Data).toEqual(created.Data);
});

test('an update of a CA replaces the CA and its certificates, and a revert brings back the bytes of both', async () => {
  const declared = await set.stack.ca({}, 'OtherCa');
  const old = await set.stack.create(declared);
  const next = { ...declared, properties: { ...declared.properties, Generation: 2 } };
  const replaced = await set.stack.update(next, old.PhysicalResourceId, declared);
  await set.stack.delete(declared, old.PhysicalResourceId);
  expect((await set.stack.keptVersions(declared)).sort()).toEqual([old.Data!.SerialNumber, replaced.Data!.SerialNumber].sort());
  const reverted = await set.stack.update(declared, replaced.PhysicalResourceId, next);
  expect(reverted.Data).toEqual(old.Data);
  expect(await currentVersion(declared)).toBe(old.Data!.SerialNumber);
});

test('an update of a resource whose certificate the ledger does not hold fails, instead of making a second one', async () => {
  const other = await set.stack.device(ca.PhysicalResourceId, {}, 'Lost');
  const { PhysicalResourceId } = await set.stack.create(other);
  await set.stack.delete(other, PhysicalResourceId);
  const answer = await set.stack.update(other, PhysicalResourceId);
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('does not hold the certificate') });
});
