import { Duration } from 'aws-cdk-lib';
import { check, FLAG, having, Kinds, optional } from '../checks/kinds';
import { DURATION } from '../checks/object-kinds';
import { assertKnown } from '../checks/validation';

/**
 * Options of a renewal.
 */
export interface RenewalOptions {
  /**
   * Whether the renewed certificate has the same key as the one before it, for devices that can take a new certificate but no new key.
   *
   * @default false - a new key is made
   */
  readonly keepKey?: boolean;
}

const KINDS: Kinds<RenewalOptions> = { keepKey: optional(FLAG) };

/**
 * When a certificate is renewed without a deployment.
 *
 * A function of the stack looks every six hours for what is due. A renewed certificate has the subject, the extensions and the validity that
 * are declared, and takes the place of the one before it: the next deployment answers it, and a rollback does not bring back an older one. The
 * one before it stays valid until its end, so that a device can fetch the new one in time.
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
   * @param before whole days, at least one, and at most half of the validity
   */
  public static beforeExpiry(before: Duration, options: RenewalOptions = {}): Renewal {
    check('Renewal.beforeExpiry()', { before: DURATION }, { before });
    check('Renewal.beforeExpiry()', KINDS, options);
    assertKnown('Renewal.beforeExpiry()', 'before', before, 'the function looks as far ahead');
    return new Renewal(before, options.keepKey ?? false);
  }

  private constructor(
    /** How long before its end the certificate is renewed. */
    public readonly before: Duration,
    /** Whether the renewed certificate has the same key. */
    public readonly keepKey: boolean,
  ) {}
}

/** Not exported. */
export const RENEWAL = having<Renewal>('a Renewal, such as Renewal.beforeExpiry(Duration.days(30))', 'before', 'keepKey');
