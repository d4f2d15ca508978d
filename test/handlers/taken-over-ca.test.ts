import { handleLifecycleEvent } from '../../src/handlers/lifecycle';
import { LifecycleEvent, LifecycleResult } from '../../src/handlers/lifecycle-event';
import { Ports } from '../../src/handlers/ports';
import { caProperties, deviceProperties, keptCaProperties, Properties, request, SECRET } from '../support/events';
import { MemoryWorld } from '../support/memory-ports';

let world: MemoryWorld;
let caId: string;

function handle(event: LifecycleEvent, ports: Ports = world.ports()): Promise<LifecycleResult> {
  return handleLifecycleEvent(event, ports);
}

const takeOver = () => handle(request('kept', 'Create', keptCaProperties(caId)));
const removeKept = (physicalId = `${caId}/ledger`) => handle(request('kept', 'Delete', keptCaProperties(caId), physicalId));
const changeCa = (changes: Properties = { Remark: '1' }) => handle(request('ca', 'Update', caProperties(changes), caId));

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
  await handle(request('device', 'Create', deviceProperties(caId)));
  world.stackResources.push(
    { type: 'Custom::PrivateIotCa', logicalResourceId: 'Ca', physicalResourceId: caId },
    { type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: 'CaLedger', physicalResourceId: 'ledger' },
  );
});

describe('a CA that another resource has taken over goes back to the one that still has it', () => {
  afterEach(async () => {
    expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'Ca' });
    expect((await changeCa()).physicalResourceId).toBe(caId);
  });

  test('when the update that took it over is rolled back', async () => {
    await takeOver();
    await removeKept();
  });

  test('when CloudFormation got no answer to the takeover, and removes it by an id that it has invented', async () => {
    await takeOver();
    await removeKept('iot-KeptCa-ABCDEF');
  });

  test('when the takeover was recorded, and its answer was lost', async () => {
    const ports = world.ports();
    const failing: Ports = {
      ...ports,
      ledger: table => ({
        ...ports.ledger(table),
        advance: async (...write) => {
          await ports.ledger(table).advance(...write);
          if (write[2].handedBackBy === undefined) {
            throw new Error('the answer was lost');
          }
          return true;
        },
      }),
    };
    await expect(handle(request('kept', 'Create', keptCaProperties(caId)), failing)).rejects.toThrow('the answer was lost');
  });
});

test('a CA that another resource has taken over is withdrawn with that one, once the former one is gone', async () => {
  await takeOver();
  await handle(request('ca', 'Delete', caProperties(), caId)); // the cleanup after the update
  expect(world.entry(caId)).toMatchObject({ status: 'ISSUED', logicalResourceId: 'KeptCa' });
  world.stackResources.shift();
  await removeKept();
  expect(world.entry(caId)).toMatchObject({ status: 'WITHDRAWN' });
});

test('the declaration that a CA was taken over from is refused while the other one has it, and comes back after that', async () => {
  await takeOver();
  await handle(request('ca', 'Delete', caProperties(), caId));
  world.stackResources.shift();
  world.now = new Date(world.now.getTime() + 60_000);
  await expect(handle(request('ca', 'Create', caProperties()))).rejects.toThrow(`Ca: the ledger ledger must have ${caId} for this resource, got the resource KeptCa; `
    + 'where that is by PrivateIotCa.fromKeptCa, keep it, or remove it, deploy, and then declare this one');
  await removeKept();
  expect((await handle(request('ca', 'Create', caProperties()))).physicalResourceId).toBe(caId);
});

test('a kept CA is not exchanged for one of another resource that is still there without its being named', async () => {
  await takeOver();
  await handle(request('ca', 'Delete', caProperties(), caId));
  const other = { ...request('ca', 'Create', caProperties({ LedgerTable: 'other', KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}Other-AbCdEf` }, Replaces: caId })), logicalResourceId: 'Other' };
  const { physicalResourceId } = await handle(other);
  await expect(handle({ ...request('kept', 'Update', keptCaProperties(physicalResourceId, { LedgerTable: 'other' }), `${caId}/ledger`), oldProperties: keptCaProperties(caId) }))
    .rejects.toThrow(`another CA would take the place of ${caId}, which has living certificates`);
});
