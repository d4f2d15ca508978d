import { BatchResult } from '../../../src/issuing/fleet/issue-devices';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { deviceRows, expectDevices, FleetWorld, outcomes } from '../../support/fleet-world';
import { opensslRequest } from '../../support/foreign-ca';
import { MOTO_TIMEOUT } from '../../support/moto';

const DAY = 86_400_000;

const bytes = ({ devices }: BatchResult): string[] => devices.map(({ certificatePem }) => certificatePem);

let world: FleetWorld;

beforeEach(async () => {
  world = await FleetWorld.start();
}, MOTO_TIMEOUT);

afterEach(() => world.proxy.stop());

describe('a run that comes later', () => {
  const revoke = (serialNumber: string, reason: 'keyCompromise' | 'certificateHold' = 'keyCompromise'): Promise<unknown> =>
    revokeCertificate({ issuer: world.ca, serialNumber, reason, orderedBy: 'anna' }, world.ports().revocations(world.table), world.memory.now);

  test.each(['keyCompromise', 'certificateHold'] as const)('renews no certificate that is revoked or on hold: %s', async reason => {
    const { devices: [{ serialNumber }] } = await world.issue(deviceRows(1));
    await revoke(serialNumber, reason);
    const { refused, devices } = await world.issue(deviceRows(1), { fleet: world.fleet({}, { renewBeforeDays: 364 }), run: 'run-2' });
    expect([devices, refused[0].reason]).toEqual([[], expect.stringContaining(`the certificate ${serialNumber} of the device must not be revoked or on hold`)]);
    await expectDevices(world, 1);
  });

  test('gives no serial number twice, whatever was renewed, replaced, revoked and restored before', async () => {
    const renewing = world.fleet({}, { renewBeforeDays: 364 });
    const changed = deviceRows(1, { subject: { organization: 'Acme' } });
    const later = (days: number): void => { world.memory.now = new Date(world.memory.now.getTime() + days * DAY); };
    await world.issue(deviceRows(1));
    later(2);
    const { devices: [renewed] } = await world.issue(deviceRows(1), { fleet: renewing, run: 'run-2' });
    await world.issue(changed, { run: 'run-3' });
    await revoke(renewed.serialNumber);
    await world.issue(deviceRows(1), { run: 'run-4' });
    later(2);
    const last = await world.issue(deviceRows(1), { fleet: renewing, run: 'run-5' });
    expect([renewed.outcome, ...outcomes(last)]).toEqual(['renewed', 'renewed']);
    expect(last.devices[0].serialNumber).not.toBe(renewed.serialNumber);
    await expectDevices(world, 5); // what was revoked brings back no certificate before it
  });

  test('restores no certificate that is older than a revoked one of the same declaration: both may have one key', async () => {
    const changed = deviceRows(1, { subject: { organization: 'Acme' } });
    const { devices: [first] } = await world.issue(deviceRows(1));
    world.memory.now = new Date(world.memory.now.getTime() + 2 * DAY);
    const { devices: [second] } = await world.issue(deviceRows(1), { fleet: world.fleet({}, { renewBeforeDays: 364 }), run: 'run-2' });
    await revoke(second.serialNumber);
    await world.issue(changed, { run: 'run-3' });
    const { devices: [third] } = await world.issue(deviceRows(1), { run: 'run-4' });
    expect(third.outcome).toBe('replaced');
    expect([first.serialNumber, second.serialNumber]).not.toContain(third.serialNumber);
  });

  test('gives a key that was compromised no other certificate, whatever changes in its row, and another key one', async () => {
    const [compromised, fresh] = [opensslRequest('/CN=sensor-000'), opensslRequest('/CN=sensor-000')];
    const { devices: [{ serialNumber }] } = await world.issue(deviceRows(1, { certificateSigningRequest: compromised }));
    await revoke(serialNumber);
    const changed = deviceRows(1, { certificateSigningRequest: compromised, subject: { organization: 'Acme' } });
    const { refused: [{ reason }] } = await world.issue(changed, { run: 'run-2' });
    expect(reason).toBe(`certificateSigningRequest must be for another key than that of the certificate ${serialNumber}, which is revoked because its key was compromised; `
      + 'create a key and a request anew');
    expect(outcomes(await world.issue(deviceRows(1, { certificateSigningRequest: fresh }), { run: 'run-3' }))).toEqual(['replaced']);
  });

  test('gives the device another certificate whose row has a higher generation, and no other one', async () => {
    const rows = deviceRows(2);
    await world.issue(rows);
    expect(outcomes(await world.issue([{ ...rows[0], generation: 2 }, rows[1]], { run: 'run-2' }))).toEqual(['replaced', 'unchanged']);
    expect(outcomes(await world.issue([{ ...rows[0], generation: 2 }, { ...rows[1], generation: 1 }], { run: 'run-3' }))).toEqual(['unchanged', 'unchanged']);
    expect(outcomes(await world.issue([{ ...rows[0], generation: 2 }, rows[1]], { fleet: world.fleet({ Generation: '2' }), run: 'run-4' }))).toEqual(['replaced', 'replaced']);
  });

  test('restores no certificate that is revoked while it is restored', async () => {
    const { devices: [first] } = await world.issue(deviceRows(1));
    await world.issue(deviceRows(1, { subject: { organization: 'Acme' } }), { run: 'run-2' });
    const ports = world.ports();
    const ledger = ports.fleetLedger(world.table);
    let isLate = false;
    const record = async (made: never): Promise<ReadonlySet<string>> => {
      isLate = isLate || Boolean(await revoke(first.serialNumber));
      return ledger.record(made);
    };
    const slow = Object.assign(Object.create(ledger), { record });
    const { devices: [last] } = await world.issue(deviceRows(1), { run: 'run-3', ports: { ...ports, fleetLedger: () => slow } });
    expect(last.outcome).toBe('replaced');
    expect(last.serialNumber).not.toBe(first.serialNumber);
  });

  test('restores a certificate that came after another one than the last', async () => {
    const of = (organization: string, run: string): Promise<BatchResult> => world.issue(deviceRows(1, { subject: { organization } }), { run });
    const results = [];
    for (const [index, organization] of ['A', 'B', 'A', 'C', 'B'].entries()) {
      results.push(await of(organization, `run-${index}`));
    }
    expect(results.map(outcomes)).toEqual([['issued'], ['replaced'], ['restored'], ['replaced'], ['restored']]);
    expect(bytes(results[4])).toEqual(bytes(results[1]));
  });

  test('renews nothing that would not end later, because both end with the CA', async () => {
    const fleet = world.fleet({ ValidityDays: '36500', ClipToIssuer: 'true' }, { renewBeforeDays: 3_649 });
    await world.issue(deviceRows(1), { fleet });
    world.memory.now = new Date(world.memory.now.getTime() + 10 * DAY);
    expect(outcomes(await world.issue(deviceRows(1), { fleet, run: 'run-2' }))).toEqual(['unchanged']);
  });

  test('refuses a certificate that has ended, unless it renews it', async () => {
    await world.issue(deviceRows(1));
    world.memory.now = new Date(world.memory.now.getTime() + 366 * DAY);
    expect((await world.issue(deviceRows(1), { run: 'run-2' })).refused[0].reason).toMatch(/must not have ended, and it did, on .*; declare `renewBefore`/);
    expect(outcomes(await world.issue(deviceRows(1), { fleet: world.fleet({}, { renewBeforeDays: 30 }), run: 'run-3' }))).toEqual(['renewed']);
  });

  test('knows a device whose ID is written in another case', async () => {
    await world.issue(deviceRows(1));
    expect(outcomes(await world.issue([{ line: 2, deviceId: 'SENSOR-000' }], { run: 'run-2' }))).toEqual(['replaced']);
  });
});
