import { createServer, Server, ServerResponse } from 'node:http';
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { AwsCalls } from '../../../src/lambda/aws/aws-calls';
import { awsCalls, dynamoDb } from '../../support/aws-clients';
import { close, listen, portOf, urlOf } from '../../support/local-server';

type Reply = (response: ServerResponse) => void;

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };
const well: Reply = response => response.writeHead(200, JSON_TYPE).end('{"Item":{"a":{"S":"b"}}}');

let server: Server;
let replies: Reply[];
let calls: number;

beforeAll(async () => {
  server = createServer((request, response) => request.resume().on('end', () => {
    calls++;
    (replies.shift() ?? well)(response);
  }));
  await listen(server);
});
beforeEach(() => {
  replies = [];
  calls = 0;
});
afterAll(() => close(server));

/** Reads an item by a client that tries nothing again by itself. */
function read(through: AwsCalls, port = portOf(server)): Promise<unknown> {
  const client = dynamoDb(`http://127.0.0.1:${port}`, 1);
  const command = new GetItemCommand({ TableName: 'ledger', Key: { pk: { S: 'a' }, sk: { S: 'b' } } });
  return through.make('dynamodb:GetItem', 'the table ledger', options => client.send(command, options)).then(({ Item }) => Item);
}

const FAULTS: [string, Reply][] = [
  ['is cut off in the middle of its JSON', response => response.writeHead(200, JSON_TYPE).end('{"Item":{"a":{"S"')],
  ['is a page of a proxy', response => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to the network</html>')],
];

test.each(FAULTS)('an answer of AWS that %s is asked for again', async (_, fault) => {
  replies = [fault, fault];
  await expect(read(awsCalls())).resolves.toEqual({ a: { S: 'b' } });
  expect(calls).toBe(3);
});

test.each(FAULTS)('an answer of AWS that %s, each time, is an error in words, after a few attempts', async (_, fault) => {
  replies = Array.from({ length: 20 }, () => fault);
  await expect(read(awsCalls())).rejects.toThrow('dynamodb:GetItem on the table ledger failed: SyntaxError; the response is not from AWS, or is cut off; '
    + 'check the network of the function (its VPC, endpoints and proxies, and AWS_ENDPOINT_URL) and deploy again');
  expect(calls).toBe(5);
});

test.each(['ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ECONNREFUSED'])('%s is tried again too, and is an error in words', async code => {
  let turns = 0;
  const once = () => turns++ === 0 ? Promise.reject(Object.assign(new AggregateError([]), { code })) : Promise.resolve('done');
  await expect(awsCalls().make('kms:Sign', 'a key', once)).resolves.toBe('done');
  const never = () => Promise.reject(Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code })); // as the client names it
  await expect(awsCalls(0, AbortSignal.timeout(300)).make('kms:Sign', 'a key', never))
    .rejects.toThrow(`kms:Sign on a key failed: ${code}; AWS can\'t be reached; check the network of the function`);
});

test('an answer in XML that is cut off is asked for again', async () => {
  const xml: Reply = response => response.writeHead(200, { 'content-type': 'text/xml' }).end('<ListStackResourcesResponse><ListStackResourcesResult><StackResour');
  const whole: Reply = response => response.writeHead(200, { 'content-type': 'text/xml' })
    .end('<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries/></ListStackResourcesResult></ListStackResourcesResponse>');
  replies = [xml, whole];
  const client = new CloudFormationClient({
    endpoint: urlOf(server), region: 'eu-central-1', maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  await expect(awsCalls().make('cloudformation:ListStackResources', 'the stack', options =>
    client.send(new ListStackResourcesCommand({ StackName: 'Iot' }), options))).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  expect(calls).toBe(2);
});

test('the end of the time ends the attempts, with the fault for a reason', async () => {
  const time = new AbortController();
  replies = [FAULTS[0][1], () => time.abort()]; // the second attempt gets no answer
  await expect(read(awsCalls(0, time.signal))).rejects.toThrow('dynamodb:GetItem on the table ledger failed: SyntaxError; the response is not from AWS');
  expect(calls).toBe(2);
});

test.each([
  ['constructor', 'constructor'],
  ['__proto__', '__proto__'],
  [`Key ${'x'.repeat(30)}`, 'an unreadable code'],
  ['x'.repeat(10_000), 'an unreadable code'],
  ['two\nlines', 'an unreadable code'],
])('an error called %j is shown only by a name', async (name, shown) => {
  const failing = () => Promise.reject(Object.assign(new Error('hidden'), { name }));
  await expect(awsCalls().make('kms:Sign', 'a key', failing)).rejects.toThrow(new RegExp(`^kms:Sign on a key failed: ${shown}$`));
});
