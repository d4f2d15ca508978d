import { Duration } from 'aws-cdk-lib';
import { check, FLAG, having, Kinds, NUMBER, optional } from '../checks/kinds';
import { DURATION } from '../checks/object-kinds';
import { assertKnown } from '../checks/validation';

/**
 * Options of a renewal.
 */
export interface RenewalOptions {
  /**
   * Whether the renewed certificate has the same key as the one before it, for devices that can take a new certificate but no new key. A CA
   * always keeps its key, and `false` is an error for it: a CA with another key is another CA, which is declared as its successor.
   *
   * @default - a new key is made for a device or a server; a CA keeps its key
   */
  readonly keepKey?: boolean;

  /**
   * A number from 1 to 1,000,000: raise it to have the next deployment answer the certificate in force, and with it outputs, references and
   * registrations. CloudFormation updates only a resource whose properties change, and a renewal without a deployment changes none.
   *
   * @default - outputs and references have the certificate of the last update of the resource
   */
  readonly refresh?: number;
}

const KINDS: Kinds<RenewalOptions> = { keepKey: optional(FLAG), refresh: optional(NUMBER) };

/**
 * When a certificate is renewed without a deployment.
 *
 * A function of the stack looks every six hours for what is due. A renewed certificate has the subject, the extensions and the validity that
 * are declared, and takes the place of the one before it: the next update of its resource answers it, and a rollback does not bring back an older one. The
 * one before it stays valid until its end, so that a device can fetch the new one in time.
 *
 * A CA that another CA of this library signs can be renewed too. It keeps its name and its key, so everything that it has issued stays valid.
 *
 * @example
 * declare const ca: PrivateIotCa;
 * const gateway = ca.addDeviceCertificate('RenewedGateway', {
 *   subject: { commonName: 'gateway-001' },
 *   validity: Duration.days(90),
 *   renewal: Renewal.beforeExpiry(Duration.days(30)),
 * });
 * gateway.livingCertificateSecret.grantRead(new AccountRootPrincipal());
 */
export class Renewal {
  /**
   * Renews the certificate a time before its end.
   *
   * @param before whole days, at least one, and at most half of the validity. For a CA, at least the longest validity of what it issues: it issues
   *   nothing that ends later than itself.
   */
  public static beforeExpiry(before: Duration, options: RenewalOptions = {}): Renewal {
    check('Renewal.beforeExpiry()', { before: DURATION }, { before });
    check('Renewal.beforeExpiry()', KINDS, options);
    assertKnown('Renewal.beforeExpiry()', 'before', before, 'the function looks as far ahead');
    return new Renewal(before, options.keepKey, options.refresh);
  }

  private constructor(
    /** How long before its end the certificate is renewed. */
    public readonly before: Duration,
    /** Whether the renewed certificate has the same key, if that is declared. */
    public readonly keepKey?: boolean,
    /** The number that has CloudFormation update the resource, if it is declared. */
    public readonly refresh?: number,
  ) {}
}

/** Not exported. */
export const RENEWAL = having<Renewal>('a Renewal, such as Renewal.beforeExpiry(Duration.days(30))', 'before', 'keepKey');
