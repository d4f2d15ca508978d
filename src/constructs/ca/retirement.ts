import { check, TEXT } from '../checks/kinds';

/** How a CA ends that has a successor, or whose product is at its end. */
export abstract class Retirement {
  /**
   * The CA is retired if nothing depends on it. Otherwise the deployment fails, changes nothing, and names the certificates: those that a
   * resource declares, including those of CAs below this one, and that have neither expired nor been revoked for good.
   */
  public static whenUnused(): Retirement {
    return new RetirementWith({ Retired: true });
  }

  /**
   * The CA is retired even if certificates depend on it. They stay valid.
   *
   * @param caId the `caId` of the CA itself, from its outputs or from the error of `whenUnused`
   */
  public static evenInUse(caId: string): Retirement {
    check('Retirement.evenInUse()', { caId: TEXT }, { caId });
    return new RetirementWith({ Retired: true, RetiredInUse: caId });
  }

  /** The properties of the CA's resource. @internal */
  public abstract readonly _properties: { readonly Retired: true; readonly RetiredInUse?: string };
}

class RetirementWith extends Retirement {
  constructor(public readonly _properties: Retirement['_properties']) {
    super();
  }
}
