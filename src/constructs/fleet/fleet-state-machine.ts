import { ArnFormat, Aws, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { fleetDefinition } from './fleet-definition';
import { FleetFunction, grantObjects, ResultsPlace } from './fleet-functions';
import { applyRoleAndLogOptionsAtSynthesis } from '../functions/apply-options';
import { acknowledge, acknowledgeWildcard } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** What the state machine of a fleet runs. */
export interface FleetStateMachineOptions {
  readonly planner: FleetFunction;
  readonly worker: FleetFunction;
  readonly finisher: FleetFunction;
  readonly results: ResultsPlace;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercentage: number;
}

/** The state machine of a fleet, whose executions are its runs. What it logs and keeps has names and counts only. */
export function fleetStateMachine(scope: Construct, options: FleetStateMachineOptions): StateMachine {
  const { planner, worker, finisher, results, maxConcurrency, toleratedFailurePercentage } = options;
  const stack = Stack.of(scope);
  const role = new Role(scope, 'RunRole', { assumedBy: new ServicePrincipal('states.amazonaws.com'), description: 'Runs a fleet' });
  const definition = fleetDefinition({
    partition: Aws.PARTITION,
    planner: planner.function.functionArn,
    worker: worker.function.functionArn,
    finisher: finisher.function.functionArn,
    bucket: results.bucket.bucketName,
    folder: results.folder,
    maxConcurrency,
    toleratedFailurePercentage,
  });
  const logGroup = new LogGroup(scope, 'RunLog', {
    // The name of the stack keeps it apart from the same construct in another one. https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
    logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' })}`,
    retention: RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  applyRoleAndLogOptionsAtSynthesis(scope, { role, logGroup });
  const machine = new StateMachine(scope, 'StateMachine', {
    definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
    role,
    comment: `Issues the certificates of ${scope.node.path}`,
    logs: {
      destination: logGroup,
      level: LogLevel.ALL,
      includeExecutionData: false,
    },
  });
  acknowledge(machine, 'AwsSolutions-SF2', 'The history of an execution and the metrics of the functions say where the time goes');
  acknowledge(role, 'AwsSolutions-IAM5', 'The delivery of logs has no resources that a policy could name', ['Resource::*']);

  const ofMap = executionsOf(machine, '/*');
  const rights = rolePolicy(scope, 'RunRights', role);
  rights.addStatements(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [planner, worker, finisher].map(each => each.function.functionArn) }),
    // The executions of a distributed map: https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }),
    new PolicyStatement({ actions: ['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'], resources: [ofMap] }),
  );
  grantObjects(rights, results, ['s3:GetObject'], ['pieces.json'], false);
  grantObjects(rights, results, ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'], ['map/*'], true);
  acknowledgeWildcard(rights, ofMap, 'The executions of the map are named by Step Functions');
  return machine;
}

/**
 * The ARN of executions of a state machine.
 *
 * @param which `:*` for its own, `/*` for those of its map
 */
export function executionsOf(machine: StateMachine, which: ':*' | '/*'): string {
  return Stack.of(machine).formatArn({
    service: 'states', resource: 'execution', resourceName: `${machine.stateMachineName}${which}`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
