import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { keepUpToDate, validCheckInterval } from './keep-up-to-date';
import { PlatformId, platformRules } from './registry';
import { validateLedgerStream } from '../constructs/ca/ca-parts';
import { assertInEnvironment } from '../constructs/ca/cross-account';
import { IPrivateIotCa } from '../constructs/ca/i-private-iot-ca';
import { grantListRevocations, grantNoteDisabled, grantReadNames, grantReadRevocations } from '../constructs/ca/ledger-table';
import { Kinds, listOf, optional, TEXT } from '../constructs/checks/kinds';
import { CA, DURATION } from '../constructs/checks/object-kinds';
import { INTERNET } from '../constructs/functions/vpc-endpoints';
import { keepPrivateKeysOut } from '../constructs/keys/private-key-guard';
import { readableLedgerOf } from '../constructs/provider/certificate-provider';
import { functionResource } from '../constructs/provider/function-resource';
import { libraryFunction } from '../constructs/provider/library-function';
import { rolePolicy } from '../constructs/provider/role-policy';
import { onDeployed } from '../constructs/revocation/on-rule';
import { carriesOver } from '../constructs/revocation/revocation-reach';
import { CaEventType } from '../contract/ca-events';
import { LedgerOfCa, PLATFORM_REVOCATION_CHECK_TYPE, PlatformRevocationCheckProperties, PlatformRevocationEnvironment } from '../contract/revocation-functions';

/**
 * Whose revocations are carried over to a platform, and how often that is checked.
 */
export interface PlatformRevocationProps {
  /**
   * The CA whose certificates are revoked, in the account and the Region of the stack.
   */
  readonly ca: IPrivateIotCa;

  /**
   * How often everything that is revoked is compared with the platform, from 5 minutes to one day in whole minutes. This makes up for what
   * went wrong, and finds certificates that became known to the platform only after they were revoked.
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

export const PLATFORM_REVOCATION_KINDS: Kinds<PlatformRevocationProps> = {
  ca: CA, checkInterval: optional(DURATION), ledgerStreamArn: optional(TEXT),
};

/**
 * Whose revocations are carried over to a platform that knows devices, and not always their certificates.
 */
export interface DeviceRevocationProps extends PlatformRevocationProps {
  /**
   * The other CAs that issue certificates to the same devices, such as the one that takes the place of `ca`. A device is not disabled as long
   * as one of them has issued a certificate for its common name that is neither revoked nor expired.
   *
   * @default - none: a device that has moved to another CA is disabled when the certificate of its former CA is revoked
   */
  readonly otherCas?: IPrivateIotCa[];
}

export const DEVICE_REVOCATION_KINDS: Kinds<DeviceRevocationProps> = { ...PLATFORM_REVOCATION_KINDS, otherCas: optional(listOf(CA)) };

/** The platform, and its function. */
export interface PlatformRevocationFunction {
  readonly platform: PlatformId;
  /** Where revocations go, so that a CA has one construct for each: the platform, and what it is called there. */
  readonly place: string;
  readonly bundle: string;
  readonly handler: string;
  /** The environment variables in addition to `PlatformRevocationEnvironment`. */
  readonly environment?: { readonly [name: string]: string };
  /** Whether the platform knows devices only, so that a device that has another certificate must be found out. */
  readonly knowsDevices?: boolean;
  /** Whether the platform shows what was disabled by this library. For other platforms, the ledger notes it. */
  readonly showsMarks?: boolean;
}

/** The time limit of the function: the longest that Lambda allows, for a check of everything. */
const TIMEOUT = Duration.minutes(15);

/**
 * Carries the revocations of a CA over to a platform. The classes that extend this class show its members as their own.
 *
 * @internal
 */
export abstract class PlatformRevocation extends Construct {
  /**
   * The alarm that goes off when two checks in a row have failed or were not made, when something has not been delivered for an hour, or when
   * changes of the ledger could not be announced. Tell somebody: `alarm.addAlarmAction(new SnsAction(topic))`.
   */
  public readonly alarm: CompositeAlarm;

  /** The rights of the function, to which a platform adds its own. @internal */
  protected readonly _rights: Policy;

  private readonly ca: IPrivateIotCa;
  private readonly place: string;

  /** @internal */
  protected constructor(scope: Construct, id: string, props: DeviceRevocationProps, made: PlatformRevocationFunction) {
    super(scope, id);
    keepPrivateKeysOut(this);
    const { ca, ledgerStreamArn, otherCas = [] } = props;
    const { name } = platformRules(made.platform);
    const checkInterval = validCheckInterval(this, props.checkInterval);
    validateLedgerStream(this, ca.ledger, ledgerStreamArn);
    this.ca = ca;
    this.place = made.place;
    assertInEnvironment(this, 'ca', ca, { why: 'where its revocations are announced' });
    this.assertOnce();
    carriesOver(ca, made.platform);

    const others: LedgerOfCa[] = otherCas.map(other => ({ caId: other.caId, table: readableLedgerOf(this, other) }));
    const own: PlatformRevocationEnvironment = {
      STACK_ID: Aws.STACK_ID,
      CA_ID: ca.caId,
      LEDGER_TABLE: ca.ledger.tableName,
      ...others.length > 0 && { OTHER_CAS: Stack.of(this).toJsonString(others) },
    };
    const environment = { ...own, ...made.environment };
    const { role, function: target } = libraryFunction(this, {
      description: `Carries the revocations of a CA over to ${name}`,
      bundle: made.bundle,
      handler: made.handler,
      memorySize: 256,
      timeout: TIMEOUT,
      isScheduled: true,
      calls: ['s3', INTERNET], // where CloudFormation awaits answers, and where the platform is
      environment,
    });
    this._rights = rolePolicy(this, 'Rights', role);
    grantListRevocations(ca.ledger, this._rights);
    if (!made.showsMarks) {
      grantNoteDisabled(ca.ledger, this._rights);
    }
    if (made.knowsDevices) {
      grantReadNames(ca.ledger, this._rights);
      for (const other of otherCas) {
        grantReadNames(other.ledger, this._rights);
        grantReadRevocations(other.ledger, this._rights);
      }
    }
    target.node.addDependency(this._rights);
    const properties: PlatformRevocationCheckProperties = { Environment: environment };
    const resource = functionResource(this, 'Check', target, { resourceType: PLATFORM_REVOCATION_CHECK_TYPE, properties });
    resource.node.addDependency(this._rights);
    onDeployed(this, target, resource, `Compares what a CA has revoked with ${name} for the first time`);
    this.alarm = keepUpToDate(this, {
      ca,
      type: CaEventType.REVOCATION_CHANGED,
      function: target,
      role,
      timeout: TIMEOUT,
      ledgerStreamArn,
      checkInterval,
      check: `Compares what a CA has revoked with ${name}`,
      resource,
      complaint: `Revocations of the CA ${ca.node.path} are not carried over to ${name}; revoked devices may still connect`,
    });
  }

  private assertOnce(): void {
    const other = this.node.root.node.findAll().find(node =>
      node instanceof PlatformRevocation && node !== this && node.ca === this.ca && node.place === this.place);
    if (other) {
      throw new Error(`${this.node.path}: ca must be a CA whose revocations are not carried over to ${this.place} yet, got ${this.ca.node.path}, `
        + `for which ${other.node.path} does so`);
    }
  }
}
