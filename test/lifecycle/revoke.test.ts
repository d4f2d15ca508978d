import { createServer, Server } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbRevocations } from '../../src/issuing/aws/dynamodb-revocations';
import { certificateKey } from '../../src/issuing/aws/ledger-keys';
import { LedgerTable } from '../../src/issuing/aws/ledger-table';
import { Revocation } from '../../src/issuing/ledger/revocation';
import { awsCalls } from '../support/aws-clients';
import { temporaryFolder, writeJson } from '../support/cli-assembly';
import { cli, cliError } from '../support/cli-run';
import { Answer } from '../support/cloudformation';
import { CloudFormationFunction, FUNCTION_ARN } from '../support/cloudformation-function';
import { Fault, FaultKind } from '../support/fault-proxy';
import { lifecycle } from '../support/lifecycle';
import { close, listen } from '../support/local-server';

const set = lifecycle({}, 10);

let ca: Answer;
let devices: Answer[];
let revoker: CloudFormationFunction;
let lambda: Server;
const before = { ...process.env };

beforeEach(async () => {
  ca = await set.stack.create(await set.stack.ca());
  devices = [];
  for (const name of ['sensor-1', 'sensor-2']) {
    devices.push(await set.stack.create(await set.stack.device(ca.PhysicalResourceId, { Subject: { CommonName: name } }, name.replace('-', ''))));
  }
  revoker = await start();
  lambda = createServer(serve);
  process.env.AWS_ENDPOINT_URL_LAMBDA = await listen(lambda);
});

afterEach(async () => {
  process.env = { ...before };
  await close(lambda);
  await revoker?.stop();
});

const start = () => CloudFormationFunction.start(set.proxy.url, { CA_ID: ca.PhysicalResourceId, LEDGER_TABLE: set.stack.table }, 10, { bundle: 'revocation', handler: 'revoke' });

/** AWS Lambda, as far as the command line calls it: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const serve: Parameters<typeof createServer>[1] = async (request, response) => {
  const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(decodeURIComponent(request.url!)) ?? [];
  if (name !== FUNCTION_ARN && name !== 'Revoke') {
    response.writeHead(404, { 'content-type': 'application/json', 'x-amzn-errortype': 'ResourceNotFoundException' }).end(JSON.stringify({ Message: `Function not found: ${name}` }));
    return;
  }
  const { result, error, message } = await revoker.invoke(await json(request) as object);
  response.writeHead(200, { 'content-type': 'application/json', ...error && { 'x-amz-function-error': 'Unhandled' } })
    .end(JSON.stringify(error ? { errorMessage: message, errorType: 'Error' } : result));
};

const recorded = ({ Data }: Answer): Promise<Revocation | undefined> =>
  new DynamoDbRevocations(new LedgerTable(set.stack.dynamoDb, awsCalls(), set.stack.table)).find(ca.PhysicalResourceId, Data!.SerialNumber);

const revoke = (...args: string[]) => cli('revoke', '--function', 'Revoke', ...args);

test('the command line has the function of a CA revoke a device, and shows what it does', async () => {
  const { code, stdout } = await revoke('--common-name', 'sensor-1', '--reason', 'keyCompromise', '--yes');
  expect(stdout).toMatch(new RegExp(`${devices[0].Data!.SerialNumber} +sensor-1 +Iot/sensor1 +Iot/Ca +revoked\\n\\n1 certificate changed in the ledger`));
  expect(code).toBe(0);
  expect(await recorded(devices[0])).toMatchObject({ state: 'REVOKED', reason: 'keyCompromise', orderedBy: expect.stringMatching(/, invocation invocation-\d+$/) });
  expect(await recorded(devices[1])).toBeUndefined();
});

test('a dry run shows what would happen to all certificates of the CA, and changes nothing', async () => {
  const { stdout } = await revoke('--all', '--dry-run');
  expect(stdout.match(/sensor-\d .* revoked\n/g)).toHaveLength(2); // by serial number, which is random
  expect(stdout).toMatch(/dry run: nothing was changed\n$/);
  expect(await Promise.all(devices.map(recorded))).toEqual([undefined, undefined]);
});

test('the function can be named by its ARN, and the answer read by programs', async () => {
  const { stdout } = await cli('revoke', '--function', FUNCTION_ARN, '--stack', 'Iot', '--yes', '--json');
  expect(JSON.parse(stdout).certificates.map(({ resource, state }: { resource: string; state: string }) => [resource, state]).sort())
    .toEqual([['Iot/sensor1', 'revoked'], ['Iot/sensor2', 'revoked']]);
});

describe('an outputs file of the CDK', () => {
  const outputs = (content: object): string => {
    const file = join(temporaryFolder(), 'outputs.json');
    writeJson(file, content);
    return file;
  };
  const CERTIFICATE = () => ca.Data!.CertificatePem;

  test.each([
    ['by its name', (): object => ({ Iot: { CaCertificate: CERTIFICATE(), RevokeFunction: 'Revoke' } }), []],
    ['by its ARN', (): object => ({ Iot: { RevokeFunctionArn: FUNCTION_ARN }, Other: { Url: 'http://a.example' } }), []],
    ['from a construct', (): object => ({ Iot: { PlantRevokeFunction0A1B2C3D: 'Revoke' } }), []],
    ['of one of several CAs', (): object => ({ Iot: { RevokeFunction: 'Other' }, Plant: { RevokeFunction: 'Revoke' } }), ['--function', 'Plant.RevokeFunction']],
    ['under another name', (): object => ({ Iot: { Revoker: 'Revoke', RevokeFunction: 'Other' } }), ['--function', 'Revoker']],
  ])('names the function of the CA, %s', async (_, content, args) => {
    const { stdout } = await cli('revoke', '--outputs', outputs(content()), ...args, '--all', '--dry-run');
    expect(stdout.match(/sensor-\d .* revoked\n/g)).toHaveLength(2);
  });

  test.each([
    ['without a function', { Iot: { CaCertificateArn: 'x' } }, [], 'error: @: no output is called RevokeFunction; declare one whose value is '
      + 'ca.revokeFunction.functionArn, deploy, and revoke again, or name another output with --function'],
    ['with several functions', { Iot: { RevokeFunction: 'a' }, Plant: { RevokeFunction: 'b' } }, [],
      'error: --function must be an output of @ with the revokeFunction of a CA (Iot.RevokeFunction, Plant.RevokeFunction), got none'],
    ['without the output that is named', { Iot: { RevokeFunction: 'a' } }, ['--function', 'Other'],
      'error: --function must be an output of @ with the revokeFunction of a CA (Iot.RevokeFunction), got "Other"'],
    ['with something else in this output', { Iot: { RevokeFunction: 'http://a.example' } }, [],
      'error: @: Iot.RevokeFunction must be the name or the ARN of the revokeFunction of a CA, got "http://a.example"'],
  ])('%s is refused with the way out', async (_, content, args, message) => {
    const file = outputs(content);
    expect(await cliError('revoke', '--outputs', file, ...args, '--all', '--yes')).toBe(message.replace('@', file));
  });

  test('is not looked for in a local deployment', async () => {
    expect((await cli('revoke', '--outputs', 'outputs.json', '--local', 'out', '--all')).stderr).toContain('\'--outputs <file>\' cannot be used with option \'--local <dir>\'');
  });
});

test('what can\'t be done is said, and the exit code says so', async () => {
  await revoke('--common-name', 'sensor-1', '--reason', 'certificateHold', '--yes');
  const { code, stdout } = await revoke('--all', '--reason', 'removeFromCRL', '--yes');
  expect(stdout).toMatch(/sensor-1 .* released\n/);
  expect(stdout).toMatch(/sensor-2 .* refused: reason must be removeFromCRL only for a certificate that is on hold/);
  expect(code).toBe(1);
});

test.each<[string, string[], RegExp]>([
  ['an unknown device', ['--function', 'Revoke', '--common-name', 'sensor-9'], /--function: Revoke has refused: commonNames must each be the common name .*, got "sensor-9"$/],
  ['an unknown function', ['--function', 'Other', '--all'], /--function: AWS Lambda did not invoke Other: .*Function not found: Other.*; use the credentials and the Region of its account, and the outputs of the latest deployment$/],
  ['the path of another CA', ['--function', 'Revoke', '--below', 'Iot/Other'], /--below must be the caId of a CA whose function is given \(Iot\/Ca\), or .*, got "Iot\/Other"$/],
  ['all without a function', ['--all'], /--all must be left out without --function, --ledger or --outputs; select the certificates of a CA with --below$/],
])('%s is refused in one line', async (_, args, message) => {
  expect(await cliError('revoke', ...args, '--yes')).toMatch(message);
});

test('all certificates of a CA without any is refused, because there is nothing to do', async () => {
  for (const { Data } of devices) {
    await set.stack.dynamoDb.send(new DeleteItemCommand({
      TableName: set.stack.table, Key: certificateKey({ issuer: ca.PhysicalResourceId, serialNumber: Data!.SerialNumber }),
    }));
  }
  expect(await cliError('revoke', '--function', 'Revoke', '--all', '--yes'))
    .toBe('error: --all must select a certificate, but the CA Iot/Ca has issued none that can be revoked; there is nothing to do');
});

test('a function that is named without a Region is refused with the way out', async () => {
  delete process.env.AWS_REGION;
  expect(await cliError('revoke', '--function', 'Revoke', '--all', '--yes'))
    .toBe('error: --function: AWS Lambda did not invoke Revoke: no Region is configured in which to look for Revoke; give its ARN, or set AWS_REGION');
});

/** Each fault needs invocations, and some a new process; milliseconds, on a busy machine. */
const LONG = 600_000;

describe('with a fault', () => {
  const FAULTS: [FaultKind, Fault['when']][] = [['reset', 'after'], ['throttled', 'before'], ['serverError', 'after'], ['denied', 'before'], ['crash', 'after']];

  test.each(FAULTS)('%s %s any call, a device is revoked once, when the same order comes again', async (kind, when) => {
    const order = { commonNames: ['sensor-1'], reason: 'keyCompromise' };
    const [device] = devices;
    let revision = 0;
    for (let at = 0, reached = true; reached; at++) {
      set.proxy.reset();
      reached = false;
      set.proxy.faults = index => {
        reached ||= index === at;
        return index === at ? { kind, when } : undefined;
      };
      await revoker.invoke({ ...order, reason: at % 2 === 0 ? 'certificateHold' : 'removeFromCRL' });
      if (kind === 'crash') {
        await revoker.stop();
        revoker = await start();
      }
      set.proxy.repair();
      await revoker.invoke({ ...order, reason: at % 2 === 0 ? 'certificateHold' : 'removeFromCRL' });
      const standing = await recorded(device);
      expect(standing).toMatchObject({ state: at % 2 === 0 ? 'HELD' : 'RELEASED', revision: revision + 1 });
      revision = standing!.revision;
    }
    expect(revision).toBeGreaterThan(3);
  }, LONG);
});
