import https from 'node:https';
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { serialNumberIn } from '../../../../src/contract/ledger-keys';
import { LedgerApi } from '../../../../src/platforms/registrar/aws/ledger-api';
import { HttpApi } from '../../../../src/platforms/registrar/http-api';
import { NO_DEADLINE } from '../../../support/deadline';
import { HttpsPlatform, PlatformAnswer } from '../../../support/https-platform';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session-token' };
const REGION = 'eu-central-1';
const CERTIFICATE = { issuer: `ca-${'2'.repeat(32)}`, serialNumber: '4A'.repeat(20) };
const KEY = { pk: { S: `revoked#${CERTIFICATE.issuer}` }, sk: { S: `serial#${CERTIFICATE.serialNumber}` } };
const REVOCATION = { sk: KEY.sk, state: { S: 'REVOKED' }, reason: { S: 'keyCompromise' }, notAfter: { S: '2036-02-01T00:00:00Z' }, revision: { N: '2' } };

/** A DynamoDB that says what it is told to. */
class TalkativeDynamoDb extends HttpsPlatform {
  public answers: PlatformAnswer[] = [];

  protected answer(): PlatformAnswer {
    return this.answers.shift() ?? { status: 200, body: {} };
  }
}

const dynamoDb = new TalkativeDynamoDb();
let ledger: LedgerApi;

beforeAll(() => dynamoDb.start());
beforeEach(() => {
  dynamoDb.forget();
  dynamoDb.answers = [];
  ledger = new LedgerApi(new HttpApi(NO_DEADLINE, dynamoDb.trustedCas), {
    endpoint: dynamoDb.url, region: REGION, credentials: CREDENTIALS, patience: 0,
  }, 'Ledger');
});
afterAll(() => dynamoDb.stop());

async function revocations(after?: string): Promise<string[]> {
  const found: string[] = [];
  for await (const page of ledger.revocations(CERTIFICATE.issuer, after)) {
    found.push(...page.map(({ serialNumber }) => serialNumber));
  }
  return found;
}

describe('the reader of a ledger', () => {
  test('makes the requests that the AWS SDK makes, and signs them as the AWS SDK does', async () => {
    await ledger.revocation(CERTIFICATE);
    dynamoDb.answers.push({ status: 200, body: { Items: [] } });
    await revocations();
    const agent = new https.Agent({ ca: dynamoDb.trustedCas });
    const client = new DynamoDBClient({ endpoint: dynamoDb.url, region: REGION, credentials: CREDENTIALS, requestHandler: { httpsAgent: agent } });
    const names = { ProjectionExpression: 'sk, #state, reason, notAfter, revision', ExpressionAttributeNames: { '#state': 'state' } };
    await client.send(new GetItemCommand({ TableName: 'Ledger', ConsistentRead: true, Key: KEY, ...names }));
    await client.send(new QueryCommand({
      TableName: 'Ledger', ConsistentRead: true, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': KEY.pk }, Limit: 1000, ...names,
    }));
    agent.destroy();
    const sent = dynamoDb.received.map(({ method, path, headers, body }) => [method, path, headers['x-amz-target'], headers['content-type'], JSON.parse(body)]);
    expect(sent.slice(0, 2)).toEqual(sent.slice(2));

    for (const { method, path, headers, body } of dynamoDb.received.slice(0, 2)) {
      const signedHeaders = /SignedHeaders=([^,]+),/.exec(headers.authorization!)![1].split(';');
      expect(signedHeaders).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target', 'content-type']));
      const signer = await client.config.signer({ schemeId: 'aws.auth#sigv4', signingName: 'dynamodb', signingRegion: REGION, name: 'sigv4', properties: {} } as never);
      const signed = await signer.sign({
        method, protocol: 'https:', hostname: '127.0.0.1', path, query: {}, headers: Object.fromEntries(signedHeaders.map(name => [name, String(headers[name])])), body,
      } as never, {
        signingDate: new Date(String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5')), unsignableHeaders: new Set(['x-amz-content-sha256']),
      } as never);
      expect((signed as { headers: { [name: string]: string } }).headers.authorization).toBe(headers.authorization);
    }
  });

  test('reads all pages, from the place on that it is given', async () => {
    const item = (digits: string) => ({ ...REVOCATION, sk: { S: `serial#${digits.repeat(20)}` } });
    dynamoDb.answers = [{ status: 200, body: { Items: [item('2A'), item('3A')], LastEvaluatedKey: KEY } }, { status: 200, body: { Items: [item('5A')] } }];
    expect(await revocations('1A'.repeat(20))).toEqual(['2A'.repeat(20), '3A'.repeat(20), '5A'.repeat(20)]);
    expect(dynamoDb.received.map(({ body }) => JSON.parse(body).ExclusiveStartKey)).toEqual([{ pk: KEY.pk, sk: { S: `serial#${'1A'.repeat(20)}` } }, KEY]);
  });

  test.each<[string, PlatformAnswer]>([
    ['no JSON', { status: 200, body: '<html>' }], ['a truncated answer', { status: 200, body: '{"Item":' }], ['nothing', { status: 200, body: '' }],
  ])('does not take %s for a certificate that is not revoked', async (_, answer) => {
    dynamoDb.answers = [answer, answer];
    await expect(ledger.revocation(CERTIFICATE)).rejects.toThrow('Amazon DynamoDB: dynamodb:GetItem on the table Ledger returned no JSON');
    await expect(ledger.certificate(CERTIFICATE)).rejects.toThrow('returned no JSON');
  });

  test('does not take an answer without a list for a CA that has revoked nothing', async () => {
    await expect(revocations()).rejects.toThrow('Amazon DynamoDB: dynamodb:Query on the table Ledger returned no list Items');
  });

  test.each<[string, object]>([
    ['an unknown state', { ...REVOCATION, state: { S: 'GOOD' } }], ['no state', { ...REVOCATION, state: undefined }], ['a state of another type', { ...REVOCATION, state: { N: '1' } }],
    ['no revision', { ...REVOCATION, revision: undefined }], ['another key', { ...REVOCATION, sk: { S: 'current' } }],
  ])('complains of a revocation with %s', async (_, Item) => {
    dynamoDb.answers = [{ status: 200, body: { Item } }];
    await expect(ledger.revocation(CERTIFICATE)).rejects.toThrow('the ledger must have a state of HELD, RELEASED, REVOKED, a reason, a notAfter and a revision in the revocation');
  });

  test('says that the table is gone', async () => {
    dynamoDb.answers = [{ status: 400, body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'x' } }];
    await expect(ledger.revocation(CERTIFICATE)).rejects.toThrow('Amazon DynamoDB refused dynamodb:GetItem on the table Ledger: ResourceNotFoundException');
  });
});

test.each([
  [`serial#${'4A'.repeat(20)}`, '4A'.repeat(20)], [`serial#${'4a'.repeat(20)}`, undefined], [`serial#${'4A'.repeat(21)}`, undefined], ['current', undefined], [5, undefined],
])('the serial number in the sort key %s is %s', (sortKey, serialNumber) => {
  expect(serialNumberIn(sortKey)).toBe(serialNumber);
});
