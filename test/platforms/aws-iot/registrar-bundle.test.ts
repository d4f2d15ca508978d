import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StrictIot } from './strict-iot';
import { FaultProxy } from '../../support/fault-proxy';
import { temporaryFiles } from '../../support/openssl';
import { registeredCa } from '../../support/registered-ca';

const BUNDLE = join(resolve(__dirname, '../../..'), 'assets', 'aws-iot', 'index.js');
const STACK_ID = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/iot/51af3dc0';
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:registrar';

/** Kilobytes. There is no client of AWS in it; that alone would be more than a megabyte. */
const CEILING = 80;

const write = temporaryFiles();
let iot: StrictIot;
let cloudFormation: FaultProxy;

beforeAll(async () => {
  iot = await StrictIot.start();
  cloudFormation = await FaultProxy.start('http://127.0.0.1:1');
});
afterAll(() => Promise.all([iot.stop(), cloudFormation.stop()]));

test('the function stays below its ceiling, and needs nothing beside its one file and Node.js', () => {
  const text = readFileSync(BUNDLE, 'utf8');
  expect(text.length / 1000).toBeLessThan(CEILING);
  const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(required.filter(name => !builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
  expect(text).not.toContain('// src/pki/issue.ts'); // it issues nothing
});

test('the function loads with an empty environment', () => {
  expect(execFileSync(process.execPath, ['-e', `console.log(typeof require(${JSON.stringify(BUNDLE)}).handler)`], { env: {}, encoding: 'utf8' }))
    .toBe('function\n');
});

/** Runs the function once, as Lambda does. */
async function invoke(event: object): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = iot.credentials;
  const script = `require(${JSON.stringify(BUNDLE)}).handler(${JSON.stringify(event)}, `
    + `{ invokedFunctionArn: '${FUNCTION_ARN}', awsRequestId: '1', getRemainingTimeInMillis: () => 60000 })`;
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
    },
  });
  return stdout + stderr;
}

test('the function answers CloudFormation, with the role\'s credentials from its environment, and shows none of them', async () => {
  const log = await invoke({
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
