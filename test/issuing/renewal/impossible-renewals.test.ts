import { Gate } from '../../support/memory-ports';
import { RenewingFleet } from '../../support/renewing-fleet';

describe('a renewal that is not possible', () => {
  test('because the CA ends is an error that says so, and changes nothing', async () => {
    const fleet = await RenewingFleet.start({ ClipToIssuer: 'true', ValidityDays: '365' }, { ValidityDays: '365' });
    fleet.pass(336);
    const before = fleet.world.snapshot();
    expect(await fleet.run()).toBe(1);
    expect(fleet.told[0]).toMatch(/^the renewed certificate must end after the present one, on .*, because the CA ends then; renew the CA earlier, if another CA signs it \(renewal\), or declare a successor of the CA/);
    expect(fleet.world.snapshot()).toBe(before);
  });

  test('is to be announced once for each reason, however often it is tried', async () => {
    const fleet = await RenewingFleet.start({ ClipToIssuer: 'true', ValidityDays: '365' }, { ValidityDays: '365' });
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
    const fleet = await RenewingFleet.start();
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
    const fleet = await RenewingFleet.start();
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
    await expect(RenewingFleet.start(changes)).rejects.toThrow(expected);
  });
});
