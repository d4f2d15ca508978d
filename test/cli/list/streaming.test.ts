import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CliError } from '../../../src/cli/cli-error';
import { listCommand } from '../../../src/cli/list-command';
import { outside } from '../../../src/cli/local/engine';
import { silentProgress } from '../../../src/cli/terminal';
import { toItem } from '../../../src/issuing/aws/ledger-item';
import { certificateKey, pointerKey, revocationKey } from '../../../src/issuing/aws/ledger-keys';
import { InventoryEntry } from '../../../src/issuing/ledger/inventory';
import { Revocation } from '../../../src/issuing/ledger/revocation';
import { dynamoDb, makeTable } from '../../support/aws-clients';
import { FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { NUMBERED_CA as CA, numberedEntry, numberedSerial } from '../../support/numbered-certificates';

const BUNDLE = join(__dirname, '..', '..', '..', 'assets', 'cli', 'private-iot-ca.js');
const NUMBER = 10_000;

/** Every hundredth certificate is revoked. */
const isRevoked = (index: number): boolean => index % 100 === 0;

function revocation(index: number): Revocation {
  return {
    issuer: CA, serialNumber: numberedSerial(index), state: 'REVOKED', reason: 'superseded', revokedAt: '2026-02-01T00:00:00Z', orderedBy: 'anna', notAfter: '2126-01-01T00:00:00Z', revision: 1,
  };
}

/** Writes a ledger with so many certificates, as they are in DynamoDB. */
async function writeLedger(client: DynamoDBClient, table: string): Promise<void> {
  const pointer = { ...pointerKey(CA), ...toItem({ issuer: CA, serialNumber: numberedSerial(0) }) };
  await client.send(new PutItemCommand({ TableName: table, Item: pointer }));
  const items = Array.from({ length: NUMBER }, (_, index) => index).flatMap(index => [
    { ...certificateKey(numberedEntry(index)), ...toItem(numberedEntry(index)) },
    ...isRevoked(index) ? [{ ...revocationKey(revocation(index)), ...toItem(revocation(index)) }] : [],
  ]);
  while (items.length > 0) {
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: items.splice(0, 25).map(Item => ({ PutRequest: { Item } })) } }));
  }
}

test('a ledger of 10,000 certificates is read only as fast as its list is, and each of them is listed with its revocation', async () => {
  const proxy = await FaultProxy.start(await motoUrl());
  const client = dynamoDb(proxy.url);
  const table = await makeTable(client);
  await writeLedger(client, table);
  proxy.reset();
  const child = spawn(process.execPath, [BUNDLE, 'list', '--ledger', table, '--ca', CA, '--csv'], { env: { ...process.env, AWS_ENDPOINT_URL: proxy.url } });
  let [csv, said, calls] = ['', '', 0];
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
  await once(child.stdout, 'readable'); // the list has begun, and nobody reads on until no more calls are made
  while (calls < proxy.calls.length) {
    calls = proxy.calls.length;
    await sleep(5_000);
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => { csv += text; });
  const [code] = await once(child, 'close');
  await proxy.stop();
  expect([code, said]).toEqual([0, '']);
  expect(calls).toBeLessThan(proxy.calls.length - 3);
  const [head, ...records] = csv.trimEnd().split('\r\n').map(line => line.split(','));
  const state = head.indexOf('state');
  expect(records.map(record => [record[0], record[state]])).toEqual(Array.from({ length: NUMBER }, (_, index) => [numberedSerial(index), isRevoked(index) ? 'revoked' : 'issued']));
}, MOTO_TIMEOUT);

describe('a ledger is read no further than its certificates are taken', () => {
  /** Lists, and lets go of what is printed only after a while; returns how many certificates were read and not yet let go of at most. */
  async function mostAtOnce(form: { readonly json?: boolean; readonly csv?: boolean }): Promise<{ most: number; text: string }> {
    let [read, taken, most, text] = [0, 0, 0, ''];
    async function* certificates(): AsyncIterable<InventoryEntry> {
      for (let index = 0; index < NUMBER; index++) {
        read++;
        most = Math.max(most, read - taken);
        yield { entry: numberedEntry(index), superseded: false };
      }
    }
    const terminal = {
      progress: silentProgress,
      print: (printed: string) => { text += printed; },
      drained: async () => {
        await new Promise(setImmediate);
        taken = text.split(/sensor-\d+(?=")|CN=sensor-\d+,| {2}sensor-\d+ /).length - 1;
      },
      warn: () => undefined,
    };
    await listCommand({ local: 'local-out', ledger: 'Ledger', ca: [CA], ...form }, terminal, () => ({ openLedger: () => ({ ca: async () => numberedEntry(0, { profile: 'ca', identity: CA }), certificates }) }), outside);
    return { most, text };
  }

  test.each([['as a table', {}], ['as a document', { json: true }], ['as comma-separated values', { csv: true }]])('%s', async (_, form) => {
    const { most, text } = await mostAtOnce(form);
    expect(most).toBeLessThanOrEqual(1_000);
    expect(text).toContain(numberedSerial(NUMBER - 1));
  });

  test('and a table has a head on each page', async () => {
    const { text } = await mostAtOnce({});
    expect(text.match(/^serial number/gm)).toHaveLength(10);
    expect(text).toMatch(/days left\n\n10000 certificates: 10000 issued\n$/);
  });
});

test('a document whose ledger can no longer be read breaks off, so that nobody takes it for a shorter list', async () => {
  let text = '';
  async function* certificates(): AsyncIterable<InventoryEntry> {
    for (let index = 0; index < 1_500; index++) {
      yield { entry: numberedEntry(index), superseded: false };
    }
    throw new CliError('--ledger: Ledger can\'t be read: the token has expired');
  }
  const terminal = { progress: silentProgress, print: (printed: string) => { text += printed; }, warn: () => undefined };
  const openLedger = () => ({ ca: async () => numberedEntry(0, { profile: 'ca', identity: CA }), certificates });
  await expect(listCommand({ local: 'local-out', ledger: 'Ledger', ca: [CA], json: true }, terminal, () => ({ openLedger }))).rejects.toThrow('the token has expired');
  expect(text).toContain(numberedSerial(999));
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});
