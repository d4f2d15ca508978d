import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { revokeCertificate, RevocationOrder, RevocationResult } from '../../../src/issuing/revocation/revoke-certificate';
import { caProperties, deviceProperties, request } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';

let world: MemoryWorld;
let caId: string;
let serialNumber: string;

beforeEach(async () => {
  world = new MemoryWorld();
  caId = (await handleLifecycleEvent(request('ca', 'Create', caProperties()), world.ports())).physicalResourceId;
  serialNumber = (await handleLifecycleEvent(request('device', 'Create', deviceProperties(caId)), world.ports())).data!.SerialNumber!;
});

const TABLE = 'ledger';

function revoke(order: Partial<RevocationOrder> = {}): Promise<RevocationResult> {
  return revokeCertificate({ issuer: caId, serialNumber, reason: 'keyCompromise', orderedBy: 'anna', ...order }, world.ports().revocations(TABLE), world.now);
}

const later = (time: string) => { world.now = new Date(time); };

test('a certificate is revoked from now on, for a reason, with the time of the compromise and the name of who ordered it', async () => {
  later('2026-04-01T10:00:00.500Z');
  expect(await revoke({ invalidityDate: new Date('2026-03-15T00:00:00Z') })).toEqual({
    changed: true,
    revocation: {
      issuer: caId,
      serialNumber,
      state: 'REVOKED',
      reason: 'keyCompromise',
      revokedAt: '2026-04-01T10:00:00Z',
      invalidityDate: '2026-03-15T00:00:00Z',
      orderedBy: 'anna',
      notAfter: [...world.entries.values()].find(entry => entry.serialNumber === serialNumber)!.notAfter,
      revision: 1,
    },
  });
});

test('a certificate that is revoked again stays revoked since the first time, for the first reason', async () => {
  const first = await revoke();
  later('2026-05-01T00:00:00Z');
  expect(await revoke({ reason: 'superseded', orderedBy: 'bert' })).toEqual({ changed: false, revocation: first.revocation });
});

test('a hold ends with its release, and can begin again later', async () => {
  later('2026-04-01T00:00:00Z');
  await revoke({ reason: 'certificateHold' });
  later('2026-04-02T00:00:00Z');
  expect((await revoke({ reason: 'removeFromCRL' })).revocation).toMatchObject({ state: 'RELEASED', reason: 'removeFromCRL' });
  later('2026-04-03T00:00:00Z');
  expect((await revoke({ reason: 'certificateHold' })).revocation).toMatchObject({ state: 'HELD', revokedAt: '2026-04-03T00:00:00Z' });
});

test('a certificate on hold that is revoked for good is revoked since the hold', async () => {
  later('2026-04-01T00:00:00Z');
  await revoke({ reason: 'certificateHold' });
  later('2026-04-02T00:00:00Z');
  expect((await revoke()).revocation).toMatchObject({ state: 'REVOKED', reason: 'keyCompromise', revokedAt: '2026-04-01T00:00:00Z' });
});

test('the time of a compromise that a hold has named stays when the certificate is revoked for good', async () => {
  await revoke({ reason: 'certificateHold', invalidityDate: new Date('2026-02-01T00:00:00Z') });
  expect((await revoke()).revocation).toMatchObject({ state: 'REVOKED', invalidityDate: '2026-02-01T00:00:00Z' });
});

test('the time of a compromise in the later order counts, and that of a hold that has ended does not', async () => {
  await revoke({ reason: 'certificateHold', invalidityDate: new Date('2026-02-01T00:00:00Z') });
  await revoke({ reason: 'removeFromCRL' });
  expect((await revoke({ reason: 'certificateHold' })).revocation.invalidityDate).toBeUndefined();
  expect((await revoke({ invalidityDate: new Date('2026-02-20T00:00:00Z') })).revocation).toMatchObject({ invalidityDate: '2026-02-20T00:00:00Z', revision: 4 });
});

test('a hold that is ordered twice is one hold', async () => {
  const first = await revoke({ reason: 'certificateHold' });
  later('2026-05-01T00:00:00Z');
  expect(await revoke({ reason: 'certificateHold' })).toEqual({ changed: false, revocation: first.revocation });
});

test('of orders at the same time, each certificate is revoked by one', async () => {
  const results = await Promise.all(['anna', 'bert', 'cleo'].map(orderedBy => revoke({ orderedBy })));
  expect(results.filter(({ changed }) => changed)).toHaveLength(1);
  expect(new Set(results.map(({ revocation }) => revocation.orderedBy)).size).toBe(1);
});

describe('an order is refused', () => {
  test('if other orders get ahead of it all the time', async () => {
    const revocations = world.ports().revocations(TABLE);
    const record = jest.fn(async () => false);
    await expect(revokeCertificate({ issuer: caId, serialNumber, reason: 'keyCompromise', orderedBy: 'anna' }, { ...revocations, record }, world.now))
      .rejects.toThrow(/^the ledger keeps changing during this request; deploy again$/);
    expect(record).toHaveBeenCalledTimes(8);
  });

  test('if it holds a certificate that is revoked for good', async () => {
    await revoke();
    await expect(revoke({ reason: 'certificateHold' })).rejects.toThrow(
      /^reason must not be certificateHold for a certificate that is revoked for good, got the certificate \w+, which has been revoked \(keyCompromise\) since 2026-03-01T12:00:00Z$/);
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['which was never held', async () => undefined, /got the certificate \w+, which is not revoked$/],
    ['which is revoked for good', () => revoke(), /which has been revoked \(keyCompromise\) since/],
    ['which was released before', async () => { await revoke({ reason: 'certificateHold' }); await revoke({ reason: 'removeFromCRL' }); }, /which is not revoked$/],
  ])('if it releases a certificate %s', async (_, before, message) => {
    await before();
    await expect(revoke({ reason: 'removeFromCRL' })).rejects.toThrow(message);
  });

  test('for a serial number that the CA has not given', async () => {
    await expect(revoke({ serialNumber: 'AB'.repeat(20) })).rejects.toThrow(
      /^serialNumber must be that of a certificate of the CA ca-\w+, got "AB.*, which its ledger does not hold$/);
  });

  test('for the certificate of another CA', async () => {
    await expect(revoke({ issuer: `ca-${'0'.repeat(32)}` })).rejects.toThrow(/which its ledger does not hold$/);
  });

  test('for the CA itself', async () => {
    const { serialNumber: own } = world.issued().find(({ identity }) => identity === caId)!;
    await expect(revoke({ serialNumber: own })).rejects.toThrow(/got "\w+", the CA itself: nobody would believe its own list about it; remove it where it is trusted$/);
  });

  test('for a certificate that was not issued yet', async () => {
    const entry = { ...world.issued().find(each => each.serialNumber === serialNumber)!, status: 'RESERVED' as const, certificate: undefined };
    world.entries.set(`${caId}/${serialNumber}`, entry);
    await expect(revoke()).rejects.toThrow(/must be that of a certificate that was issued, got "\w+", which is reserved and has no certificate yet$/);
  });
});
