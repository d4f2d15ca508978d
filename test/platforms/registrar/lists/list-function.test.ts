import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { toItem } from '../../../../src/issuing/aws/ledger-item';
import { certificateKey, pointerKey } from '../../../../src/issuing/aws/ledger-keys';
import { dynamoDb as dynamoDbClient, makeTable } from '../../../support/aws-clients';
import { FaultProxy } from '../../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../../support/moto';
import { temporaryFiles } from '../../../support/openssl';
import { ListingCa, listingCa } from '../../../support/published-lists';
import { StrictAws } from '../../../support/strict-aws';
import { StrictTrustStores } from '../../load-balancer/strict-trust-stores';
import { StrictRolesAnywhere } from '../../roles-anywhere/strict-roles-anywhere';

const BUNDLE = join(resolve(__dirname, '../../../..'), 'assets', 'given-lists', 'index.js');
const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:lists';
const ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555';
const STORE = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/devices/0123456789abcdef';
const CA_ID = `ca-${'2'.repeat(32)}`;

/** What the queue and the schedule send. */
const PUBLISHED = { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify({ 'detail-type': 'Revocation Lists Published', 'detail': { ca: CA_ID, number: 7 } }) }] };
const SCHEDULED = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} };

/** Kilobytes. There is no client of AWS in it. */
const CEILING = 140;

const write = temporaryFiles();
const rolesAnywhere = new StrictRolesAnywhere();
const elb = new StrictTrustStores();
let aws: FaultProxy;
let s3: S3Client;
let bucket: string;
let table: string;
let ca: ListingCa;

beforeAll(async () => {
  await Promise.all([rolesAnywhere.start(), elb.start()]);
  aws = await FaultProxy.start(await motoUrl());
  s3 = new S3Client({ endpoint: aws.target.origin, region: 'eu-central-1', forcePathStyle: true });
  elb.s3 = async (Bucket, Key) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
  const client = dynamoDbClient(aws.target.origin);
  [table, ca] = [await makeTable(client), await listingCa()];
  const own = { issuer: CA_ID, serialNumber: '4A'.repeat(20) };
  for (const Item of [
    { ...certificateKey(own), ...toItem({ ...own, certificate: ca.certificate }) },
    { ...pointerKey(CA_ID), ...toItem(own) },
  ]) {
    await client.send(new PutItemCommand({ TableName: table, Item }));
  }
}, MOTO_TIMEOUT);
afterAll(() => Promise.all([rolesAnywhere.stop(), elb.stop(), aws.stop()]));

beforeEach(async () => {
  [rolesAnywhere, elb].forEach(service => service.forget());
  rolesAnywhere.crls = [];
  rolesAnywhere.anchors.set(ANCHOR, 1);
  elb.stores.set(STORE, []);
  bucket = `lists-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  await publish(await ca.list(1));
});

async function publish(Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${CA_ID}/complete.pem`, Body }));
}

/** A service, its function, and the list that it holds. */
interface Case {
  readonly handler: string;
  readonly type: string;
  readonly service: StrictAws;
  readonly variable: string;
  readonly properties: { readonly [name: string]: string };
  readonly wrong: { readonly [name: string]: string };
  readonly says: string;
  readonly held: () => (number | string)[];
}

const CASES: [string, Case][] = [
  ['IAM Roles Anywhere', {
    handler: 'rolesAnywhere',
    type: 'Custom::RolesAnywhereRevocationList',
    service: rolesAnywhere,
    variable: 'AWS_ENDPOINT_URL_ROLESANYWHERE',
    properties: { TrustAnchorArn: ANCHOR, Name: 'private-iot-ca-01234567-51af3dc0' },
    wrong: { TrustAnchorArn: ANCHOR.replace('1111', '9999') },
    says: `List: IAM Roles Anywhere refused rolesanywhere:ImportCrl for ${ANCHOR.replace('1111', '9999')}: ValidationException; trustAnchorArn must be the ARN of a trust anchor that exists`,
    held: () => rolesAnywhere.crls.map(({ data }) => data),
  }],
  ['Elastic Load Balancing', {
    handler: 'loadBalancer',
    type: 'Custom::TrustStoreRevocationList',
    service: elb,
    variable: 'AWS_ENDPOINT_URL_ELASTICLOADBALANCING',
    properties: { TrustStoreArn: STORE },
    wrong: { TrustStoreArn: STORE.replace('devices', 'gone') },
    says: `List: Elastic Load Balancing refused elasticloadbalancing:AddTrustStoreRevocations on ${STORE.replace('devices', 'gone')}: TrustStoreNotFound; trustStore must be a trust store that exists`,
    held: () => elb.stores.get(STORE)!.map(({ pem }) => pem),
  }],
];

test('the functions stay below their ceiling, need nothing beside their one file and Node.js, and load with an empty environment', () => {
  const text = readFileSync(BUNDLE, 'utf8');
  expect(text.length / 1000).toBeLessThan(CEILING);
  const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(required.filter(name => !builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
  expect(text).not.toContain('// src/pki/issue.ts'); // it issues nothing
  expect(execFileSync(process.execPath, ['-p', `Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join()`], { env: {}, encoding: 'utf8' }))
    .toBe('loadBalancer,rolesAnywhere\n');
});

describe.each(CASES)('the function that gives lists to %s', (_, { handler, type, service, variable, properties, wrong, says, held }) => {
  const declared = (changes: object = {}) => ({ CaId: CA_ID, LedgerTable: table, Bucket: bucket, ...properties, ...changes });

  /** Runs the function once, as Lambda does, and answers what it has logged. */
  async function invoke(event: object): Promise<string> {
    const { accessKeyId, secretAccessKey, sessionToken } = service.credentials;
    const script = `require(${JSON.stringify(BUNDLE)}).${handler}(${JSON.stringify(event)}, `
      + `{ invokedFunctionArn: '${FUNCTION_ARN}', awsRequestId: '1', getRemainingTimeInMillis: () => 30000 }).catch(error => console.log('thrown', error.message))`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: {
        AWS_REGION: service.region,
        STACK_ID,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_ENDPOINT_URL: aws.url,
        [variable]: service.url,
        NODE_EXTRA_CA_CERTS: write('server.pem', service.pem),
        GIVEN_LIST: JSON.stringify(declared()),
      },
    });
    Object.values(service.credentials).forEach(value => expect(stdout + stderr).not.toContain(value));
    return stdout + stderr;
  }

  async function request(RequestType: string, changes: object = {}, id = 'invented'): Promise<{ Status: string; Reason: string; PhysicalResourceId: string }> {
    const RequestId = randomUUID();
    const PhysicalResourceId = RequestType === 'Create' ? undefined : id;
    await invoke({
      RequestType,
      RequestId,
      PhysicalResourceId,
      ResponseURL: aws.responseUrl(RequestId),
      StackId: STACK_ID,
      LogicalResourceId: 'List',
      ResourceType: type,
      ResourceProperties: declared(changes),
    });
    return JSON.parse(aws.answersTo(RequestId)[0].body);
  }

  test('gives the list when the stack is deployed, and takes it back when the stack is deleted', async () => {
    const { Status, PhysicalResourceId } = await request('Create');
    expect(Status).toBe('SUCCESS');
    expect(PhysicalResourceId).toMatch(/^arn:aws:/);
    expect(held()).toEqual([await published()]);
    expect(await request('Create')).toMatchObject({ Status, PhysicalResourceId }); // delivered again
    expect(held()).toHaveLength(1);
    expect((await request('Delete', {}, PhysicalResourceId)).Status).toBe('SUCCESS');
    expect(held()).toEqual([]);
    expect((await request('Delete', {}, PhysicalResourceId)).Status).toBe('SUCCESS');
  });

  test('takes back what a failed creation has left, unless the list can\'t be told from that of another construct', async () => {
    await request('Create');
    expect((await request('Delete', {}, 'invented')).Status).toBe('SUCCESS');
    expect(held()).toHaveLength(handler === 'loadBalancer' ? 1 : 0);
  });

  test('lets a stack be deleted whose ledger is gone', async () => {
    const { PhysicalResourceId } = await request('Create');
    expect((await request('Delete', { LedgerTable: 'gone-for-good' }, PhysicalResourceId)).Status).toBe('SUCCESS');
  });

  test.each([
    ['the ledger of another host', { LedgerTable: 'arn:aws:dynamodb:attacker.example/x:123456789012:table/Ledger' }, 'LedgerTable must be the name or the ARN of a table of Amazon DynamoDB'],
    ['the bucket of another host', { Bucket: '/attacker.example' }, 'Bucket must be the name of a bucket'],
    ['the file of another CA', { CaId: '../../other-bucket/x' }, 'must be the caId of a CA'],
  ])('refuses %s, which would get the token of its role', async (___, changes, message) => {
    expect(await request('Create', changes)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(message) });
  });

  test('fails the deployment with the way out if there is nothing to give the list to, and the removal that follows succeeds', async () => {
    const { Status, Reason } = await request('Create', wrong);
    expect({ Status, Reason }).toEqual({ Status: 'FAILED', Reason: expect.stringContaining(says) });
    expect((await request('Delete', wrong)).Status).toBe('SUCCESS');
    const misspelt = Object.fromEntries(Object.keys(wrong).map(name => [name, 'arn:aws:iam::123456789012:role/x']));
    expect(await request('Create', misspelt)).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('must be') });
    expect((await request('Delete', misspelt)).Status).toBe('SUCCESS');
  });

  test.each([['a message says that lists were published', PUBLISHED], ['the time has come', SCHEDULED]])('gives the newest list when %s, and logs its number', async (__, event) => {
    await request('Create');
    await publish(await ca.list(7, 2));
    expect(JSON.parse(await invoke(event))).toMatchObject({ level: 'INFO', message: 'gave the revocation list 7' });
    expect(held()).toEqual([await published()]);
    expect(await invoke(event)).toBe('');
  });

  test('gives nothing that the CA has not signed, and nothing if nothing is published', async () => {
    await request('Create');
    const standing = held();
    await publish(await (await listingCa('Other Root CA')).list(900));
    expect(await invoke(SCHEDULED)).toContain('thrown the revocation list must be of this CA, got the list of a CA with another name');
    await publish(await (await listingCa()).list(900)); // a CA of the same name
    expect(await invoke(SCHEDULED)).toContain('thrown the revocation list must be signed with the key of this CA, got a signature that does not verify');
    await publish('something else');
    expect(await invoke(SCHEDULED)).toContain('thrown the file must hold one revocation list in PEM');
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${CA_ID}/complete.pem` }));
    expect(await invoke(SCHEDULED)).toContain(`thrown the bucket ${bucket} must hold the published list ${CA_ID}/complete.pem, got none`);
    bucket = `${bucket}-gone`;
    expect(await invoke(SCHEDULED)).toContain('thrown Amazon S3 refused s3:GetObject');
    expect(held()).toEqual(standing);
  });

  test('refuses an event from anywhere else', async () => {
    expect(await invoke({ detail: {} })).toContain('thrown the event must be from the queue of publications, from the schedule or from CloudFormation');
  });
});

async function published(): Promise<string> {
  return (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${CA_ID}/complete.pem` }))).Body!.transformToString();
}
