import { X509Certificate } from 'node:crypto';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { dyingAt, failingAt } from '../../support/crashes';
import { request } from '../../support/events';
import { Gate } from '../../support/memory-ports';
import { opensslOutput, temporaryFiles } from '../../support/openssl';
import { Random } from '../../support/random';
import { COMBINED, DAY, KEY, RenewingFleet } from '../../support/renewing-fleet';
import { seedOf } from '../../support/seed';

const file = temporaryFiles();

describe('a certificate whose renewal is declared', () => {
  test('stays as it is until the time has come', async () => {
    const fleet = await RenewingFleet.start();
    const before = fleet.world.snapshot();
    fleet.pass(334);
    expect(await fleet.run()).toBe(0);
    expect(fleet.world.snapshot()).toBe(before);
  });

  test('is renewed once under the same identity, with a new key, and is delivered with its key', async () => {
    const fleet = await RenewingFleet.start();
    const first = fleet.latest;
    fleet.pass(336);
    expect([await fleet.run(), await fleet.run()]).toEqual([0, 0]);
    expect(fleet.told).toEqual([`renewed ${first.serialNumber}`]);
    const { renews, renewalNumber, serialNumber, notAfter, subject, commonName } = fleet.latest;
    expect({ renews, renewalNumber, subject, commonName }).toEqual({ renews: first.serialNumber, renewalNumber: 1, subject: first.subject, commonName: 'sensor-001' });
    expect(new Date(notAfter).getTime() - new Date(first.notAfter).getTime()).toBe(336 * DAY);
    expect(serialNumber).not.toBe(first.serialNumber);
    const [old, renewed] = fleet.issued.map(entry => new X509Certificate(entry.certificate!));
    expect(renewed.publicKey.export({ type: 'spki', format: 'der' })).not.toEqual(old.publicKey.export({ type: 'spki', format: 'der' }));
    const ca = new X509Certificate(fleet.world.entry(fleet.caId)!.certificate!);
    const time = String(Math.floor(fleet.world.now.getTime() / 1000));
    opensslOutput(['verify', '-x509_strict', '-purpose', 'sslclient', '-attime', time, '-CAfile', file('ca.pem', ca.toString())], renewed.toString());
    fleet.expectConsistent();
  });

  test('keeps its key if that is declared', async () => {
    const fleet = await RenewingFleet.start({ Renewal: { BeforeDays: '30', KeepKey: 'true' } });
    fleet.pass(336);
    await fleet.run();
    const [old, renewed] = fleet.issued.map(({ certificate }) => new X509Certificate(certificate!).publicKey.export({ type: 'spki', format: 'der' }));
    expect(renewed).toEqual(old);
    fleet.expectConsistent();
  });

  test.each(['true', 'false'])('gets the key that is declared now (KeepKey: %s), also if a renewal that was interrupted has made the other one', async KeepKey => {
    const fleet = await RenewingFleet.start({ Renewal: { BeforeDays: '30', KeepKey: KeepKey === 'true' ? 'false' : 'true' } });
    fleet.pass(336);
    expect(await fleet.run(failingAt('renew'))).toBe(1);
    await handleLifecycleEvent(fleet.update({ Renewal: { BeforeDays: '30', KeepKey } }), fleet.world.ports());
    expect(await fleet.run()).toBe(0);
    const [old, renewed] = fleet.issued.map(({ certificate }) => new X509Certificate(certificate!).publicKey.export({ type: 'spki', format: 'der' }));
    expect(renewed.equals(old)).toBe(KeepKey === 'true');
    expect([...fleet.world.versions.keys()].filter(key => key.startsWith(KEY))).toHaveLength(2);
    fleet.expectConsistent();
  });

  test('is what the next deployment and a rollback get, and neither makes a third one', async () => {
    const fleet = await RenewingFleet.start();
    fleet.pass(336);
    await fleet.run();
    const renewed = fleet.latest;
    const other = await handleLifecycleEvent(fleet.update({ Subject: { CommonName: 'sensor-002' } }), fleet.world.ports());
    expect(other.physicalResourceId).not.toBe(fleet.device);
    const back = await handleLifecycleEvent({ ...fleet.update(), physicalResourceId: other.physicalResourceId }, fleet.world.ports());
    expect(back).toMatchObject({ physicalResourceId: fleet.device, data: { SerialNumber: renewed.serialNumber, RenewalNumber: '1' } });
    expect(fleet.issued).toHaveLength(2);
    fleet.expectConsistent();
  });

  test('is renewed for ten years, and its place holds the keys of the last two certificates only', async () => {
    const fleet = await RenewingFleet.start({}, { ValidityDays: '7300' });
    for (let day = 0; day < 3650; day += 5) {
      fleet.pass(5);
      expect(await fleet.run()).toBe(0);
      fleet.expectConsistent();
      expect(new Date(fleet.latest.notAfter) > fleet.world.now).toBe(true);
    }
    expect(fleet.issued.map(({ renewalNumber = 0 }) => renewalNumber)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect([...fleet.world.versions.keys()].filter(version => version.startsWith(KEY))).toHaveLength(2);
    expect([...fleet.world.versions.keys()].filter(version => version.startsWith(COMBINED))).toHaveLength(2);
  });

  test('is not renewed while it is on hold or after it was revoked, and is after its hold has ended', async () => {
    const fleet = await RenewingFleet.start();
    fleet.pass(336);
    const { issuer, serialNumber, notAfter } = fleet.latest;
    const revocations = fleet.world.ports().revocations('ledger');
    const held = { issuer, serialNumber, state: 'HELD', reason: 'certificateHold', revokedAt: fleet.world.now.toISOString(), orderedBy: 'test', notAfter, revision: 1 } as const;
    await revocations.record(held, undefined);
    await fleet.run();
    expect(fleet.issued).toHaveLength(1);
    await revocations.record({ ...held, state: 'RELEASED', reason: 'removeFromCRL', revision: 2 }, held);
    await fleet.run();
    expect(fleet.issued).toHaveLength(2);
  });

  test('is not renewed any more once its renewal is no longer declared', async () => {
    const fleet = await RenewingFleet.start();
    const { Renewal, ...without } = fleet.properties;
    await handleLifecycleEvent(request('device', 'Update', without, fleet.device), fleet.world.ports());
    fleet.pass(336);
    await fleet.run();
    expect(fleet.issued).toHaveLength(1);
    await handleLifecycleEvent(fleet.update(), fleet.world.ports());
    await fleet.run();
    expect(fleet.issued).toHaveLength(2);
  });

  test('leaves nothing behind when it is removed, neither after a renewal nor in the middle of one', async () => {
    const calls = dyingAt(Infinity, 'before');
    const counting = await RenewingFleet.start();
    counting.pass(336);
    await counting.run(calls);
    for (let n = 1; n <= calls.calls() + 1; n++) {
      const fleet = await RenewingFleet.start();
      fleet.pass(336);
      await fleet.run(dyingAt(n, 'after')).catch(() => undefined);
      await handleLifecycleEvent(request('device', 'Delete', fleet.properties, fleet.device), fleet.world.ports());
      await fleet.run();
      expect([...fleet.world.versions.keys()].filter(version => version.startsWith(KEY) || version.startsWith(COMBINED))).toEqual([]);
      expect(fleet.latest.status).toBe('WITHDRAWN');
    }
  });

  test('is renewed by a later run, once and with its own key, wherever an earlier one died', async () => {
    const counting = await RenewingFleet.start();
    counting.pass(336);
    const count = dyingAt(Infinity, 'before');
    await counting.run(count);
    expect(count.calls()).toBeGreaterThan(15);
    for (let n = 1; n <= count.calls(); n++) {
      for (const when of ['before', 'after'] as const) {
        const fleet = await RenewingFleet.start();
        fleet.pass(336);
        await fleet.run(dyingAt(n, when)).catch(() => undefined);
        fleet.pass(0.25);
        expect(await fleet.run()).toBe(0);
        expect(fleet.issued.map(({ renewalNumber = 0 }) => renewalNumber)).toEqual([0, 1]);
        fleet.expectConsistent();
        expect(await fleet.run()).toBe(0);
        expect(fleet.issued).toHaveLength(2);
        expect([...fleet.world.versions.keys()].filter(version => version.startsWith(KEY))).toHaveLength(2);
      }
    }
  });

  test('is renewed once by runs and deployments that come at the same time, in any order, and what is declared is current', async () => {
    const seed = seedOf('RENEWAL_SEED');
    const random = new Random(seed);
    for (let history = 0; history < 45; history++) {
      const fleet = await RenewingFleet.start();
      fleet.pass(336);
      const waiting: Gate = async (_, effect) => {
        for (let turns = random.below(4); turns > 0; turns--) {
          await Promise.resolve();
        }
        return effect();
      };
      const deployments = [
        () => handleLifecycleEvent(fleet.update({ RetainKey: 'false', RevokeOnRemoval: 'false' }), fleet.world.ports(waiting)),
        () => handleLifecycleEvent(fleet.update({ Subject: { CommonName: 'sensor-002' } }), fleet.world.ports(waiting)),
        () => handleLifecycleEvent(request('device', 'Delete', fleet.properties, fleet.device), fleet.world.ports(waiting)),
      ];
      const deploy = deployments[history % 3];
      const [, , deployed] = await Promise.all([fleet.run(waiting), fleet.run(waiting), deploy()]);
      fleet.pass(0.25);
      await fleet.run();
      const { physicalResourceId, data } = deployed;
      try {
        if (data === undefined) { // it was removed
          expect([...fleet.world.versions.keys()].filter(version => version.startsWith(KEY) || version.startsWith(COMBINED))).toEqual([]);
          continue;
        }
        const declared = fleet.world.entry(physicalResourceId)!;
        expect(fleet.world.currentVersion.get(KEY)).toBe(declared.serialNumber);
        expect(fleet.world.currentVersion.get(COMBINED)).toBe(declared.serialNumber);
        expect(fleet.issued.length).toBeLessThanOrEqual(2);
        expect(fleet.issued).toHaveLength(physicalResourceId === fleet.device ? 2 : fleet.issued.length);
      } catch (error) {
        throw new Error(`RENEWAL_SEED=${seed}, history ${history}: ${(error as Error).message}`);
      }
    }
  });
});
