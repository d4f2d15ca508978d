/** What the state machine of a fleet runs, and where. */
export interface FleetDefinitionOptions {
  /** The partition, such as `aws`. */
  readonly partition: string;
  readonly planner: string;
  readonly worker: string;
  readonly finisher: string;
  readonly bucket: string;
  /** The folder of the fleet, without a slash at its end. */
  readonly folder: string;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: number;
}

/** Faults of Lambda that pass. https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception */
const PASSING = [
  'Lambda.ClientExecutionTimeoutException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.TooManyRequestsException',
];

/** A worker that was killed, ran out of time or failed. All of it can be repeated: what was issued stays. */
const OF_A_WORKER = [...PASSING, 'Lambda.Unknown', 'Sandbox.Timedout', 'States.Timeout', 'States.TaskFailed'];

/** Longer waits each time, at random, so that throttled workers don't come back together. */
const RETRY = { IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' } as const;

const RUN = { 'run.$': '$$.Execution.Name' } as const;
const BEGINNING = { 'begunAt.$': '$$.Execution.StartTime' } as const;

/**
 * The state machine of a fleet in the Amazon States Language (https://states-language.net/spec.html): a plan, a distributed map over the pieces of
 * the plan, and a summary, which is also made if the map ends early, and which decides whether the run has failed. A piece is a batch already, so the map needs no `ItemBatcher`. Inputs and
 * outputs of its states have names and counts only.
 */
export function fleetDefinition(options: FleetDefinitionOptions): object {
  const { partition, planner, worker, finisher, bucket, folder, maxConcurrency, toleratedFailurePercentage } = options;
  const invoke = (functionArn: string, payload: object, errors: readonly string[], attempts: number): object => ({
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, ...payload },
    OutputPath: '$.Payload',
    Retry: [{ ErrorEquals: errors, MaxAttempts: attempts, ...RETRY }],
  });
  const ofRun = { Payload: RUN };
  return {
    Comment: 'Issues the certificates of a fleet: a plan, a map over its pieces, and a summary',
    StartAt: 'Plan',
    States: {
      'Plan': { ...invoke(planner, { Payload: { ...RUN, ...BEGINNING } }, PASSING, 6), Next: 'Issue' },
      'Issue': {
        Type: 'Map',
        Label: 'Issue',
        ItemReader: {
          Resource: `arn:${partition}:states:::s3:getObject`,
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket': bucket, 'Key.$': `States.Format('${folder}/runs/{}/pieces.json', $$.Execution.Name)` },
        },
        ItemSelector: { ...RUN, 'piece.$': '$$.Map.Item.Value.piece' },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Work',
          States: { Work: { ...invoke(worker, { 'Payload.$': '$' }, OF_A_WORKER, 5), End: true } },
        },
        MaxConcurrency: maxConcurrency,
        ToleratedFailurePercentage: toleratedFailurePercentage,
        ResultWriter: {
          Resource: `arn:${partition}:states:::s3:putObject`,
          Parameters: { 'Bucket': bucket, 'Prefix.$': `States.Format('${folder}/runs/{}/map', $$.Execution.Name)` },
        },
        ResultPath: '$.map',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Sum up' }],
        Next: 'Sum up',
      },
      'Sum up': { ...invoke(finisher, ofRun, PASSING, 6), Next: 'Enough?' },
      'Enough?': { Type: 'Choice', Choices: [{ Variable: '$.isFailed', BooleanEquals: true, Next: 'Failed' }], Default: 'Done' },
      'Done': { Type: 'Succeed' },
      'Failed': {
        Type: 'Fail',
        Error: 'TooManyPiecesFailed',
        CausePath: "States.Format('{} of {} pieces failed or were not begun; one of them: {}', $.failedPieces, $.pieces, $.failure)",
      },
    },
  };
}
