import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewDue } from '../../../src/issuing/renewal/renew-due';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';
import { OvertakenError } from '../../../src/resource/overtaken-error';
import { caProperties, deviceProperties, Properties, request, SECRET, STACK_ID } from '../../support/events';
import { Gate, MemoryWorld } from '../../support/memory-ports';

const DAY = 86_400_000;
const RENEWED: Properties = {
  Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: `${SECRET}DeviceCombined-AbCdEf` }],
};

let world: MemoryWorld;
let caId: string;
let device: string;

const handle = (event: LifecycleEvent) => handleLifecycleEvent(event, world.ports());
const retire = () => handle(request('ca', 'Update', caProperties({ Retired: 'true' }), caId));
const replace = () => handle(request('ca', 'Update', caProperties({ Subject: { CommonName: 'Another CA' } }), caId));
const remove = () => handle(request('device', 'Delete', deviceProperties(caId, RENEWED), device));
const issuedForDevice = () => world.issued().filter(({ identity }) => identity === device);

async function renew(gate?: Gate): Promise<unknown[]> {
  const told: unknown[] = [];
  const cas = [{ caId, ledgerTable: 'ledger', beforeDays: 30 }];
  const { failed } = await renewDue(cas, STACK_ID, Infinity, world.ports(gate), (_, outcome) => told.push(outcome));
  return [failed, ...told];
}

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handle(request('ca', 'Create', caProperties()))).physicalResourceId;
  device = (await handle(request('device', 'Create', deviceProperties(caId, RENEWED)))).physicalResourceId;
  world.now = new Date(world.now.getTime() + 336 * DAY);
});

describe('a renewed certificate', () => {
  beforeEach(async () => {
    await renew();
    expect(issuedForDevice()).toHaveLength(2);
  });

  test('keeps its CA from being retired and replaced as one certificate, not as two', async () => {
    await expect(retire()).rejects.toThrow('got 1 living certificate: device CN=sensor-001 (until 2028-01-31T12:00:00Z); list');
    await expect(replace()).rejects.toThrow('which has living certificates: device CN=sensor-001 (until 2028-01-31T12:00:00Z); undo');
  });

  test.each<[string, () => Promise<unknown>]>([
    ['is revoked', () => revokeCertificate(
      { issuer: caId, serialNumber: world.entry(device)!.serialNumber, reason: 'superseded', orderedBy: 'a test' }, world.revocations('ledger'), world.now,
    )],
    ['has left its stack', remove],
  ])('does not keep its CA from being retired once it %s, although the former certificate is still valid', async (_, end) => {
    await end();
    await retire();
    expect(world.entry(caId)!.retirement).toBe('retired');
  });

  test('does not keep its CA from being replaced once it has left its stack', async () => {
    await remove();
    expect((await replace()).physicalResourceId).not.toBe(caId);
  });
});

test('a certificate that is being renewed keeps its CA from being retired as one certificate', async () => {
  const dying: Gate = async (operation, effect) => {
    const result = effect();
    if (operation === 'reserveRenewal') {
      throw new Error('the process ended');
    }
    return result;
  };
  await renew(dying);
  expect(world.entry(device)!.renewedBy).toBeDefined();
  await expect(retire()).rejects.toThrow('got 1 living certificate: device CN=sensor-001 (until 2027-03-01T12:00:00Z)');
});

describe('a renewal that a request overtakes', () => {
  const overtaken = (operations: string[]): Gate => async (operation, effect) => {
    if (operations.includes(operation)) {
      throw new OvertakenError();
    }
    return effect();
  };

  test.each(['reserveRenewal', 'advance', 'renew'])('at its call of %s is no failure, and is not announced as one', async operation => {
    expect(await renew(overtaken([operation]))).toEqual([0, 'nothing']);
    expect(world.refused).toEqual([]);
  });

  test('while it is taken back is no failure either', async () => {
    const dying: Gate = async (operation, effect) => {
      const result = effect();
      if (operation === 'reserveRenewal') {
        throw new Error('the process ended');
      }
      return result;
    };
    await renew(dying);
    await remove();
    expect(await renew(overtaken(['advance']))).toEqual([0, 'nothing']);
    expect(await renew()).toEqual([0, 'taken back']);
  });
});
