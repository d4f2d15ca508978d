import { createServer, Server } from 'node:http';
import { join } from 'node:path';
import { temporaryFolder, writeJson } from '../support/cli-assembly';
import { cliError } from '../support/cli-run';
import { close, listen, urlOf } from '../support/local-server';

/** What the AWS SDK reads beside the credentials. */
const SETTINGS = [
  'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_REGION', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_EC2_METADATA_DISABLED', 'AWS_ENDPOINT_URL_LAMBDA', 'AWS_MAX_ATTEMPTS',
] as const;
const before = SETTINGS.map(name => [name, process.env[name]] as const);

/** AWS Lambda, which refuses every call with this status and this error, and counts the calls. */
let refusal: { readonly status: number; readonly error: string; readonly message: string };
let calls = 0;
let lambda: Server;

beforeAll(async () => {
  lambda = createServer((request, response) => {
    calls++;
    request.resume().on('end', () => response.writeHead(refusal.status, { 'content-type': 'application/json', 'x-amzn-errortype': refusal.error })
      .end(JSON.stringify({ Type: 'User', Message: refusal.message })));
  });
  await listen(lambda);
});

afterAll(() => close(lambda));

beforeEach(() => {
  calls = 0;
  const nowhere = temporaryFolder();
  SETTINGS.forEach(name => delete process.env[name]);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-central-1',
    AWS_MAX_ATTEMPTS: '1',
    AWS_CONFIG_FILE: join(nowhere, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(nowhere, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_LAMBDA: urlOf(lambda),
  });
});

afterAll(() => before.forEach(([name, value]) => {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}));

const revoke = (...args: string[]) => cliError('revoke', ...args, '--yes');

test('somebody who is not signed in learns how to sign in', async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  expect(await revoke('--function', 'Revoke', '--all'))
    .toBe('error: --function: AWS Lambda did not invoke Revoke: no credentials of AWS were found; set AWS_PROFILE, or sign in with `aws sso login`');
  expect(calls).toBe(0);
});

test('somebody who may not invoke the function learns which right to ask for', async () => {
  refusal = { status: 403, error: 'AccessDeniedException', message: 'User is not authorized to perform: lambda:InvokeFunction' };
  expect(await revoke('--function', 'Revoke', '--all')).toBe('error: --function: AWS Lambda did not invoke Revoke: User is not authorized to perform: '
    + 'lambda:InvokeFunction; allow these credentials lambda:InvokeFunction on it (ca.grantRevoke(role))');
});

test('a function that does not exist is blamed on the option that has named it', async () => {
  refusal = { status: 404, error: 'ResourceNotFoundException', message: 'Function not found: Revoke' };
  const outputs = join(temporaryFolder(), 'outputs.json');
  writeJson(outputs, { Iot: { RevokeFunction: 'Revoke' } });
  expect(await revoke('--outputs', outputs, '--all')).toBe('error: --outputs: AWS Lambda did not invoke Revoke: Function not found: Revoke; use the credentials and '
    + 'the Region of its account, and the outputs of the latest deployment');
});

test('AWS is not asked about no certificates at all', async () => {
  expect(await revoke('--function', 'Revoke'))
    .toBe('error: certificates must be selected with --serial-number, --common-name, --resource or --stack, or else with --all or --below; got none of them');
  expect(calls).toBe(0);
});
