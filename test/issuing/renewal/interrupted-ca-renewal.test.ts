import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { dyingAt } from '../../support/crashes';
import { keptCaProperties, request } from '../../support/events';
import { Gate } from '../../support/memory-ports';
import { Random } from '../../support/random';
import { FACTORY, FACTORY_KEY, RenewedFactory, verifier } from '../../support/renewed-factory';
import { seedOf } from '../../support/seed';

const verify = verifier();

describe('wherever a run has died,', () => {
  const complete: [string, (factory: RenewedFactory) => Promise<unknown>][] = [
    ['the next run', factory => factory.run()],
    ['the next deployment', async factory => {
      const { data } = await factory.deploy({ Renewal: { BeforeDays: '364', KeepKey: 'true' } });
      expect(data!.SerialNumber).toBe(factory.latest.serialNumber);
      factory.expectConsistent();
      await factory.run();
    }],
  ];
  test.each(complete)('%s goes on, and the CA is renewed once and with its key', async (_, goOn) => {
    const counting = await RenewedFactory.start();
    counting.passUntilDue();
    const count = dyingAt(Infinity, 'before');
    await counting.run(count);
    expect(count.calls()).toBeGreaterThan(20);
    for (let n = 1; n <= count.calls(); n++) {
      for (const when of ['before', 'after'] as const) {
        const factory = await RenewedFactory.start();
        factory.passUntilDue();
        await factory.run(dyingAt(n, when)).catch(() => undefined);
        await factory.issueDevice({ ValidityDays: '1' }); // the CA issues at any time
        factory.pass(0.25);
        await goOn(factory);
        expect(await factory.run()).toBe(0);
        expect(factory.issued().map(({ renewalNumber = 0 }) => renewalNumber)).toEqual([0, 1]);
        expect(factory.latest.deliveredAt).toBeDefined();
        factory.expectConsistent();
      }
    }
  }, 120_000);

  test('a deployment that retires the CA keeps it retired, also once the renewal is completed', async () => {
    const factory = await RenewedFactory.start();
    await factory.dieBetweenLedgers();
    await factory.deploy({ Retired: 'true' });
    factory.pass(0.25);
    await factory.run();
    expect(factory.own).toMatchObject({ renewalNumber: 1, retirement: 'retired' });
    await expect(factory.issueDevice({ ValidityDays: '1' })).rejects.toThrow('is retired');
  });

  test('a removal leaves neither a key nor an issued certificate', async () => {
    const counting = await RenewedFactory.start();
    counting.passUntilDue();
    const count = dyingAt(Infinity, 'before');
    await counting.run(count);
    for (let n = 1; n <= count.calls() + 1; n++) {
      const factory = await RenewedFactory.start({ factory: { RetainKey: 'false' } });
      factory.passUntilDue();
      await factory.run(dyingAt(n, 'after')).catch(() => undefined);
      await handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, factory.caId), factory.world.ports());
      expect(await factory.run()).toBe(0);
      expect([factory.latest.status, factory.own.status, factory.keyVersions]).toEqual(['WITHDRAWN', 'WITHDRAWN', []]);
    }
  }, 60_000);

  test('a removal that keeps the CA lets another stack take it back, with the renewed certificate if there is one', async () => {
    const factory = await RenewedFactory.start();
    await factory.dieBetweenLedgers();
    await handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, factory.caId), factory.world.ports());
    const kept = keptCaProperties(factory.caId, { LedgerTable: FACTORY, IssuerLedgerTable: 'ledger' });
    const { data } = await handleLifecycleEvent(request('kept', 'Create', kept), factory.world.ports());
    expect(data).toMatchObject({ SerialNumber: factory.latest.serialNumber, NotAfter: factory.latest.notAfter });
    expect(factory.own).toMatchObject({ renewalNumber: 1, status: 'ISSUED', logicalResourceId: 'KeptCa' });
    const { certificatePem, chainPem } = await factory.issueDevice({ ValidityDays: '700' });
    expect(verify(certificatePem, chainPem, factory.root.data!.CertificatePem, factory.world.now)).toBe('stdin: OK');
  });
});

describe('at the same time,', () => {
  test('runs and deployments renew the CA once, in any order', async () => {
    const seed = seedOf('CA_RENEWAL_SEED');
    const random = new Random(seed);
    for (let history = 0; history < 40; history++) {
      const factory = await RenewedFactory.start();
      factory.passUntilDue();
      const waiting: Gate = async (_, effect) => {
        for (let turns = random.below(4); turns > 0; turns--) {
          await Promise.resolve();
        }
        return effect();
      };
      const deploy = [
        () => factory.deploy({ Renewal: { BeforeDays: '364', KeepKey: 'true' } }, waiting),
        () => factory.deploy({ Subject: { CommonName: 'Another' } }, waiting),
        () => handleLifecycleEvent(request('subordinate', 'Delete', factory.properties, factory.caId), factory.world.ports(waiting)),
      ][history % 3];
      try {
        await Promise.all([factory.run(waiting), factory.run(waiting), deploy()]);
        factory.pass(0.25);
        await factory.run();
        expect(factory.issued().length).toBeLessThanOrEqual(2);
        expect(factory.world.versions.has(`${FACTORY_KEY}/${factory.first.data!.SerialNumber}`)).toBe(true);
        if (history % 3 === 0) {
          expect(factory.issued()).toHaveLength(2);
          factory.expectConsistent();
        } else if (history % 3 === 1) { // a rollback gets what is in force
          await handleLifecycleEvent({ ...factory.update(), physicalResourceId: 'ca-00000000000000000000000000000000' }, factory.world.ports());
          expect(factory.own.serialNumber).toBe(factory.latest.serialNumber);
        }
      } catch (error) {
        throw new Error(`seed ${seed}, history ${history}: ${(error as Error).message}`);
      }
    }
  }, 60_000);

  test('the CA issues at every step of a renewal, each time with a certificate for its key', async () => {
    const factory = await RenewedFactory.start();
    factory.passUntilDue();
    const issued: Awaited<ReturnType<RenewedFactory['issueDevice']>>[] = [];
    const issuing: Gate = async (_, effect) => {
      const result = effect();
      issued.push(await factory.issueDevice({ ValidityDays: '30' }));
      return result;
    };
    expect(await factory.run(issuing)).toBe(0);
    expect(issued.length).toBeGreaterThan(20);
    expect(new Set(issued.map(({ chainPem }) => chainPem)).size).toBe(2);
    issued.forEach(({ certificatePem, chainPem }) => {
      expect(verify(certificatePem, chainPem, factory.root.data!.CertificatePem, factory.world.now)).toBe('stdin: OK');
    });
  }, 60_000);

  test('a run that is held up between the ledgers writes nothing once a later request has begun', async () => {
    const factory = await RenewedFactory.start();
    factory.passUntilDue();
    const overtaken: Gate = async (operation, effect) => {
      if (operation === 'reserve') {
        await factory.deploy({ Retired: 'true' });
      }
      return effect();
    };
    expect(await factory.run(overtaken)).toBe(0); // the request does what is to be done
    expect(factory.own).toMatchObject({ renewalNumber: 1, retirement: 'retired' });
    expect(factory.issued(FACTORY)).toHaveLength(2);
  });
});
