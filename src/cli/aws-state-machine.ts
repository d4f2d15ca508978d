import { randomUUID } from 'node:crypto';
import {
  DescribeExecutionCommand, DescribeMapRunCommand, ListExecutionsCommand, ListMapRunsCommand, SFNClient, StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { awsMessageOf, WaysOut } from './aws-message';
import { CliError } from './cli-error';
import { Execution, OpenStateMachine } from './fleet/executions';
import { PLAIN_CLIENT } from '../issuing/aws/plain-calls';

/** What to do about an error of Step Functions, by its name. https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html */
const WAYS_OUT: WaysOut = {
  AccessDeniedException: 'allow these credentials to run the fleet (fleet.grantRun(role))',
  StateMachineDoesNotExist: 'use the credentials of its account, and the ARN of the latest deployment',
  ExecutionDoesNotExist: 'name a run of the last 90 days: Step Functions forgets those before',
};

/** Opens a state machine with the user's credentials, in its own Region. */
export const openStateMachine: OpenStateMachine = arn => {
  const client = new SFNClient({ ...PLAIN_CLIENT, region: arn.split(':')[3] });
  const executionArn = (name: string): string => `${arn.replace(':stateMachine:', ':execution:')}:${name}`;
  const calling = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw new CliError(`--state-machine: AWS Step Functions did not take a call for ${arn}: ${awsMessageOf(error, arn, WAYS_OUT)}`);
    }
  };
  const describe = (name: string): Promise<Execution> => calling(async () => {
    const { status = '', startDate = new Date(0), stopDate, output, cause } = await client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }));
    return { name, status, startedAt: startDate, endedAt: stopDate, output, cause };
  });
  return {
    start: () => calling(async () => {
      const name = `run-${randomUUID()}`;
      await client.send(new StartExecutionCommand({ stateMachineArn: arn, name, input: '{}' }));
      return name;
    }),
    describe,
    latest: async () => {
      const { executions = [] } = await calling(() => client.send(new ListExecutionsCommand({ stateMachineArn: arn, maxResults: 1 })));
      return executions[0] && describe(executions[0].name!);
    },
    batches: name => calling(async () => {
      const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn: executionArn(name) }));
      if (!mapRuns[0]) {
        return undefined;
      }
      const { executionCounts } = await client.send(new DescribeMapRunCommand({ mapRunArn: mapRuns[0].mapRunArn }));
      const { succeeded = 0, failed = 0, aborted = 0, timedOut = 0, total = 0 } = executionCounts ?? {};
      return { succeeded, failed: failed + aborted + timedOut, total };
    }),
  };
};
