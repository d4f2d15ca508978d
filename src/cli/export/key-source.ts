import { CliError } from '../cli-error';

/** The versions of a secret, without their values. */
export interface SecretVersionIds {
  /** The versions that have a staging label. The id of a version that this library wrote is the serial number of its certificate. */
  readonly ids: readonly string[];
  /** The default version, if the secret has a value. */
  readonly current?: string;
  /** Why there are no versions, in words, if there is more to say about it. */
  readonly absence?: string;
}

/**
 * Where private keys are kept: AWS, or the directory of a local deployment.
 *
 * @throws UnreadableKeyError if a place can't be read; its message shows no value
 */
export interface KeySource {
  /** The versions of a secret; no value is requested. */
  versionsOf(secretArn: string): Promise<SecretVersionIds>;
  /** The value of a version, or `undefined` if it is not text. */
  readSecret(secretArn: string, version: string): Promise<string | undefined>;
  /** The value of a parameter. @param place its ARN or its name */
  readParameter(place: string): Promise<string | undefined>;
}

/** One place can't be read. The keys in other places can be exported all the same. */
export class UnreadableKeyError extends CliError {}
