import { CaEvent } from '../../../src/contract/ca-events';
import { certificatePartition, listPartition, serialKey } from '../../../src/contract/ledger-keys';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewDue } from '../../../src/issuing/renewal/renew-due';
import { announce } from '../../../src/issuing/revocation/announce';
import { makeCrl, recordPublished } from '../../../src/issuing/revocation/make-crl';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, keptCaProperties, Properties, request, SECRET, STACK_ID } from '../../support/events';
import { Gate, MemoryWorld } from '../../support/memory-ports';

const DAY = 86_400_000;
const COMBINED = { Type: 'CombinedPem', SecretArn: `${SECRET}DeviceCombined-AbCdEf` };
const RENEWED: Properties = { Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: [COMBINED], RetainKey: 'true' };

let world: MemoryWorld;
let caId: string;
let device: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const ofCa = (changes: Properties = {}) => caProperties({ PathLength: '0', ...changes });
const ofDevice = (changes: Properties = {}) => deviceProperties(caId, { ...RENEWED, ...changes });
const pass = (days: number) => { world.now = new Date(world.now.getTime() + days * DAY); };
const renew = (gate?: Gate) => renewDue([{ caId, ledgerTable: 'ledger', beforeDays: 30 }], STACK_ID, Infinity, world.ports(gate), () => {});

/** What is announced if all items of the ledger change now, in words. */
async function announced(): Promise<string[]> {
  const keys = [
    ...[...world.entries.values()].map(({ issuer, serialNumber }) => [certificatePartition(issuer, serialNumber), serialKey(serialNumber)]),
    [listPartition(caId), 'current'],
  ];
  const made: CaEvent[] = [];
  const ports = world.ports();
  await announce(caId, {
    Records: keys.map(([pk, sk], n) => ({
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: String(n), ApproximateCreationDateTime: world.now.getTime() / 1000 },
    })),
  }, {
    ledger: ports.ledger('ledger'),
    revocations: world.revocations('ledger'),
    refusals: ports.refusals('ledger'),
    marks: { mark: async () => undefined }, // nothing is marked here
    events: {
      put: async events => {
        made.push(...events);
        return events.map(() => true);
      },
    },
  });
  return made.map(({ type, detail }) => `${type}: ${'profile' in detail ? detail.profile : 'lists'}`);
}

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', ofCa()))).physicalResourceId;
  device = (await handle(request('device', 'Create', ofDevice()))).physicalResourceId;
});

test('certificates are announced when they are issued', async () => {
  expect(await announced()).toEqual(['Certificate Issued: ca', 'Certificate Issued: device']);
});

test('a certificate is not announced again when something else about it changes', async () => {
  pass(1);
  await handle(request('device', 'Update', ofDevice({ Bundles: [COMBINED, { Type: 'Der', SecretArn: `${SECRET}DeviceDer-AbCdEf` }] }), device));
  expect(await announced()).toEqual([]);
});

test('a certificate is not announced again when its renewal is reserved, and the renewed one is announced once, when it was delivered', async () => {
  pass(336);
  await renew(async (operation, effect) => {
    const result = effect();
    if (operation === 'reserveRenewal') {
      throw new Error('the process ended');
    }
    return result;
  });
  expect(world.entry(device)!.renewedBy).toBeDefined();
  expect(await announced()).toEqual([]);
  await renew();
  expect(await announced()).toEqual(['Certificate Renewed: device']);
  pass(1);
  await handle(request('device', 'Update', ofDevice({ RetainKey: 'false' }), device));
  expect(await announced()).toEqual([]);
});

test.each(['the first one', 'a renewed one'])('a certificate is announced as issued when it is declared again: %s', async which => {
  if (which === 'a renewed one') {
    pass(336);
    await renew();
  }
  await handle(request('device', 'Delete', ofDevice(), device));
  pass(1);
  const { serialNumber } = world.entry(device)!;
  await handle(request('device', 'Create', ofDevice()));
  expect(world.entry(device)).toMatchObject({ serialNumber, status: 'ISSUED' });
  expect(await announced()).toEqual(['Certificate Issued: device']);
});

test('a CA is not announced again when it is retired, and is when it is taken back', async () => {
  await handle(request('device', 'Delete', ofDevice(), device));
  pass(1);
  await handle(request('ca', 'Update', ofCa({ Retired: 'true' }), caId));
  expect(await announced()).toEqual([]);
  await handle(request('ca', 'Delete', ofCa({ Retired: 'true' }), caId));
  await handle(request('kept', 'Create', keptCaProperties(caId)));
  expect(await announced()).toEqual(['Certificate Issued: ca']);
});

test('lists are announced when they are published, and not when the number of the next one is taken', async () => {
  pass(1);
  await recordPublished(await makeCrl(caId, 'ledger', DAY, world.ports()), caId, 'ledger', world.ports());
  expect(await announced()).toEqual(['Revocation Lists Published: lists']);
  pass(1);
  await world.revocations('ledger').takeCrlNumber(caId);
  expect(await announced()).toEqual([]);
});
