import { Aws, CfnElement, CustomResource, Duration } from 'aws-cdk-lib';
import { Rule, RuleProps, Schedule } from 'aws-cdk-lib/aws-events';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** Invokes a function at regular intervals. The ids of the constructs are final. */
export function onSchedule(scope: Construct, target: Function, interval: Duration, description: string): void {
  onRule(scope, 'Schedule', target, { description, schedule: Schedule.rate(interval) });
}

/**
 * Invokes a function once CloudFormation has made a custom resource or changed it, without having the deployment wait. The ids of the constructs are final.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-resource-status-change.html
 */
export function onDeployed(scope: Construct, target: Function, resource: CustomResource, description: string): void {
  const rule = onRule(scope, 'Deployed', target, {
    description,
    eventPattern: {
      source: ['aws.cloudformation'],
      detailType: ['CloudFormation Resource Status Change'],
      detail: {
        'stack-id': [Aws.STACK_ID],
        'logical-resource-id': [(resource.node.defaultChild as CfnElement).logicalId],
        'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
      },
    },
  });
  resource.node.addDependency(rule, target.node.findChild('Deployed'));
}

/**
 * Invokes a function when a rule says so. The permission has an id of its own: the id that a target of CDK would give it names the stage, and a stack has the
 * same logical IDs in all stages.
 */
function onRule(scope: Construct, id: string, target: Function, when: RuleProps): Rule {
  const rule = new Rule(scope, id, { ...when, targets: [{ bind: () => ({ arn: target.functionArn }) }] });
  target.addPermission(id, { principal: new ServicePrincipal('events.amazonaws.com'), sourceArn: rule.ruleArn });
  return rule;
}
