import { execFile } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDbRevocations } from '../../../src/issuing/aws/dynamodb-revocations';
import { LedgerTable } from '../../../src/issuing/aws/ledger-table';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { awsCalls } from '../../support/aws-clients';
import { Answer } from '../../support/cloudformation';
import { HttpsPlatform } from '../../support/https-platform';
import { lifecycle } from '../../support/lifecycle';
import { temporaryFiles } from '../../support/openssl';
import { ACCESS_KEY, INSTANCE, StrictApsara } from '../alibaba/strict-apsara';
import { API_KEY, DEVICE_KEY, StrictTencent } from '../tencent/strict-tencent';

const BUNDLE = resolve(__dirname, '..', '..', '..', 'assets', 'registrars', 'index.js');
const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';
const NAME = 'sensor-001';

const set = lifecycle({}, 10);
const file = temporaryFiles();
const apsara = new StrictApsara();
const tencent = new StrictTencent();

beforeAll(() => Promise.all([apsara, tencent].map(server => server.start())));
afterAll(() => Promise.all([apsara, tencent].map(server => server.stop())));

/** A platform as its function is deployed. */
interface Deployed {
  readonly server: HttpsPlatform;
  readonly handler: string;
  readonly credentials: object;
  readonly environment: NodeJS.ProcessEnv;
  /** Makes a device known, as it is the first time that it connects. */
  know(ca: X509Certificate, device: X509Certificate): void;
  /** Whether a device is let in. */
  connect(device: X509Certificate): boolean;
}

const PLATFORMS: { readonly [name: string]: Deployed } = {
  'ApsaraMQ for MQTT': {
    server: apsara,
    handler: 'apsaraMqttRevocation',
    credentials: ACCESS_KEY,
    environment: { INSTANCE_ID: INSTANCE },
    know: (ca, device) => {
      apsara.register('acme', ca.toString());
      apsara.connect(device);
    },
    connect: device => apsara.connect(device),
  },
  'Tencent Cloud IoT Hub': {
    server: tencent,
    handler: 'tencentRevocation',
    credentials: API_KEY,
    environment: { PRODUCT_IDS: 'PRODUCT001', REGION: 'ap-guangzhou' },
    know: (_, device) => tencent.addDevice(NAME, device),
    connect: device => tencent.connect(NAME, device),
  },
};

const certificateOf = ({ Data }: Answer): X509Certificate => new X509Certificate(Data!.CertificatePem);

/** Revokes a certificate in the ledger, and answers what the queue delivers about it. */
async function revoke(ca: Answer, { Data }: Answer): Promise<object> {
  const ledger = new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table));
  const { SerialNumber: serialNumber } = Data!;
  await revokeCertificate({ issuer: ca.PhysicalResourceId, serialNumber, reason: 'keyCompromise', orderedBy: 'anna' }, ledger, new Date());
  const body = { 'source': 'private-iot-ca', 'detail-type': 'Certificate Revocation Changed', 'detail': { ca: ca.PhysicalResourceId, serialNumber } };
  return { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify(body) }] };
}

/** Invokes a handler of the bundle in a process of its own. */
async function invoke({ server, handler, credentials, environment }: Deployed, ca: Answer, event: object): Promise<{ answer: unknown; log: string }> {
  const secrets = new SecretsManagerClient({ endpoint: set.proxy.url, region: 'eu-central-1' });
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name: randomUUID(), SecretString: JSON.stringify(credentials) }));
  const script = `require(${JSON.stringify(BUNDLE)}).${handler}(${JSON.stringify(event)}, {
    awsRequestId: 'invocation-1', invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f', getRemainingTimeInMillis: () => 60_000,
  }).then(answer => console.error(JSON.stringify({ answer })), error => console.error(JSON.stringify({ answer: error.message })))`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
    env: {
      ...process.env,
      ...environment,
      STACK_ID,
      CA_ID: ca.PhysicalResourceId,
      LEDGER_TABLE: set.stack.table,
      ENDPOINT: server.url.slice('https://'.length),
      CREDENTIALS_SECRET_ARN: ARN,
      AWS_ENDPOINT_URL: set.proxy.url,
      NODE_EXTRA_CA_CERTS: file('platform.pem', server.trustedCas),
    },
  });
  return { answer: JSON.parse(stderr.split('\n').find(line => line.startsWith('{"answer"'))!).answer, log: stdout + stderr };
}

describe.each(Object.entries(PLATFORMS))('as it is deployed, the function for %s', (name, platform) => {
  test('refuses a device whose certificate is revoked, and writes no secret into its log', async () => {
    const ca = await set.stack.create(await set.stack.ca());
    const device = await set.stack.create(await set.stack.device(ca.PhysicalResourceId, { Subject: { CommonName: NAME } }));
    platform.know(certificateOf(ca), certificateOf(device));
    expect(platform.connect(certificateOf(device))).toBe(true);
    const { answer, log } = await invoke(platform, ca, await revoke(ca, device));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(platform.connect(certificateOf(device))).toBe(false);
    expect(log).toContain(`"message":"${name === 'ApsaraMQ for MQTT' ? 'Alibaba Cloud ApsaraMQ for MQTT: deactivated' : `${name}: disabled`} the device`);
    for (const secret of [ACCESS_KEY.accessKeySecret, API_KEY.secretKey, DEVICE_KEY]) {
      expect(log).not.toContain(secret);
    }
  });

  test('says in the check of everything what could not be carried over', async () => {
    const ca = await set.stack.create(await set.stack.ca());
    const device = await set.stack.create(await set.stack.device(ca.PhysicalResourceId, { Subject: { CommonName: NAME } }));
    await revoke(ca, device);
    platform.server.instead = () => ({ status: 200, body: '<html>sign in</html>' });
    const { answer } = await invoke(platform, ca, { 'detail-type': 'Scheduled Event' });
    platform.server.forget();
    expect(answer).toMatch(new RegExp(`^1 of 1 revocations could not be carried over to .*${name}; the first: ${device.Data!.SerialNumber}: ${name}: \\w+ returned no`));
  });
});
