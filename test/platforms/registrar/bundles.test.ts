import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RegistrarName, REGISTRARS } from '../../../src/platforms/registrations';
import { dynamoDb, makeTable } from '../../support/aws-clients';
import { FaultProxy } from '../../support/fault-proxy';
import { HttpsPlatform } from '../../support/https-platform';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { temporaryFiles } from '../../support/openssl';
import { registeredCa } from '../../support/registered-ca';
import { ACCESS_KEY as ALIBABA_KEY, INSTANCE, StrictApsara } from '../alibaba/strict-apsara';
import { RESOURCE_GROUP, StrictAzure, SUBSCRIPTION } from '../azure/strict-azure';
import { CLIENT, CLIENT_SECRET, TENANT } from '../azure/strict-entra';
import { ACCESS_KEY, OWN_HOST, PROJECT, SECRET_KEY, StrictHuawei } from '../huawei/strict-huawei';
import { API_KEY, StrictTencent } from '../tencent/strict-tencent';

const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';
const BUNDLE = resolve(__dirname, '..', '..', '..', 'assets', 'registrars', 'index.js');

/** Kilobytes, most of them the clients of Secrets Manager and DynamoDB. A new dependency is a decision: see decisions/0014-registrations.md. */
const CEILING = 1_150;

type Registrar = Exclude<RegistrarName, 'aws-iot'>;

/** The AWS SDK asks for it only where a service signs for several Regions at once. */
const OPTIONAL = ['@aws-sdk/signature-v4-crt'];

describe('the one file of the functions', () => {
  const text = readFileSync(BUNDLE, 'utf8');

  test('stays below its ceiling, can be read, and holds nothing that signs certificates', () => {
    expect(text.length / 1000).toBeLessThan(CEILING);
    for (const name of ['azure', 'huawei', 'alibaba', 'tencent']) {
      expect(text).toMatch(new RegExp(`// src/platforms/${name}/registrar/ca-(upload|registration)\\.ts`));
    }
    expect(text).not.toContain('// src/pki/issue.ts');
  });

  test('needs nothing beside itself and Node.js', () => {
    const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module);
    expect(required.filter(module => !OPTIONAL.includes(module) && !builtinModules.includes(module.replace(/^node:/, '')))).toEqual([]);
  });

  test('loads with an empty environment, and exports a handler for each platform but AWS IoT', () => {
    const printed = execFileSync(process.execPath, ['-p', `JSON.stringify(Object.keys(require(${JSON.stringify(BUNDLE)})).sort())`],
      { env: { AWS_REGION: 'eu-central-1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }, encoding: 'utf8' });
    const handlers = Object.values(REGISTRARS).filter(({ bundle }) => bundle === 'registrars').map(({ handler }) => handler);
    expect(JSON.parse(printed).filter((handler: string) => !handler.endsWith('Revocation'))).toEqual(handlers.sort());
  });
});

describe('as it is deployed', () => {
  const file = temporaryFiles();
  const azure = new StrictAzure();
  const huawei = new StrictHuawei();
  const apsara = new StrictApsara();
  const tencent = new StrictTencent();
  const platforms: HttpsPlatform[] = [azure, huawei, apsara, tencent];
  let aws: FaultProxy;
  let ledger: string;

  beforeAll(async () => {
    aws = await FaultProxy.start(await motoUrl());
    ledger = await makeTable(dynamoDb(aws.url));
    await Promise.all(platforms.map(platform => platform.start()));
  }, MOTO_TIMEOUT);
  afterAll(() => Promise.all([aws, ...platforms].map(server => server.stop())));

  async function secretOf(credentials: object): Promise<string> {
    const client = new SecretsManagerClient({ endpoint: aws.url, region: 'eu-central-1' });
    return (await client.send(new CreateSecretCommand({ Name: randomUUID(), SecretString: JSON.stringify(credentials) }))).ARN!;
  }

  /**
   * Invokes the bundle in a process of its own, and answers what CloudFormation was told. The names of the platform's hosts lead
   * to the server of the test there; who answers by them is checked as ever.
   */
  async function invoke(name: Registrar, platform: HttpsPlatform, ResourceType: string, ResourceProperties: object, event: object = {}) {
    const RequestId = randomUUID();
    const request = {
      RequestType: 'Create',
      ResponseURL: aws.responseUrl(RequestId),
      RequestId,
      LogicalResourceId: 'Registration',
      ResourceType,
      ResourceProperties: { ...ResourceProperties, LedgerTable: ledger },
      StackId: STACK_ID,
      ...event,
    };
    const script = `
      const { globalAgent: agent } = require('https'), connect = agent.createConnection;
      agent.createConnection = (options, callback) => connect.call(agent, { ...options, host: '127.0.0.1', port: ${new URL(platform.url).port} }, callback);
      require(${JSON.stringify(BUNDLE)}).${REGISTRARS[name].handler}(${JSON.stringify(request)}, {
        awsRequestId: 'invocation-1', invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f', getRemainingTimeInMillis: () => 60_000,
      })`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { ...process.env, STACK_ID, AWS_ENDPOINT_URL: aws.url, NODE_EXTRA_CA_CERTS: file(`${name}.pem`, platform.trustedCas) },
    });
    return { answer: JSON.parse(aws.answersTo(RequestId)[0].body), log: stdout + stderr };
  }

  test('azure registers a CA, removes it, and answers CloudFormation, with credentials from the secret', async () => {
    const ca = await registeredCa();
    const credentials = await secretOf({ tenantId: TENANT, clientId: CLIENT, clientSecret: CLIENT_SECRET });
    const service = {
      Cloud: 'public', Service: 'azure-dps', SubscriptionId: SUBSCRIPTION, ResourceGroup: RESOURCE_GROUP, ServiceName: 'dps-1', CredentialsSecretArn: credentials,
    };
    const upload = { ...service, CertificateName: 'acme', CertificatePem: ca.pem };
    const uploaded = await invoke('azure', azure, 'Custom::AzureCaUpload', upload);
    const { CertificateName, Thumbprint, VerificationCode } = uploaded.answer.Data;
    const verification = { ...service, CertificateName, Thumbprint, VerificationCertificatePem: await ca.prove(VerificationCode) };
    const verified = await invoke('azure', azure, 'Custom::AzureCaVerification', verification);
    expect(verified.answer).toMatchObject({ Status: 'SUCCESS', Data: { CertificateName, Thumbprint: ca.thumbprint } });
    expect([...azure.held.get('provisioningServices/dps-1')!.values()]).toMatchObject([{ name: CertificateName, verified: true }]);
    const removed = await invoke('azure', azure, 'Custom::AzureCaUpload', upload, {
      RequestType: 'Delete', PhysicalResourceId: uploaded.answer.PhysicalResourceId,
    });
    expect([removed.answer.Status, azure.names('provisioningServices/dps-1')]).toEqual(['SUCCESS', []]);
    expect(uploaded.log + verified.log + removed.log).not.toMatch(new RegExp([CLIENT_SECRET, ...azure.entra.tokens.keys()].join('|')));
  });

  test('azure says what went wrong, in one line and without a secret', async () => {
    const credentials = await secretOf({ tenantId: TENANT, clientId: CLIENT, clientSecret: 'an-old-secret-of-the-principal' });
    const { answer, log } = await invoke('azure', azure, 'Custom::AzureCaUpload', {
      Cloud: 'public',
      Service: 'azure-dps',
      SubscriptionId: SUBSCRIPTION,
      ResourceGroup: RESOURCE_GROUP,
      ServiceName: 'dps-1',
      CredentialsSecretArn: credentials,
      CertificateName: 'acme',
      CertificatePem: (await registeredCa()).pem,
    });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Registration: credentials must be .* got AADSTS7000215 from Microsoft Entra/) });
    expect(JSON.stringify(answer) + log).not.toContain('an-old-secret');
  });

  test('huawei registers a CA and answers CloudFormation, with credentials from the secret', async () => {
    const ca = await registeredCa();
    const instance = {
      Endpoint: OWN_HOST,
      ProjectId: PROJECT,
      CredentialsSecretArn: await secretOf({ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY }),
    };
    const uploaded = await invoke('huawei', huawei, 'Custom::HuaweiIotdaCaUpload', { ...instance, CertificatePem: ca.pem });
    const { CertificateId, VerifyCode } = uploaded.answer.Data;
    const verification = { ...instance, CertificateId, VerificationCertificatePem: await ca.prove(VerifyCode) };
    const verified = await invoke('huawei', huawei, 'Custom::HuaweiIotdaCaVerification', verification);
    expect(verified.answer).toMatchObject({ Status: 'SUCCESS', Data: { CertificateId } });
    expect(huawei.held).toMatchObject([{ id: CertificateId, verified: true }]);
    expect(uploaded.log + verified.log).not.toContain(SECRET_KEY);
  });

  test('apsara-mqtt registers a CA and answers CloudFormation, with credentials from the secret', async () => {
    const ca = await registeredCa();
    const instance = {
      InstanceId: INSTANCE,
      Endpoint: apsara.url.slice('https://'.length),
      CaCertificatePem: ca.pem,
      CredentialsSecretArn: await secretOf(ALIBABA_KEY),
      Generation: '1',
    };
    const code = await invoke('apsara-mqtt', apsara, 'Custom::ApsaraMqttRegisterCode', instance);
    expect(code.answer).toMatchObject({ Status: 'SUCCESS', Data: { RegisterCode: apsara.code } });
    const registration = { ...instance, CaName: 'acme', VerificationCertificatePem: await ca.prove(apsara.code!) };
    const { answer, log } = await invoke('apsara-mqtt', apsara, 'Custom::ApsaraMqttCaRegistration', registration);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Sn: ca.certificate.serialNumber.toLowerCase() } });
    expect(code.log + log).not.toContain(ALIBABA_KEY.accessKeySecret);
  });

  test('tencent registers a CA and answers CloudFormation, and says what went wrong', async () => {
    tencent.code = 'c0de';
    const ca = await registeredCa();
    const registration = {
      CertName: 'acme',
      CaCertificatePem: ca.pem,
      VerificationCertificatePem: await ca.prove('old'),
      Region: 'ap-guangzhou',
      Endpoint: tencent.url.slice('https://'.length),
      CredentialsSecretArn: await secretOf(API_KEY),
    };
    const refused = await invoke('tencent', tencent, 'Custom::TencentIotHubCaRegistration', registration);
    expect(refused.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Registration: Tencent Cloud IoT Hub refused CreatePrivateCA: .*CACertNotMatch/) });
    tencent.code = 'old';
    const { answer, log } = await invoke('tencent', tencent, 'Custom::TencentIotHubCaRegistration', registration);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { CertName: 'acme' } });
    expect(refused.log + log).not.toContain(API_KEY.secretKey);
  });
});
