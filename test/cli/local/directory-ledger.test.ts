import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDisk } from '../../../src/cli/disk';
import { DirectoryLedger } from '../../../src/cli/local/directory-ledger';
import { StateStore } from '../../../src/cli/local/state-store';
import { LedgerEntry } from '../../../src/handlers/ports';
import { temporaryFolder } from '../../support/cli-assembly';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
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

  test('gives back what was reserved and issued, in another run too', async () => {
    expect(await ledger().reserve(entry('A1'), undefined)).toBe(true);
    expect(await ledger().find('ca-1')).toEqual({ entry: entry('A1') });
    const octets = { certificate: Buffer.from([0x30, 0, 255]), signature: Buffer.from([0x30, 0, 254]) };
    expect(await ledger().advance(entry('A1'), 'ISSUED', { ...octets, issuedAt: 'now' })).toBe(true);
    expect(await ledger().find('ca-1')).toEqual({ entry: entry('A1', { status: 'ISSUED', ...octets, issuedAt: 'now' }) });
  });

  test('keeps tables apart', async () => {
    await ledger('One').reserve(entry('A1'), undefined);
    expect(await ledger('Two').find('ca-1')).toBeUndefined();
  });

  test('refuses a second reservation of an identity, and of a serial number', async () => {
    await ledger().reserve(entry('A1'), undefined);
    expect(await ledger().reserve(entry('A2'), undefined)).toBe(false);
    expect(await ledger().reserve(entry('A1', { identity: 'ca-2' }), undefined)).toBe(false);
    expect(await ledger().find('ca-1')).toEqual({ entry: entry('A1') });
  });

  test('reserves anew over a withdrawn certificate, which stays in the inventory', async () => {
    await ledger().reserve(entry('A1'), undefined);
    await ledger().advance(entry('A1'), 'WITHDRAWN', { withdrawnAt: 'then' });
    const stale = { entry: entry('A1') };
    expect(await ledger().reserve(entry('A2'), stale)).toBe(false);
    expect(await ledger().reserve(entry('A2'), await ledger().find('ca-1'))).toBe(true);
    expect(await ledger().find('ca-1')).toEqual({ entry: entry('A2') });
    const { entries } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')).ledgers.Table;
    expect(Object.keys(entries)).toEqual(['ca-1/A1', 'ca-1/A2']);
  });

  test('advances only from the status that is said', async () => {
    await ledger().reserve(entry('A1'), undefined);
    expect(await ledger().advance(entry('A1', { status: 'ISSUED' }), 'WITHDRAWN', {})).toBe(false);
    expect(await ledger().advance(entry('A9'), 'WITHDRAWN', {})).toBe(false);
  });

  test('notes a cancellation only where nothing stands', async () => {
    expect(await ledger().cancel('ca-1', 'then')).toBe(true);
    expect(await ledger().cancel('ca-1', 'later')).toBe(false);
    expect(await ledger().find('ca-1')).toEqual({ cancelledAt: 'then' });
    expect(await ledger().reserve(entry('A1'), undefined)).toBe(false);
    expect(await ledger().reserve(entry('A1'), { cancelledAt: 'then' })).toBe(true);
    expect(await ledger().cancel('ca-1', 'later')).toBe(false);
    expect(await ledger().find('ca-1')).toEqual({ entry: entry('A1') });
  });
});
