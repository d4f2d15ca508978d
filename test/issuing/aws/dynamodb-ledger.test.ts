import { randomBytes } from 'node:crypto';
import { DeleteItemCommand, GetItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from '../../../src/issuing/aws/dynamodb-ledger';
import { certificateKey, nameKey } from '../../../src/issuing/aws/ledger-keys';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { EndingCertificate, LedgerEntry, LedgerGoneError, ResourceRecord } from '../../../src/issuing/ledger/ledger';
import { OvertakenError } from '../../../src/resource/overtaken-error';
import { awsCalls } from '../../support/aws-clients';
import { ledgerTable } from '../../support/ledger-table';

const set = ledgerTable();
let ledger: DynamoDbLedger;

beforeEach(async () => {
  ledger = new DynamoDbLedger(new LedgerTable(set.client, awsCalls(), set.table));
  await ledger.record(HOLDER, RECORD, undefined);
  set.proxy.calls = [];
});

const IDENTITY = `device-${'1'.repeat(32)}`;

const HOLDER = { stackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/s/u', logicalResourceId: 'Device', requestId: 'request-1' };
const RECORD: ResourceRecord = { requestId: 'request-1', since: '2026-02-01T00:00:00.000Z', wants: IDENTITY, holds: [IDENTITY], had: [], earlier: [], revision: 1 };

function entry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    identity: IDENTITY,
    issuer: `ca-${'2'.repeat(32)}`,
    serialNumber: randomBytes(20).toString('hex').toUpperCase(),
    status: 'RESERVED',
    profile: 'device',
    subject: 'CN=sensor-001,O=Ümläut',
    keyAlgorithm: 'EC_P256',
    keyStorage: { Type: 'SecretsManager', SecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf' },
    notBefore: '2026-01-31T23:59:59Z',
    notAfter: '2036-01-31T23:59:59Z',
    stackId: HOLDER.stackId,
    logicalResourceId: HOLDER.logicalResourceId,
    reservedAt: '2026-01-31T23:59:59.123Z',
    reservedBy: 'request-1',
    ...changes,
  };
}

const CERTIFICATE = Buffer.from('3003020105', 'hex');
const ISSUED = { certificate: CERTIFICATE, issuedAt: '2026-02-01T00:00:00.000Z' };

describe('the ledger', () => {
  test('does not know an identity that was never asked for', async () => {
    expect(await ledger.find(IDENTITY)).toBeUndefined();
  });

  test('finds a reservation with everything that was recorded, by consistent reads', async () => {
    const reserved = entry();
    expect(await ledger.reserve(reserved, undefined, HOLDER)).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual(reserved);
    const reads = set.proxy.calls.filter(call => call.operation === 'GetItem');
    expect(reads.map(call => JSON.parse(call.body).ConsistentRead)).toEqual([true, true]);
  });

  test('finds an entry without a kept key without one', async () => {
    const { keyStorage, ...reserved } = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    expect(await ledger.find(IDENTITY)).toEqual(reserved);
  });

  test('finds an issued certificate byte for byte', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    expect(await ledger.advance(reserved, 'ISSUED', ISSUED, HOLDER)).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual({ ...reserved, status: 'ISSUED', ...ISSUED });
  });

  test('finds a signature octet for octet', async () => {
    const { keyStorage, ...reserved } = entry({ profile: 'signature' });
    const facts = { signature: Buffer.from([0x30, 0, 255]), issuedAt: ISSUED.issuedAt };
    await ledger.reserve(reserved, undefined, HOLDER);
    await ledger.advance(reserved, 'ISSUED', facts, HOLDER);
    expect(await ledger.find(IDENTITY)).toEqual({ ...reserved, status: 'ISSUED', ...facts });
  });

  test('has the keys of its items that were decided', async () => {
    const reserved = entry({ serialNumber: 'A'.repeat(40) });
    await ledger.reserve(reserved, undefined, HOLDER);
    const key = certificateKey({ issuer: reserved.issuer, serialNumber: 'A'.repeat(40) });
    const { Item } = await set.client.send(new GetItemCommand({ TableName: set.table, Key: key }));
    expect(Item).toMatchObject({ identity: { S: IDENTITY }, keyStorage: { M: { Type: { S: 'SecretsManager' } } } });
    const pointer = await set.client.send(new GetItemCommand({ TableName: set.table, Key: { pk: { S: `identity#${IDENTITY}` }, sk: { S: 'current' } } }));
    expect(pointer.Item).toMatchObject({ issuer: { S: reserved.issuer }, serialNumber: { S: 'A'.repeat(40) } });
  });

  test('answers an error, and not an unknown identity, for a certificate that is gone from the table', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    const key = certificateKey(reserved);
    await set.client.send(new DeleteItemCommand({ TableName: set.table, Key: key }));
    await expect(ledger.find(IDENTITY)).rejects.toThrow(/has lost the certificate with serial number [0-9A-F]{40}; restore the table/);
  });
});

test('a pointer that somebody has moved to the certificate of another resource is an error', async () => {
  const [own, other] = [entry(), entry({ identity: 'device-ffffffffffffffffffffffffffffffff' })];
  await ledger.reserve(own, undefined, HOLDER);
  await ledger.reserve(other, undefined, HOLDER);
  await set.client.send(new PutItemCommand({
    TableName: set.table,
    Item: { pk: { S: `identity#${IDENTITY}` }, sk: { S: 'current' }, issuer: { S: other.issuer }, serialNumber: { S: other.serialNumber } },
  }));
  await expect(ledger.find(IDENTITY)).rejects.toThrow(`must have a certificate of ${IDENTITY} as the latest one of this identity, got a certificate of ${other.identity}; `
    + 'the table was changed from outside this library');
});

/** The items about certificates. */
async function count(): Promise<number> {
  const { Items = [] } = await set.client.send(new ScanCommand({ TableName: set.table }));
  return Items.filter(item => !item.pk.S!.startsWith('resource#')).length;
}

describe('the declaration of a resource', () => {
  test('is found as it was recorded, under the key that was decided', async () => {
    const record = { ...RECORD, requestedAt: '2026-02-01T00:00:00.000Z', outcome: 'SUCCESS', declares: IDENTITY, earlier: ['request-0'], revision: 2 } as const;
    expect(await ledger.record(HOLDER, record, RECORD)).toBe(true);
    expect(await ledger.resource(HOLDER)).toEqual(record);
    const key = { pk: { S: `resource#${HOLDER.stackId}/Device` }, sk: { S: 'current' } };
    const { Item } = await set.client.send(new GetItemCommand({ TableName: set.table, Key: key }));
    expect(Item).toMatchObject({ requestId: { S: 'request-1' }, holds: { L: [{ S: IDENTITY }] }, revision: { N: '2' } });
  });

  test('is unknown for a resource of another stack, or another name', async () => {
    expect(await ledger.resource({ ...HOLDER, stackId: 'other' })).toBeUndefined();
    expect(await ledger.resource({ ...HOLDER, logicalResourceId: 'Other' })).toBeUndefined();
  });

  test('is changed by only one of two requests that have read the same, even if it says the same again', async () => {
    expect(await ledger.record(HOLDER, { ...RECORD, requestId: 'request-2', revision: 2 }, RECORD)).toBe(true);
    expect(await ledger.record(HOLDER, { ...RECORD, revision: 3 }, { ...RECORD, revision: 2 })).toBe(true);
    expect(await ledger.record(HOLDER, { ...RECORD, requestId: 'request-4', revision: 2 }, RECORD)).toBe(false);
    expect(await ledger.record(HOLDER, RECORD, undefined)).toBe(false);
  });

  test('keeps a request that is not the latest from writing anything', async () => {
    await ledger.record(HOLDER, { ...RECORD, requestId: 'request-2', revision: 2 }, RECORD);
    await expect(ledger.reserve(entry(), undefined, HOLDER)).rejects.toThrow(OvertakenError);
    const reserved = entry();
    await ledger.reserve(reserved, undefined, { ...HOLDER, requestId: 'request-2' });
    await expect(ledger.advance(reserved, 'ISSUED', ISSUED, HOLDER)).rejects.toThrow(OvertakenError);
    await expect(ledger.advance(reserved, 'WITHDRAWN', {}, HOLDER)).rejects.toThrow(OvertakenError);
  });

  test('lets a request that has failed withdraw, and nothing else', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    await ledger.record(HOLDER, { ...RECORD, outcome: 'FAILED', revision: 2 }, RECORD);
    await expect(ledger.advance(reserved, 'ISSUED', ISSUED, HOLDER)).rejects.toThrow(OvertakenError);
    expect(await ledger.advance(reserved, 'WITHDRAWN', {}, HOLDER)).toBe(true);
  });
});

describe('the inventory', () => {
  test('lists the issued certificates of a CA, page by page, and no other', async () => {
    const issuer = `ca-${'2'.repeat(32)}`;
    const large = Buffer.alloc(300_000); // three of them are more than a page of 1 MB
    for (let n = 0; n < 5; n++) {
      const each = entry({ identity: `device-${String(n).repeat(32)}` });
      await ledger.reserve(each, undefined, HOLDER);
      await ledger.advance(each, n === 2 ? 'WITHDRAWN' : 'ISSUED', { certificate: large }, HOLDER);
    }
    await ledger.reserve(entry({ identity: `device-${'9'.repeat(32)}`, issuer: 'ca-other' }), undefined, HOLDER);
    const identities: string[] = [];
    for await (const { identity } of ledger.certificates(issuer, 'ISSUED')) {
      identities.push(identity);
    }
    expect(identities.sort()).toEqual([0, 1, 3, 4].map(n => `device-${String(n).repeat(32)}`));
  });

  test('finds what ends in a period, in the order of the ends, and nothing that has no end', async () => {
    const issuer = `ca-${'2'.repeat(32)}`;
    const ends = ['2027-03-01T00:00:00Z', '2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z', '2027-06-01T00:00:00Z'];
    const made = ends.map((notAfter, n) => entry({ identity: `device-${String(n).repeat(32)}`, notAfter }));
    for (const each of [...made, entry({ identity: `signature-${'8'.repeat(32)}`, profile: 'signature', notBefore: '', notAfter: '' })]) {
      await ledger.reserve(each, undefined, HOLDER);
    }
    const found: EndingCertificate[] = [];
    for await (const each of ledger.ending(issuer, new Date('2027-01-01T00:00:00Z'), new Date('2027-03-01T00:00:00Z'))) {
      found.push(each);
    }
    expect(found.map(({ identity }) => identity)).toEqual([made[1], made[2], made[0]].map(({ identity }) => identity));
    const { serialNumber, subject, profile, status, stackId, logicalResourceId } = made[1];
    expect(found[0]).toMatchObject({ issuer, notAfter: ends[1], serialNumber, subject, profile, status, stackId, logicalResourceId });
    expect(found[0].supersededBy).toBeUndefined();
  });

  test('finds the new end of a certificate that is renewed elsewhere, and what supersedes another', async () => {
    const issuer = `ca-${'2'.repeat(32)}`;
    const awaited = entry({ notBefore: '', notAfter: '', status: 'REQUESTED' });
    await ledger.reserve(awaited, undefined, HOLDER);
    await ledger.advance(awaited, 'ISSUED', { notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' }, HOLDER);
    const next = entry({ notAfter: '2028-01-01T00:00:00Z' });
    await ledger.reserve(next, { ...awaited, status: 'ISSUED' }, HOLDER);
    const found: EndingCertificate[] = [];
    for await (const each of ledger.ending(issuer, new Date('2026-01-01T00:00:00Z'), new Date('2029-01-01T00:00:00Z'))) {
      found.push(each);
    }
    expect(found.map(({ notAfter, supersededBy }) => [notAfter, supersededBy])).toEqual([
      ['2027-01-01T00:00:00Z', next.serialNumber], ['2028-01-01T00:00:00Z', undefined],
    ]);
  });

  describe('of a common name', () => {
    const issuer = `ca-${'2'.repeat(32)}`;
    const NOW = new Date('2026-02-01T00:00:00Z');
    const named = async (commonName: string, now = NOW, ca = issuer): Promise<LedgerEntry[]> =>
      (await ledger.named(ca, commonName, now)).sort((one, other) => one.identity < other.identity ? -1 : 1);

    test('has the latest certificate of each identity, however the name is written', async () => {
      const superseded = entry({ commonName: 'Sensor  001' });
      await ledger.reserve(superseded, undefined, HOLDER);
      const first = entry({ commonName: 'Sensor  001' });
      await ledger.reserve(first, superseded, HOLDER);
      const next = entry({ identity: `device-${'3'.repeat(32)}`, commonName: 'sensor 001' });
      await ledger.reserve(next, undefined, HOLDER);
      expect(await named('SENSOR 001')).toEqual([first, next]);
      expect(await named('sensor 002')).toEqual([]);
      expect(await named('sensor 001', NOW, 'ca-other')).toEqual([]);
    });

    test('keeps every certificate, and does not read those that have expired', async () => {
      const [expired, good] = [entry({ commonName: 'sensor-001', notAfter: '2026-02-01T00:00:00Z' }), entry({ commonName: 'sensor-001' })];
      await ledger.reserve(expired, undefined, HOLDER);
      await ledger.reserve(good, expired, HOLDER);
      // Final: decision 4.
      const pk = { S: `name#${issuer}#14a047d79f7f5f415a90f9d9cedc92c029621e60121aa81b43c5c3a22cd334bf` };
      const items = (await set.client.send(new ScanCommand({ TableName: set.table }))).Items!.filter(item => item.pk.S === pk.S);
      expect(items).toHaveLength(2);
      expect(items).toEqual(expect.arrayContaining([expired, good].map(({ serialNumber, notAfter }) => ({ pk, sk: { S: `serial#${serialNumber}` }, notAfter: { S: notAfter } }))));
      set.proxy.calls = [];
      expect(await named('sensor-001')).toEqual([good]);
      expect(set.proxy.calls.map(({ operation }) => operation)).toEqual(['Query', 'GetItem']);
    });

    test('is refused if somebody has changed it', async () => {
      const certificate = entry({ commonName: 'sensor-001' });
      await ledger.reserve(certificate, undefined, HOLDER);
      await set.client.send(new PutItemCommand({ TableName: set.table, Item: { ...nameKey(certificate, 'sensor-001'), notAfter: { S: 'soon' } } }));
      await expect(named('sensor-001')).rejects.toThrow('the ledger must have a time such as 2026-01-31T23:59:59Z in the attribute notAfter of the item "name#ca-');
      await set.client.send(new PutItemCommand({ TableName: set.table, Item: { ...nameKey(entry(), 'sensor-002'), notAfter: { S: certificate.notAfter } } }));
      await expect(named('sensor-002')).rejects.toThrow('has lost the certificate with serial number ');
      await set.client.send(new PutItemCommand({ TableName: set.table, Item: { ...nameKey(certificate, 'sensor-003'), sk: { S: 'resource#x' }, notAfter: { S: certificate.notAfter } } }));
      await expect(named('sensor-003')).rejects.toThrow('the ledger must have the key of a certificate in the attribute sk of the item "name#ca-');
    });
  });
});

describe('a change of the ledger', () => {
  test('is written once if two requests make a first reservation', async () => {
    const [first, second] = [entry(), entry()];
    const written = await Promise.all([first, second].map(reserved => ledger.reserve(reserved, undefined, HOLDER)));
    expect(written.filter(Boolean)).toHaveLength(1);
    expect(await ledger.find(IDENTITY)).toEqual(written[0] ? first : second);
    expect(await count()).toBe(2); // the loser left nothing
  });

  test('keeps a withdrawn certificate that a new reservation supersedes', async () => {
    const old = entry({ status: 'WITHDRAWN' });
    const next = entry();
    await ledger.reserve(old, undefined, HOLDER);
    expect(await ledger.reserve(next, old, HOLDER)).toBe(true);
    expect(await ledger.find(IDENTITY)).toEqual(next);
    expect(await count()).toBe(3);
  });

  test('does not supersede a certificate that was reinstated meanwhile', async () => {
    const old = entry({ status: 'WITHDRAWN' });
    await ledger.reserve(old, undefined, HOLDER);
    await ledger.advance(old, 'ISSUED', {}, HOLDER);
    expect(await ledger.reserve(entry(), old, HOLDER)).toBe(false);
    expect(await ledger.find(IDENTITY)).toEqual({ ...old, status: 'ISSUED' });
  });

  test('does not reinstate a certificate that was superseded meanwhile', async () => {
    const old = entry({ status: 'WITHDRAWN' });
    await ledger.reserve(old, undefined, HOLDER);
    await ledger.reserve(entry(), old, HOLDER);
    expect(await ledger.advance(old, 'ISSUED', ISSUED, HOLDER)).toBe(false);
  });

  test('does not make a reservation over another certificate than the one it was meant for', async () => {
    const [first, second] = [entry({ status: 'WITHDRAWN' }), entry({ status: 'WITHDRAWN' })];
    await ledger.reserve(first, undefined, HOLDER);
    await ledger.reserve(second, first, HOLDER);
    expect(await ledger.reserve(entry(), first, HOLDER)).toBe(false);
  });

  test('issues a certificate once, and the second request is told so', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    const written = await Promise.all([CERTIFICATE, Buffer.from('3003020106', 'hex')]
      .map(certificate => ledger.advance(reserved, 'ISSUED', { ...ISSUED, certificate }, HOLDER)));
    expect(written.filter(Boolean)).toHaveLength(1);
  });

  test('does not issue a withdrawn certificate', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    expect(await ledger.advance(reserved, 'WITHDRAWN', { withdrawnAt: '2026-02-02T00:00:00.000Z', withdrawnBy: 'request-2' }, HOLDER)).toBe(true);
    expect(await ledger.advance(reserved, 'ISSUED', ISSUED, HOLDER)).toBe(false);
    expect(await ledger.find(IDENTITY)).toMatchObject({ status: 'WITHDRAWN', withdrawnBy: 'request-2' });
  });
});

describe('a fault', () => {
  test('that loses the answer to a change leaves the change written', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    let failed = 0;
    set.proxy.faults = (_, call) => call.operation === 'TransactWriteItems' && failed++ === 0 ? { kind: 'reset', when: 'after' } : undefined;
    expect(await ledger.advance(reserved, 'ISSUED', ISSUED, HOLDER)).toBe(true);
    expect(failed).toBe(2);
  });

  // AWS recognises the token of the repeated transaction and answers success; moto carries it out again, and its condition fails.
  test('that loses the answer to a reservation leaves the reservation standing', async () => {
    const reserved = entry();
    let tokens: string[] = [];
    set.proxy.faults = (_, call) => {
      if (call.operation === 'TransactWriteItems') {
        tokens = [...tokens, JSON.parse(call.body).ClientRequestToken];
      }
      return call.operation === 'TransactWriteItems' && tokens.length === 1 ? { kind: 'reset', when: 'after' } : undefined;
    };
    await ledger.reserve(reserved, undefined, HOLDER);
    expect(await ledger.find(IDENTITY)).toEqual(reserved);
    expect(tokens).toEqual([tokens[0], tokens[0]]);
  });

  test('never deletes anything that is recorded', async () => {
    const reserved = entry();
    await ledger.reserve(reserved, undefined, HOLDER);
    await ledger.advance(reserved, 'ISSUED', ISSUED, HOLDER);
    await ledger.advance({ ...reserved, status: 'ISSUED' }, 'WITHDRAWN', { withdrawnAt: 'now', withdrawnBy: 'request-2' }, HOLDER);
    expect(set.proxy.calls.map(call => call.operation)).toEqual(['TransactWriteItems', 'TransactWriteItems', 'TransactWriteItems']);
    const writes = set.proxy.calls.flatMap(({ body }) => JSON.parse(body).TransactItems.map((item: object) => Object.keys(item)[0]));
    expect(new Set(writes)).toEqual(new Set(['ConditionCheck', 'Put', 'Update']));
  });

  test('such as a missing table is reported with its name and a way out', async () => {
    const missing = new DynamoDbLedger(new LedgerTable(set.client, awsCalls(), 'no-such-table'));
    const failure = await missing.find(IDENTITY).catch(error => error);
    expect(failure).toBeInstanceOf(LedgerGoneError); // so that a stack can be deleted without it
    expect(failure.message).toMatch(/^the ledger no-such-table does not exist .*; restore the table from its point-in-time recovery/);
    await expect(missing.reserve(entry(), undefined, HOLDER)).rejects.toThrow(/^dynamodb:TransactWriteItems on the table no-such-table failed: ResourceNotFound/);
  });
});
