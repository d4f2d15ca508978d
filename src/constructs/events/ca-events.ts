import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ChangedKeys, onLedgerChange } from './on-ledger-change';
import { CaEventType, EVENT_SOURCE } from '../../contract/ca-events';
import { CERTIFICATE_PREFIX, EXPIRY_PREFIX, LIST_PREFIX, REFUSED, RESOURCE_PREFIX, REVOCATION_PREFIX } from '../../contract/ledger-keys';
import { PlatformRevocationEnvironment } from '../../contract/revocation-functions';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantRead, grantReadExpiryMarks, grantReadRefusals, grantReadRevocationState } from '../ca/ledger-table';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { libraryFunction } from '../provider/library-function';
import { acknowledge } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** What is announced only if something needs it: the keys of the items, and the right to read them. */
interface Additional extends ChangedKeys {
  readonly grant: (ledger: ITable, grantee: IGrantable) => Grant;
}

/** Not by default: each certificate that is issued or renewed then invokes the function. */
const ISSUED: Additional = { prefix: CERTIFICATE_PREFIX, grant: grantRead };

const ADDITIONAL: { readonly [type in CaEventType]?: Additional } = {
  [CaEventType.CERTIFICATE_ISSUED]: ISSUED,
  [CaEventType.CERTIFICATE_RENEWED]: ISSUED,
  [CaEventType.CERTIFICATE_EXPIRING]: {
    prefix: EXPIRY_PREFIX, grant: (ledger, grantee) => grantRead(ledger, grantee).combine(grantReadExpiryMarks(ledger, grantee)),
  },
  [CaEventType.CERTIFICATE_REFUSED]: { prefix: RESOURCE_PREFIX, sortKey: REFUSED, grant: grantReadRefusals },
};

/**
 * How often a change that can't be announced is delivered again, with those after it. Without a limit, it would hold up all others for a day.
 * What is given up then is put into a queue, and an alarm goes off.
 */
const RETRIES = 10;

/** The construct id below the CA. It is final: logical IDs derive from it. */
const ID = 'Events';

/**
 * Announces what happens in the ledger of a CA as events on the default event bus of its account and Region: revocations, new revocation lists
 * and, if something needs it, certificates that are issued, renewed, refused or about to end. A stream has room for two readers, so everything
 * that is to learn of a revocation, except the function that publishes lists, learns of it by these events.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export class CaEvents extends Construct {
  /**
   * The events of a CA, which begin on first use.
   *
   * @param ledgerStreamArn the stream of the ledger, for a ledger that is not made in this app
   */
  public static of(ca: IPrivateIotCa, ledgerStreamArn?: string): CaEvents {
    return ca.node.tryFindChild(ID) as CaEvents | undefined ?? new CaEvents(ca, ledgerStreamArn);
  }

  /** Whether the events of a CA have begun so far. */
  public static areOf(ca: IPrivateIotCa): boolean {
    return ca.node.tryFindChild(ID) !== undefined;
  }

  /** The alarm that goes off when changes of the ledger could not be announced, as long as they are in the queue of what was given up. */
  public readonly alarm: Alarm;

  /**
   * The keys of the items of which events are made: at most five with all that can be added, because each is a filter, and Lambda allows five.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
   */
  private readonly keys: ChangedKeys[] = [{ prefix: REVOCATION_PREFIX }, { prefix: LIST_PREFIX }];
  private readonly rights: Policy;

  private constructor(private readonly ca: IPrivateIotCa, ledgerStreamArn: string | undefined) {
    super(ca as unknown as Construct, ID);
    keepPrivateKeysOut(this);
    const environment: PlatformRevocationEnvironment = { STACK_ID: Aws.STACK_ID, CA_ID: ca.caId, LEDGER_TABLE: ca.ledger.tableName };
    const made = libraryFunction(this, {
      description: 'Announces what happens in the ledger of a CA as events',
      bundle: 'revocation',
      handler: 'announce',
      memorySize: 256,
      timeout: Duration.minutes(1),
      environment: { ...environment },
    });
    const rights = this.rights = rolePolicy(this, 'Rights', made.role);
    grantReadRevocationState(ca.ledger, rights);
    rights.addStatements(new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' })],
      // The key has the sources of all events of a call. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
      conditions: { 'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE } },
    }));
    made.function.node.addDependency(rights);
    const givenUp = new Queue(this, 'GivenUp', { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) });
    acknowledge(givenUp, 'AwsSolutions-SQS3', 'It is a dead-letter queue itself');
    onLedgerChange(this, { ca, ...made, ledgerStreamArn }, this.keys, {
      batchSize: 100, reportBatchItemFailures: true, bisectBatchOnError: true, retryAttempts: RETRIES,
    }, givenUp);
    this.alarm = new Alarm(this, 'Alarm', {
      alarmDescription: `Changes of the ledger of the CA ${ca.node.path} could not be announced, so rules have no events of them. What carries revocations over `
        + 'finds these by its next check, but no ends of holds. The alarm ends when the queue GivenUp of the CA is empty',
      metric: givenUp.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING, // of a queue that has had no messages for hours
    });
  }

  /** Announces events of a type, if they are not announced anyway. */
  public include(type: CaEventType): void {
    const additional = ADDITIONAL[type];
    if (additional && !this.keys.some(({ prefix }) => prefix === additional.prefix)) {
      this.keys.push(additional);
      additional.grant(this.ca.ledger, this.rights);
    }
  }
}
