import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { toItem } from '../../../src/issuing/aws/ledger-item';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { Revocation } from '../../../src/issuing/ledger/revocation';
import { awsCalls } from '../../support/aws-clients';
import { ledgerTable } from '../../support/ledger-table';

const CA = `ca-${'2'.repeat(32)}`;

const set = ledgerTable();
let revocations: DynamoDbRevocations;

beforeEach(async () => {
  revocations = new DynamoDbRevocations(new LedgerTable(set.client, awsCalls(), set.table));
});

function revocation(changes: Partial<Revocation> = {}): Revocation {
  return {
    issuer: CA,
    serialNumber: '4A'.repeat(20),
    state: 'REVOKED',
    reason: 'keyCompromise',
    revokedAt: '2026-02-01T00:00:00Z',
    orderedBy: 'anna',
    notAfter: '2036-02-01T00:00:00Z',
    revision: 1,
    ...changes,
  };
}

async function all(issuer = CA): Promise<Revocation[]> {
  const found: Revocation[] = [];
  for await (const page of revocations.list(issuer)) {
    found.push(...page);
  }
  return found;
}

test('a certificate that was never revoked has no record', async () => {
  expect(await revocations.find(CA, '4A'.repeat(20))).toBeUndefined();
  expect(await revocations.certificate(CA, '4A'.repeat(20))).toBeUndefined();
});

test('a record is found as it was written, with and without what it may leave out', async () => {
  const full = revocation({ serialNumber: '5A'.repeat(20), invalidityDate: '2026-01-01T00:00:00Z' });
  expect(await revocations.record(revocation(), undefined)).toBe(true);
  expect(await revocations.record(full, undefined)).toBe(true);
  expect(await revocations.find(CA, '4A'.repeat(20))).toEqual(revocation());
  expect(await revocations.find(CA, '5A'.repeat(20))).toEqual(full);
});

test('a record is written only over the one that was read', async () => {
  const held = revocation({ state: 'HELD', reason: 'certificateHold' });
  await revocations.record(held, undefined);
  expect(await revocations.record(revocation({ orderedBy: 'bert' }), undefined)).toBe(false);
  expect(await revocations.record(revocation({ revision: 3 }), { ...held, revision: 2 })).toBe(false);
  expect(await revocations.record(revocation({ revision: 2 }), held)).toBe(true);
  expect(await revocations.find(CA, held.serialNumber)).toMatchObject({ state: 'REVOKED', revision: 2 });
});

test('a write whose answer is lost counts as written', async () => {
  set.proxy.faults = (index, { operation }) => operation === 'PutItem' && index === 0 ? { kind: 'reset', when: 'after' } : undefined;
  expect(await revocations.record(revocation({ invalidityDate: undefined }), undefined)).toBe(true);
});

test('the list has the certificates of one CA, by ascending serial number, over many pages', async () => {
  const serials = Array.from({ length: 30 }, (_, index) => (0x4000 + 37 * index % 30).toString(16).toUpperCase().padStart(40, '4'));
  await Promise.all(serials.map(serialNumber => revocations.record(revocation({ serialNumber, orderedBy: 'x'.repeat(50_000) }), undefined)));
  await revocations.record(revocation({ issuer: `ca-${'3'.repeat(32)}` }), undefined);
  set.proxy.calls = [];
  expect((await all()).map(({ serialNumber }) => serialNumber)).toEqual([...serials].sort());
  expect(set.proxy.calls.filter(({ operation }) => operation === 'Query').length).toBeGreaterThan(1);
});

test('numbers of lists ascend, and none is given twice', async () => {
  const taken = await Promise.all(Array.from({ length: 5 }, () => revocations.takeCrlNumber(CA)));
  expect(taken.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5]);
});

test('a list that was published is known to the next one, and no earlier list displaces it', async () => {
  for (let number = 1; number <= 3; number++) {
    await revocations.takeCrlNumber(CA);
  }
  await revocations.publishedCrl(CA, { number: 3, publishedAt: '2026-03-03T00:00:00Z' });
  await revocations.publishedCrl(CA, { number: 2, publishedAt: '2026-03-02T00:00:00Z' });
  expect(await revocations.takeCrlNumber(CA)).toEqual({ number: 4, published: 3, publishedAt: '2026-03-03T00:00:00Z' });
});

describe('a record that was changed from outside', () => {
  const SK = `serial#${'4A'.repeat(20)}`;

  test.each([
    ['serialNumber', '4a'.repeat(20), 'have 2 to 40 upper-case hexadecimal digits, two per octet, in the attribute serialNumber of'],
    ['serialNumber', '4A4', 'have 2 to 40 upper-case hexadecimal digits, two per octet, in the attribute serialNumber of'],
    ['serialNumber', '5A'.repeat(20), 'have the record of one certificate in'],
    ['issuer', `ca-${'3'.repeat(32)}`, `have "${CA}" in the attribute issuer of`],
    ['state', 'GONE', 'have one of HELD, RELEASED, REVOKED in the attribute state of'],
    ['revokedAt', 'yesterday', 'have a time such as 2026-01-31T23:59:59Z in the attribute revokedAt of'],
    ['notAfter', '', 'have a time such as 2026-01-31T23:59:59Z in the attribute notAfter of'],
    ['invalidityDate', '2026-01-01', 'have a time such as 2026-01-31T23:59:59Z in the attribute invalidityDate of'],
  ])('with another %s stops the lists with an error that names the item, the CA and the way out: %s', async (name, value, message) => {
    await revocations.record(revocation({ serialNumber: '11'.repeat(20) }), undefined);
    await set.client.send(new PutItemCommand({
      TableName: set.table, Item: { pk: { S: `revoked#${CA}` }, sk: { S: SK }, ...toItem(revocation()), [name]: { S: value } },
    }));
    const error = expect.objectContaining({
      message: expect.stringMatching(new RegExp(`^the ledger must ${message} the item "revoked#${CA}", "${SK}", got [^;]*; `
      + 'the table was changed from outside this library; restore it from its point-in-time recovery; '
      + `the CA ${CA} publishes no new revocation list until then, because a revoked certificate would be missing from it$`)),
    });
    await expect(all()).rejects.toEqual(error);
    await expect(revocations.find(CA, '4A'.repeat(20))).rejects.toEqual(error);
  });
});

test('a list that is said to be published at no time is an error, because certificates leave the lists by it', async () => {
  await set.client.send(new PutItemCommand({
    TableName: set.table, Item: { pk: { S: `crl#${CA}` }, sk: { S: 'current' }, number: { N: '7' }, publishedAt: { S: 'z' } },
  }));
  await expect(revocations.takeCrlNumber(CA)).rejects.toThrow(`a time such as 2026-01-31T23:59:59Z in the attribute publishedAt of the item "crl#${CA}", "current"`);
});
