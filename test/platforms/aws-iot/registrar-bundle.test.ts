import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { StrictIot } from './strict-iot';
import { toItem } from '../../../src/issuing/aws/ledger-item';
import { certificateKey, revocationKey } from '../../../src/issuing/aws/ledger-keys';
import { dynamoDb as dynamoDbClient, makeTable } from '../../support/aws-clients';
import { FaultProxy } from '../../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { opensslOutput, temporaryFiles } from '../../support/openssl';
import { registeredCa } from '../../support/registered-ca';

const BUNDLE = join(resolve(__dirname, '../../..'), 'assets', 'aws-iot', 'index.js');
const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:registrar';

/** Kilobytes, for all functions for AWS IoT. There is no client of AWS in it; that alone would be more than a megabyte. */
const CEILING = 115;

const write = temporaryFiles();
let iot: StrictIot;
let cloudFormation: FaultProxy;
let dynamoDb: FaultProxy;

beforeAll(async () => {
  iot = await StrictIot.start();
  cloudFormation = await FaultProxy.start('http://127.0.0.1:1');
  dynamoDb = await FaultProxy.start(await motoUrl());
}, MOTO_TIMEOUT);
afterAll(() => Promise.all([iot.stop(), cloudFormation.stop(), dynamoDb.stop()]));

test('the function stays below its ceiling, and needs nothing beside its one file and Node.js', () => {
  const text = readFileSync(BUNDLE, 'utf8');
  expect(text.length / 1000).toBeLessThan(CEILING);
  const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(required.filter(name => !builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
  expect(text).not.toContain('// src/pki/issue.ts'); // it issues nothing
});

test('the functions load with an empty environment', () => {
  expect(execFileSync(process.execPath, ['-p', `Object.keys(require(${JSON.stringify(BUNDLE)})).sort().join()`], { env: {}, encoding: 'utf8' }))
    .toBe('awsIotRevocation,handler,validate\n');
});

/** Runs a function once, as Lambda does, and answers what it has returned and what it has logged. */
async function invoke(event: object, handler = 'handler', environment: { readonly [name: string]: string } = {}): Promise<{ log: string; result?: unknown }> {
  const { accessKeyId, secretAccessKey, sessionToken } = iot.credentials;
  const script = `require(${JSON.stringify(BUNDLE)}).${handler}(${JSON.stringify(event)}, `
    + `{ invokedFunctionArn: '${FUNCTION_ARN}', awsRequestId: '1', getRemainingTimeInMillis: () => 60000 })`
    + '.then(result => process.stdout.write("\\u0001" + JSON.stringify(result ?? null)))';
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: {
      AWS_REGION: iot.region,
      STACK_ID,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL: cloudFormation.url, // where the answers go
      AWS_ENDPOINT_URL_IOT: iot.url,
      NODE_EXTRA_CA_CERTS: write('server.pem', iot.pem),
      ...environment,
    },
  });
  const [lines, result] = stdout.split('\u0001');
  return { log: lines + stderr, result: JSON.parse(result) };
}

test('the function answers CloudFormation, with the role\'s credentials from its environment, and shows none of them', async () => {
  const { log } = await invoke({
    RequestType: 'Create',
    ResponseURL: cloudFormation.responseUrl('r1'),
    StackId: STACK_ID,
    RequestId: 'r1',
    LogicalResourceId: 'Code',
    ResourceType: 'Custom::AwsIotRegistrationCode',
    ResourceProperties: { Endpoint: 'iot.eu-central-1.amazonaws.com', CaCertificatePem: (await registeredCa()).pem, Generation: '1' },
  });
  const [{ body }] = cloudFormation.answersTo('r1');
  expect(JSON.parse(body)).toMatchObject({ Status: 'SUCCESS', Data: { RegistrationCode: iot.state.registrationCode } });
  Object.values(iot.credentials).forEach(value => expect(log + body).not.toContain(value));
});

describe('with a revoked certificate in the ledger', () => {
  const CA_ID = `ca-${'2'.repeat(32)}`;
  const SERIAL_NUMBER = '4A'.repeat(20);
  const pem = opensslOutput(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-days', '2',
    '-subj', '/CN=sensor', '-set_serial', `0x${SERIAL_NUMBER}`, '-addext', 'basicConstraints=critical,CA:FALSE']);
  let environment: { readonly [name: string]: string };

  beforeAll(async () => {
    const client = dynamoDbClient(dynamoDb.target.origin);
    const table = await makeTable(client);
    const revocation = { issuer: CA_ID, serialNumber: SERIAL_NUMBER, state: 'REVOKED', reason: 'keyCompromise', notAfter: '2999-01-01T00:00:00Z', revision: 1 };
    const items = [
      { ...certificateKey(revocation), ...toItem({ ...revocation, certificate: new X509Certificate(pem).raw }) },
      { ...revocationKey(revocation), ...toItem(revocation) },
    ];
    for (const Item of items) {
      await client.send(new PutItemCommand({ TableName: table, Item }));
    }
    environment = {
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      CA_ID,
      LEDGER_TABLE: table,
      CAS: JSON.stringify([{ caId: CA_ID, table }]),
      ON_FAILURE: 'closed',
      ACCEPT_OTHER_ISSUERS: 'false',
      CACHE_SECONDS: '10',
    };
  });

  test.each([
    ['a message', {
      Records: [{
        messageId: '7',
        eventSource: 'aws:sqs',
        body: JSON.stringify({ 'source': 'private-iot-ca', 'detail-type': 'Certificate Revocation Changed', 'detail': { ca: CA_ID, serialNumber: SERIAL_NUMBER } }),
      }],
    }, { batchItemFailures: [] }],
    ['the schedule', { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} }, null],
  ])('the function that carries revocations over changes AWS IoT when %s says so, and shows none of its credentials', async (_, event, expected) => {
    iot.reset();
    const certificateId = iot.state.registerCertificate({ certificatePem: pem, certificateMode: 'SNI_ONLY', status: 'ACTIVE' });
    const { result, log } = await invoke(event, 'awsIotRevocation', environment);
    expect(result).toEqual(expected);
    expect(iot.state.certificates.get(certificateId)!.status).toBe('REVOKED');
    expect(log.trim().split('\n').map(line => JSON.parse(line))).toEqual([{ level: 'INFO', message: 'AWS IoT Core: set the certificate REVOKED', serialNumber: SERIAL_NUMBER }]);
    Object.values(iot.credentials).forEach(value => expect(log).not.toContain(value));
  });

  test('the function that carries revocations over refuses an event from anywhere else', async () => {
    await expect(invoke({ Records: 'x' }, 'awsIotRevocation', environment)).rejects.toThrow('the event must be from the queue of revocations, from the schedule or from CloudFormation');
  });

  test('the function that AWS IoT asks refuses the client', async () => {
    const { result, log } = await invoke({ connectionMetadata: { id: '1' }, principalId: 'p', serverName: 's', clientCertificateChain: [pem] }, 'validate', environment);
    expect(result).toEqual({ isAuthenticated: false });
    expect(JSON.parse(log)).toMatchObject({ message: 'refused a client: the certificate is revoked', serialNumber: SERIAL_NUMBER });
  });
});
