import { watchExpiry } from '../../../src/issuing/expiry/watch-expiry';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
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
    const metrics: { [kind: string]: number } = {};
    const ports = world.ports();
    await watchExpiry({ caId, announcedDays: [30], windowDays: 365 }, {
      ledger: ports.ledger(FACTORY),
      revocations: ports.revocations(FACTORY),
      marks: { mark: async () => undefined, record: async () => true },
      clock: ports.clock,
      metric: (name, value, { Kind }) => {
        metrics[Kind ?? name] = value;
      },
    });
    expect(metrics.ca).toBe(200);
  });
});
