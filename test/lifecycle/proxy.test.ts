import { randomUUID } from 'node:crypto';
import { createServer, globalAgent, Server } from 'node:https';
import { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ACCESS_KEY, OWN_HOST, PROJECT, SECRET_KEY, StrictHuawei } from '../platforms/huawei/strict-huawei';
import { makeTable } from '../support/aws-clients';
import { Stack } from '../support/cloudformation';
import { CloudFormationFunction, REGION, Shipped, STACK_ID } from '../support/cloudformation-function';
import { ConnectProxy } from '../support/connect-proxy';
import { FaultProxy } from '../support/fault-proxy';
import { forward } from '../support/forward';
import { serverCertificate } from '../support/https-platform';
import { MOTO_TIMEOUT, motoUrl } from '../support/moto';
import { temporaryFiles } from '../support/openssl';
import { registeredCa } from '../support/registered-ca';

/** The Node.js of the functions' runtime; an older one leads no calls through a proxy. CI runs these tests with it. */
const [MAJOR] = process.versions.node.split('.').map(Number);
const OLDEST = 24;
if (MAJOR! < OLDEST) {
  console.warn(`SKIPPED: Node.js ${process.versions.node} leads no calls through proxies; run the tests with Node.js ${OLDEST}`);
}
const describeWithProxies = MAJOR! < OLDEST ? describe.skip : describe;

const DOMAIN = `${REGION}.amazonaws.com`;
/** Where CloudFormation takes answers in this Region. */
const ANSWERS = `cloudformation-custom-resource-response-${REGION.replaceAll('-', '')}.s3.${DOMAIN}`;
const SERVICES = ['cloudformation', 'dynamodb', 'kms', 'secretsmanager', 's3', 'ssm'].map(service => `${service}.${DOMAIN}`);
const REGISTRARS: Shipped = { bundle: 'registrars', handler: 'huawei' };

/** In the network of the function, no name leads anywhere but the proxy's; there, the names of AWS lead to AWS as this test has it. */
describeWithProxies('a function whose only way out is a proxy', () => {
  const file = temporaryFiles();
  const huawei = new StrictHuawei();
  const certificate = serverCertificate(['localhost', 'lists.s3.eu-central-1.amazonaws.com', ANSWERS, ...SERVICES]);
  const trusted = file('trusted.pem', `${certificate}\n${huawei.trustedCas}`);
  let aws: FaultProxy;
  let frontDoor: Server;
  let proxy: ConnectProxy;
  let allowed: (host: string) => boolean;
  const running: CloudFormationFunction[] = [];

  const frontPort = (): number => (frontDoor.address() as AddressInfo).port;

  beforeAll(async () => {
    aws = await FaultProxy.start(await motoUrl());
    frontDoor = createServer({ key: certificate, cert: certificate }, async (incoming, outgoing) => {
      const { status, headers, body } = await forward(incoming, await buffer(incoming), new URL(aws.url));
      outgoing.writeHead(status, headers).end(body);
    });
    await Promise.all([huawei.start(), new Promise<void>(resolve => frontDoor.listen(0, '127.0.0.1', resolve))]);
  }, MOTO_TIMEOUT);
  beforeEach(async () => {
    aws.reset();
    allowed = () => true;
    proxy = await ConnectProxy.start(host => !allowed(host) ? undefined : host.endsWith('.amazonaws.com') ? frontPort()
      : host === OWN_HOST ? Number(new URL(huawei.url).port) : undefined);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(each => each.stop()));
    await proxy.stop();
  });
  afterAll(async () => {
    frontDoor.closeAllConnections();
    frontDoor.close();
    await Promise.all([aws.stop(), huawei.stop()]);
  });

  /** Starts a function as the option `proxy` sets it. */
  async function start(environment: { readonly [name: string]: string } = {}, shipped?: Shipped): Promise<CloudFormationFunction> {
    const started = await CloudFormationFunction.start(undefined, {
      NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: trusted, ...environment,
    }, 1, shipped);
    running.push(started);
    return started;
  }

  /** Sends a request of CloudFormation, with the address for the answer that it has in AWS. */
  async function ask(lambda: CloudFormationFunction, request: object) {
    const RequestId = randomUUID();
    const ResponseURL = `https://${ANSWERS}/cfn/${RequestId}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${'5'.repeat(64)}`;
    const ended = await lambda.invoke({ RequestType: 'Create', RequestId, ResponseURL, StackId: STACK_ID, LogicalResourceId: 'Ca', ...request }, 60_000);
    const [answer] = aws.answersTo(RequestId);
    return { ended, answer: answer && JSON.parse(answer.body), log: lambda.log.join('\n') };
  }

  async function caRequest(stack: Stack): Promise<object> {
    const { type, properties } = await stack.ca();
    return { ResourceType: type, ResourceProperties: properties };
  }

  test('issues a certificate, and answers CloudFormation', async () => {
    const lambda = await start();
    const { answer } = await ask(lambda, await caRequest(await Stack.create(aws, lambda)));
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { CertificatePem: expect.stringContaining('BEGIN CERTIFICATE') } });
    expect([...proxy.asked].sort()).toEqual([`${ANSWERS}:443`, `cloudformation.${DOMAIN}:443`, `dynamodb.${DOMAIN}:443`, `secretsmanager.${DOMAIN}:443`]);
    expect(proxy.others).toBe(0);
  });

  test('reaches the hosts of noProxy without the proxy', async () => {
    const direct = `https://localhost:${frontPort()}`;
    const lambda = await start({ AWS_ENDPOINT_URL_DYNAMODB: direct, NO_PROXY: 'localhost,.internal' });
    const { answer } = await ask(lambda, await caRequest(await Stack.create(aws, lambda)));
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect([...proxy.asked].sort()).toEqual([`${ANSWERS}:443`, `cloudformation.${DOMAIN}:443`, `secretsmanager.${DOMAIN}:443`]);
    expect(aws.calls.map(({ operation }) => operation)).toContain('TransactWriteItems');
  });

  test('says so if the proxy refuses a service of AWS', async () => {
    allowed = host => !host.startsWith('secretsmanager.');
    const lambda = await start();
    const { answer } = await ask(lambda, await caRequest(await Stack.create(aws, lambda)));
    expect(answer).toMatchObject({
      Status: 'FAILED', Reason: expect.stringMatching(/secretsmanager:\w+ on .* failed: ERR_PROXY_TUNNEL; the proxy of the function does not lead to this service; have it allow the host/),
    });
  });

  test('fails where Lambda sees it if the proxy refuses the address for answers', async () => {
    allowed = host => host !== ANSWERS;
    const lambda = await start();
    const { answer, ended } = await ask(lambda, await caRequest(await Stack.create(aws, lambda)));
    expect(answer).toBeUndefined();
    expect(ended.error).toContain('CloudFormation did not accept the response: ERR_PROXY_TUNNEL');
  });

  async function huaweiRequest(): Promise<object> {
    const secrets = new SecretsManagerClient({ endpoint: aws.url, region: REGION });
    const credentials = { Name: randomUUID(), SecretString: JSON.stringify({ accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY }) };
    const { ARN } = await secrets.send(new CreateSecretCommand(credentials));
    const stack = await Stack.create(aws, running[0]!);
    return {
      ResourceType: 'Custom::HuaweiIotdaCaUpload',
      ResourceProperties: {
        Endpoint: OWN_HOST,
        ProjectId: PROJECT,
        CredentialsSecretArn: ARN,
        CertificatePem: (await registeredCa()).pem,
        LedgerTable: await makeTable(stack.dynamoDb),
      },
    };
  }

  test('registers a CA in another cloud', async () => {
    const lambda = await start({}, REGISTRARS);
    const { answer, log } = await ask(lambda, await huaweiRequest());
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { VerifyCode: expect.any(String) } });
    expect([...proxy.asked]).toEqual(expect.arrayContaining([`${OWN_HOST}:443`, `secretsmanager.${DOMAIN}:443`, `${ANSWERS}:443`]));
    expect(log).not.toContain(SECRET_KEY);
  });

  test('says so if the proxy refuses the other cloud', async () => {
    allowed = host => host !== OWN_HOST;
    const lambda = await start({}, REGISTRARS);
    const { answer } = await ask(lambda, await huaweiRequest());
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`ERR_PROXY_TUNNEL; the proxy of the function does not lead to ${OWN_HOST}`) });
  });

  test('writes a long file into S3 through the proxy, too, for which the client asks for leave first', async () => {
    const { options } = globalAgent as { readonly options: { proxyEnv?: object } };
    options.proxyEnv = { HTTPS_PROXY: proxy.url }; // as Node.js has it with NODE_USE_ENV_PROXY=1
    try {
      jest.resetModules();
      const { CLIENT_OPTIONS } = jest.requireActual<typeof import('../../src/lambda/aws/client-options')>('../../src/lambda/aws/client-options');
      Object.assign(CLIENT_OPTIONS.requestHandler.httpsAgent!.options, { ca: certificate });
      const client = new S3Client({ ...CLIENT_OPTIONS, maxAttempts: 1, region: REGION });
      await client.send(new PutObjectCommand({ Bucket: 'lists', Key: 'complete.crl', Body: Buffer.alloc(3_000_000) })).catch(({ name }) => expect(name).toBe('NoSuchBucket'));
    } finally {
      options.proxyEnv = undefined;
    }
    expect([...proxy.asked]).toEqual([`lists.s3.${DOMAIN}:443`]);
  });
});
