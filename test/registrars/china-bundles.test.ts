import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { FaultProxy } from '../support/fault-proxy';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { temporaryFiles } from '../support/openssl';
import { registeredCa } from '../support/registered-ca';
import { ACCESS_KEY, INSTANCE, StrictApsara } from '../support/strict-apsara';
import { API_KEY, StrictTencent } from '../support/strict-tencent';

const bundle = (name: string) => resolve(__dirname, '..', '..', 'assets', name, 'index.js');

/** Kilobytes, most of them the client of Secrets Manager. A new dependency is a decision, not an accident. */
const CEILINGS: [string, number][] = [['apsara-mqtt', 950], ['tencent', 950]];

/** The AWS SDK asks for it only where a service signs for several Regions at once. */
const OPTIONAL = ['@aws-sdk/signature-v4-crt'];

describe.each(CEILINGS)('the function %s', (name, kilobytes) => {
  test('stays below its ceiling, can be read, and holds nothing that signs certificates', () => {
    const text = readFileSync(bundle(name), 'utf8');
    expect(text.length / 1000).toBeLessThan(kilobytes);
    expect(text).toContain(`// src/registrars/${name}/ca-registration.ts`);
    expect(text).not.toContain('// src/pki/issue.ts');
  });

  test('needs nothing beside its one file and Node.js', () => {
    const required = [...readFileSync(bundle(name), 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module);
    expect(required.filter(module => !OPTIONAL.includes(module) && !builtinModules.includes(module.replace(/^node:/, '')))).toEqual([]);
  });
});

describe('as it is deployed', () => {
  const file = temporaryFiles();
  const apsara = new StrictApsara();
  const tencent = new StrictTencent();
  let aws: FaultProxy;

  beforeAll(async () => {
    aws = await FaultProxy.start(await motoUrl());
    await Promise.all([apsara.start(), tencent.start()]);
  }, MOTO_TIMEOUT);
  afterAll(() => Promise.all([aws.stop(), apsara.stop(), tencent.stop()]));

  async function secretOf(credentials: object): Promise<string> {
    const client = new SecretsManagerClient({ endpoint: aws.url, region: 'eu-central-1' });
    return (await client.send(new CreateSecretCommand({ Name: randomUUID(), SecretString: JSON.stringify(credentials) }))).ARN!;
  }

  /** Invokes the bundle in a process of its own, and answers what CloudFormation was told and what was logged. */
  async function invoke(name: string, trusted: string, event: object): Promise<{ answer: { [name: string]: unknown }; log: string }> {
    const RequestId = randomUUID();
    const request = {
      ResponseURL: aws.responseUrl(RequestId), RequestId, LogicalResourceId: 'Registration', StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0', ...event,
    };
    const script = `require(${JSON.stringify(bundle(name))}).handler(${JSON.stringify(request)}, { awsRequestId: 'invocation-1', `
      + 'invokedFunctionArn: \'arn:aws:lambda:eu-central-1:123456789012:function:f\', getRemainingTimeInMillis: () => 60_000 })';
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: { ...process.env, AWS_ENDPOINT_URL: aws.url, NODE_EXTRA_CA_CERTS: file(`${name}.pem`, trusted) },
    });
    return { answer: JSON.parse(aws.answersTo(RequestId)[0].body), log: stdout + stderr };
  }

  test('apsara-mqtt registers a CA and answers CloudFormation, with credentials from the secret', async () => {
    const ca = await registeredCa();
    const instance = {
      InstanceId: INSTANCE, Endpoint: apsara.url.slice('https://'.length), CaCertificatePem: ca.pem, CredentialsSecretArn: await secretOf(ACCESS_KEY),
    };
    const code = await invoke('apsara-mqtt', apsara.trustedCas, {
      RequestType: 'Create', ResourceType: 'Custom::ApsaraMqttRegisterCode', ResourceProperties: instance,
    });
    expect(code.answer).toMatchObject({ Status: 'SUCCESS', Data: { RegisterCode: apsara.code } });
    const ResourceProperties = { ...instance, CaName: 'acme', VerificationCertificatePem: await ca.prove(apsara.code!) };
    const { answer, log } = await invoke('apsara-mqtt', apsara.trustedCas, {
      RequestType: 'Create', ResourceType: 'Custom::ApsaraMqttCaRegistration', ResourceProperties,
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Sn: `00${ca.certificate.serialNumber.toLowerCase()}` } });
    expect(code.log + log).not.toContain(ACCESS_KEY.accessKeySecret);
  });

  test('tencent registers a CA and answers CloudFormation, and says what went wrong', async () => {
    tencent.code = 'c0de';
    const ca = await registeredCa();
    const event = {
      RequestType: 'Create',
      ResourceType: 'Custom::TencentIotHubCaRegistration',
      ResourceProperties: {
        CertName: 'acme',
        CaCertificatePem: ca.pem,
        VerificationCertificatePem: await ca.prove('old'),
        Region: 'ap-guangzhou',
        Endpoint: tencent.url.slice('https://'.length),
        CredentialsSecretArn: await secretOf(API_KEY),
      },
    };
    const refused = await invoke('tencent', tencent.trustedCas, event);
    expect(refused.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^Registration: Tencent Cloud IoT Hub: .*CACertNotMatch/) });
    tencent.code = 'old';
    const { answer, log } = await invoke('tencent', tencent.trustedCas, event);
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { CertName: 'acme' } });
    expect(refused.log + log).not.toContain(API_KEY.secretKey);
  });
});
