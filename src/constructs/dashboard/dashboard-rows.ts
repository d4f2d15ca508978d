import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, AlarmStatusWidgetSortBy, GraphWidget, GraphWidgetProps, IMetric, IWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { ShownParts } from './shown-parts';
import { DAYS_LEFT_METRIC, ENDING_DEVICES_METRIC, EXPIRING_KINDS, KIND_DIMENSION, WEEKS, WEEKS_DIMENSION } from '../../contract/expiry';
import { CA_DIMENSION, LIFE_LEFT_METRIC, METRIC_NAMESPACE } from '../../contract/revocation-functions';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';

/** The units of the width of a dashboard. */
const WIDTH = 24;
const HEIGHT = 7;

/** An alarm widget shows at most as many. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const MAX_ALARMS = 100;

/** The functions that watch ends report twice a day, and those that publish lists every hour. */
const DAILY = Duration.days(1);
const HOURLY = Duration.hours(1);

/** The CAs of a dashboard by the metrics that there are about them. */
export interface ReportedCas {
  /** The CAs whose ends are watched. */
  readonly watched: readonly IPrivateIotCa[];
  /** The CAs whose lists are published. */
  readonly published: readonly IPrivateIotCa[];
}

/** The rows of a dashboard, from what needs attention to what explains it. A row without content is empty. */
export function dashboardRows({ watched, published }: ReportedCas, { alarms, functions, queues }: ShownParts): IWidget[][] {
  const ofFunctions = (title: string, metricOf: (part: typeof functions[number]['part'], label: string) => Metric): GraphWidgetProps =>
    ({ title, left: functions.map(({ part, name }) => metricOf(part, name)) });
  return [
    ...inParts(alarms, MAX_ALARMS).map(each => [new AlarmStatusWidget({
      title: 'Alarms', alarms: each, width: WIDTH, height: 2 + Math.ceil(each.length / 4), sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
    })]),
    graphs({
      title: 'Days until the first certificate of each kind ends',
      left: watched.flatMap(ca => Object.keys(EXPIRING_KINDS).map(kind => ofCa(ca, DAYS_LEFT_METRIC, Stats.MINIMUM, DAILY, KIND_DIMENSION, kind))),
    }, {
      title: 'Certificates of devices that end within so many weeks',
      left: watched.flatMap(ca => WEEKS.map(weeks => ofCa(ca, ENDING_DEVICES_METRIC, Stats.MAXIMUM, DAILY, WEEKS_DIMENSION, String(weeks)))),
    }),
    graphs({
      title: 'Life left of the newest revocation list, in percent', left: published.map(ca => ofCa(ca, LIFE_LEFT_METRIC, Stats.MINIMUM, HOURLY)),
    }),
    graphs(
      ofFunctions('Errors of functions', (part, label) => part.metricErrors({ label, statistic: Stats.SUM, period: HOURLY })),
      ofFunctions('Longest duration of functions', (part, label) => part.metricDuration({ label, statistic: Stats.MAXIMUM, period: HOURLY })),
      ofFunctions('Throttles of functions', (part, label) => part.metricThrottles({ label, statistic: Stats.SUM, period: HOURLY })),
    ),
    graphs({
      title: 'Age of the oldest message in queues',
      left: queues.map(({ part, name: label }) => part.metricApproximateAgeOfOldestMessage({ label, statistic: Stats.MAXIMUM, period: HOURLY })),
    }, {
      title: 'Messages in queues', // the age leaves out a message that was received three times in vain
      left: queues.map(({ part, name: label }) => part.metricApproximateNumberOfMessagesVisible({ label, statistic: Stats.MAXIMUM, period: HOURLY })),
    }),
  ];
}

/** A row of graphs of the same width, or an empty row if they have no lines. */
function graphs(...all: readonly GraphWidgetProps[]): IWidget[] {
  const shown = all.filter(({ left }) => left!.length > 0);
  return shown.map(each => new GraphWidget({ ...each, width: WIDTH / shown.length, height: HEIGHT, leftYAxis: { showUnits: false } }));
}

function ofCa(ca: IPrivateIotCa, metricName: string, statistic: string, period: Duration, dimension?: string, value = ''): IMetric {
  const own = dimension === undefined ? {} : { [dimension]: value };
  return new Metric({
    namespace: METRIC_NAMESPACE, metricName, statistic, period, dimensionsMap: { [CA_DIMENSION]: ca.caId, ...own }, label: [ca.node.path, value].join(' ').trim(),
  });
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
