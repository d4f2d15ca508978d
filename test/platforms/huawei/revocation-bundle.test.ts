import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ACCESS_KEY, OWN_HOST, PROJECT, SECRET_KEY, StrictHuawei } from './strict-huawei';
import { toItem } from '../../../src/issuing/aws/ledger-item';
import { certificateKey, revocationKey } from '../../../src/issuing/aws/ledger-keys';
import { dynamoDb, makeTable } from '../../support/aws-clients';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { temporaryFiles } from '../../support/openssl';
import { registeredCa } from '../../support/registered-ca';

const BUNDLE = join(resolve(__dirname, '../../..'), 'assets', 'registrars', 'index.js');
const CA_ID = `ca-${'3'.repeat(32)}`;

const file = temporaryFiles();
const huawei = new StrictHuawei();
let environment: { readonly [name: string]: string };
let certificate: X509Certificate;

beforeAll(async () => {
  await huawei.start();
  const aws = await motoUrl();
  certificate = new X509Certificate(await (await registeredCa()).prove('sensor-001'));
  const client = dynamoDb(aws);
  const table = await makeTable(client);
  const serialNumber = certificate.serialNumber.padStart(40, '0');
  const revocation = { issuer: CA_ID, serialNumber, state: 'REVOKED', reason: 'keyCompromise', notAfter: '2999-01-01T00:00:00Z', revision: 1 };
  const items = [
    { ...certificateKey(revocation), ...toItem({ ...revocation, certificate: certificate.raw }) },
    { ...revocationKey(revocation), ...toItem(revocation) },
  ];
  for (const Item of items) {
    await client.send(new PutItemCommand({ TableName: table, Item }));
  }
  const secrets = new SecretsManagerClient({ endpoint: aws, region: 'eu-central-1' });
  const SecretString = JSON.stringify({ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY });
  environment = {
    AWS_ENDPOINT_URL: aws,
    CA_ID,
    LEDGER_TABLE: table,
    ENDPOINT: OWN_HOST,
    PROJECT_ID: PROJECT,
    CREDENTIALS_SECRET_ARN: (await secrets.send(new CreateSecretCommand({ Name: `huawei-${table}`, SecretString }))).ARN!,
    NODE_EXTRA_CA_CERTS: file('huawei.pem', huawei.trustedCas),
  };
}, MOTO_TIMEOUT);
beforeEach(() => huawei.fleet.forget());
afterAll(() => huawei.stop());

/** Invokes the function as Lambda does, in a process of its own, in which the names of Huawei Cloud lead to the server of the test. */
async function invoke(event: object): Promise<string> {
  const script = `
    const { globalAgent: agent } = require('https'), connect = agent.createConnection;
    agent.createConnection = (options, callback) => connect.call(agent, { ...options, host: '127.0.0.1', port: ${new URL(huawei.url).port} }, callback);
    require(${JSON.stringify(BUNDLE)}).huaweiRevocation(${JSON.stringify(event)}, { awsRequestId: '1', getRemainingTimeInMillis: () => 60_000 })
      .then(result => console.log(JSON.stringify(result ?? null)))`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env: { ...process.env, ...environment } });
  return stdout + stderr;
}

const announced = () => ({
  Records: [{
    messageId: '7',
    eventSource: 'aws:sqs',
    body: JSON.stringify({
      'source': 'private-iot-ca',
      'detail-type': 'Certificate Revocation Changed',
      'detail': { ca: CA_ID, serialNumber: certificate.serialNumber.padStart(40, '0'), state: 'REVOKED' },
    }),
  }],
});

test.each<[string, () => object]>([
  ['when it is announced', announced],
  ['by the check of everything', () => ({ 'detail-type': 'Scheduled Event' })],
])('a revoked device can\'t connect to IoTDA any more, with the function as it is deployed: %s', async (_, event) => {
  const device = huawei.fleet.register('sensor-001');
  huawei.fleet.connect(device, certificate);
  const log = await invoke(event());
  expect(log).toContain(`Huawei Cloud IoTDA: deactivated the device certificate ${huawei.fleet.certificates[0].id}`);
  expect(huawei.fleet.connect(device, certificate)).toBe(false);
  expect(log).not.toContain(SECRET_KEY);
});

test('a device that has never connected is frozen, since the ledger knows no other certificate for its name', async () => {
  const device = huawei.fleet.register('sensor-001');
  expect(await invoke(announced())).toContain(`Huawei Cloud IoTDA: froze the device ${device.id}`);
  expect(huawei.fleet.connect(device, certificate)).toBe(false);
});

test('a message is delivered again if IoTDA refuses', async () => {
  huawei.permitted = false;
  const log = await invoke(announced());
  expect(log).toContain('{"batchItemFailures":[{"itemIdentifier":"7"}]}');
  expect(log).toContain('to carry over revocations, the user needs iotda:devicecertificates:queryList');
});
