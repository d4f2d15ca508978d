import { CaEvent } from '../../src/contract/ca-events';
import { certificatePartition } from '../../src/contract/ledger-keys';
import { DynamoDbExpiryMarks } from '../../src/issuing/aws/dynamodb-expiry-marks';
import { DynamoDbLedger } from '../../src/issuing/aws/dynamodb-ledger';
import { DynamoDbRefusals } from '../../src/issuing/aws/dynamodb-refusals';
import { DynamoDbRevocations } from '../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../src/issuing/aws/ledger-table';
import { announce } from '../../src/issuing/revocation/announce';
import { awsCalls } from '../support/aws-clients';
import { Answer } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';

const set = lifecycle({}, 10);

let ca: Answer;

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
});

/** The events that are made when the items of these certificates change. */
async function announced(...certificates: Answer[]): Promise<CaEvent[]> {
  return announcedOf(...certificates.map(({ Data }) => ({ pk: certificatePartition(ca.PhysicalResourceId!, Data!.SerialNumber), sk: `serial#${Data!.SerialNumber}` })));
}

/** The events that are made when items with these keys change. */
async function announcedOf(...keys: { readonly pk: string; readonly sk: string }[]): Promise<CaEvent[]> {
  const table = new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table);
  const made: CaEvent[] = [];
  await announce(ca.PhysicalResourceId, {
    Records: keys.map(({ pk, sk }, n) => ({
      eventSource: 'aws:dynamodb', dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: String(n) },
    })),
  }, {
    ledger: new DynamoDbLedger(table),
    revocations: new DynamoDbRevocations(table),
    marks: new DynamoDbExpiryMarks(table),
    refusals: new DynamoDbRefusals(table),
    events: {
      put: async events => {
        made.push(...events);
        return events.map(() => true);
      },
    },
  });
  return made;
}

test('an issued certificate is announced with what identifies it, and nothing secret', async () => {
  const device = await set.stack.create(await set.stack.device(ca.PhysicalResourceId, {}, 'Sensor'));
  expect(await announced(device)).toEqual([{
    type: 'Certificate Issued',
    detail: {
      ca: ca.PhysicalResourceId,
      serialNumber: device.Data!.SerialNumber,
      profile: 'device',
      subject: 'CN=sensor-001',
      commonName: 'sensor-001',
      notBefore: expect.stringMatching(/^20.*Z$/),
      notAfter: device.Data!.NotAfter,
      stackId: expect.stringContaining(':stack/'),
      logicalId: 'Sensor',
    },
  }]);
});

test('the certificate of the CA itself is announced, too', async () => {
  expect(await announced(ca)).toEqual([{ type: 'Certificate Issued', detail: expect.objectContaining({ profile: 'ca', serialNumber: ca.Data!.SerialNumber }) }]);
});

test('a certificate that has left the stack is not announced again, and one that is declared again is', async () => {
  const declared = await set.stack.device(ca.PhysicalResourceId, {}, 'Sensor');
  const device = await set.stack.create(declared);
  await set.stack.delete(declared, device.PhysicalResourceId);
  expect(await announced(device)).toEqual([]);
  const again = await set.stack.create(declared);
  expect(again.Data!.SerialNumber).toBe(device.Data!.SerialNumber); // nobody has revoked it
  expect(await announced(again)).toEqual([{ type: 'Certificate Issued', detail: expect.objectContaining({ serialNumber: again.Data!.SerialNumber }) }]);
});

describe('a request', () => {
  const announcedFor = (logicalId: string): Promise<CaEvent[]> => announcedOf({ pk: `resource#${set.stack.stackId}/${logicalId}`, sk: 'refused' });

  test('that was refused is announced with the reason that CloudFormation gets, also after the stack was rolled back', async () => {
    const declared = await set.stack.device(ca.PhysicalResourceId, { ValidityDays: 36_500 }, 'Sensor');
    const { requestId, answer } = await set.stack.send(set.stack.event('Create', declared));
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Sensor: validity of 36500 days would end on /) });
    await set.stack.delete(declared, answer!.PhysicalResourceId);
    expect(await announcedFor('Sensor')).toEqual([{
      type: 'Certificate Refused',
      detail: { ca: ca.PhysicalResourceId, stackId: set.stack.stackId, logicalId: 'Sensor', requestId, reason: answer!.Reason },
    }]);
  });

  test('that has succeeded is not announced as refused', async () => {
    await set.stack.create(await set.stack.device(ca.PhysicalResourceId, {}, 'Accepted'));
    expect(await announcedFor('Accepted')).toEqual([]);
  });
});
