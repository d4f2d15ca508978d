import { RevocationReason } from '../../../src/contract/revocation';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { LifecycleResult } from '../../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, Properties, request } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let device: LifecycleResult;

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports())).physicalResourceId;
  device = await handleLifecycleEvent(request('device', 'Create', deviceProperties(caId)), world.ports());
});

const DAY = 86_400_000;

function pass(days: number): void {
  world.now = new Date(world.now.getTime() + days * DAY);
}

async function revoke(reason: RevocationReason = 'keyCompromise'): Promise<void> {
  await revokeCertificate({ issuer: caId, serialNumber: device.data!.SerialNumber!, reason, orderedBy: 'anna' }, world.ports().revocations('ledger'), world.now);
}

let count = 0;

/** Updates the device's resource, whose declaration keeps the identity. */
function update(changes: Properties = {}): Promise<LifecycleResult> {
  return handleLifecycleEvent({
    ...request('device', 'Update', deviceProperties(caId, changes)),
    requestId: `update-${++count}`,
    physicalResourceId: device.physicalResourceId,
    oldProperties: deviceProperties(caId),
  }, world.ports());
}

describe('the declaration of a certificate that was revoked', () => {
  test('fails at its next update, and says that a new generation is the way out', async () => {
    pass(2);
    await revoke();
    await expect(update()).rejects.toThrow(/the certificate \w{40} has been revoked since 2026-03-03T12:00:00Z \(keyCompromise\); raise `generation` for a new certificate$/);
  });

  test('gets a new certificate with the next generation, and the old one stays revoked', async () => {
    pass(2);
    await revoke();
    const next = await update({ Generation: '2' });
    expect(next.data!.SerialNumber).not.toBe(device.data!.SerialNumber);
    const records = world.ports().revocations('ledger');
    expect(await records.find(caId, next.data!.SerialNumber!)).toBeUndefined();
    expect(await records.find(caId, device.data!.SerialNumber!)).toMatchObject({ state: 'REVOKED' });
  });

  test('gets its certificate in a rollback: the failed update is undone', async () => {
    pass(2);
    await revoke();
    pass(1);
    await expect(update()).rejects.toThrow(/has been revoked since/);
    expect((await update()).data).toEqual(device.data);
    await expect(update()).rejects.toThrow(/has been revoked since/);
  });

  test('fails once in the rollback of an update before the revocation, and gets its certificate when the rollback continues', async () => {
    await update();
    await revoke();
    await expect(update()).rejects.toThrow(/has been revoked since/);
    expect((await update()).data).toEqual(device.data);
  });

  test.each<[string, RevocationReason]>([['revoked', 'keyCompromise'], ['on hold', 'certificateHold']])(
    'comes back, still %s, in the rollback of an update that has replaced it, as often as that is tried', async (_, reason) => {
      await revoke(reason);
      const next = await update({ Generation: '2' });
      const rollBack = () => handleLifecycleEvent({
        ...request('device', 'Update', deviceProperties(caId)), physicalResourceId: next.physicalResourceId, oldProperties: deviceProperties(caId, { Generation: '2' }),
      }, world.ports());
      expect(await rollBack()).toEqual(device);
      expect(await rollBack()).toEqual(device);
      const removal = request('device', 'Delete', deviceProperties(caId, { Generation: '2' }), next.physicalResourceId);
      await handleLifecycleEvent(removal, world.ports());
      expect(world.entry(device.physicalResourceId)!.status).toBe('ISSUED');
      await expect(update()).rejects.toThrow(/has been (revoked|on hold) since/);
    });

  test('that was replaced and removed does not come back with its generation, which gets a new one', async () => {
    await revoke();
    const next = await update({ Generation: '2' });
    await handleLifecycleEvent(request('device', 'Delete', deviceProperties(caId), device.physicalResourceId), world.ports());
    const again = await handleLifecycleEvent({ ...request('device', 'Update', deviceProperties(caId)), physicalResourceId: next.physicalResourceId }, world.ports());
    expect(again.physicalResourceId).toBe(device.physicalResourceId);
    expect(again.data!.SerialNumber).not.toBe(device.data!.SerialNumber);
  });

  test('is good again after a hold has ended', async () => {
    pass(2);
    await revoke('certificateHold');
    await expect(update()).rejects.toThrow(/has been on hold since 2026-03-03T12:00:00Z; release it \(removeFromCRL\), or raise `generation` for a new certificate$/);
    await revoke('removeFromCRL');
    expect((await update()).data).toEqual(device.data);
    expect((await update()).data).toEqual(device.data); // the one before followed a failed update, which gets even a revoked certificate
  });

  test('is not another certificate for a second creation', async () => {
    pass(2);
    await revoke();
    for (const requestId of ['again', 'after-a-failure']) {
      await expect(handleLifecycleEvent({ ...request('device', 'Create', deviceProperties(caId)), requestId }, world.ports())).rejects.toThrow(/has been revoked since/);
    }
  });
});

describe('a declaration that was removed and comes back', () => {
  const remove = () => handleLifecycleEvent({
    ...request('device', 'Delete', deviceProperties(caId)), requestId: 'removal', physicalResourceId: device.physicalResourceId,
  }, world.ports());
  const declareAgain = () => handleLifecycleEvent({ ...request('device', 'Create', deviceProperties(caId)), requestId: 'creation-2' }, world.ports());

  test.each<[string, () => Promise<unknown>]>([
    ['before the removal', async () => { await revoke(); pass(1); await remove(); }],
    ['after the removal', async () => { await remove(); pass(1); await revoke(); }],
    ['for the time being', async () => { await remove(); await revoke('certificateHold'); }],
  ])('gets a new certificate if the former one was revoked %s', async (_, history) => {
    await history();
    pass(1);
    const again = await declareAgain();
    expect(again.physicalResourceId).toBe(device.physicalResourceId);
    expect(again.data!.SerialNumber).not.toBe(device.data!.SerialNumber);
    expect(await world.ports().revocations('ledger').find(caId, again.data!.SerialNumber!)).toBeUndefined();
  });
});
