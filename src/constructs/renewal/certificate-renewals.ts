import { Aws, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { RenewedCa, RenewerEnvironment } from '../../contract/renewal';
import { failedChecksAlarm } from '../alarms/failed-checks-alarm';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { grantReadEnds } from '../ca/ledger-table';
import { check } from '../checks/kinds';
import { SCOPE } from '../checks/object-kinds';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { CertificateProvider, ledgerOf } from '../provider/certificate-provider';
import { FULL_CORE, libraryFunction } from '../provider/library-function';
import { rolePolicy } from '../provider/role-policy';
import { onSchedule } from '../revocation/on-rule';

/** The construct id below the stack. It is final: logical IDs derive from it. */
const ID = 'PrivateIotCaRenewals';

/** How often the function looks for what is due. */
const INTERVAL = Duration.hours(6);

/**
 * The function that renews the certificates of a stack, made by the first certificate with a `renewal`. It has the role of the function that
 * issues them, because it needs the same keys and secrets.
 */
export class CertificateRenewals extends Construct {
  /**
   * The renewals of the stack of `scope`.
   *
   * @throws Error if no certificate in the stack declares a renewal
   */
  public static of(scope: IConstruct): CertificateRenewals {
    check('CertificateRenewals.of()', { scope: SCOPE }, { scope });
    const standing = Stack.of(scope).node.tryFindChild(ID) as CertificateRenewals | undefined;
    if (!standing) {
      throw new Error(`${scope.node.path}: CertificateRenewals.of() must be called in a stack with a certificate that declares a renewal, `
        + `got the stack ${Stack.of(scope).node.path}, which has none so far`);
    }
    return standing;
  }

  /** Adds a certificate, and makes the function for the first one. @internal */
  public static _add(certificate: Construct, ca: IPrivateIotCa, beforeDays: number): void {
    const stack = Stack.of(certificate);
    const standing = stack.node.tryFindChild(ID) as CertificateRenewals | undefined ?? new CertificateRenewals(stack, ID);
    standing._include(certificate, ca, beforeDays);
  }

  /**
   * The alarm that goes off when two of three runs have failed, because a certificate could not be renewed, or were not made although there has
   * been a run before. Tell somebody: `alarm.addAlarmAction(new SnsAction(topic))`. Until the first run, six hours after the deployment, its state
   * is `INSUFFICIENT_DATA`.
   */
  public readonly alarm: Alarm;

  private readonly cas = new Map<IPrivateIotCa, RenewedCa>();
  private readonly rights: Policy;

  private constructor(stack: Stack, id: string) {
    super(stack, id);
    keepPrivateKeysOut(this);
    const environment: RenewerEnvironment = {
      STACK_ID: Aws.STACK_ID,
      RENEWED_CAS: Lazy.string({ produce: () => stack.toJsonString([...this.cas.values()]) }),
    };
    const { role, function: renewing } = libraryFunction(this, {
      description: 'Renews the certificates of this stack',
      bundle: 'handler',
      handler: 'renew',
      memorySize: FULL_CORE,
      timeout: Duration.minutes(15),
      isScheduled: true,
      role: CertificateProvider.of(stack)._share(this),
      environment: { ...environment },
    });
    this.rights = rolePolicy(this, 'Rights', role);
    renewing.node.addDependency(this.rights);
    onSchedule(this, renewing, INTERVAL, 'Renews the certificates of this stack that are due');
    this.alarm = failedChecksAlarm(this, renewing, INTERVAL, `Certificates of the stack ${stack.node.path} are not renewed, and expire; see the log of the function`,
      'schedule');
  }

  /** @internal */
  private _include(certificate: Construct, ca: IPrivateIotCa, beforeDays: number): void {
    const standing = this.cas.get(ca);
    if (!standing) {
      grantReadEnds(ca.ledger, this.rights);
    }
    this.cas.set(ca, {
      caId: ca.caId,
      ledgerTable: standing?.ledgerTable ?? ledgerOf(certificate, ca),
      beforeDays: Math.max(beforeDays, standing?.beforeDays ?? 0),
    });
  }
}
