import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AwsCalls, ifOneOf } from '../../lambda/aws/aws-calls';
import { Runs, RunState } from '../fleet/run/run-for-cloudformation';

/** There was an execution with this name, and it has ended. */
const ENDED = 'ExecutionAlreadyExists';

/** The runs of a fleet as executions of its state machine. */
export class StepFunctionsRuns implements Runs {
  constructor(private readonly client: SFNClient, private readonly calls: AwsCalls, private readonly stateMachineArn: string) {}

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html: idempotent for a name and an input. */
  public async start(run: string): Promise<void> {
    const command = new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, name: run, input: '{}' });
    await this.calls.make('states:StartExecution', this.stateMachineArn, options => this.client.send(command, options), [ENDED])
      .catch(error => ifOneOf([ENDED], error));
  }

  public async state(run: string): Promise<RunState> {
    const executionArn = `${this.stateMachineArn.replace(':stateMachine:', ':execution:')}:${run}`;
    const { status, startDate, output, cause } = await this.calls.make('states:DescribeExecution', executionArn,
      options => this.client.send(new DescribeExecutionCommand({ executionArn }), options));
    const known = status === 'RUNNING' || status === 'SUCCEEDED' ? status : status === 'PENDING_REDRIVE' ? 'RUNNING' : 'FAILED';
    return { status: known, startedAt: startDate ?? new Date(0), output, cause: cause ?? (known === 'FAILED' ? `its state is ${status}` : undefined) };
  }
}
