import { check, TEXT } from '../checks/kinds';

/** The properties of the resource of a CA that is retired. */
interface RetirementProperties {
  readonly Retired: true;
  readonly RetiredInUse?: string;
}

/** How a CA ends that has a successor, or whose product is at its end. */
export class Retirement {
  /**
   * Retires the CA once no certificate depends on it. A certificate depends on the CA if the CA or a CA below it has issued it for a resource that is
   * still declared, and if it has neither expired nor been revoked for good. One that is on hold counts; cross-certificates and proofs of possession do not.
   *
   * As long as there is such a certificate, the deployment fails, changes nothing, and names the first ones. CloudFormation removes what a deployment
   * no longer declares only at its end, so retire the CA in the deployment after the one that moves the last device.
   */
  public static whenUnused(): Retirement {
    return new Retirement({ Retired: true });
  }

  /**
   * Retires the CA even if certificates depend on it. They stay valid.
   *
   * @param caId the `caId` of the CA itself, from its outputs or from the error of `whenUnused`
   */
  public static evenInUse(caId: string): Retirement {
    check('Retirement.evenInUse()', { caId: TEXT }, { caId });
    return new Retirement({ Retired: true, RetiredInUse: caId });
  }

  /** The properties of the CA's resource. @internal */
  public readonly _properties: RetirementProperties;

  private constructor(properties: RetirementProperties) {
    this._properties = properties;
  }
}
