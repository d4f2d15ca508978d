import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { DirectoryLedger } from '../../../src/cli/local/directory-ledger';
import { StateStore } from '../../../src/cli/local/state-store';
import { LedgerEntry, ResourceRecord } from '../../../src/issuing/ledger/ledger';
import { OvertakenError } from '../../../src/resource/overtaken-error';
import { temporaryFolder } from '../../support/cli-assembly';

let folder: string;

const HOLDER = { stackId: 'stack', logicalResourceId: 'Ca', requestId: 'request' };
const RECORD: ResourceRecord = { requestId: 'request', since: '2026-02-01T00:00:00.000Z', holds: [], had: [], earlier: [], revision: 1 };

beforeEach(async () => {
  folder = temporaryFolder();
  for (const table of ['Table', 'One', 'Two']) {
    await ledger(table).record(HOLDER, RECORD, undefined);
  }
});

/** The ledger as another run finds it. */
function ledger(table = 'Table'): DirectoryLedger {
  return new DirectoryLedger(table, StateStore.open(folder, localDisk));
}

function entry(serialNumber: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: 'ca-1',
    issuer: 'ca-1',
    serialNumber,
    status: 'RESERVED',
    profile: 'ca',
    subject: 'CN=x',
    keyAlgorithm: 'EC_P256',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
    stackId: 'stack',
    logicalResourceId: 'Ca',
    reservedAt: '2026-01-01T00:00:00.000Z',
    reservedBy: 'request',
    ...more,
  };
}

describe('the ledger of a directory', () => {
  test('knows nothing of an identity that nobody asked for', async () => {
    expect(await ledger().find('ca-1')).toBeUndefined();
    expect(await ledger().find('constructor')).toBeUndefined();
  });

  test('gives back a reservation and a certificate, in another run too', async () => {
    expect(await ledger().reserve(entry('A1'), undefined, HOLDER)).toBe(true);
    expect(await ledger().find('ca-1')).toEqual(entry('A1'));
    const octets = { certificate: Buffer.from([0x30, 0, 255]), signature: Buffer.from([0x30, 0, 254]) };
    expect(await ledger().advance(entry('A1'), 'ISSUED', { ...octets, issuedAt: 'now' }, HOLDER)).toBe(true);
    expect(await ledger().find('ca-1')).toEqual(entry('A1', { status: 'ISSUED', ...octets, issuedAt: 'now' }));
  });

  test('keeps tables apart', async () => {
    await ledger('One').reserve(entry('A1'), undefined, HOLDER);
    expect(await ledger('Two').find('ca-1')).toBeUndefined();
  });

  test('refuses a second reservation of an identity, and of a serial number', async () => {
    await ledger().reserve(entry('A1'), undefined, HOLDER);
    expect(await ledger().reserve(entry('A2'), undefined, HOLDER)).toBe(false);
    expect(await ledger().reserve(entry('A1', { identity: 'ca-2' }), undefined, HOLDER)).toBe(false);
    expect(await ledger().find('ca-1')).toEqual(entry('A1'));
  });

  test('reserves anew over a withdrawn certificate, which stays in the inventory', async () => {
    await ledger().reserve(entry('A1'), undefined, HOLDER);
    await ledger().advance(entry('A1'), 'WITHDRAWN', { withdrawnAt: 'then' }, HOLDER);
    const stale = entry('A1');
    expect(await ledger().reserve(entry('A2'), stale, HOLDER)).toBe(false);
    expect(await ledger().reserve(entry('A2'), await ledger().find('ca-1'), HOLDER)).toBe(true);
    expect(await ledger().find('ca-1')).toEqual(entry('A2'));
    const { entries } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')).ledgers.Table;
    expect(Object.keys(entries)).toEqual(['ca-1/A1', 'ca-1/A2']);
  });

  test('advances a certificate only from the status that the caller names', async () => {
    await ledger().reserve(entry('A1'), undefined, HOLDER);
    expect(await ledger().advance(entry('A1', { status: 'ISSUED' }), 'WITHDRAWN', {}, HOLDER)).toBe(false);
    expect(await ledger().advance(entry('A9'), 'WITHDRAWN', {}, HOLDER)).toBe(false);
  });

  test('keeps the declaration of a resource, and lets no request that was overtaken write', async () => {
    expect(await ledger().resource(HOLDER)).toEqual(RECORD);
    const next = { ...RECORD, requestId: 'next', revision: 2 };
    expect(await ledger().record(HOLDER, next, RECORD)).toBe(true);
    expect(await ledger().record(HOLDER, next, RECORD)).toBe(false);
    await expect(ledger().reserve(entry('A1'), undefined, HOLDER)).rejects.toThrow(OvertakenError);
    await ledger().record(HOLDER, { ...next, outcome: 'FAILED', revision: 3 }, next);
    await expect(ledger().reserve(entry('A1'), undefined, { ...HOLDER, requestId: 'next' })).rejects.toThrow(OvertakenError);
  });

  test('lists the certificates of a CA, and those with a common name that have not expired', async () => {
    const named = entry('A1', { identity: 'device-1', commonName: 'Sensor 1' });
    await ledger().reserve(named, undefined, HOLDER);
    await ledger().reserve(entry('A2'), undefined, HOLDER);
    await ledger().advance(entry('A2'), 'ISSUED', {}, HOLDER);
    const issued: string[] = [];
    for await (const { serialNumber } of ledger().certificates('ca-1', 'ISSUED')) {
      issued.push(serialNumber);
    }
    expect(issued).toEqual(['A2']);
    expect(await ledger().named('ca-1', 'sensor  1', new Date('2026-12-31T23:59:59Z'))).toEqual([named]);
    expect(await ledger().named('ca-1', 'sensor  1', new Date('2027-01-01T00:00:00Z'))).toEqual([]);
  });
});
