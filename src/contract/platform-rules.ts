import { HashAlgorithmName, KeyAlgorithmName } from './key-algorithms';

/** The form that a value must have, as a pattern and in words. */
export interface Form {
  /** A regular expression that the whole value must match. */
  readonly pattern: string;
  /** What the pattern allows, in words that complete "must be ...". */
  readonly allowed: string;
}

/**
 * How a platform makes sure that the person who registers a CA holds its key: by a certificate whose common name is a code from the
 * platform, by a signature over a code, or not at all.
 */
export type Proof = 'verification certificate' | 'signature' | 'none';

/** Where the code for a proof comes from. */
export interface CodeOrigin {
  /** Whether the code exists before the CA, or only once the platform has the CA's certificate. */
  readonly comes: 'before the CA' | 'after the CA';
  /** Whether an API returns the code; otherwise a person reads it in the console. */
  readonly from: 'the API' | 'the console';
}

/** What a platform can do about a revoked certificate. */
export interface RevocationRule {
  /** What is refused: the one certificate, or its device whatever certificate it has; what a revocation list says; or nothing. */
  readonly reaches: 'certificate' | 'device' | 'list' | 'nothing';
  /** The construct that carries revocations over to the platform. */
  readonly construct?: string;
  /** What the platform can't do, or what a user must do there, as a clause. */
  readonly limit?: string;
  /** The URL of the page on which the platform documents it. */
  readonly documentation?: string;
}

/** The rules of one IoT platform or broker for private CAs. A rule that is neither documented nor known from use is absent. */
export interface PlatformRules {
  /** The name that the platform uses for itself. */
  readonly name: string;
  /** The URL of the page on which the platform documents its requirements for certificates. */
  readonly documentation?: string;
  readonly proof: Proof;
  readonly code?: CodeOrigin;
  readonly registrationCode?: Form;
  /** How long a code is valid, if that is limited. */
  readonly codeLifetime?: string;
  /** The key algorithms a CA may have. */
  readonly caKeyAlgorithms?: readonly KeyAlgorithmName[];
  /** The key algorithms a device may have. */
  readonly deviceKeyAlgorithms?: readonly KeyAlgorithmName[];
  /** The owners whose key algorithms that page lists. The key algorithms of the other owners are those that are known to work. */
  readonly documentedKeys?: readonly ('ca' | 'device')[];
  /** The digests that signatures may use. */
  readonly signatureDigests?: readonly HashAlgorithmName[];
  /** The form of the name under which a CA is registered. */
  readonly caName?: Form;
  /** Whether the platform identifies a CA by its common name, which the CA must therefore have. */
  readonly caCommonNameRequired?: boolean;
  /** The part of its certificate that identifies a device, or that binds the device to its identity. */
  readonly deviceKnownBy?: 'common name' | 'serial number' | 'SHA-1 fingerprint' | 'SHA-256 fingerprint' | 'certificate';
  /** Whether the platform identifies a device by its common name, which the device must therefore have. */
  readonly deviceCommonNameRequired?: boolean;
  /** The form of a device's common name. If a device needs no common name, the rule applies to any common name that it has. */
  readonly deviceCommonName?: Form;
  /** The longest PEM certificate that the platform accepts, in characters. */
  readonly maximumPemLength?: number;
  /** Whether the platform registers a certificate as a CA only if its basicConstraints say that it is a CA. */
  readonly caFlagRequired?: boolean;
  /** Whether the platform registers a certificate only while it is valid. */
  readonly validAtRegistration?: boolean;
  /** The maximum number of CAs that an account of the platform can register. */
  readonly maximumCas?: number;
  /** The maximum number of CAs with the same subject that an account of the platform can register in one Region. */
  readonly maximumCasWithOneSubject?: number;
  /** The only Regions in which private CAs work. */
  readonly regions?: readonly string[];
  /** The only devices for which private CAs work. */
  readonly devices?: string;
  /** How the platform learns that a certificate is revoked. */
  readonly revocation?: RevocationRule;
  /** Other facts that a user must know and that this library can't check, by id. Each is a clause, shown at synthesis. The ids are final. */
  readonly notices?: { readonly [id: string]: string };
}

/** The rules of a platform that this library can't check, by id. Each is a clause to show at synthesis. */
export function noticesOf(rules: PlatformRules): { [id: string]: string } {
  const { regions, devices, maximumCasWithOneSubject, codeLifetime, notices } = rules;
  const where = [...regions ? [`in ${regions.join(', ')}`] : [], ...devices ? [`for ${devices}`] : []];
  return {
    ...where.length > 0 ? { 'where-cas-work': `private CA certificates work only ${where.join(' and ')}` } : {},
    ...maximumCasWithOneSubject
      ? { 'cas-with-one-subject': `an account can have at most ${maximumCasWithOneSubject} CAs with the same subject in a Region` }
      : {},
    ...codeLifetime ? { 'code-lifetime': `a code is valid for ${codeLifetime}, and only until a newer one is issued` } : {},
    ...notices,
  };
}
