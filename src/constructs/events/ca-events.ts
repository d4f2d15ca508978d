import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { onLedgerChange } from './on-ledger-change';
import { EVENT_SOURCE } from '../../contract/ca-events';
import { PlatformRevocationEnvironment } from '../../contract/revocation-functions';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantRead, grantReadRevocationState } from '../ca/ledger-table';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { libraryFunction } from '../provider/library-function';
import { rolePolicy } from '../provider/role-policy';

/** The beginning of the partition keys of certificates. */
const ISSUED = 'issuer#';

/**
 * How often a change that can't be announced is delivered again, with those after it. Without a limit, it would hold up all others for a day.
 * What gets lost is found by the checks of everything.
 */
const RETRIES = 10;

/** The construct id below the CA. It is final: logical IDs derive from it. */
const ID = 'Events';

/**
 * Announces what happens in the ledger of a CA as events on the default event bus of its account and Region: revocations, new revocation lists
 * and, if something needs it, issued certificates. A stream has room for two readers, so everything that is to learn of a revocation, except
 * the function that publishes lists, learns of it by these events.
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

  /** The beginnings of the partition keys of the items of which events are made. */
  private readonly prefixes = ['revoked#', 'crl#'];
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
    onLedgerChange(this, { ca, ...made, ledgerStreamArn }, this.prefixes, {
      batchSize: 100, reportBatchItemFailures: true, bisectBatchOnError: true, retryAttempts: RETRIES,
    });
  }

  /** Announces certificates that are issued, too: not by default, since each of them then invokes the function. */
  public includeIssued(): void {
    if (!this.prefixes.includes(ISSUED)) {
      this.prefixes.push(ISSUED);
      grantRead(this.ca.ledger, this.rights);
    }
  }
}
