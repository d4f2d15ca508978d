import { Ledger } from './ledger/ledger';
import { Refusals } from './ledger/refusals';
import { Revocations } from './ledger/revocation';
import { KeyAlgorithmName } from '../contract/key-algorithms';
import { Tag } from '../contract/tags';
import { KeyPair } from '../pki/keys';
import { Signer } from '../pki/signer';

/**
 * Everything that the use cases need from outside. Each port deals with certificates and keys, not with an AWS API: Secrets Manager,
 * DynamoDB and KMS implement the ports in the function, and a directory implements them in a local deployment.
 */
export interface Ports {
  /** The ledger in the table with this name. */
  readonly ledger: (table: string) => Ledger;
  /** What the ledger in the table with this name knows about revoked certificates. */
  readonly revocations: (table: string) => Revocations;
  /** What the ledger in the table with this name says was refused. */
  readonly refusals: (table: string) => Refusals;
  /** A table that may or may not be a ledger. A table that is no ledger, or that the function may not read, counts as gone. */
  readonly anyTable: (table: string) => Ledger;
  /** What a table that may or may not be a ledger knows about revoked certificates: see `anyTable`. */
  readonly anyRevocations: (table: string) => Pick<Revocations, 'find' | 'record' | 'certificate'>;
  /** The stack with this ID, to which the function belongs: as it is now, and as its template declares it. */
  readonly stack: (stackId: string) => Promise<StackView>;
  /** Private keys that are versions of a secret. */
  readonly secrets: SecretVersions;
  /** Private keys that are parameters, one for each version. */
  readonly parameters: ParameterVersions;
  /**
   * The current value of a secret that this library only reads, or `undefined` if the secret is empty.
   *
   * @throws Error that says what to do, if the secret does not exist or can't be read
   */
  readonly secretValue: (secretArn: string) => Promise<SecretValue | undefined>;
  /**
   * A signer that uses the key with this ARN, which never leaves its module. The signer refuses a digest that AWS KMS does not support for
   * such a key. The caller checks that the answer is a valid signature.
   */
  readonly hsm: (keyArn: string) => Promise<Signer>;
  /** The present time. */
  readonly clock: () => Date;
  /** Returns this number of cryptographically secure random bytes. */
  readonly random: (bytes: number) => Buffer;
  readonly generateKeyPair: (algorithm: KeyAlgorithmName) => Promise<KeyPair>;
}

/** The ports that issue, and know no stack. */
export type IssuingPorts = Omit<Ports, 'stack'>;

/** The ports that read the key of a CA and sign with it. */
export type CaKeyPorts = Pick<Ports, 'secrets' | 'secretValue' | 'hsm'>;

/** A stack, as CloudFormation sees it. */
export interface StackView {
  /** The resources that the stack has now, including those that it is about to lose. */
  readonly resources: readonly StackResource[];
  /** The logical IDs of the CAs that the stack's template declares. */
  readonly declaredCas: readonly string[];
}

/** An existing resource of the stack. */
export interface StackResource {
  readonly type: string;
  readonly logicalResourceId: string;
  readonly physicalResourceId: string;
}

/** The value of a secret: a string, or bytes if it is not text. */
export type SecretValue = string | Buffer;

/** Makes the former version the default again, unless the version that replaced it is no longer the default. */
export type PutBack = () => Promise<void>;

/** For a place that has no default version, or that had none before. */
export const NOTHING_TO_PUT_BACK: PutBack = async () => {};

/** Options for creating a parameter. */
export interface ParameterOptions {
  /** The ID or the ARN of the KMS key that encrypts the parameter; without it, AWS's own key for the service. */
  readonly encryptionKey?: string;
  readonly tags?: readonly Tag[];
}

/**
 * Places that hold private keys as versions. A version is named after the serial number of its certificate, so a retry finds the key that
 * it made before.
 *
 * A place is the ARN of a secret, or the path of parameters, such as `/iot/devices/Sensor001-ab12cd34`. Under a path, a version is the
 * parameter `<path>/<serial number>`.
 *
 * An owner is a name, of at most 32 characters, for the resource whose keys a place holds. A place that has a key of another owner accepts
 * no key, and its current version does not move: such a request names the place of another resource's key.
 */
export interface SecretVersions {
  /** The value of a version, or `undefined`. */
  read(place: string, version: string): Promise<string | undefined>;
  /**
   * Writes a version once.
   *
   * @param options for parameters only: a secret is a resource of the stack, which gives it its encryption key and its tags
   * @returns the stored value, which is the earlier one if the version already existed
   */
  write(place: string, version: string, value: string, owner: string, options?: ParameterOptions): Promise<string>;
  /** Makes a version the default version of its place, if that place has a default version. */
  makeCurrent(place: string, version: string, owner: string): Promise<PutBack>;
  /**
   * Releases a version. Does nothing if the version or its place is gone.
   *
   * @returns whether the version is gone; `false` if CloudFormation removes the place, as it does with secrets, and the permission to
   *   change it is denied, because that permission may have gone with the place
   */
  release(place: string, version: string, owner: string): Promise<boolean>;
}

/** The places whose versions are parameters. Parameters are not resources of the stack, so nothing else gives them the stack's tags. */
export interface ParameterVersions extends SecretVersions {
  /**
   * Adds tags to a version and removes others. All other tags of the version stay.
   *
   * @param tags the tags to add; they replace tags with the same keys
   * @param formerKeys the keys of the tags to remove, none of them among `tags`
   * @throws Error if the version is gone
   */
  tag(path: string, version: string, tags: readonly Tag[], formerKeys: readonly string[]): Promise<void>;
}
