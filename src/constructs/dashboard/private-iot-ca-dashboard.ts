import { AspectPriority, Aspects, Duration } from 'aws-cdk-lib';
import { Dashboard, PeriodOverride } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { dashboardRows } from './dashboard-rows';
import { partsFor } from './shown-parts';
import { quote } from '../../contract/rules';
import { assertInEnvironment } from '../ca/cross-account';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, Kinds, listOf, optional, pathBelow, TEXT } from '../checks/kinds';
import { CA } from '../checks/object-kinds';
import { validate } from '../checks/validation';
import { areEndsWatched } from '../expiry/watched-cas';
import { keepPrivateKeysOut } from '../keys/private-key-guard';
import { publicationOf } from '../revocation/revocation-publication';

/** How much time the graphs show at first: some values come twice a day. */
const INTERVAL = Duration.days(14);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const NAME = /^[\w-]{1,255}$/;

/**
 * The CAs that a dashboard shows.
 */
export interface PrivateIotCaDashboardProps {
  /**
   * The CAs, in the account and the Region of the stack.
   */
  readonly cas: IPrivateIotCa[];

  /**
   * The name of the dashboard: 1 to 255 letters, digits, `-` and `_`. It must be another one for every dashboard of the account.
   *
   * @default - a name that CloudFormation generates
   */
  readonly dashboardName?: string;
}

const KINDS: Kinds<PrivateIotCaDashboardProps> = { cas: listOf(CA), dashboardName: optional(TEXT) };

/**
 * A dashboard in Amazon CloudWatch for CAs: the alarms of this library, the ends of certificates (with `ExpiryAlarms`), the life of revocation
 * lists (with `publishRevocation`), and the functions and queues that work for the CAs. It shows what is declared at the end of synthesis, also
 * what was declared after it. What is not declared has no row.
 *
 * Its stack decides which functions, queues and alarms it can show, because stacks can't need each other. In the stack of one of its CAs, it shows those
 * in that stack and in the stacks of its other CAs. In a stack without any of its CAs, it shows those of all stacks of the same app, or of the same
 * stage, in the same account and Region, also in stacks that use the CAs. The ends of certificates and the life of lists are shown in either case.
 * What another app declares for a CA that `fromPrivateIotCaAttributes` returns is not known here.
 *
 * @example
 * declare const ca: PrivateIotCa;
 * new PrivateIotCaDashboard(ca.stack, 'Dashboard', { cas: [ca] });
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class PrivateIotCaDashboard extends Construct {
  /** The dashboard, to which you can add widgets. They are above those of this library. */
  public readonly dashboard: Dashboard;

  private readonly cas: readonly IPrivateIotCa[];

  constructor(scope: Construct, id: string, props: PrivateIotCaDashboardProps) {
    check(pathBelow(scope, id), KINDS, props);
    super(scope, id);
    keepPrivateKeysOut(this);
    const { dashboardName } = props;
    this.cas = [...new Set(props.cas)];
    this.assertCas();
    validate(this, [dashboardName], () => dashboardName === undefined || NAME.test(dashboardName) ? undefined
      : `dashboardName must be 1 to 255 letters, digits, - and _, got ${quote(dashboardName)}`);
    this.dashboard = new Dashboard(this, 'Resource', {
      dashboardName, defaultInterval: INTERVAL, periodOverride: PeriodOverride.INHERIT,
    });
    this.fillAtSynthesis();
  }

  /** The Aspect visits this construct before the dashboard in it, when everything is declared. */
  private fillAtSynthesis(): void {
    let filled = false;
    const visit = (node: unknown): void => {
      if (node === this && !filled) {
        filled = true;
        dashboardRows(this.reported(), partsFor(this, this.cas)).forEach(row => this.dashboard.addWidgets(...row));
      }
    };
    Aspects.of(this).add({ visit }, { priority: AspectPriority.MUTATING });
  }

  private reported(): Parameters<typeof dashboardRows>[0] {
    return { watched: this.cas.filter(areEndsWatched), published: this.cas.filter(ca => publicationOf(ca)?._lists) };
  }

  private assertCas(): void {
    if (this.cas.length === 0) {
      throw new Error(`${this.node.path}: cas must have at least one CA, got none`);
    }
    this.cas.forEach(ca => assertInEnvironment(this, 'cas', ca, { why: 'where their metrics are' }));
  }
}
