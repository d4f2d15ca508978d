import { FLEET_ATTRIBUTES, FleetAttribute, RunSummary } from '../../../contract/fleet-run';
import { isMap } from '../../../contract/json-map';
import { GOES_ON } from '../../../lambda/cloudformation/handle-event';
import { Attributes, failureOf, LifecycleEvent, LifecycleResult } from '../../../resource/lifecycle-event';
import { idFrom } from '../../../resource/physical-id';
import { truth } from '../../../resource/property-values';

/** How a run is. */
export interface RunState {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  readonly startedAt: Date;
  /** What its last step has answered, JSON. */
  readonly output?: string;
  /** Why it has failed. */
  readonly cause?: string;
}

/** The runs of a fleet. */
export interface Runs {
  /** Starts a run. Does nothing if there is one with this name. */
  start(run: string): Promise<void>;
  state(run: string): Promise<RunState>;
}

/** What waiting for a run needs. */
export interface RunnerPorts {
  readonly runs: Runs;
  readonly clock: () => Date;
  /** Waits a moment. */
  readonly pause: () => Promise<void>;
  /** Has another invocation go on with the same request. */
  readonly handOn: () => Promise<void>;
}

/** How long a deployment waits for a run, in milliseconds: CloudFormation waits an hour for the answer. */
const LONGEST_WAIT = 55 * 60_000;

/**
 * Runs a fleet when CloudFormation creates or updates its resource, and waits for the end. A run that takes longer than a deployment can wait goes on by
 * itself. A repeated request finds the run that the first one has started.
 *
 * @param until when this invocation must end
 */
export async function runForCloudFormation(event: LifecycleEvent, until: Date, ports: RunnerPorts): Promise<LifecycleResult | typeof GOES_ON> {
  const physicalResourceId = fleetPhysicalId(event);
  if (event.requestType === 'Delete') {
    return { physicalResourceId: event.physicalResourceId! }; // devices keep their certificates
  }
  try {
    if (!truth('runOnDeploy', event.properties.RunOnDeploy, true)) {
      return { physicalResourceId, data: attributes({ RunId: 'none', Status: 'NOT_RUN', Message: 'the fleet runs on demand' }) };
    }
    const run = `deploy-${event.requestId}`;
    await ports.runs.start(run);
    for (;;) {
      const state = await ports.runs.state(run);
      if (state.status !== 'RUNNING' || ports.clock().getTime() - state.startedAt.getTime() >= LONGEST_WAIT) {
        return { physicalResourceId, data: attributesOf(run, state) };
      }
      if (ports.clock() >= until) {
        await ports.handOn();
        return GOES_ON;
      }
      await ports.pause();
    }
  } catch (error) {
    throw failureOf(event, event.physicalResourceId ?? physicalResourceId, error);
  }
}

/** The physical id of a fleet. It is final, and never changes: a fleet is never replaced. See decisions/0031-fleets-in-aws.md. */
export function fleetPhysicalId({ stackId, logicalResourceId }: Pick<LifecycleEvent, 'stackId' | 'logicalResourceId'>): string {
  return idFrom('fleet', JSON.stringify(['cdk-private-iot-ca/1', stackId, logicalResourceId]));
}

function attributesOf(run: string, { status, output, cause }: RunState): Attributes {
  if (status === 'RUNNING') {
    return attributes({
      RunId: run, Status: status, Message: 'the run takes longer than a deployment can wait, and goes on; private-iot-ca fleet status shows how far it is',
    });
  }
  if (status === 'FAILED') {
    throw new Error(`the run ${run} of the fleet must succeed, and it has failed: ${reasonIn(cause)}`);
  }
  const { rows, issued, replaced, renewed, restored, unchanged, refused, failedPieces, overtakenBy } = JSON.parse(output!) as RunSummary;
  if (overtakenBy !== '') {
    return attributes({ RunId: run, Status: 'OVERTAKEN', Message: `the run ${overtakenBy} has begun meanwhile, and issues for the manifest and the declaration as they are now` });
  }
  return attributes({
    RunId: run,
    Status: status,
    Rows: String(rows),
    Issued: String(issued),
    Replaced: String(replaced),
    Renewed: String(renewed),
    Restored: String(restored),
    Unchanged: String(unchanged),
    Refused: String(refused),
    Message: refused + failedPieces === 0 ? 'every row has its certificate'
      : `${refused} rows were refused, and ${failedPieces} pieces have failed; the bucket of results says why`,
  });
}

/** A run that has not ended has no counts. */
function attributes(known: Partial<{ readonly [A in FleetAttribute]: string }>): Attributes {
  return Object.fromEntries(FLEET_ATTRIBUTES.map(name => [name, known[name] ?? 'unknown']));
}

/** The message of an error of a function, which Step Functions has as JSON, or the cause as it is. */
function reasonIn(cause = 'Step Functions gives no cause'): string {
  try {
    const error: unknown = JSON.parse(cause);
    return isMap(error) && typeof error.errorMessage === 'string' ? error.errorMessage : cause;
  } catch {
    return cause;
  }
}
