import { X509Certificate } from 'node:crypto';
import { DeleteTableCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Answer, Properties, Resource } from '../support/cloudformation';
import { lifecycle } from '../support/lifecycle';

const set = lifecycle();

let root: Answer;
let factory: Answer;
let table: string;

beforeEach(async () => {
  const { stack } = set;
  table = await stack.newTable();
  root = await stack.create(await stack.ca({ PathLength: 1 }));
  factory = await stack.create(await stack.ca({
    LedgerTable: table, IssuerLedgerTable: stack.table, Issuer: root.PhysicalResourceId, Subject: { CommonName: 'Factory' }, ValidityDays: 1825, ClipToIssuer: false,
  }, 'Factory'));
  expect([root.Status, factory.Status]).toEqual(['SUCCESS', 'SUCCESS']);
  set.proxy.reset();
});

function lookUp(changes: Properties = {}): Resource {
  return { logicalId: 'Lookup', type: 'Custom::IotCaLookup', properties: { LedgerTable: table, CaId: factory.PhysicalResourceId, Depth: 0, ...changes } };
}

test('the function of another stack answers the certificate of a CA and those above it from the CA\'s ledger, one by one, and does nothing but read', async () => {
  const { stack, proxy } = set;
  const own = await stack.create(lookUp({ Sha256Fingerprint: factory.Data!.Sha256Fingerprint }));
  const above = await stack.create(lookUp({ Depth: 1, Sha256Fingerprint: root.Data!.Sha256Fingerprint }));
  expect([own, above]).toMatchObject([{ Status: 'SUCCESS', Data: factory.Data }, { Status: 'SUCCESS', Data: root.Data }]);
  expect(own.PhysicalResourceId).toMatch(/^lookup-[0-9a-f]{32}$/);
  expect(new Set(proxy.calls.map(({ operation }) => operation))).toEqual(new Set(['GetItem']));
  expect(proxy.calls.every(({ body }) => body.includes(table))).toBe(true);
});

test('a certificate that somebody has exchanged in the ledger is not answered, and the reason says which was expected', async () => {
  const { stack } = set;
  const { Items = [] } = await stack.dynamoDb.send(new ScanCommand({ TableName: table }));
  const { pk, sk } = Items.find(item => item.certificate)!;
  await stack.dynamoDb.send(new UpdateItemCommand({
    TableName: table,
    Key: { pk, sk },
    UpdateExpression: 'SET certificate = :c REMOVE #chain',
    ExpressionAttributeNames: { '#chain': 'chain' },
    ExpressionAttributeValues: { ':c': { B: new X509Certificate(root.Data!.CertificatePem).raw } },
  }));
  const answer = await stack.create(lookUp({ Sha256Fingerprint: factory.Data!.Sha256Fingerprint }));
  expect(answer).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringContaining(`must hold the certificate whose SHA-256 fingerprint begins with ${factory.Data!.Sha256Fingerprint.slice(0, 12)} for ca-`),
  });
});

test('a look-up is removed without a call, so that it goes where the ledger is gone', async () => {
  const { stack, proxy } = set;
  const { PhysicalResourceId } = await stack.create(lookUp());
  await stack.dynamoDb.send(new DeleteTableCommand({ TableName: table }));
  proxy.reset();
  expect(await stack.delete(lookUp(), PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId });
  expect(proxy.calls).toEqual([]);
});
