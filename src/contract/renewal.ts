import { Complaint, quote } from './rules';

/** What the constructs and the functions agree on about the renewal of certificates; see decisions/0028-renewal.md. */

/** The property of a certificate's resource that says when the certificate is renewed. It is no part of the certificate's identity. */
export interface RenewalProperties {
  /** How many days before its end the certificate is renewed. */
  readonly BeforeDays: number;
  /** `true` if the renewed certificate has the key of the former one; otherwise, a new key is made. */
  readonly KeepKey: boolean;
}

/** A CA with certificates in a stack that are renewed. */
export interface RenewedCa {
  /** The identity of the CA. */
  readonly caId: string;
  /** The ledger of the CA: the name of its table, or its ARN. */
  readonly ledgerTable: string;
  /** The most days before its end at which a certificate is renewed. */
  readonly beforeDays: number;
}

/** The environment variables of the function that renews the certificates of a stack. */
export interface RenewerEnvironment {
  readonly STACK_ID: string;
  /** JSON: a list of `RenewedCa`. */
  readonly RENEWED_CAS: string;
}

/** The bundles that hold the certificate beside its key. The others hold the key alone. */
export const BUNDLES_WITH_CERTIFICATE: readonly string[] = ['Pkcs12', 'Pkcs12Legacy', 'CombinedPem'];

/**
 * Checks when a certificate is renewed. More than half of its life would have it renewed all the time.
 *
 * @param days whole days before the end of the certificate
 * @param validityDays the validity of the certificate in days, if it is known
 */
export function checkRenewal(days: unknown, validityDays: number | undefined): Complaint {
  if (!Number.isInteger(days) || (days as number) < 1) {
    return `renewal must begin a whole number of days, at least 1, before the end of the certificate, got ${quote(days)}`;
  }
  const most = validityDays === undefined ? undefined : Math.floor(validityDays / 2);
  return most === undefined || (days as number) <= most ? undefined
    : `renewal must begin at most half of the validity of ${validityDays} days before the end of the certificate, ${most} days, got ${days}; `
      + 'shorten renewal, or raise validity';
}
