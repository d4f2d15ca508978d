import { randomUUID } from 'node:crypto';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDbRevocations } from '../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../src/issuing/aws/ledger-table';
import { revokeCertificate } from '../../src/issuing/revocation/revoke-certificate';
import { awsCalls } from '../support/aws-clients';
import { Answer, Resource } from '../support/cloudformation';
import { CloudFormationFunction } from '../support/cloudformation-function';
import { Fault, FaultKind } from '../support/fault-proxy';
import { lifecycle } from '../support/lifecycle';
import { openssl, opensslOutput, temporaryFiles } from '../support/openssl';

const set = lifecycle({}, 10);
const file = temporaryFiles();
const URL_OF_CA = 'http://pki.acme.example/ca';

/** What the stream of the ledger and the schedule send. */
const REVOCATION = { Records: [{ eventSource: 'aws:dynamodb', eventName: 'INSERT' }] };
const SCHEDULE = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} };

let ca: Answer;
let bucket: string;
let s3: S3Client;
let publisher: CloudFormationFunction;
let publication: Resource;

beforeEach(async () => {
  bucket = `lists-${randomUUID()}`;
  s3 = new S3Client({ endpoint: set.proxy.target.origin, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  ca = await set.stack.create(await set.stack.ca());
  publisher = await startPublisher();
  publication = {
    logicalId: 'Publication',
    type: 'Custom::IotRevocationPublication',
    properties: { CaId: ca.PhysicalResourceId, Bucket: bucket, Url: URL_OF_CA, Partitions: 1, LifeDays: 7 },
  };
});

afterEach(() => publisher?.stop());

/** The function that publishes, with what its construct gives it. */
function startPublisher(): Promise<CloudFormationFunction> {
  return CloudFormationFunction.start(set.proxy.url, {
    CA_ID: ca.PhysicalResourceId, LEDGER_TABLE: set.stack.table, CRL_BUCKET: bucket, CRL_URL: URL_OF_CA, CRL_PARTITIONS: '1', CRL_LIFE_DAYS: '7',
  }, 10, { bundle: 'revocation', handler: 'publish' });
}

/** Sends a request to the function that publishes, instead of to the one that issues. */
async function atPublisher<T>(work: () => Promise<T>): Promise<T> {
  const { lambda } = set.stack;
  set.stack.lambda = publisher;
  try {
    return await work();
  } finally {
    set.stack.lambda = lambda;
  }
}

const begin = () => atPublisher(() => set.stack.create(publication));

async function object(name = 'complete.crl'): Promise<{ content: Buffer; headers: { [name: string]: unknown }; number: number }> {
  const { Body, ContentType, CacheControl, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${ca.PhysicalResourceId}/${name}` }));
  return { content: Buffer.from(await Body!.transformToByteArray()), headers: { ContentType, CacheControl }, number: Number(Metadata!['crl-number']) };
}

async function revoke(serialNumber: string): Promise<void> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
  await revokeCertificate({ issuer: ca.PhysicalResourceId, serialNumber, reason: 'keyCompromise', orderedBy: 'anna' }, ledger, new Date());
}

/** Whether the list in the bucket makes OpenSSL refuse a device. */
async function isRevoked(device: Answer): Promise<boolean> {
  const { status, stderr } = openssl(['verify', '-x509_strict', '-crl_check', '-CAfile', file('ca.pem', ca.Data!.CertificatePem),
    '-CRLfile', file('ca.crl', (await object()).content), file('device.pem', device.Data!.CertificatePem)]);
  expect(stderr).toMatch(status === 0 ? /^$/ : /certificate revoked/);
  return status !== 0;
}

const newDevice = async (id = 'Device') => set.stack.create(await set.stack.device(ca.PhysicalResourceId, {}, id));

test('from the deployment on, the lists are in the bucket, and devices name them', async () => {
  expect(await begin()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `crls-of-${ca.PhysicalResourceId}` });
  expect(await object()).toMatchObject({ number: 1, headers: { ContentType: 'application/pkix-crl', CacheControl: 'public, max-age=300' } });
  const text = opensslOutput(['crl', '-noout', '-text', '-in', file('1-0.crl', (await object('1-0.crl')).content)]);
  expect(text).toMatch(/Issuing Distribution Point: critical\s+Full Name:\s+URI:http:\/\/pki.acme.example\/ca\/1-0.crl/);
  const device = await newDevice();
  expect(opensslOutput(['x509', '-noout', '-ext', 'crlDistributionPoints'], device.Data!.CertificatePem)).toContain(`URI:${URL_OF_CA}/1-0.crl`);
});

test('a revocation in the ledger reaches the list in the bucket through the stream', async () => {
  await begin();
  const device = await newDevice();
  expect(await isRevoked(device)).toBe(false);
  await revoke(device.Data!.SerialNumber);
  expect(await publisher.invoke(REVOCATION)).not.toHaveProperty('error');
  expect(await isRevoked(device)).toBe(true);
});

test.each([
  ['is empty', '', '1'],
  ['is something else', 'no list', undefined],
  ['is something else with the number of a list', 'no list', '500'],
  ['has a number that no list can have', Buffer.of(0x30), '9'.repeat(400)],
])('where a list belongs, an object that %s is overwritten, and the log says so', async (_, content, number) => {
  await begin();
  const device = await newDevice();
  await revoke(device.Data!.SerialNumber);
  const Key = `${ca.PhysicalResourceId}/complete.crl`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.from(content), Metadata: number === undefined ? {} : { 'crl-number': number } }));
  publisher.log.length = 0;
  expect(await publisher.invoke(REVOCATION)).not.toHaveProperty('error');
  expect(await isRevoked(device)).toBe(true);
  expect((await object()).number).toBe(2);
  expect(publisher.log.map(line => JSON.parse(line))).toContainEqual({
    level: 'WARN', message: `s3://${bucket}/${Key} holds no revocation list of this library; it is overwritten`,
  });
});

test('the schedule makes no list that is not needed, and says how much of the life of the newest one is left', async () => {
  await begin();
  publisher.log.length = 0;
  expect(await publisher.invoke(SCHEDULE)).not.toHaveProperty('error');
  expect((await object()).number).toBe(1);
  expect(publisher.log.map(line => JSON.parse(line))).toEqual([{
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [{ Namespace: 'PrivateIotCa', Dimensions: [['CaId']], Metrics: [{ Name: 'RevocationListLifeLeft', Unit: 'Percent' }] }],
    },
    CaId: ca.PhysicalResourceId,
    RevocationListLifeLeft: expect.any(Number),
  }]);
});

test('a revocation that is damaged in the ledger stops the lists, with an error that names it, and sets off the alarm', async () => {
  await begin();
  const device = await newDevice();
  await revoke(device.Data!.SerialNumber);
  const [pk, sk] = [`revoked#${ca.PhysicalResourceId}`, `serial#${device.Data!.SerialNumber}`];
  await set.stack.dynamoDb.send(new UpdateItemCommand({
    TableName: set.stack.table, Key: { pk: { S: pk }, sk: { S: sk } }, UpdateExpression: 'SET serialNumber = :x', ExpressionAttributeValues: { ':x': { S: 'x' } },
  }));
  for (const event of [REVOCATION, SCHEDULE]) {
    publisher.log.length = 0;
    const error = `the ledger must have 2 to 40 upper-case hexadecimal digits, two per octet, in the attribute serialNumber of the item "${pk}", "${sk}", got "x"; `
      + 'the table was changed from outside this library; restore it from its point-in-time recovery; '
      + `the CA ${ca.PhysicalResourceId} publishes no new revocation list until then, because a revoked certificate would be missing from it`;
    expect(await publisher.invoke(event)).toMatchObject({ message: error });
    const lines = publisher.log.filter(line => line.startsWith('{')).map(line => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', message: 'the revocation lists could not be published', errorMessage: error }));
    expect(lines).toContainEqual(expect.objectContaining({ CaId: ca.PhysicalResourceId, RevocationListLifeLeft: 0 }));
  }
  expect((await object()).number).toBe(1);
});

test('an event from anywhere else is refused', async () => {
  await begin();
  for (const event of [{}, { Records: [{ eventSource: 'aws:sqs' }] }, { 'detail-type': 'Other' }]) {
    expect(await publisher.invoke(event)).toMatchObject({ error: expect.stringContaining('the event must be from CloudFormation') });
  }
  expect((await object()).number).toBe(1);
});

test('after the removal, new devices name no list', async () => {
  const { PhysicalResourceId } = await begin();
  await atPublisher(() => set.stack.delete(publication, PhysicalResourceId));
  const device = await newDevice();
  expect(opensslOutput(['x509', '-noout', '-text'], device.Data!.CertificatePem)).not.toContain('CRL Distribution');
});

test('the removal for a CA that another one has replaced changes nothing', async () => {
  await begin();
  expect(await atPublisher(() => set.stack.delete(publication, `crls-of-ca-${'0'.repeat(32)}`))).toMatchObject({ Status: 'SUCCESS' });
  expect(opensslOutput(['x509', '-noout', '-text'], (await newDevice()).Data!.CertificatePem)).toContain('CRL Distribution');
});

test('an older list never replaces a newer one, however late it is written', async () => {
  await begin();
  const device = await newDevice();
  set.proxy.reset();
  let meanwhile: Promise<unknown> | undefined;
  // The first function has made its list, and is about to write it, when another one makes and writes a newer list with the revocation.
  set.proxy.faults = async (_, { operation }) => {
    if (operation === 'PutObject' && !meanwhile) {
      meanwhile = revoke(device.Data!.SerialNumber).then(startPublisher).then(async other => {
        await other.invoke(REVOCATION);
        await other.stop();
      });
      await meanwhile;
    }
    return undefined;
  };
  expect(await publisher.invoke(REVOCATION)).not.toHaveProperty('error');
  expect((await object()).number).toBe(3);
  expect(await isRevoked(device)).toBe(true);
});

/** Each fault needs invocations, and some a new process; milliseconds, on a busy machine. */
const LONG = 600_000;

describe('with a fault', () => {
  const WRITES = /^(Put|Update)/;
  const FAULTS: [FaultKind, Fault['when'], string, RegExp][] = [
    ['reset', 'after', 'any call', /^/], ['denied', 'before', 'any write', WRITES], ['throttled', 'before', 'any write', WRITES],
    ['crash', 'after', 'any write', WRITES],
  ];

  test.each(FAULTS)('%s %s %s, a revocation reaches the list when the event comes again, and no number comes twice', async (kind, when, _, struck) => {
    await begin();
    const numbers: number[] = [(await object()).number];
    for (let at = 0, reached = true; reached; at++) {
      const device = await newDevice(`Device${at}`);
      await revoke(device.Data!.SerialNumber);
      set.proxy.reset();
      reached = false;
      let count = 0;
      set.proxy.faults = (_index, { operation }) => {
        const isStruck = struck.test(operation) && count++ === at;
        reached ||= isStruck;
        return isStruck ? { kind, when } : undefined;
      };
      await publisher.invoke(REVOCATION);
      if (kind === 'crash') {
        await publisher.stop();
        publisher = await startPublisher();
      }
      set.proxy.repair();
      numbers.push((await object()).number);
      expect(await publisher.invoke(REVOCATION)).not.toHaveProperty('error');
      expect(await isRevoked(device)).toBe(true);
      numbers.push((await object()).number);
      expect(numbers.at(-1)).toBeGreaterThan(numbers.at(-3)!);
    }
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    expect(numbers.length).toBeGreaterThan(10);
  }, LONG);
});
