import { localDisk } from '../../src/cli/disk';
import { DirectoryLedger } from '../../src/cli/local/directory-ledger';
import { StateStore } from '../../src/cli/local/state-store';
import { DynamoDbLedger } from '../../src/issuing/aws/dynamodb-ledger';
import { LedgerTable } from '../../src/issuing/aws/ledger-table';
import { Ledger, LedgerEntry } from '../../src/issuing/ledger/ledger';
import { awsCalls } from '../support/aws-clients';
import { temporaryFolder } from '../support/cli-assembly';
import { ledgerTable } from '../support/ledger-table';
import { MemoryWorld } from '../support/memory-ports';

// What every ledger promises: the one in DynamoDB, that of a local deployment, and that of the tests in memory.

const set = ledgerTable();

const HOLDER = { stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/s/u', logicalResourceId: 'Device', requestId: 'request-1' };

const LEDGERS: [string, () => Ledger][] = [
  ['DynamoDB', () => new DynamoDbLedger(new LedgerTable(set.client, awsCalls(), set.table))],
  ['a local deployment', () => new DirectoryLedger('Table', StateStore.open(temporaryFolder(), localDisk))],
  ['the tests', () => new MemoryWorld().ports().ledger('ledger')],
];

function entry(digit: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: `device-${'1'.repeat(32)}`,
    issuer: `ca-${'2'.repeat(32)}`,
    serialNumber: digit.repeat(40),
    status: 'RESERVED',
    profile: 'device',
    subject: 'CN=sensor-001',
    keyAlgorithm: 'EC_P256',
    notBefore: '2026-01-31T23:59:59Z',
    notAfter: '2036-01-31T23:59:59Z',
    stackId: HOLDER.stackId,
    logicalResourceId: HOLDER.logicalResourceId,
    reservedAt: '2026-01-31T23:59:59.123Z',
    reservedBy: 'request-1',
    ...changes,
  };
}

describe.each(LEDGERS)('the ledger of %s', (_, made) => {
  let ledger: Ledger;

  beforeEach(async () => {
    ledger = made();
    const record = { requestId: HOLDER.requestId, since: '2026-02-01T00:00:00.000Z', holds: [], had: [], earlier: [], revision: 1 };
    await ledger.record(HOLDER, record, undefined);
  });

  /** What became of a certificate. */
  async function found({ serialNumber, issuer }: LedgerEntry): Promise<LedgerEntry | undefined> {
    for await (const each of ledger.certificates(issuer)) {
      if (each.serialNumber === serialNumber) {
        return each;
      }
    }
    return undefined;
  }

  test('does not change a certificate in whose place another one was reserved', async () => {
    const former = entry('A');
    await ledger.reserve(former, undefined, HOLDER);
    await ledger.advance(former, 'WITHDRAWN', { withdrawnAt: 'then' }, HOLDER);
    const withdrawn: LedgerEntry = { ...former, status: 'WITHDRAWN', withdrawnAt: 'then' };
    expect(await ledger.reserve(entry('B'), withdrawn, HOLDER)).toBe(true);
    expect(await ledger.advance(withdrawn, 'ISSUED', { issuedAt: 'later' }, HOLDER)).toBe(false);
    expect(await ledger.advance(withdrawn, 'WITHDRAWN', { retainKey: true }, HOLDER)).toBe(false);
    expect(await found(former)).toEqual(withdrawn);
  });

  test('does not change a certificate that was renewed, while it changes the one that is to renew it', async () => {
    const former = entry('A');
    await ledger.reserve(former, undefined, HOLDER);
    await ledger.advance(former, 'ISSUED', { issuedAt: 'then' }, HOLDER);
    const issued: LedgerEntry = { ...former, status: 'ISSUED', issuedAt: 'then' };
    const next = entry('B', { renews: former.serialNumber });
    expect(await ledger.reserveRenewal(next, issued, HOLDER)).toBe(true);
    expect(await ledger.advance(next, 'SIGNED', {}, HOLDER)).toBe(true);
    expect(await ledger.advance(issued, 'ISSUED', { retainKey: true }, HOLDER)).toBe(true); // it is still the one in force
    const over: LedgerEntry = { ...issued, retainKey: true, renewedBy: next.serialNumber };
    expect(await ledger.renew({ ...next, status: 'SIGNED' }, over, { issuedAt: 'later' }, HOLDER)).toBe(true);
    expect(await ledger.advance(over, 'WITHDRAWN', { withdrawnAt: 'late' }, HOLDER)).toBe(false);
    expect(await ledger.advance(over, 'ISSUED', { retainKey: false }, HOLDER)).toBe(false);
    expect(await found(former)).toEqual(over);
    expect(await ledger.advance({ ...next, status: 'ISSUED' }, 'ISSUED', { deliveredAt: 'later' }, HOLDER)).toBe(true);
  });
});
