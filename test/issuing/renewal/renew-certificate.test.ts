import { createPrivateKey, X509Certificate } from 'node:crypto';
import { RenewedCa } from '../../../src/contract/renewal';
import { LedgerEntry } from '../../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewDue } from '../../../src/issuing/renewal/renew-due';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';
import { dyingAt, failingAt } from '../../support/crashes';
import { caProperties, deviceProperties, Properties, request, SECRET, STACK_ID } from '../../support/events';
import { Gate, MemoryWorld } from '../../support/memory-ports';
import { opensslOutput, temporaryFiles } from '../../support/openssl';
import { Random } from '../../support/random';
import { seedOf } from '../../support/seed';

const DAY = 86_400_000;
const KEY = `${SECRET}Device-AbCdEf`;
const COMBINED = `${SECRET}DeviceCombined-AbCdEf`;
const RENEWED: Properties = { Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: COMBINED }] };

const file = temporaryFiles();

/** A CA and a device whose certificate is renewed. */
class Fleet {
  public static async start(changes: Properties = {}, caChanges: Properties = {}): Promise<Fleet> {
    const world = new MemoryWorld();
    const { physicalResourceId: caId } = await handleLifecycleEvent(request('ca', 'Create', caProperties(caChanges)), world.ports());
    const creation = request('device', 'Create', deviceProperties(caId, { ...RENEWED, ...changes }));
    const { physicalResourceId: device } = await handleLifecycleEvent(creation, world.ports());
    return new Fleet(world, caId, device, creation.properties);
  }

  public readonly told: string[] = [];

  private constructor(
    public readonly world: MemoryWorld, public readonly caId: string, public readonly device: string, public readonly properties: Properties,
  ) {}

  public get cas(): RenewedCa[] {
    return [{ caId: this.caId, ledgerTable: 'ledger', beforeDays: 30 }];
  }

  public get latest(): LedgerEntry {
    return this.world.entry(this.device)!;
  }

  /** The certificates of the device that were issued, by their numbers. */
  public get issued(): LedgerEntry[] {
    return this.world.issued().filter(({ identity }) => identity === this.device)
      .sort((one, other) => (one.renewalNumber ?? 0) - (other.renewalNumber ?? 0));
  }

  public pass(days: number): void {
    this.world.now = new Date(this.world.now.getTime() + days * DAY);
  }

  public update(changes: Properties = {}): LifecycleEvent {
    return request('device', 'Update', { ...this.properties, ...changes }, this.device);
  }

  public async run(gate?: Gate): Promise<number> {
    const { failed } = await renewDue(this.cas, STACK_ID, Infinity, this.world.ports(gate), (about, outcome) => {
      if (outcome instanceof Error) {
        this.told.push(outcome.message);
      } else if (outcome !== 'nothing') {
        this.told.push(`${outcome} ${'caId' in about ? about.caId : about.serialNumber}`);
      }
    });
    return failed;
  }

  /** What the places hold belongs together: key, certificate and chain in one value, and the same key in the secret of the key. */
  public expectConsistent(): void {
    const { serialNumber, certificate } = this.latest;
    expect(this.world.currentVersion.get(KEY)).toBe(serialNumber);
    expect(this.world.currentVersion.get(COMBINED)).toBe(serialNumber);
    const combined = this.world.versions.get(`${COMBINED}/${serialNumber}`)!;
    const found = new X509Certificate(combined.slice(combined.indexOf('-----BEGIN CERTIFICATE')));
    expect(found.raw).toEqual(certificate);
    expect(found.checkPrivateKey(createPrivateKey(combined))).toBe(true);
    expect(found.checkPrivateKey(createPrivateKey(this.world.versions.get(`${KEY}/${serialNumber}`)!))).toBe(true);
  }
}

describe('a certificate whose renewal is declared', () => {
  test('stays as it is until the time has come', async () => {
    const fleet = await Fleet.start();
    const before = fleet.world.snapshot();
    fleet.pass(334);
    expect(await fleet.run()).toBe(0);
    expect(fleet.world.snapshot()).toBe(before);
  });

  test('is renewed once under the same identity, with a new key, and is delivered with its key', async () => {
    const fleet = await Fleet.start();
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
    const fleet = await Fleet.start({ Renewal: { BeforeDays: '30', KeepKey: 'true' } });
    fleet.pass(336);
    await fleet.run();
    const [old, renewed] = fleet.issued.map(({ certificate }) => new X509Certificate(certificate!).publicKey.export({ type: 'spki', format: 'der' }));
    expect(renewed).toEqual(old);
    fleet.expectConsistent();
  });

  test.each(['true', 'false'])('gets the key that is declared now (KeepKey: %s), also if a renewal that was interrupted has made the other one', async KeepKey => {
    const fleet = await Fleet.start({ Renewal: { BeforeDays: '30', KeepKey: KeepKey === 'true' ? 'false' : 'true' } });
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
    const fleet = await Fleet.start();
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
    const fleet = await Fleet.start({}, { ValidityDays: '7300' });
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
    const fleet = await Fleet.start();
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
    const fleet = await Fleet.start();
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
    const counting = await Fleet.start();
    counting.pass(336);
    await counting.run(calls);
    for (let n = 1; n <= calls.calls() + 1; n++) {
      const fleet = await Fleet.start();
      fleet.pass(336);
      await fleet.run(dyingAt(n, 'after')).catch(() => undefined);
      await handleLifecycleEvent(request('device', 'Delete', fleet.properties, fleet.device), fleet.world.ports());
      await fleet.run();
      expect([...fleet.world.versions.keys()].filter(version => version.startsWith(KEY) || version.startsWith(COMBINED))).toEqual([]);
      expect(fleet.latest.status).toBe('WITHDRAWN');
    }
  });

  test('is renewed by a later run, once and with its own key, wherever an earlier one died', async () => {
    const counting = await Fleet.start();
    counting.pass(336);
    const count = dyingAt(Infinity, 'before');
    await counting.run(count);
    expect(count.calls()).toBeGreaterThan(15);
    for (let n = 1; n <= count.calls(); n++) {
      for (const when of ['before', 'after'] as const) {
        const fleet = await Fleet.start();
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
      const fleet = await Fleet.start();
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

describe('a renewal that a deployment has overtaken', () => {
  /** A renewal whose process ended after its reservation, and a deployment that changes what belongs to the certificate, but not which one it is. */
  async function overtaken(changes: Properties): Promise<Fleet> {
    const fleet = await Fleet.start();
    fleet.pass(336);
    const gate: Gate = async (operation, effect) => {
      const result = effect();
      if (operation === 'reserveRenewal') {
        throw new Error('the process ended');
      }
      return result;
    };
    await fleet.run(gate);
    await handleLifecycleEvent(fleet.update(changes), fleet.world.ports());
    return fleet;
  }

  test('is continued with what is declared now: the formats, and whether the key is kept', async () => {
    const Bundles = [{ Type: 'CombinedPem', SecretArn: COMBINED }, { Type: 'Der', SecretArn: `${SECRET}DeviceDer-AbCdEf` }];
    const fleet = await overtaken({ RetainKey: 'true', Bundles });
    expect(await fleet.run()).toBe(0);
    expect(fleet.latest).toMatchObject({ renewalNumber: 1, retainKey: true, bundles: Bundles });
    fleet.expectConsistent();
    expect(fleet.world.currentVersion.get(`${SECRET}DeviceDer-AbCdEf`)).toBe(fleet.latest.serialNumber);
    await handleLifecycleEvent(request('device', 'Delete', fleet.properties, fleet.device), fleet.world.ports());
    expect(fleet.world.versions.has(`${KEY}/${fleet.latest.serialNumber}`)).toBe(true);
  });

  test('goes on after a deployment that has failed, because the resource still has its certificate', async () => {
    const fleet = await Fleet.start();
    await expect(handleLifecycleEvent(fleet.update({ KeyAlgorithm: 'none' }), fleet.world.ports())).rejects.toThrow();
    const failing: Gate = async (operation, effect) => {
      if (operation === 'makeCurrent') {
        throw new Error('secretsmanager:UpdateSecretVersionStage failed');
      }
      return effect();
    };
    await expect(handleLifecycleEvent(fleet.update({ RetainKey: 'true' }), fleet.world.ports(failing))).rejects.toThrow();
    fleet.pass(336);
    expect(await fleet.run()).toBe(0);
    expect(fleet.issued).toHaveLength(2);
    fleet.expectConsistent();
  });

  test('fails, and so sets off the alarm, if a deployment has begun and never ended', async () => {
    const fleet = await Fleet.start();
    const dying: Gate = async (operation, effect) => {
      if (operation === 'makeCurrent') {
        await new Promise(() => {}); // for ever
      }
      return effect();
    };
    void handleLifecycleEvent(fleet.update({ RetainKey: 'true' }), fleet.world.ports(dying));
    await new Promise(resolve => setImmediate(resolve));
    fleet.pass(336);
    expect(await fleet.run()).toBe(1);
    expect(fleet.told[0]).toMatch(/^the request .* must have ended before a certificate of its resource can be renewed; deploy a change of the resource$/);
  });
});

test('a certificate that is revoked while it is being renewed gets no successor', async () => {
  const fleet = await Fleet.start({ Renewal: { BeforeDays: '30', KeepKey: 'true' } });
  fleet.pass(336);
  const { issuer, serialNumber, notAfter } = fleet.latest;
  const revoking: Gate = async (operation, effect) => {
    if (operation === 'renew') {
      await fleet.world.ports().revocations('ledger').record({
        issuer, serialNumber, state: 'REVOKED', reason: 'keyCompromise', revokedAt: fleet.world.now.toISOString(), orderedBy: 'anna', notAfter, revision: 1,
      }, undefined);
    }
    return effect();
  };
  await fleet.run(revoking);
  fleet.pass(1);
  await fleet.run();
  expect(fleet.latest.serialNumber).toBe(serialNumber);
  expect(fleet.world.currentVersion.get(KEY)).toBe(serialNumber);
});

test('a CA whose ledger can\'t be read keeps no other CA from renewing', async () => {
  const fleet = await Fleet.start();
  fleet.pass(336);
  fleet.world.goneTables.add('gone');
  const cas = [{ caId: `ca-${'0'.repeat(32)}`, ledgerTable: 'gone', beforeDays: 30 }, ...fleet.cas];
  const { failed } = await renewDue(cas, STACK_ID, Infinity, fleet.world.ports(), () => {});
  expect(failed).toBe(1);
  expect(fleet.issued).toHaveLength(2);
});

describe('a renewal that is not possible', () => {
  test('because the CA ends is an error that says so, and changes nothing', async () => {
    const fleet = await Fleet.start({ ClipToIssuer: 'true', ValidityDays: '365' }, { ValidityDays: '365' });
    fleet.pass(336);
    const before = fleet.world.snapshot();
    expect(await fleet.run()).toBe(1);
    expect(fleet.told[0]).toMatch(/^the renewed certificate must end after the present one, on .*, because the CA ends then; renew the CA earlier, if another CA signs it \(renewal\), or declare a successor of the CA/);
    expect(fleet.world.snapshot()).toBe(before);
  });

  test('is to be announced once for each reason, however often it is tried', async () => {
    const fleet = await Fleet.start({ ClipToIssuer: 'true', ValidityDays: '365' }, { ValidityDays: '365' });
    fleet.pass(336);
    const { serialNumber } = fleet.latest;
    await fleet.run();
    fleet.pass(1);
    await fleet.run();
    const refused = { renews: serialNumber, logicalResourceId: fleet.latest.logicalResourceId };
    const because = (words: string) => expect.objectContaining({ ...refused, reason: expect.stringContaining(words) });
    expect(fleet.world.refused).toEqual([because('because the CA ends then')]);
    const failing: Gate = async (name, effect) => {
      if (name === 'secretValue' || name === 'read') {
        throw new Error('the ledger can\'t be read');
      }
      return effect();
    };
    await fleet.run(failing);
    expect(fleet.world.refused).toEqual([because('because the CA ends then'), because('the ledger can\'t be read')]);
  });

  test('because somebody has changed the declaration in the table is an error, and changes nothing', async () => {
    const fleet = await Fleet.start();
    fleet.pass(336);
    const [key, entry] = [...fleet.world.entries].find(([, { identity }]) => identity === fleet.device)!;
    const renewal = entry.renewal as Exclude<typeof entry.renewal, false | undefined>;
    fleet.world.entries.set(key, { ...entry, renewal: { ...renewal, properties: renewal.properties.replace('sensor-001', 'sensor-666') } });
    const before = fleet.world.snapshot();
    expect(await fleet.run()).toBe(1);
    expect(fleet.told[0]).toMatch(/must have the declaration of device-.* with this certificate, got another one; the table was changed from outside/);
    expect(fleet.world.snapshot()).toBe(before);
  });

  test('because somebody has the ledger name the certificate of another resource as the reservation is an error, and that one stays', async () => {
    const fleet = await Fleet.start();
    fleet.pass(336);
    const [key, entry] = [...fleet.world.entries].find(([, { identity }]) => identity === fleet.device)!;
    const ca = fleet.world.entry(fleet.caId)!;
    fleet.world.entries.set(key, { ...entry, renewedBy: ca.serialNumber });
    const before = fleet.world.snapshot();
    expect(await fleet.run()).toBe(1);
    expect(fleet.told[0]).toMatch(/^the ledger ledger must have a reservation of device-.* under "[0-9A-F]{40}", got the entry of "ca-.*" with the status ISSUED; the table was/);
    expect(fleet.world.snapshot()).toBe(before);
  });

  test.each([
    ['for more than half of the validity', { Renewal: { BeforeDays: '183' } }, /^Device: renewal must begin at most half of the validity of 365 days/],
    ['without whole days', { Renewal: { BeforeDays: '0.5' } }, /^Device: renewal must begin a whole number of days/],
    ['without a place for certificate and key together', { Bundles: undefined }, /^Device: renewal must come with a delivery format/],
    ['with a fixed beginning', { NotBefore: '2026-03-01T00:00:00Z' }, /^Device: renewal must be left out for a certificate with notBefore, because every further one would begin and end with it/],
    ['with a fixed end', { ValidityDays: undefined, NotAfter: '2027-01-01T00:00:00Z' }, /^Device: renewal must be left out for a certificate that ends with notAfter/],
  ])('%s is refused by the deployment', async (_, changes, expected) => {
    await expect(Fleet.start(changes)).rejects.toThrow(expected);
  });
});
