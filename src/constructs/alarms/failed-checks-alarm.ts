import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** How many checks in a row must fail before the alarm goes off: a single one may be throttled. */
const FAILED_CHECKS = 2;

/**
 * The alarm that goes off when two checks of a function in a row have failed, or when none has been made. The id of the construct is final.
 *
 * @param interval how often the function checks
 * @param missing what it means if none has been made. A function that is not invoked at its deployment makes its first check an interval
 *   later, so there a missing check must not set off the alarm.
 */
export function failedChecksAlarm(
  scope: Construct, checking: IFunction, interval: Duration, alarmDescription: string, missing = TreatMissingData.BREACHING,
): Alarm {
  return new Alarm(scope, 'FailedChecks', {
    alarmDescription,
    metric: checking.metricErrors({ statistic: Stats.SUM, period: interval }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: FAILED_CHECKS,
    treatMissingData: missing,
  });
}
