import { randomBytes } from 'node:crypto';
import { localDisk } from '../../../src/cli/disk';
import { DirectoryLedger } from '../../../src/cli/local/directory-ledger';
import { DirectoryRevocations } from '../../../src/cli/local/directory-revocations';
import { DirectoryFleetLedger, recordsOf } from '../../../src/cli/local/fleet-ledger';
import { FleetLog } from '../../../src/cli/local/fleet-log';
import { StateStore } from '../../../src/cli/local/state-store';
import { DynamoDbFleetLedger } from '../../../src/issuing/aws/dynamodb-fleet-ledger';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { FleetEntry, FleetLedger } from '../../../src/issuing/fleet/fleet-ledger';
import { Revocations } from '../../../src/issuing/ledger/revocation';
import { newSerialNumber } from '../../../src/pki/serial-number';
import { awsCalls, dynamoDb, makeTable } from '../../support/aws-clients';
import { temporaryFolder } from '../../support/cli-assembly';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';

const CA = `ca-${'a'.repeat(32)}`;

interface World {
  /** The ledger as another process opens it. */
  readonly open: () => FleetLedger;
  readonly revocations: () => Revocations;
  readonly end: () => void;
}

async function inDynamoDb(): Promise<World> {
  const client = dynamoDb(await motoUrl());
  const table = new LedgerTable(client, awsCalls(), await makeTable(client));
  return { open: () => new DynamoDbFleetLedger(table), revocations: () => new DynamoDbRevocations(table), end: () => client.destroy() };
}

async function inDirectory(): Promise<World> {
  const directory = temporaryFolder();
  const store = StateStore.open(directory, localDisk);
  const revocations = (): Revocations => new DirectoryRevocations(new DirectoryLedger('Table', store));
  let log: FleetLog | undefined;
  return {
    open: () => {
      log?.close();
      log = FleetLog.toWrite(directory, 'Table');
      return new DirectoryFleetLedger(recordsOf(log), revocations());
    },
    revocations,
    end: () => log?.close(),
  };
}

/** A certificate of a device; each has another serial number. */
function entry(device: number, changes: Partial<FleetEntry> = {}): FleetEntry {
  const identity = `device-${device.toString(16).padStart(32, '0')}`;
  return {
    identity,
    issuer: CA,
    serialNumber: newSerialNumber(randomBytes, identity),
    status: 'ISSUED',
    profile: 'device',
    subject: `CN=sensor-${device}`,
    commonName: `sensor-${device}`,
    keyAlgorithm: 'EC_P256',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    stackId: 'stack',
    logicalResourceId: 'Sensors',
    reservedAt: '2026-01-01T00:00:00.000Z',
    reservedBy: 'run-1',
    issuedAt: '2026-01-01T00:00:00.000Z',
    issuedBy: 'run-1',
    certificate: randomBytes(500),
    deviceId: `sensor-${device}`,
    declared: 'd'.repeat(64),
    ...changes,
  };
}

const ids = (entries: readonly FleetEntry[]): string[] => entries.map(({ identity }) => identity);
const firsts = (entries: readonly FleetEntry[]) => entries.map(each => ({ entry: each, over: undefined }));

describe.each([['in DynamoDB', inDynamoDb], ['in a directory', inDirectory]])('the fleets of a ledger %s', (_, make) => {
  let world: World;

  beforeEach(async () => {
    world = await make();
  }, MOTO_TIMEOUT);

  afterEach(() => world.end());

  test('have what was recorded, by identity and by serial number, for the CA that has signed it', async () => {
    const made = [1, 2, 3].map(device => entry(device));
    expect(await world.open().record(firsts(made))).toEqual(new Set(ids(made)));
    const ledger = world.open();
    expect(await ledger.latest(CA, [...ids(made), entry(4).identity])).toEqual(new Map(made.map(each => [each.identity, each])));
    const numbers = made.map(({ serialNumber }) => serialNumber);
    expect(await ledger.certificates(CA, [...numbers, entry(1).serialNumber])).toEqual(new Map(made.map(each => [each.serialNumber, each])));
    const other = `ca-${'b'.repeat(32)}`;
    expect([await ledger.latest(other, ids(made)), await ledger.certificates(other, numbers)]).toEqual([new Map(), new Map()]);
    expect(await ledger.certificates(CA, [])).toEqual(new Map());
  });

  test('take the first of two certificates for a device, and the second of them only in its place', async () => {
    const [one, two, next] = [entry(1), entry(1), entry(1)];
    const ledger = world.open();
    expect(await ledger.record(firsts([one, entry(2)]))).toHaveProperty('size', 2);
    expect(await ledger.record(firsts([two, entry(3)]))).toEqual(new Set([entry(3).identity]));
    expect(await ledger.record([{ entry: next, over: two }])).toEqual(new Set());
    expect(await ledger.record([{ entry: next, over: one }])).toEqual(new Set([one.identity]));
    expect((await world.open().latest(CA, [one.identity])).get(one.identity)).toEqual(next);
    expect((await world.open().certificates(CA, [one.serialNumber])).get(one.serialNumber)).toMatchObject({ certificate: one.certificate });
  });

  test('let a former certificate come back, and be followed again', async () => {
    const [one, two, three] = [entry(1), entry(1), entry(1)];
    const ledger = world.open();
    await ledger.record(firsts([one]));
    await ledger.record([{ entry: two, over: one }]);
    const back = { ...one, returnedAt: '2026-03-01T00:00:00.000Z', restoredOver: [two.serialNumber] };
    expect(await ledger.record([{ entry: back, over: two, isBack: true }])).toEqual(new Set([one.identity]));
    const latest = await world.open().latest(CA, [one.identity]);
    const { serialNumber, certificate } = one;
    expect(latest.get(one.identity)).toMatchObject({ serialNumber, certificate, restoredOver: [two.serialNumber] });
    expect(await world.open().record([{ entry: three, over: one }])).toEqual(new Set([one.identity]));
  });

  test('know which certificates are revoked or on hold', async () => {
    const made = [1, 2, 3, 4].map(device => entry(device));
    await world.open().record(firsts(made));
    for (const [index, state] of (['REVOKED', 'HELD', 'RELEASED'] as const).entries()) {
      const { serialNumber, notAfter } = made[index];
      const facts = { reason: 'unspecified', revokedAt: '2026-02-01T00:00:00Z', orderedBy: 'anna', revision: 1 } as const;
      expect(await world.revocations().record({ issuer: CA, serialNumber, state, notAfter, ...facts }, undefined)).toBe(true);
    }
    const numbers = made.map(({ serialNumber }) => serialNumber);
    expect(await world.open().revoked(CA, numbers)).toEqual(new Map(numbers.slice(0, 2).map(number => [number, 'unspecified'])));
  });

  test('record a hundred devices at once', async () => {
    const made = Array.from({ length: 100 }, (_each, device) => entry(device));
    expect(await world.open().record(firsts(made))).toEqual(new Set(ids(made)));
    expect(await world.open().latest(CA, ids(made))).toHaveProperty('size', 100);
  });
});
