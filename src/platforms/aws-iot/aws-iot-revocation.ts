import { ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AwsIotRevocationEnvironment, checkCheckMinutes } from './contract';
import { isKnownToDiffer } from '../../constructs/ca/cross-account';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { grantListRevocations } from '../../constructs/ca/ledger-table';
import { check, Kinds, optional, TEXT } from '../../constructs/checks/kinds';
import { CA, DURATION } from '../../constructs/checks/object-kinds';
import { validate } from '../../constructs/checks/validation';
import { keepPrivateKeysOut } from '../../constructs/keys/private-key-guard';
import { libraryFunction } from '../../constructs/provider/library-function';
import { acknowledgeWildcard } from '../../constructs/provider/nag';
import { rolePolicy } from '../../constructs/provider/role-policy';
import { onRevocation } from '../../constructs/revocation/on-revocation';
import { onSchedule } from '../../constructs/revocation/on-schedule';

/**
 * Whose revocations are carried over to AWS IoT Core, and how often that is checked.
 */
export interface AwsIotRevocationProps {
  /**
   * The CA whose certificates are revoked, in the account and the Region of the stack. The registration of a subordinate CA is changed by the
   * `AwsIotRevocation` of the CA above it, which has signed and revokes it.
   */
  readonly ca: IPrivateIotCa;

  /**
   * How often everything that is revoked is compared with AWS IoT Core, from 5 minutes to one day in whole minutes. This makes up for what
   * went wrong, and finds certificates that were registered only after they were revoked.
   *
   * @default Duration.hours(1)
   */
  readonly checkInterval?: Duration;

  /**
   * The ARN of the stream of the ledger, for a CA that `fromKeptCa` or `fromPrivateIotCaAttributes` returns. Find it with
   * `aws dynamodb describe-table --table-name … --query Table.LatestStreamArn`. The stream must have at least the keys.
   *
   * @default - the stream of the ledger in this app
   */
  readonly ledgerStreamArn?: string;
}

const KINDS: Kinds<AwsIotRevocationProps> = { ca: CA, checkInterval: optional(DURATION), ledgerStreamArn: optional(TEXT) };

/** The rights on each kind of certificate, by the beginning of its ARN's resource. */
const RIGHTS = {
  cert: ['iot:DescribeCertificate', 'iot:UpdateCertificate'],
  cacert: ['iot:DescribeCACertificate', 'iot:UpdateCACertificate'],
};

/** How many checks in a row must fail before the alarm goes off: a single one may be throttled. */
const FAILED_CHECKS = 2;

/**
 * Carries the revocations of a CA over to AWS IoT Core, in the account and the Region of the stack. Within seconds after a revocation, a
 * registered certificate becomes `REVOKED`, and AWS IoT Core disconnects its device within a few minutes. A certificate that is put on hold
 * becomes `INACTIVE`, and `ACTIVE` again when the hold ends, if it is `INACTIVE` then. The registration of a subordinate CA becomes
 * `INACTIVE` and loses its auto-registration; certificates that were registered before stay active until they are revoked themselves.
 *
 * A certificate that is not registered is left alone. It is found by the next check once it is registered. To refuse it when its device
 * connects for the first time, use `AwsIotClientCertificateValidation`.
 *
 * The function reads the stream of the ledger, as the function does that publishes revocation lists. AWS recommends at most two readers for a
 * stream, and one for a ledger with replicas in other Regions, so there is no room for a third.
 *
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCertificate.html
 * @see https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateCACertificate.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const topic: ITopic;
 * const revocation = new AwsIotRevocation(ca.stack, 'Revocation', { ca });
 * revocation.alarm.addAlarmAction(new SnsAction(topic));
 */
export class AwsIotRevocation extends Construct {
  /**
   * The alarm that goes off when two checks in a row have failed, or when none has been made. Tell somebody:
   * `alarm.addAlarmAction(new SnsAction(topic))`.
   */
  public readonly alarm: Alarm;

  private readonly ca: IPrivateIotCa;

  constructor(scope: Construct, id: string, props: AwsIotRevocationProps) {
    super(scope, id);
    check(this, KINDS, props);
    keepPrivateKeysOut(this);
    const { ca, checkInterval = Duration.hours(1), ledgerStreamArn } = props;
    const minutes = checkInterval.toMinutes({ integral: false });
    validate(this, [minutes], () => checkCheckMinutes(minutes));
    this.ca = ca;
    this.assertInReach();
    this.assertOnce();

    const environment: AwsIotRevocationEnvironment = { STACK_ID: Aws.STACK_ID, CA_ID: ca.caId, LEDGER_TABLE: ca.ledger.tableName };
    const made = libraryFunction(this, {
      description: 'Carries the revocations of a CA over to AWS IoT Core',
      bundle: 'aws-iot',
      handler: 'revoke',
      memorySize: 256,
      timeout: Duration.minutes(15),
      environment: { ...environment },
    });
    const rights = rolePolicy(this, 'Rights', made.role);
    grantListRevocations(ca.ledger, rights);
    this.grantChange(rights);
    made.function.node.addDependency(rights);
    onRevocation(this, { ca, ...made, ledgerStreamArn }, { batchSize: 100, reportBatchItemFailures: true });
    onSchedule(this, made.function, checkInterval, 'Compares what a CA has revoked with AWS IoT Core');
    this.alarm = new Alarm(this, 'Alarm', {
      alarmDescription: `Revocations of the CA ${ca.node.path} are not carried over to AWS IoT Core; revoked devices may still connect`,
      metric: made.function.metricErrors({ statistic: Stats.SUM, period: checkInterval }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: FAILED_CHECKS,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  private grantChange(rights: Policy): void {
    for (const [resource, actions] of Object.entries(RIGHTS)) {
      const arn = Stack.of(this).formatArn({ service: 'iot', resource, resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
      rights.addStatements(new PolicyStatement({ actions, resources: [arn] }));
      acknowledgeWildcard(rights, arn, 'Any certificate that the CA has signed may have to be revoked');
    }
  }

  private assertInReach(): void {
    const { account, region } = Stack.of(this);
    const { env } = this.ca;
    if (isKnownToDiffer(account, env.account) || isKnownToDiffer(region, env.region)) {
      throw new Error(`${this.node.path}: ca must be in the account and the Region of the stack, where AWS Lambda reads the stream of its ledger, `
        + `${account}/${region}, got ${this.ca.node.path} in ${env.account}/${env.region}`);
    }
  }

  private assertOnce(): void {
    const stack = Stack.of(this);
    const other = stack.node.findAll().find(node => node instanceof AwsIotRevocation && node !== this && node.ca === this.ca);
    if (other) {
      throw new Error(`${this.node.path}: ca must have one AwsIotRevocation in a stack, because the stream of a ledger has few readers, got ${this.ca.node.path}, `
        + `which ${other.node.path} has already`);
    }
  }
}
