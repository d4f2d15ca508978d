import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { renewDue } from '../../../src/issuing/renewal/renew-due';
import { Properties, request, SECRET, STACK_ID } from '../../support/events';
import { Gate } from '../../support/memory-ports';
import { COMBINED, KEY, RenewingFleet } from '../../support/renewing-fleet';

describe('a renewal that a deployment has overtaken', () => {
  /** A renewal whose process ended after its reservation, and a deployment that changes what belongs to the certificate, but not which one it is. */
  async function overtaken(changes: Properties): Promise<RenewingFleet> {
    const fleet = await RenewingFleet.start();
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
    const fleet = await RenewingFleet.start();
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
    const fleet = await RenewingFleet.start();
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
  const fleet = await RenewingFleet.start({ Renewal: { BeforeDays: '30', KeepKey: 'true' } });
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
  const fleet = await RenewingFleet.start();
  fleet.pass(336);
  fleet.world.goneTables.add('gone');
  const cas = [{ caId: `ca-${'0'.repeat(32)}`, ledgerTable: 'gone', beforeDays: 30 }, ...fleet.cas];
  const { failed } = await renewDue(cas, STACK_ID, Infinity, fleet.world.ports(), () => {});
  expect(failed).toBe(1);
  expect(fleet.issued).toHaveLength(2);
});
