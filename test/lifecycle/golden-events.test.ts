import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Answer, Properties } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';

const EVENTS = join(__dirname, 'events');

/** Physical ids of version 1. A change of one of them replaces the certificates of every stack that is deployed. */
const CA = 'ca-c1a3c85b2f84d1f568b4952b13a7c3c6';
const VERIFICATION = 'verification-0124e9752102ea0e785be10014ca7b83';
const DEVICE = 'device-047edff4fecc20f56548509f4082aabc';
const DEVICE_GENERATION_2 = 'device-b0bfe0ce021498bb2f83a10b745a0aef';

const set = lifecycle();

/** The secrets of the stack in the events, by the name that they have there. */
let secrets: Map<string, string>;
const sent = new Set<string>();

beforeEach(async () => {
  secrets = new Map();
  for (const name of ['Ca', 'Device']) {
    secrets.set(name, (await set.stack.keyStorage()).SecretArn as string);
  }
});

/** Sends an event as it was recorded, but for where things are: the table, the secrets, and the place of the answer. */
async function send(name: string): Promise<Answer> {
  sent.add(name);
  const text = readFileSync(join(EVENTS, `v1-${name}.json`), 'utf8')
    .replace(/Iot-CaLedger[^"]*/g, set.stack.table)
    .replace(/arn:aws:secretsmanager:[^"]*:secret:(\w+)-AbCdEf/g, (_, secret) => secrets.get(secret)!);
  const event: Properties = JSON.parse(text);
  const { answer, error } = await set.stack.send({ ...event, ResponseURL: set.proxy.responseUrl(event.RequestId as string) });
  expect({ error, answer }).toMatchObject({ error: undefined, answer: { Status: 'SUCCESS' } });
  return answer!;
}

test('a stack of version 1 keeps its physical ids and its bytes through updates and rollbacks', async () => {
  expect((await send('create-ca')).PhysicalResourceId).toBe(CA);
  expect((await send('create-verification')).PhysicalResourceId).toBe(VERIFICATION);
  const device = await send('create-device');
  expect(device.PhysicalResourceId).toBe(DEVICE);
  expect((await send('update-device-without-optional-properties')).Data).toEqual(device.Data);

  const updated = await send('update-device');
  expect(updated.PhysicalResourceId).toBe(DEVICE_GENERATION_2);
  expect(updated.Data!.SerialNumber).not.toBe(device.Data!.SerialNumber);
  for (const rollback of ['rollback-device', 'rollback-device-to-no-optional-properties']) {
    expect(await send(rollback)).toMatchObject({ PhysicalResourceId: DEVICE, Data: device.Data });
  }

  expect((await send('delete-device-new')).PhysicalResourceId).toBe(DEVICE_GENERATION_2);
  expect((await set.stack.ledger()).find(({ identity }) => identity === DEVICE)).toMatchObject({ status: 'ISSUED' });
  for (const name of ['delete-device', 'delete-verification', 'delete-ca']) {
    await send(name);
  }
  expect(new Set((await set.stack.ledger()).map(({ status }) => status))).toEqual(new Set(['WITHDRAWN']));
});

test('every recorded event is sent', () => {
  expect([...sent].map(name => `v1-${name}.json`).sort()).toEqual(readdirSync(EVENTS).sort());
});
