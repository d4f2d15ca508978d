import { watchExpiry } from '../../../src/issuing/expiry/watch-expiry';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';
import { keptCaProperties, request } from '../../support/events';
import { Gate } from '../../support/memory-ports';
import { FACTORY, RenewedFactory } from '../../support/renewed-factory';

const DAY = 86_400_000;

/** Has another resource of the stack take the CA over, as a renamed construct does. */
async function takeOver({ world, caId }: RenewedFactory): Promise<void> {
  await handleLifecycleEvent(request('kept', 'Create', keptCaProperties(caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' })), world.ports());
}

async function start(): Promise<RenewedFactory> {
  const factory = await RenewedFactory.start();
  const { world, caId } = factory;
  world.stackResources.push({ type: 'Custom::PrivateIotCa', logicalResourceId: 'Factory', physicalResourceId: caId });
  return factory;
}

/** Acts once, before the n-th call of an operation. */
function before(operation: string, nth: number, act: () => Promise<void>): Gate {
  let seen = 0;
  return async (name, effect) => {
    if (name === operation && ++seen === nth) {
      await act();
    }
    return effect();
  };
}

/** For how many days more the CA is valid, as the function that watches its expiry says; `undefined` if it says nothing. */
async function daysLeft({ world, caId }: RenewedFactory): Promise<number | undefined> {
  const metrics: { [kind: string]: number } = {};
  const ports = world.ports();
  await watchExpiry({ caId, announcedDays: [30], windowDays: 400 }, {
    ledger: ports.ledger(FACTORY),
    revocations: ports.revocations(FACTORY),
    marks: { mark: async () => undefined, record: async () => true },
    clock: ports.clock,
    metric: (name, value, { Kind }) => {
      metrics[Kind ?? name] = value;
    },
  });
  return metrics.ca;
}

describe('a CA that another resource takes over while it is being renewed', () => {
  test.each([['find', 2], ['resource', 2], ['reserveRenewal', 1], ['advance', 1], ['renew', 1], ['reserve', 1]] as const)(
    'belongs to that resource afterwards, with its key, if that happens before %s (call %s)', async (operation, nth) => {
      const factory = await start();
      const { world, caId } = factory;
      factory.passUntilDue();
      const owner = (): string[] => [factory.latest, factory.own].map(({ logicalResourceId }) => logicalResourceId);
      const { logicalResourceId: keeper } = request('kept', 'Create', {});
      await factory.run(before(operation, nth, () => takeOver(factory))).catch(() => undefined);
      expect(owner()).toEqual([keeper, keeper]);
      await handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, caId), world.ports());
      world.stackResources.pop();
      expect(owner()).toEqual([keeper, keeper]);
      expect(factory.keyVersions).not.toEqual([]);
      await factory.issueDevice({ ValidityDays: '1' });
    });

  test('is watched like one without a renewal', async () => {
    const factory = await start();
    const { world, caId } = factory;
    await takeOver(factory);
    await handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, caId), world.ports());
    world.now = new Date(new Date(factory.own.notAfter).getTime() - 200.5 * DAY);
    expect(await daysLeft(factory)).toBe(200);
  });
});

describe('a CA that one resource after the other takes over', () => {
  const DAYS_LEFT = 200;
  const later = ({ world }: RenewedFactory): void => { world.now = new Date(world.now.getTime() + 60_000); };
  const list = ({ world, caId }: RenewedFactory, logicalResourceId: string): void => {
    world.stackResources.push({ type: 'Custom::KeptIotCa', logicalResourceId, physicalResourceId: keptId(caId) });
  };
  const unlist = ({ world }: RenewedFactory, id: string): void => {
    world.stackResources.splice(world.stackResources.findIndex(({ logicalResourceId }) => logicalResourceId === id), 1);
  };
  const keptId = (caId: string): string => `${caId}/${FACTORY}`;
  const owners = ({ latest, own }: RenewedFactory): string[] => [latest, own].map(({ logicalResourceId, status }) => `${logicalResourceId} ${status}`);

  async function handleKept({ world, caId }: RenewedFactory, requestType: LifecycleEvent['requestType'], logicalResourceId: string): Promise<void> {
    const event = request('kept', requestType, keptCaProperties(caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' }), requestType === 'Create' ? undefined : keptId(caId));
    await handleLifecycleEvent({ ...event, logicalResourceId }, world.ports());
  }

  /** An update that has one resource take the CA over, and removes the resource that had it. */
  async function moveTo(factory: RenewedFactory, id: string, removeFormer: () => Promise<unknown>, former: string): Promise<void> {
    await handleKept(factory, 'Create', id);
    list(factory, id);
    await removeFormer();
    unlist(factory, former);
    later(factory);
  }

  const toFirst = (factory: RenewedFactory): Promise<void> => moveTo(factory, 'First',
    () => handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, factory.caId), factory.world.ports()), 'Factory');

  /** Whether the end of the CA is seen: nothing is said to renew it. */
  async function expectEndSeen(factory: RenewedFactory): Promise<void> {
    const { world, caId, rootId } = factory;
    world.now = new Date(new Date(factory.latest.notAfter).getTime() - (DAYS_LEFT + 0.5) * DAY);
    expect(await factory.run()).toBe(0);
    for (const [table, ledger] of [['ledger', rootId], [FACTORY, rootId]]) {
      const ending: string[] = [];
      for await (const { dueAt = '', supersededBy, serialNumber } of world.ports().ledger(table).ending(ledger, world.now, new Date(factory.latest.notAfter))) {
        ending.push(`${serialNumber} ${dueAt}${supersededBy ?? ''}`);
      }
      expect(ending).toEqual([`${factory.latest.serialNumber} `]);
    }
    expect(await daysLeft(factory)).toBe(DAYS_LEFT);
    expect(caId).toBe(factory.latest.identity);
  }

  test('has a visible end, whichever has it, also after the second takeover was rolled back', async () => {
    const factory = await start();
    await toFirst(factory);
    await handleKept(factory, 'Create', 'Second');
    expect(owners(factory)).toEqual(['Second ISSUED', 'Second ISSUED']);
    await handleKept(factory, 'Delete', 'Second');
    expect(owners(factory)).toEqual(['First ISSUED', 'First ISSUED']);
    await expectEndSeen(factory);
    await handleKept(factory, 'Update', 'First');
    await expectEndSeen(factory);
    expect(factory.issued()).toHaveLength(1);
  });

  test('has a visible end if the second takeover stays, and goes with that resource', async () => {
    const factory = await start();
    await toFirst(factory);
    await moveTo(factory, 'Second', () => handleKept(factory, 'Delete', 'First'), 'First');
    await expectEndSeen(factory);
    await handleKept(factory, 'Delete', 'Second');
    expect(owners(factory)).toEqual(['Second WITHDRAWN', 'Second WITHDRAWN']);
  });

  test('goes back to the one that declares it, with its renewal, if CloudFormation has retained the first taker in a rollback', async () => {
    const factory = await start();
    await handleKept(factory, 'Create', 'First'); // and no removal comes, because its policy is to retain it
    later(factory);
    await handleKept(factory, 'Create', 'Second');
    await handleKept(factory, 'Delete', 'Second');
    expect(owners(factory)).toEqual(['Factory ISSUED', 'Factory ISSUED']);
    factory.passUntilDue();
    expect(await factory.run()).toBe(0);
    expect(factory.issued()).toHaveLength(2);
    factory.expectConsistent();
  });

  test('is renewed again once it is declared again where it was first', async () => {
    const factory = await start();
    await toFirst(factory);
    await moveTo(factory, 'Second', () => handleKept(factory, 'Delete', 'First'), 'First');
    await handleKept(factory, 'Delete', 'Second');
    later(factory);
    expect((await handleLifecycleEvent(request('subordinate', 'Create', factory.properties), factory.world.ports())).physicalResourceId).toBe(factory.caId);
    expect(owners(factory)).toEqual(['Factory ISSUED', 'Factory ISSUED']);
    factory.world.now = new Date(new Date(factory.own.notAfter).getTime() - 366 * DAY);
    expect(await daysLeft(factory)).toBeUndefined(); // it is about to be renewed
    factory.passUntilDue();
    expect(await factory.run()).toBe(0);
    expect(factory.issued()).toHaveLength(2);
  });

  test('has its links between the two ledgers, and no renewal of a resource that is gone, after each update', async () => {
    const factory = await start();
    const { renewal } = factory.own;
    await toFirst(factory);
    for (const table of ['ledger', FACTORY]) {
      const { entries, current } = factory.world.ledgers.get(table)!;
      const key = current.get(factory.caId)!;
      entries.set(key, { ...entries.get(key)!, takenFrom: 'First', renewal, ownLedgerTable: undefined, issuerLedgerTable: undefined });
    }
    await handleKept(factory, 'Update', 'First');
    expect([factory.latest.ownLedgerTable, factory.own.issuerLedgerTable]).toEqual([FACTORY, 'ledger']);
    await expectEndSeen(factory);
    const calls: string[] = [];
    const event = request('kept', 'Update', keptCaProperties(factory.caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' }), keptId(factory.caId));
    await handleLifecycleEvent({ ...event, logicalResourceId: 'First' }, factory.world.ports(async (operation, effect) => {
      calls.push(operation);
      return effect();
    }));
    expect(calls).not.toContain('advance'); // there is nothing left to do
  });
});

describe('a CA below another one that is retired', () => {
  test('is retired again if a takeover is rolled back, and is not renewed', async () => {
    const factory = await start();
    const { world } = factory;
    await factory.deploy({ Retired: 'true' });
    world.now = new Date(world.now.getTime() + 60_000);
    await takeOver(factory);
    const kept = keptCaProperties(factory.caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' });
    await handleLifecycleEvent(request('kept', 'Delete', kept, `${factory.caId}/${FACTORY}`), world.ports());
    expect(factory.own).toMatchObject({ retirement: 'retired', logicalResourceId: 'Factory' });
    factory.passUntilDue();
    expect(await factory.run()).toBe(0);
    expect(factory.issued()).toHaveLength(1);
  });
});
