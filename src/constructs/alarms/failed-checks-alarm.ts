import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, IMetric, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** How many checks must fail before the alarm goes off: a single one may be throttled. */
const FAILED_CHECKS = 2;

/** Which check is the first one: that of the deployment, before the alarm is made, or the first one of the schedule, an interval after it. */
export type FirstCheck = 'deployment' | 'schedule';

/**
 * The alarm that goes off when two checks of a function have failed or were not made: two in a row if the deployment makes the first check,
 * else two of three. The id of the construct is final.
 *
 * @param interval how often the function checks
 */
export function failedChecksAlarm(
  scope: Construct, checking: IFunction, interval: Duration, alarmDescription: string, firstCheck: FirstCheck,
): Alarm {
  const errors = checking.metricErrors({ statistic: Stats.SUM, period: interval });
  return new Alarm(scope, 'FailedChecks', {
    alarmDescription,
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    datapointsToAlarm: FAILED_CHECKS,
    ...firstCheck === 'deployment'
      ? { metric: errors, evaluationPeriods: FAILED_CHECKS, treatMissingData: TreatMissingData.BREACHING }
      : { metric: failedOrMissing(errors, interval), evaluationPeriods: FAILED_CHECKS + 1, treatMissingData: TreatMissingData.IGNORE },
  });
}

/**
 * How many checks have failed in each interval, with 1 for a check that was not made after one that was. Before the first check there is no value: missing
 * checks that count as failed would set off the alarm at every first deployment. The schedule may fall silent for longer than the alarm looks back; then there
 * is no value either, and the alarm stays as it is.
 *
 * The error metric of a function has a value for each invocation, 0 if it has succeeded.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
function failedOrMissing(errors: IMetric, period: Duration): MathExpression {
  return new MathExpression({
    expression: 'FILL(errors, 1) + 0 * FILL(errors, REPEAT)', usingMetrics: { errors }, period, label: 'Checks that have failed or were not made',
  });
}
