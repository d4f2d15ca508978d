import { CliError } from '../cli-error';

/** The versions of a secret, without their values. */
export interface SecretVersionIds {
  /** Those that have a staging label; the id of one that this library wrote is the serial number of its certificate. */
  readonly ids: readonly string[];
  /** The one that is read where none is named, if the secret has a value. */
  readonly current?: string;
  /** Why there are none, in words, where there is more to say of it. */
  readonly absence?: string;
}

/**
 * Where private keys are kept: AWS, or the directory of a local deployment.
 *
 * @throws UnreadableKeyError where a place can't be looked into; its message shows no value
 */
export interface KeySource {
  /** The versions of a secret; no value is asked for. */
  versionsOf(secretArn: string): Promise<SecretVersionIds>;
  /** The value of a version, or `undefined` where it is no text. */
  readSecret(secretArn: string, version: string): Promise<string | undefined>;
  /** The value of a parameter. @param place its ARN or its name */
  readParameter(place: string): Promise<string | undefined>;
}

/** One place can't be looked into; what is in other places can be had nevertheless. */
export class UnreadableKeyError extends CliError {}
