import { runForCloudFormation, RunnerPorts, RunState } from '../../../src/issuing/fleet/run/run-for-cloudformation';
import { GOES_ON } from '../../../src/lambda/cloudformation/handle-event';
import { LifecycleEvent } from '../../../src/resource/lifecycle-event';
import { STACK_ID } from '../../support/events';

const MINUTE = 60_000;
const START = new Date('2026-12-01T10:00:00Z');
const SUMMARY = { rows: 10, issued: 7, replaced: 0, renewed: 0, restored: 0, unchanged: 1, refused: 2, failedPieces: 0, failure: '', overtakenBy: '' };

function event(requestType: LifecycleEvent['requestType'] = 'Create', properties = {}): LifecycleEvent {
  return {
    requestType,
    requestId: 'request-1',
    resourceType: 'Custom::IotDeviceCertificateFleet',
    stackId: STACK_ID,
    logicalResourceId: 'Sensors',
    properties,
    ...requestType !== 'Create' && { physicalResourceId: 'fleet-0123456789abcdef0123456789abcdef' },
  };
}

/** Runs that last as long as told, and a clock that passes a minute at each pause. */
class PlayedRuns {
  public readonly started: string[] = [];
  public handedOn = 0;
  public now = START;

  constructor(private readonly minutes: number, private readonly end: Omit<RunState, 'startedAt'>) {}

  public get ports(): RunnerPorts {
    return {
      runs: {
        start: async run => void this.started.push(run),
        state: async () => this.now.getTime() - START.getTime() < this.minutes * MINUTE ? { status: 'RUNNING', startedAt: START } : { ...this.end, startedAt: START },
      },
      clock: () => this.now,
      pause: async () => {
        this.now = new Date(this.now.getTime() + MINUTE);
      },
      handOn: async () => {
        this.handedOn += 1;
      },
    };
  }

  public after(minutes: number): Date {
    return new Date(this.now.getTime() + minutes * MINUTE);
  }
}

const SUCCEEDED = { status: 'SUCCEEDED', output: JSON.stringify(SUMMARY) } as const;

describe('a deployment of a fleet', () => {
  test('waits for the run, and answers its counts', async () => {
    const runs = new PlayedRuns(5, SUCCEEDED);
    expect(await runForCloudFormation(event(), runs.after(14), runs.ports)).toEqual({
      physicalResourceId: 'fleet-7f9d310abf4cb4f796f44abcbf4d1146',
      data: {
        RunId: 'deploy-request-1',
        Status: 'SUCCEEDED',
        Rows: '10',
        Issued: '7',
        Replaced: '0',
        Renewed: '0',
        Restored: '0',
        Unchanged: '1',
        Refused: '2',
        Message: '2 rows were refused, and 0 pieces have failed; the bucket of results says why',
      },
    });
  });

  test('has another invocation go on before its own time is up, which finds the same run', async () => {
    const runs = new PlayedRuns(20, SUCCEEDED);
    expect(await runForCloudFormation(event(), runs.after(14), runs.ports)).toBe(GOES_ON);
    expect(runs.handedOn).toBe(1);
    expect(await runForCloudFormation(event(), runs.after(14), runs.ports)).toMatchObject({ data: { Status: 'SUCCEEDED' } });
    expect(new Set(runs.started)).toEqual(new Set(['deploy-request-1']));
  });

  test('ends after 55 minutes with a run that takes longer, and says that it goes on', async () => {
    const runs = new PlayedRuns(600, SUCCEEDED);
    let answer = await runForCloudFormation(event(), runs.after(14), runs.ports);
    for (; answer === GOES_ON; answer = await runForCloudFormation(event(), runs.after(14), runs.ports)) {
      expect(runs.now.getTime()).toBeLessThan(runs.after(0).getTime() + 60 * MINUTE);
    }
    expect(answer).toMatchObject({ data: { Status: 'RUNNING', Issued: 'unknown', Message: expect.stringContaining('goes on') } });
    expect(runs.now.getTime() - START.getTime()).toBe(55 * MINUTE);
    expect(runs.handedOn).toBe(3);
  });

  test('does not fail if a later run has overtaken its own, and names that one', async () => {
    const runs = new PlayedRuns(1, { status: 'SUCCEEDED', output: JSON.stringify({ ...SUMMARY, failedPieces: 3, overtakenBy: 'nightly-7' }) });
    expect(await runForCloudFormation(event(), runs.after(14), runs.ports)).toMatchObject({
      data: { Status: 'OVERTAKEN', Issued: 'unknown', Message: expect.stringContaining('the run nightly-7 has begun meanwhile') },
    });
  });

  test('fails with the reason of a run that fails', async () => {
    const runs = new PlayedRuns(1, { status: 'FAILED', cause: JSON.stringify({ errorType: 'Error', errorMessage: 'the manifest must have a row for each device, got none' }) });
    await expect(runForCloudFormation(event(), runs.after(14), runs.ports)).rejects.toThrow(
      'Sensors: the run deploy-request-1 of the fleet must succeed, and it has failed: the manifest must have a row for each device, got none');
  });

  test('does not run a fleet that runs on demand', async () => {
    const runs = new PlayedRuns(1, SUCCEEDED);
    expect(await runForCloudFormation(event('Update', { RunOnDeploy: 'false' }), runs.after(14), runs.ports)).toMatchObject({ data: { RunId: 'none', Status: 'NOT_RUN' } });
    expect(runs.started).toEqual([]);
  });

  test('leaves the certificates alone when the fleet is removed', async () => {
    const runs = new PlayedRuns(1, SUCCEEDED);
    expect(await runForCloudFormation(event('Delete'), runs.after(14), runs.ports)).toEqual({ physicalResourceId: 'fleet-0123456789abcdef0123456789abcdef' });
    expect(runs.started).toEqual([]);
  });
});
