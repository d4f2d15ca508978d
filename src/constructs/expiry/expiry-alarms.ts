import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { watchesEnds } from './watched-cas';
import { checkAnnouncements, checkDaysLeft, DAYS_LEFT_METRIC, ExpiringKind, KIND_DIMENSION, WatchEnvironment, WEEKS } from '../../contract/expiry';
import { CA_DIMENSION, METRIC_NAMESPACE } from '../../contract/revocation-functions';
import { failedChecksAlarm } from '../alarms/failed-checks-alarm';
import { assertInEnvironment, isKnownToDiffer } from '../ca/cross-account';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantWatchEnds } from '../ca/ledger-table';
import { check, Kinds, listOf, optional, pathBelow, struct } from '../checks/kinds';
import { CA, DURATION, TOPIC } from '../checks/object-kinds';
import { assertKnown, validate } from '../checks/validation';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { libraryFunction } from '../provider/library-function';
import { rolePolicy } from '../provider/role-policy';
import { onSchedule } from '../revocation/on-rule';

/** How often the function looks: twice within the period of an alarm, so that no period is without a value. */
const INTERVAL = Duration.hours(12);
const PERIOD = Duration.days(1);

/**
 * How long before the end of the first certificate of each kind an alarm goes off: whole days, from 1 to 3650, that are known at synthesis. The
 * alarm ends when no certificate of the kind ends so soon any more, because it was replaced, renewed, withdrawn or revoked.
 */
export interface ExpiryThresholds {
  /**
   * Before the end of the CA itself. Its successor has to be declared and trusted before certificates that end later than the CA are needed.
   *
   * @default - a fifth of the CA's validity, at most a year; 180 days if the validity is not known at synthesis
   */
  readonly ca?: Duration;

  /**
   * Before the end of a CA whose certificate this CA has signed.
   *
   * @default Duration.days(180)
   */
  readonly subordinateCas?: Duration;

  /**
   * Before the end of a server's certificate. Those with a `renewal` are renewed earlier.
   *
   * @default Duration.days(14)
   */
  readonly servers?: Duration;

  /**
   * Before the end of a device's certificate. Those with a `renewal` are renewed earlier.
   *
   * @default Duration.days(28)
   */
  readonly devices?: Duration;

  /**
   * Before the end of a verification certificate. Platforms need it only while the CA is registered.
   *
   * @default - no alarm
   */
  readonly verificationCertificates?: Duration;
}

/**
 * The CA whose certificates are watched, and who is told.
 */
export interface ExpiryAlarmsProps {
  /**
   * The CA, in the account and the Region of the stack.
   */
  readonly ca: IPrivateIotCa;

  /**
   * The topic to which the alarms are delivered, in the Region of the stack. An encrypted topic must use a customer managed key that lets
   * `cloudwatch.amazonaws.com` use it.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
   * @default - the alarms have no action; add one with `addAlarmAction`
   */
  readonly topic?: ITopic;

  /**
   * How long before an end each alarm goes off.
   *
   * @default - see each threshold
   */
  readonly thresholds?: ExpiryThresholds;

  /**
   * How long before its end a certificate is announced as the event `Certificate Expiring`, up to 10 times, in whole days, from 1 to 3650, that are
   * known at synthesis. A certificate is also announced once it has ended. Thresholds that are longer than the validity of a certificate are left out for it, and so are those that come
   * before its `renewal`.
   *
   * @default - 60, 30, 14, 7 and 1 days
   */
  readonly announce?: Duration[];
}

const THRESHOLD_KINDS: Kinds<ExpiryThresholds> = {
  ca: optional(DURATION),
  subordinateCas: optional(DURATION),
  servers: optional(DURATION),
  devices: optional(DURATION),
  verificationCertificates: optional(DURATION),
};

const KINDS: Kinds<ExpiryAlarmsProps> = {
  ca: CA, topic: optional(TOPIC), thresholds: optional(struct('ExpiryThresholds', THRESHOLD_KINDS)), announce: optional(listOf(DURATION)),
};

const ANNOUNCED = [60, 30, 14, 7, 1].map(days => Duration.days(days));

/** The kind of certificates that a threshold is for, in the metric and in words, and the default in days. */
interface Threshold {
  readonly kind: ExpiringKind;
  readonly what: string;
  readonly default?: number;
}

const THRESHOLDS: { readonly [T in keyof Required<ExpiryThresholds>]: Threshold } = {
  ca: { kind: 'ca', what: 'The CA', default: 180 },
  subordinateCas: { kind: 'subordinate', what: 'A CA certificate that was issued by', default: 180 },
  servers: { kind: 'server', what: 'A server certificate that was issued by', default: 14 },
  devices: { kind: 'device', what: 'A device certificate that was issued by', default: 28 },
  verificationCertificates: { kind: 'verification', what: 'A verification certificate that was issued by' },
};

/**
 * Watches the ends of a CA and of everything that it has issued: alarms for the CA, the CAs below it, servers and devices, metrics for
 * dashboards, and the events behind `ca.onCertificateExpiring()`. Only living certificates count: those that are not replaced, renewed, withdrawn
 * or revoked. The ends of published revocation lists and of an OCSP responder are watched by the alarm of `publishRevocation`.
 *
 * The metrics are in the namespace `PrivateIotCa`: `DaysToExpiry` with the dimensions `CaId` and `Kind` (`ca`, `subordinate`, `verification`, `server`,
 * `device`), for the first end of each kind within the longest threshold, and `ExpiringDevices` with `CaId` and `WithinWeeks` (1, 4, 12).
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const topic: ITopic;
 * new ExpiryAlarms(ca.stack, 'Expiry', { ca, topic, thresholds: { devices: Duration.days(45) } });
 */
export class ExpiryAlarms extends Construct {
  /**
   * The alarms: one for each threshold, and one that goes off when two of three runs of the function have failed, or were not made although there has
   * been a run before, since that would hide everything. Until the first run, twelve hours after the deployment, the state of the latter is
   * `INSUFFICIENT_DATA`.
   */
  public readonly alarms: Alarm[];

  constructor(scope: Construct, id: string, props: ExpiryAlarmsProps) {
    check(pathBelow(scope, id), KINDS, props);
    super(scope, id);
    keepPrivateKeysOut(this);
    const { ca, topic, thresholds = {}, announce = ANNOUNCED } = props;
    this.assertInReach(ca, topic);
    watchesEnds(ca);
    const days = this.thresholds(thresholds, ca.validity);
    const announced = announce.map(each => this.daysOf('announce', each));
    validate(this, [], () => checkAnnouncements(announced.length));
    const environment: WatchEnvironment = {
      STACK_ID: Aws.STACK_ID,
      CA_ID: ca.caId,
      LEDGER_TABLE: ca.ledger.tableName,
      ANNOUNCED_DAYS: JSON.stringify(announced),
      WINDOW_DAYS: String(Math.max(...Object.values(days), 7 * Math.max(...WEEKS))),
    };
    const { role, function: watching } = libraryFunction(this, {
      description: 'Watches the ends of the certificates of a CA',
      bundle: 'revocation',
      handler: 'watch',
      memorySize: 512,
      timeout: Duration.minutes(15),
      isScheduled: true,
      environment: { ...environment },
    });
    const rights = rolePolicy(this, 'Rights', role);
    grantWatchEnds(ca.ledger, rights);
    watching.node.addDependency(rights);
    onSchedule(this, watching, INTERVAL, 'Watches the ends of the certificates of a CA');
    const ofThresholds = Object.entries(days).map(([name, threshold]) => this.alarmFor(ca, THRESHOLDS[name as keyof ExpiryThresholds], threshold));
    const failing = failedChecksAlarm(this, watching, INTERVAL, `The ends of the certificates of the CA ${ca.node.path} are not watched; see the log of the function`,
      'schedule');
    this.alarms = [...ofThresholds, failing];
    if (topic) {
      this.alarms.forEach(alarm => alarm.addAlarmAction(new SnsAction(topic)));
    }
  }

  private thresholds(given: ExpiryThresholds, validity: Duration | undefined): { [name in keyof ExpiryThresholds]: number } {
    const names = Object.keys(THRESHOLDS) as (keyof ExpiryThresholds)[];
    return Object.fromEntries(names.flatMap(name => {
      const threshold = given[name];
      const days = threshold ? this.daysOf(`thresholds.${name}`, threshold) : defaultDays(name, validity);
      return days === undefined ? [] : [[name, days]];
    }));
  }

  private daysOf(property: string, before: Duration): number {
    assertKnown(this, property, before, 'the function looks as far ahead');
    const days = before.toDays({ integral: false });
    validate(this, [], () => checkDaysLeft(property, days));
    return days;
  }

  /** The id of the construct is final. */
  private alarmFor(ca: IPrivateIotCa, { kind, what }: Threshold, days: number): Alarm {
    return new Alarm(this, `Alarm-${kind}`, {
      alarmDescription: `${what} ${ca.node.path} ends in less than ${days} days; private-iot-ca list --expiring ${days}d shows which one`,
      metric: new Metric({
        namespace: METRIC_NAMESPACE,
        metricName: DAYS_LEFT_METRIC,
        dimensionsMap: { [CA_DIMENSION]: ca.caId, [KIND_DIMENSION]: kind },
        statistic: Stats.MINIMUM,
        period: PERIOD,
      }),
      threshold: days,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING, // nothing of this kind ends soon; another alarm tells if the function fails
    });
  }

  private assertInReach(ca: IPrivateIotCa, topic: ITopic | undefined): void {
    const { region } = Stack.of(this);
    assertInEnvironment(this, 'ca', ca);
    if (topic && isKnownToDiffer(region, topic.env.region)) {
      throw new Error(`${this.node.path}: topic must be in the Region of the stack, ${region}, because an alarm can't publish elsewhere, `
        + `got ${topic.node.path} in ${topic.env.region}`);
    }
  }
}

/** The days of a threshold that is not declared; `undefined` if there is no alarm then. */
function defaultDays(name: keyof ExpiryThresholds, validity: Duration | undefined): number | undefined {
  return name === 'ca' && validity && !validity.isUnresolved() ? Math.max(1, Math.min(365, Math.floor(validity.toDays() / 5))) : THRESHOLDS[name].default;
}
