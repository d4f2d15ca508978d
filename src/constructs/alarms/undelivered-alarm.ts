import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** How often Amazon SQS reports how many messages a queue has. */
const PERIOD = Duration.minutes(1);

/** For how long a queue must have had messages, and in how many of these minutes: the numbers of messages are approximate. */
const MINUTES = 60;
const MINUTES_WITH_MESSAGES = 55;

/**
 * The alarm that goes off when a queue has not been empty for an hour: there is something that its function can't carry out, or the function
 * does not get it. The id of the construct is final.
 *
 * The age of the oldest message does not say so. It leaves out a message that was received three times in vain.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/capturing-problematic-messages.html
 */
export function undeliveredAlarm(scope: Construct, queue: IQueue, alarmDescription: string): Alarm {
  const options = { statistic: Stats.MAXIMUM, period: PERIOD };
  return new Alarm(scope, 'Undelivered', {
    alarmDescription,
    metric: new MathExpression({
      expression: 'waiting + taken',
      usingMetrics: {
        waiting: queue.metricApproximateNumberOfMessagesVisible(options), taken: queue.metricApproximateNumberOfMessagesNotVisible(options),
      },
      label: 'Messages that are not delivered',
      period: PERIOD,
    }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: MINUTES,
    datapointsToAlarm: MINUTES_WITH_MESSAGES,
    treatMissingData: TreatMissingData.NOT_BREACHING, // of a queue that has had no messages for hours
  });
}
