import { createServer, Server } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { awsCalls, dynamoDb } from '../../support/aws-clients';
import { close, listen, urlOf } from '../../support/local-server';

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

let server: Server;
/** The answer to each call in turn; afterwards, DynamoDB is well. */
let faults: { readonly status: number; readonly type: string }[];
let calls: number;

beforeAll(async () => {
  server = createServer((request, response) => request.resume().on('end', () => {
    calls++;
    const fault = faults.shift();
    response.writeHead(fault?.status ?? 200, JSON_TYPE).end(fault ? JSON.stringify({ __type: fault.type }) : '{"Item":{"a":{"S":"b"}}}');
  }));
  await listen(server);
});
beforeEach(() => {
  faults = [];
  calls = 0;
});
afterAll(() => close(server));

/** A client whose attempts are as quick as they can be. */
function client(maxAttempts: number) {
  return dynamoDb(urlOf(server), maxAttempts);
}

function read(by: ReturnType<typeof client>): Promise<unknown> {
  const command = new GetItemCommand({ TableName: 'ledger', Key: { pk: { S: 'a' }, sk: { S: 'b' } } });
  return awsCalls().make('dynamodb:GetItem', 'the table ledger', options => by.send(command, options)).then(({ Item }) => Item);
}

const FAULTS = [
  { status: 500, type: 'InternalServerError' }, { status: 503, type: 'ServiceUnavailable' },
  { status: 400, type: 'ProvisionedThroughputExceededException' }, { status: 400, type: 'ThrottlingException' },
];

test.each(FAULTS)('$type passes also where the client does not retry it, as it does once its retry quota is used up', async fault => {
  faults = [fault, fault];
  await expect(read(client(1))).resolves.toEqual({ a: { S: 'b' } });
  expect(calls).toBe(3);
});

test('a fault that lasts is an error in words, after a few attempts', async () => {
  faults = Array.from({ length: 20 }, () => FAULTS[0]);
  await expect(read(client(1))).rejects.toThrow('dynamodb:GetItem on the table ledger failed: InternalServerError');
  expect(calls).toBe(5);
});

test('an error that is no fault of the service is not tried again', async () => {
  faults = [{ status: 400, type: 'ValidationException' }];
  await expect(read(client(1))).rejects.toThrow('dynamodb:GetItem on the table ledger failed: ValidationException');
  expect(calls).toBe(1);
});
