import { watchExpiry, WatchPorts } from '../../../src/issuing/expiry/watch-expiry';
import { ExpiryMark } from '../../../src/issuing/ledger/expiry-marks';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewDue } from '../../../src/issuing/renewal/renew-due';
import { caProperties, deviceProperties, Properties, request, SECRET, STACK_ID } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';
import { Random } from '../../support/random';
import { FACTORY, RenewedFactory } from '../../support/renewed-factory';
import { seedOf } from '../../support/seed';

const DAY = 86_400_000;

/** A CA whose certificates are watched: what was announced, and the metrics of the last run. */
class Watched {
  public static async start(caChanges: Properties = {}): Promise<Watched> {
    const world = new MemoryWorld();
    const { physicalResourceId } = await handleLifecycleEvent(request('ca', 'Create', caProperties(caChanges)), world.ports());
    return new Watched(world, physicalResourceId);
  }

  /** What the stream of the ledger would deliver: each write of a mark. */
  public readonly announced: string[] = [];
  public metrics: { [name: string]: number } = {};
  private readonly marks = new Map<string, ExpiryMark>();

  private constructor(public readonly world: MemoryWorld, public readonly caId: string) {}

  public async device(name: string, changes: Properties = {}): Promise<string> {
    const keyStorage = { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` };
    const properties = deviceProperties(this.caId, { Subject: { CommonName: name }, KeyStorage: keyStorage, ...changes });
    const event = { ...request('device', 'Create', properties), logicalResourceId: name };
    return (await handleLifecycleEvent(event, this.world.ports())).physicalResourceId;
  }

  public pass(days: number): void {
    this.world.now = new Date(this.world.now.getTime() + days * DAY);
  }

  /** @param dies whether the process ends at the call of a port with this number */
  public async run(announcedDays = [30, 7, 1], dies = Infinity): Promise<number> {
    let calls = 0;
    const call = <T>(work: () => T): T => {
      if (++calls >= dies) {
        throw new Error('the process ended');
      }
      return work();
    };
    const ports = this.world.ports();
    this.metrics = {};
    const watching: WatchPorts = {
      ledger: ports.ledger('ledger'),
      revocations: ports.revocations('ledger'),
      marks: {
        mark: async (_, serialNumber) => call(() => this.marks.get(serialNumber)),
        record: async (issuer, serialNumber, mark) => call(() => {
          if ((this.marks.get(serialNumber)?.daysLeft ?? Infinity) <= mark.daysLeft) {
            return false;
          }
          this.marks.set(serialNumber, mark);
          const { commonName } = this.world.entries.get(`${issuer}/${serialNumber}`)!;
          this.announced.push(`${commonName} ${mark.daysLeft}`);
          return true;
        }),
      },
      clock: ports.clock,
      metric: (name, value, { CaId, ...dimensions }) => {
        expect(CaId).toBe(this.caId);
        this.metrics[`${name} ${Object.values(dimensions).join()}`] = value;
      },
    };
    return watchExpiry({ caId: this.caId, announcedDays, windowDays: 180 }, watching);
  }
}

test('the metrics say how much is left of the CA, of what it has issued, and how many devices end soon', async () => {
  const watched = await Watched.start();
  await watched.device('one');
  await watched.device('two', { ValidityDays: '200' });
  watched.pass(175);
  await watched.run();
  expect(watched.metrics).toEqual({
    'DaysToExpiry ca': 3475, 'DaysToExpiry device': 25, 'ExpiringDevices 1': 0, 'ExpiringDevices 4': 1, 'ExpiringDevices 12': 1,
  });
});

test('a certificate is announced once at each threshold and once after its end, however often the function runs', async () => {
  const watched = await Watched.start();
  await watched.device('one');
  for (let day = 0; day < 420; day += 0.5) {
    watched.pass(0.5);
    await watched.run();
  }
  expect(watched.announced).toEqual(['one 30', 'one 7', 'one 1', 'one 0']);
});

test('what comes after an outage is the closest threshold, and nothing that has passed before it', async () => {
  const watched = await Watched.start();
  await watched.device('one');
  watched.pass(361);
  await watched.run();
  expect(watched.announced).toEqual(['one 7']);
});

test('neither a withdrawn nor a revoked certificate is announced, and a threshold that is longer than its life is left out', async () => {
  const watched = await Watched.start();
  const withdrawn = await watched.device('withdrawn');
  const revoked = watched.world.entry(await watched.device('revoked'))!;
  await watched.device('short', { ValidityDays: '20' });
  await handleLifecycleEvent({ ...request('device', 'Delete', deviceProperties(watched.caId), withdrawn), logicalResourceId: 'withdrawn' }, watched.world.ports());
  await watched.world.ports().revocations('ledger').record({
    issuer: watched.caId,
    serialNumber: revoked.serialNumber,
    state: 'REVOKED',
    reason: 'keyCompromise',
    revokedAt: '2026-03-01T00:00:00Z',
    orderedBy: 'x',
    notAfter: revoked.notAfter,
    revision: 1,
  }, undefined);
  for (let day = 0; day < 400; day++) {
    watched.pass(1);
    await watched.run();
  }
  expect(watched.announced).toEqual(['short 7', 'short 1', 'short 0']);
});

test('a certificate that is renewed is announced only once its renewal is late', async () => {
  const watched = await Watched.start();
  const renewal = (name: string) => ({
    Renewal: { BeforeDays: '14', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: `${SECRET}${name}Combined-AbCdEf` }],
  });
  await watched.device('renewed', renewal('renewed'));
  const cas = [{ caId: watched.caId, ledgerTable: 'ledger', beforeDays: 14 }];
  for (let day = 0; day < 700; day++) {
    watched.pass(1);
    if (day < 500) { // then the function that renews fails
      await renewDue(cas, STACK_ID, Infinity, watched.world.ports(), () => {});
    }
    await watched.run();
  }
  expect(watched.announced).toEqual([]);
  for (let day = 0; day < 60; day++) {
    watched.pass(1);
    await watched.run();
  }
  expect(watched.announced).toEqual(['renewed 30', 'renewed 7', 'renewed 1', 'renewed 0']);
});

test('a device that is renewed in time counts neither as one that ends soon nor for the days that are left', async () => {
  const watched = await Watched.start();
  await watched.device('renewed', {
    ValidityDays: '90', Renewal: { BeforeDays: '14', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: `${SECRET}renewedCombined-AbCdEf` }],
  });
  watched.pass(70); // 20 days are left, and its renewal is due in 6
  await watched.run();
  expect(watched.metrics).toEqual({ 'DaysToExpiry ca': 3580, 'ExpiringDevices 1': 0, 'ExpiringDevices 4': 0, 'ExpiringDevices 12': 0 });
  watched.pass(8);
  await watched.run();
  expect(watched.metrics).toMatchObject({ 'DaysToExpiry device': 12, 'ExpiringDevices 4': 1 });
});

test('the end of the CA itself is announced, too', async () => {
  const watched = await Watched.start({ ValidityDays: '100' });
  watched.pass(71);
  await watched.run();
  expect(watched.announced).toEqual(['undefined 30']);
});

test('in ten years, everything that ends is announced at each threshold exactly once, with runs that come twice or die', async () => {
  const seed = seedOf('EXPIRY_SEED');
  const random = new Random(seed);
  const watched = await Watched.start();
  const ending: string[] = [];
  for (let day = 0; day < 3600; day++) {
    if (random.chance(0.01)) {
      const days = 40 + random.below(600);
      await watched.device(`device-${day}`, { ValidityDays: String(Math.min(days, 3640 - day)) });
      if (day + days < 3590) {
        ending.push(`device-${day}`);
      }
    }
    watched.pass(1);
    if (random.chance(0.1)) {
      await watched.run(undefined, 1 + random.below(3)).catch(() => undefined);
    }
    await Promise.all(Array.from({ length: random.chance(0.1) ? 2 : 1 }, () => watched.run()));
  }
  try {
    expect(ending.length).toBeGreaterThan(10);
    for (const name of ending) {
      expect(watched.announced.filter(each => each.startsWith(`${name} `))).toEqual([30, 7, 1, 0].map(days => `${name} ${days}`));
    }
  } catch (error) {
    throw new Error(`EXPIRY_SEED=${seed}: ${(error as Error).message}`);
  }
});

describe('a CA that a schedule renews', () => {
  /** The metrics of a CA, and the serial numbers that were marked. */
  async function watched({ world }: RenewedFactory, caId: string, table: string): Promise<{ metrics: { [kind: string]: number }; marked: string[] }> {
    const metrics: { [kind: string]: number } = {};
    const marked: string[] = [];
    const ports = world.ports();
    await watchExpiry({ caId, announcedDays: [60, 30], windowDays: 400 }, {
      ledger: ports.ledger(table),
      revocations: ports.revocations(table),
      marks: { mark: async () => undefined, record: async (_, serialNumber) => marked.push(serialNumber) > 0 },
      clock: ports.clock,
      metric: (name, value, { Kind }) => {
        metrics[Kind ?? name] = value;
      },
    });
    return { metrics, marked };
  }

  test('counts in the metrics of its issuer and in its own only while its end is far, or its renewal is late', async () => {
    const factory = await RenewedFactory.start();
    const daysLeft = async () => {
      const [of, own] = await Promise.all([watched(factory, factory.rootId, 'ledger'), watched(factory, factory.caId, FACTORY)]);
      return [of.metrics.subordinate, own.metrics.ca];
    };
    factory.pass(1424);
    expect(await daysLeft()).toEqual([undefined, 401]);
    factory.pass(35);
    expect(await daysLeft()).toEqual([undefined, undefined]); // to be renewed tomorrow
    factory.pass(3);
    expect(await daysLeft()).toEqual([363, 363]); // late
    await factory.run();
    expect(await daysLeft()).toEqual([undefined, 1825]);
  });

  test('is not announced after its renewal, and its former certificate never is', async () => {
    const factory = await RenewedFactory.start();
    for (let day = 0; day < 1825; day += 5) {
      factory.pass(5);
      await factory.run();
      expect((await watched(factory, factory.rootId, 'ledger')).marked).toEqual([]);
    }
    expect(factory.issued()).toHaveLength(2);
  });
});
