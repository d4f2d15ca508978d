import { Alarm, AlarmRule, AlarmState, CfnCompositeAlarm, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

/**
 * The alarm that goes off when one of several does, so that there is one to tell somebody. CloudFormation names it: the name that CDK gives it
 * would be the same in all stacks of the same construct. The id of the construct is final.
 */
export function anyOfAlarms(scope: Construct, alarms: readonly Alarm[], alarmDescription: string): CompositeAlarm {
  const alarm = new CompositeAlarm(scope, 'Alarm', {
    alarmDescription, alarmRule: AlarmRule.anyOf(...alarms.map(each => AlarmRule.fromAlarm(each, AlarmState.ALARM))),
  });
  (alarm.node.defaultChild as CfnCompositeAlarm).alarmName = undefined;
  return alarm;
}
