import { KeyAlgorithmName } from '../contract/key-algorithms';
import { KeyStorageProperties } from '../contract/properties';
import { KeyPair } from '../pki/keys';
import { Signer } from '../pki/signer';

/**
 * What the use cases need from outside. Each port speaks of certificates and keys, not of an AWS API: Secrets Manager,
 * DynamoDB and KMS implement them in the function, a directory implements them in a local deployment.
 */
export interface Ports {
  /** The ledger kept in the table of this name. */
  readonly ledger: (table: string) => Ledger;
  /** Private keys that are versions of a secret. */
  readonly secrets: SecretVersions;
  /** Private keys that are parameters, one for each version. */
  readonly parameters: SecretVersions;
  /**
   * The current value of a secret that somebody else writes, or `undefined` where there is nothing in it.
   *
   * @throws Error that says what to do, where the secret is not there or can't be read
   */
  readonly secretValue: (secretArn: string) => Promise<SecretValue | undefined>;
  /**
   * A signer with the key of this ARN, which never leaves its module. It refuses a digest that AWS KMS does not sign over
   * with such a key. Whether what it answers is a signature is for the caller to check.
   */
  readonly hsm: (keyArn: string) => Promise<Signer>;
  /** The present time. */
  readonly clock: () => Date;
  /** So many cryptographically secure random bytes. */
  readonly random: (bytes: number) => Buffer;
  readonly generateKeyPair: (algorithm: KeyAlgorithmName) => Promise<KeyPair>;
}

/**
 * - `RESERVED`: serial number and validity are fixed, the certificate is not there yet.
 * - `SIGNED`: the certificate is fixed too, and is put into bundles; nobody has got it yet.
 * - `REQUESTED`: the key of a CA is there, and its certificate is to be made elsewhere.
 * - `ISSUED`: the certificate is recorded and declared by a resource.
 * - `WITHDRAWN`: no resource declares it any more.
 */
export type LedgerStatus = 'RESERVED' | 'SIGNED' | 'REQUESTED' | 'ISSUED' | 'WITHDRAWN';

/** One certificate in the ledger, or one signature that proves the possession of a CA's key. */
export interface LedgerEntry {
  /** The certificate's identity: the physical id of its resource. */
  readonly identity: string;
  /** The identity of the CA that signs it; its own for a CA that signs itself or that another one signs elsewhere. */
  readonly issuer: string;
  /**
   * Upper-case hexadecimal digits: 40 where it is issued here. Also the version of its key; of a CA that is signed elsewhere
   * it is that alone.
   */
  readonly serialNumber: string;
  readonly status: LedgerStatus;
  /** The name of the profile, such as `ca` or `device`. */
  readonly profile: string;
  /** The subject as RFC 4514 writes it, for people who read the ledger. */
  readonly subject: string;
  readonly keyAlgorithm: string;
  /** Where its private key is held; absent where the key was thrown away. */
  readonly keyStorage?: KeyStorageProperties;
  /** ISO 8601, whole seconds; empty where it is not known before the certificate. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** The stack and the logical id of the resource that asked. */
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly reservedAt: string;
  /** The id of the request that reserved it. */
  readonly reservedBy: string;
  readonly issuedAt?: string;
  readonly withdrawnAt?: string;
  /** The id of the request that withdrew it last. */
  readonly withdrawnBy?: string;
  /** The certificate, DER. */
  readonly certificate?: Buffer;
  /** Of a CA: the certificates of the CAs above it, DER, one after the other, the next one first. */
  readonly chain?: Buffer;
  /** Of a CA that is signed elsewhere: its request, DER. */
  readonly certificateSigningRequest?: Buffer;
  /** Of a certificate that was made from a request: what that asked for and did not get, in words. */
  readonly ignoredRequests?: string;
  /** Of a signature that is no certificate's: the signature. */
  readonly signature?: Buffer;
}

/** The facts that a change of status adds to an entry. */
export type LedgerFacts = Partial<Pick<LedgerEntry,
'certificate' | 'chain' | 'certificateSigningRequest' | 'ignoredRequests' | 'keyStorage' | 'signature' | 'notBefore' | 'notAfter' | 'issuedAt' | 'withdrawnAt'
| 'withdrawnBy'>>;

/** What the ledger knows of an identity. */
export interface LedgerRecord {
  /** The latest certificate of the identity; absent where it was cancelled before any was reserved. */
  readonly entry?: LedgerEntry;
  /** When a removal was asked for before anything was reserved, ISO 8601 with milliseconds. */
  readonly cancelledAt?: string;
}

/** The ledger itself is gone: somebody has deleted its table. */
export class LedgerGoneError extends Error {}

/** What was issued, by identity and by serial number. Every change is conditional and every read consistent. */
export interface Ledger {
  /** What stands for this identity, or `undefined`. */
  find(identity: string): Promise<LedgerRecord | undefined>;
  /**
   * Adds a reserved entry and makes it the latest of its identity, in one step.
   *
   * @param over what `find` answered before; if anything else stands by now, nothing is written
   * @returns whether it was written
   */
  reserve(entry: LedgerEntry, over: LedgerRecord | undefined): Promise<boolean>;
  /**
   * Moves an entry to another status and adds facts to it, if its status is still the one `entry` says.
   *
   * @returns whether it was written
   */
  advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): Promise<boolean>;
  /**
   * Notes that an identity was removed before anything was reserved for it, so that a creation that is still running stops.
   *
   * @returns whether it was written: `false` where something stands for this identity
   */
  cancel(identity: string, at: string): Promise<boolean>;
}

/** What a secret holds: a text, or the bytes of what is no text. */
export type SecretValue = string | Buffer;

/**
 * Places that hold private keys in versions. A version has the serial number of its certificate as its name, so that a
 * retry finds the key it made before.
 *
 * A place is the ARN of a secret, or the path of parameters, such as `/iot/devices/Sensor001-ab12cd34`: there, a version is
 * the parameter `<path>/<serial number>`.
 */
export interface SecretVersions {
  /** The value of a version, or `undefined`. */
  read(place: string, version: string): Promise<string | undefined>;
  /**
   * Writes a version once.
   *
   * @param encryptionKey the id or the ARN of the KMS key that encrypts the version; for parameters only, since a secret has
   *   its key. Without it, AWS's own key for the service.
   * @returns the value that stands, which is another one where the version was there already
   */
  write(place: string, version: string, value: string, encryptionKey?: string): Promise<string>;
  /** Makes a version the one that who reads the place without naming a version gets, if a place has such a one. */
  makeCurrent(place: string, version: string): Promise<void>;
  /**
   * Lets a version go. Does nothing where it is gone; and, where CloudFormation removes the place itself, as it does with
   * secrets, where the place or the right to change it is gone.
   */
  release(place: string, version: string): Promise<void>;
}
