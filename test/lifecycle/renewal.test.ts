import { X509Certificate } from 'node:crypto';
import { Answer, Resource } from '../support/cloudformation';
import { CloudFormationFunction } from '../support/cloudformation-function';
import { lifecycle } from '../support/lifecycle';
import { makeDue } from '../support/renewals';

const set = lifecycle({}, 10);

/** What the schedule sends. */
const SCHEDULE = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} };

let ca: Answer;
let device: Resource;
let first: Answer;
let renewer: CloudFormationFunction;
let combined: string;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
  combined = (await set.stack.keyStorage()).SecretArn as string;
  device = await set.stack.device(ca.PhysicalResourceId, {
    Renewal: { BeforeDays: 30, KeepKey: false }, Bundles: [{ Type: 'CombinedPem', SecretArn: combined }],
  });
  first = await set.stack.create(device);
  renewer = await CloudFormationFunction.start(set.proxy.url, {
    RENEWED_CAS: JSON.stringify([{ caId: ca.PhysicalResourceId, ledgerTable: set.stack.table, beforeDays: 30 }]),
  }, 10, { bundle: 'handler', handler: 'renew' });
});

afterEach(() => renewer?.stop());

const due = () => makeDue(set.stack.dynamoDb, set.stack.table, ca.PhysicalResourceId, first.Data!.SerialNumber);

/** A run in which everything goes well. */
async function run(): Promise<void> {
  expect((await renewer.invoke(SCHEDULE)).error).toBeUndefined();
}

/** The certificate beside its key in the secret that holds both, which fit together. */
async function living(): Promise<X509Certificate> {
  const text = await set.stack.valueOf(combined);
  const certificate = new X509Certificate(text.slice(text.indexOf('-----BEGIN CERTIFICATE')));
  expect(text).toContain('PRIVATE KEY');
  return certificate;
}

test('nothing happens before the time has come', async () => {
  await run();
  expect((await living()).serialNumber).toBe(first.Data!.SerialNumber);
});

test('the certificate is renewed, the secrets have it with its key, and a deployment answers it', async () => {
  await due();
  await run();
  const renewed = await living();
  expect(renewed.serialNumber).not.toBe(first.Data!.SerialNumber);
  expect(renewed.subject).toBe('CN=sensor-001');
  expect(renewed.verify(new X509Certificate(ca.Data!.CertificatePem).publicKey)).toBe(true);
  const key = await set.stack.valueOf((device.properties.KeyStorage as { SecretArn: string }).SecretArn);
  expect(key.trim().split('\n')[1]).toBe((await set.stack.valueOf(combined)).split('\n')[1]);
  const changed = { ...device, properties: { ...device.properties, RevokeOnRemoval: false } };
  const deployed = await set.stack.update(changed, first.PhysicalResourceId, device);
  expect(deployed).toMatchObject({ PhysicalResourceId: first.PhysicalResourceId, Data: { SerialNumber: renewed.serialNumber, RenewalNumber: '1' } });
  expect((await set.stack.ledger()).filter(({ identity }) => identity === first.PhysicalResourceId)).toHaveLength(2);
});

test('two runs at the same time renew it once', async () => {
  await due();
  await Promise.all([renewer.invoke(SCHEDULE), renewer.invoke(SCHEDULE)]);
  await run();
  const entries = (await set.stack.ledger()).filter(({ identity, status }) => identity === first.PhysicalResourceId && status === 'ISSUED');
  expect(entries.map(({ renewalNumber = 0 }) => renewalNumber).sort()).toEqual([0, 1]);
  expect((await living()).serialNumber).toBe(entries.find(({ renewalNumber }) => renewalNumber === 1)!.serialNumber);
});

test.each([
  ['TransactWriteItems', 'reset'], ['PutSecretValue', 'reset'], ['UpdateSecretVersionStage', 'reset'], ['Query', 'throttled'],
] as const)('a lost answer to %s (%s) neither loses the renewal nor makes a second one', async (operation, kind) => {
  await due();
  let broken = false;
  set.proxy.faults = (_, call) => {
    const isFirst = !broken && call.operation === operation;
    broken ||= isFirst;
    return isFirst ? { kind, when: 'after' } : undefined;
  };
  await renewer.invoke(SCHEDULE);
  set.proxy.repair();
  await run();
  const entries = (await set.stack.ledger()).filter(({ identity, status }) => identity === first.PhysicalResourceId && status === 'ISSUED');
  expect(entries.map(({ renewalNumber = 0 }) => renewalNumber).sort()).toEqual([0, 1]);
});

test('a certificate that can\'t be renewed fails the run, with the reason in the log, and the others are renewed', async () => {
  const other = await set.stack.create(await set.stack.device(ca.PhysicalResourceId, {
    Renewal: { BeforeDays: 30, KeepKey: false },
    Bundles: [{ Type: 'CombinedPem', SecretArn: (await set.stack.keyStorage()).SecretArn }],
    Subject: { CommonName: 'sensor-002' },
  }, 'Other'));
  await due();
  await makeDue(set.stack.dynamoDb, set.stack.table, ca.PhysicalResourceId, other.Data!.SerialNumber, 'Custom::IotServerCertificate');
  const { message } = await renewer.invoke(SCHEDULE);
  expect(message).toBe('1 certificates could not be renewed');
  expect(renewer.log.join('\n')).toContain('Other could not be renewed');
  expect((await living()).serialNumber).not.toBe(first.Data!.SerialNumber);
});
