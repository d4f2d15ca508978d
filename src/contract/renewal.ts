import { Complaint, quote } from './rules';

/** What the constructs and the functions agree on about the renewal of certificates; see decisions/0028-renewal.md. */

/** The property of a certificate's resource that says when the certificate is renewed. It is no part of the certificate's identity. */
export interface RenewalProperties {
  /** How many days before its end the certificate is renewed. */
  readonly BeforeDays: number;
  /** `true` if the renewed certificate has the key of the former one, as that of a CA always has; otherwise, a new key is made. */
  readonly KeepKey: boolean;
  /** Another number has CloudFormation update the resource. */
  readonly Refresh?: number;
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

/** The declared validity of a certificate that is renewed. */
export interface RenewedTerm {
  readonly days?: number;
  readonly notBefore?: Date;
}

/** Checks that a certificate can be renewed by a schedule, and when it is: each certificate must end later than the one before it. */
export function checkRenewedTerm(beforeDays: unknown, { days, notBefore }: RenewedTerm): Complaint {
  if (days === undefined) {
    return 'renewal must be left out for a certificate that ends with notAfter; declare validity instead';
  }
  return notBefore === undefined ? checkRenewal(beforeDays, days)
    : 'renewal must be left out for a certificate with notBefore, because every further one would begin and end with it; leave notBefore out';
}

/** What decides whether a CA can be renewed by a schedule. */
export interface RenewedCaDeclaration {
  /** Whether a CA of this library signs it. */
  readonly hasIssuer: boolean;
  readonly signedElsewhere: boolean;
  /** As declared. */
  readonly keepKey?: boolean;
}

/** Checks that a CA can be renewed by a schedule. */
export function checkRenewedCa({ hasIssuer, signedElsewhere, keepKey }: RenewedCaDeclaration): Complaint {
  if (signedElsewhere) {
    return 'renewal must be left out for a CA that is signedElsewhere; have its certificate renewed there, and declare the result as signedCertificate';
  }
  if (!hasIssuer) {
    return 'renewal must be left out for a root CA, because everyone who trusts it has its certificate; declare its successor in time (predecessor)';
  }
  return keepKey === false ? 'renewal of a CA must keep its key, because a CA with another key is another CA, got keepKey: false; leave keepKey out, '
    + 'or declare a successor (predecessor) for another key' : undefined;
}

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
