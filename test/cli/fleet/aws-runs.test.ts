import { resolve } from 'node:path';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { cli, cliOk, readJson } from '../../support/cli-run';
import { complaintsOf } from '../../support/json-schema';
import { MOTO_TIMEOUT, motoUrl } from '../../support/moto';
import { StatesInterpreter } from '../../support/states-interpreter';

const SCHEMA = readJson(resolve(__dirname, '..', '..', '..', 'schema', 'command-line-v1.schema.json'));
const SUMMARY = { run: 'x', rows: 10, pieces: 1, issued: 8, replaced: 0, renewed: 0, restored: 0, unchanged: 1, refused: 1, failedPieces: 0, failure: '' };

let interpreter: StatesInterpreter;

beforeAll(async () => {
  interpreter = await StatesInterpreter.start(Number(new URL(await motoUrl()).port));
  process.env.AWS_ENDPOINT_URL = interpreter.url;
}, MOTO_TIMEOUT);

afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL;
  interpreter.stop();
});

/** A state machine that answers what the last step of a fleet's would. */
async function stateMachine(name: string, states: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: 'Only', States: { Only: states } });
  const { stateMachineArn } = await new SFNClient({ endpoint: interpreter.url })
    .send(new CreateStateMachineCommand({ name, definition, roleArn: 'arn:aws:iam::123456789012:role/any' }));
  return stateMachineArn!;
}

test('a fleet in AWS is run and waited for, and its state is shown afterwards', async () => {
  const arn = await stateMachine('Sensors', { Type: 'Pass', Result: SUMMARY, End: true });
  expect(await cliOk('fleet', 'status', '--state-machine', arn)).toBe('the fleet had no run\n');
  const { code, stdout } = await cli('fleet', 'run', '--state-machine', arn);
  expect([code, stdout.replace(/run-[0-9a-f-]{36}/g, '<run>').replace(/begun [^:]+:\d\d:[\d.]+Z/, 'begun <time>')]).toEqual([
    1, 'run <run>, begun <time>: 10 rows: 8 issued, 1 unchanged, 1 refused\nresults: in the bucket of the fleet, below runs/<run>/\n',
  ]);
  const document = JSON.parse(await cliOk('fleet', 'status', '--state-machine', arn, '--json'));
  expect(complaintsOf(SCHEMA, document)).toBe('');
  expect(document).toMatchObject({ action: 'status', executions: [{ status: 'SUCCEEDED', rows: 10, counts: { issued: 8, refused: 1 } }] });
});

test('a run that has failed says why', async () => {
  const arn = await stateMachine('Failing', { Type: 'Fail', Error: 'TooManyPiecesFailed', Cause: '3 of 4 pieces failed' });
  const { code, stdout } = await cli('fleet', 'run', '--state-machine', arn);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/: failed: 3 of 4 pieces failed\n$/)]);
});

test('a state machine that is none is refused before anything is called', async () => {
  const { code, stderr } = await cli('fleet', 'run', '--state-machine', 'Sensors');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--state-machine must be the ARN of the state machine of a fleet (fleet.stateMachine.stateMachineArn), got "Sensors"')]);
});

test('an estimate needs no account, and grows with the fleet', async () => {
  const estimates = await Promise.all(['1000', '1000000'].map(async devices => {
    const document = JSON.parse(await cliOk('fleet', 'estimate', '--devices', devices, '--key-algorithm', 'EC_P256', '--json'));
    expect(complaintsOf(SCHEMA, document)).toBe('');
    return document.estimate;
  }));
  expect(estimates[1].totalDollars).toBeGreaterThan(100 * estimates[0].totalDollars);
  expect(await cliOk('fleet', 'estimate', '--devices', '1000')).toMatch(/^1,000 devices in \d+ batches, \d+ at a time: about \d+ \w+, limited by /);
  expect((await cli('fleet', 'estimate')).stderr).toContain('--devices must be a whole number from 1 to 1000000000, got none');
});
