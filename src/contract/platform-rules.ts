import { HashAlgorithmName, KeyAlgorithmName } from './key-algorithms';

/** A form a value must have, and how to say it. */
export interface Form {
  /** A regular expression for the whole value. */
  readonly pattern: string;
  /** What the pattern allows, in words that complete "must be ...". */
  readonly allowed: string;
}

/**
 * What a platform asks for before it believes that the person who registers a CA holds its key: a certificate with a code
 * of the platform's as its common name, a signature over a code, or nothing.
 */
export type Proof = 'verification certificate' | 'signature' | 'none';

/** Where a code for a proof comes from. */
export interface CodeOrigin {
  /** Whether the code is there before the CA, or only once the platform holds the CA's certificate. */
  readonly comes: 'before the CA' | 'after the CA';
  /** Whether an API tells it; otherwise a person reads it in the console. */
  readonly from: 'the API' | 'the console';
}

/** The rules of one IoT platform, or broker, for a private CA. A rule that the platform does not document is absent. */
export interface PlatformRules {
  /** The name the platform gives itself. */
  readonly name: string;
  /** The page on which the platform says what certificates have to be. */
  readonly documentation?: string;
  readonly proof: Proof;
  readonly code?: CodeOrigin;
  readonly registrationCode?: Form;
  /** How long a code is good for, where that is limited. */
  readonly codeLifetime?: string;
  /** The key algorithms a CA may have. */
  readonly caKeyAlgorithms?: readonly KeyAlgorithmName[];
  /** The key algorithms a device may have. */
  readonly deviceKeyAlgorithms?: readonly KeyAlgorithmName[];
  /** Whose key algorithms stand on that page; the others are what is known to work. */
  readonly documentedKeys?: readonly ('ca' | 'device')[];
  /** The digests that signatures may be over. */
  readonly signatureDigests?: readonly HashAlgorithmName[];
  /** The name under which a CA is registered. */
  readonly caName?: Form;
  /** Whether a CA is known by its common name, so that it has to have one. */
  readonly caCommonNameRequired?: boolean;
  /** What of its certificate a device is known by, or bound by to its identity. */
  readonly deviceKnownBy?: 'common name' | 'serial number' | 'SHA-1 fingerprint' | 'SHA-256 fingerprint' | 'certificate';
  /** Whether a device is known by its common name, so that it has to have one. */
  readonly deviceCommonNameRequired?: boolean;
  /** What a common name of a device may be. Where a device needs none, the rule holds for one that it has. */
  readonly deviceCommonName?: Form;
  /** The longest PEM of a certificate that is taken, in characters. */
  readonly maximumPemLength?: number;
  /** Whether a certificate is registered as a CA only where its basicConstraints say that it is one. */
  readonly caFlagRequired?: boolean;
  /** Whether a certificate is registered only while it is valid. */
  readonly validAtRegistration?: boolean;
  /** How many CAs an account of the platform can register. */
  readonly maximumCas?: number;
  /** How many CAs with the same subject an account and Region of the platform can register. */
  readonly maximumCasWithOneSubject?: number;
  /** The only Regions in which private CAs work. */
  readonly regions?: readonly string[];
  /** The only devices for which private CAs work. */
  readonly devices?: string;
  /** What else can't be checked here and has to be known, each a clause: said at synthesis, under an id that is final. */
  readonly notices?: { readonly [id: string]: string };
}

/** What of a platform's rules nothing here can check, each a clause, to be said at synthesis; by its id. */
export function noticesOf(rules: PlatformRules): { [id: string]: string } {
  const { regions, devices, maximumCasWithOneSubject, codeLifetime, notices } = rules;
  const where = [...regions ? [`in ${regions.join(', ')}`] : [], ...devices ? [`for ${devices}`] : []];
  return {
    ...where.length > 0 ? { 'where-cas-work': `private CA certificates work ${where.join(' and ')}, not elsewhere` } : {},
    ...maximumCasWithOneSubject ? { 'cas-with-one-subject': `an account and Region take at most ${maximumCasWithOneSubject} CAs with the same subject` } : {},
    ...codeLifetime ? { 'code-lifetime': `a code is valid for ${codeLifetime}, and until there is a newer one` } : {},
    ...notices,
  };
}
