import { Ledger } from './ledger/ledger';
import { KeyAlgorithmName } from '../contract/key-algorithms';
import { Tag } from '../contract/tags';
import { KeyPair } from '../pki/keys';
import { Signer } from '../pki/signer';

/**
 * What the use cases need from outside. Each port speaks of certificates and keys, not of an AWS API: Secrets Manager,
 * DynamoDB and KMS implement them in the function, a directory implements them in a local deployment.
 */
export interface Ports {
  /** The ledger kept in the table of this name. */
  readonly ledger: (table: string) => Ledger;
  /** A table that may be a ledger, or none, or one that the function may not read: then it is gone, as far as can be told. */
  readonly anyTable: (table: string) => Ledger;
  /** The stack of this id, to which the function belongs: as it is now, and as its template declares it. */
  readonly stack: (stackId: string) => Promise<StackView>;
  /** Private keys that are versions of a secret. */
  readonly secrets: SecretVersions;
  /** Private keys that are parameters, one for each version. */
  readonly parameters: ParameterVersions;
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

/** A stack, as CloudFormation sees it. */
export interface StackView {
  /** What the stack holds now, with what it is about to lose. */
  readonly resources: readonly StackResource[];
  /** The logical ids of the CAs that its template declares. */
  readonly declaredCas: readonly string[];
}

/** A resource of the stack that exists. */
export interface StackResource {
  readonly type: string;
  readonly logicalResourceId: string;
  readonly physicalResourceId: string;
}

/** What a secret holds: a text, or the bytes of what is no text. */
export type SecretValue = string | Buffer;

/** Makes the former version the default one again, as long as the version that replaced it is still the default. */
export type PutBack = () => Promise<void>;

/** For what has no default version, or had none before. */
export const NOTHING_TO_PUT_BACK: PutBack = async () => {};

/** How a parameter is made. */
export interface ParameterOptions {
  /** The id or the ARN of the KMS key that encrypts it; without it, AWS's own key for the service. */
  readonly encryptionKey?: string;
  readonly tags?: readonly Tag[];
}

/**
 * Places that hold private keys in versions. A version has the serial number of its certificate as its name, so that a
 * retry finds the key it made before.
 *
 * A place is the ARN of a secret, or the path of parameters, such as `/iot/devices/Sensor001-ab12cd34`: there, a version is
 * the parameter `<path>/<serial number>`.
 *
 * An owner is a name for the resource whose keys a place holds, at most 32 characters. A place that has a key of another
 * owner takes none, and its current version is not moved: what asks for that names the place of somebody else's key.
 */
export interface SecretVersions {
  /** The value of a version, or `undefined`. */
  read(place: string, version: string): Promise<string | undefined>;
  /**
   * Writes a version once.
   *
   * @param options for parameters only: a secret has its key and its tags as a resource of the stack
   * @returns the value that stands, which is another one where the version was there already
   */
  write(place: string, version: string, value: string, owner: string, options?: ParameterOptions): Promise<string>;
  /** Makes a version the default one of its place, if a place has such a one. */
  makeCurrent(place: string, version: string, owner: string): Promise<PutBack>;
  /**
   * Lets a version go. Does nothing where it, or its place, is gone.
   *
   * @returns whether it is gone; `false` where the place is one that CloudFormation removes, as it does with secrets, and the right to
   *   change it is denied, which may have gone with the place
   */
  release(place: string, version: string, owner: string): Promise<boolean>;
}

/** The places whose versions are parameters: no resources of the stack, so that nobody else gives them its tags. */
export interface ParameterVersions extends SecretVersions {
  /**
   * Gives a version tags, and takes others away. What it has besides stays.
   *
   * @param tags replace those of the same keys
   * @param formerKeys the keys of those that are taken away, none of them among `tags`
   * @throws Error where the version is gone
   */
  tag(path: string, version: string, tags: readonly Tag[], formerKeys: readonly string[]): Promise<void>;
}
