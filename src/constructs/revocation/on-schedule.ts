import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/**
 * Invokes a function at regular intervals. The ids of the constructs are final. The permission has an id of its own: the id that a target of
 * CDK would give it names the stage, and a stack has the same logical IDs in all stages.
 */
export function onSchedule(scope: Construct, target: IFunction, interval: Duration, description: string): void {
  const rule = new Rule(scope, 'Schedule', { description, schedule: Schedule.rate(interval), targets: [{ bind: () => ({ arn: target.functionArn }) }] });
  target.addPermission('Schedule', { principal: new ServicePrincipal('events.amazonaws.com'), sourceArn: rule.ruleArn });
}
