import { posix } from 'node:path';
import { KeySource, SecretVersionIds, UnreadableKeyError } from './key-source';
import { messageOf } from '../cli-error';
import { localDisk } from '../disk';
import { DirectoryParameters } from '../local/directory-parameters';
import { DirectorySecretVersions } from '../local/directory-secret-versions';
import { StateStore } from '../local/state-store';

/** Why a secret has no value here. That does not mean that there is no key. */
const NOT_KEPT = 'the local deployment does not keep the value of this secret; if its key was given with `local --secret`, '
  + 'use the file that was given';

/** The private keys of a local deployment, in the files of its directory. */
export class LocalKeys implements KeySource {
  private readonly secrets: DirectorySecretVersions;
  private readonly parameters: DirectoryParameters;

  constructor(store: StateStore) {
    this.secrets = new DirectorySecretVersions(store, localDisk);
    this.parameters = new DirectoryParameters(store, localDisk);
  }

  public async versionsOf(secretArn: string): Promise<SecretVersionIds> {
    return this.secrets.keeps(secretArn) ? given(async () => this.secrets.versionsOf(secretArn)) : { ids: [], absence: NOT_KEPT };
  }

  public async readSecret(secretArn: string, version: string): Promise<string> {
    return given(async () => present(await this.secrets.read(secretArn, version), this.secrets.pathOf(secretArn, version)));
  }

  public async readParameter(place: string): Promise<string> {
    const name = place.slice(place.indexOf('/')); // in an ARN, `parameter` precedes the slash with which the name begins
    const [path, version] = [posix.dirname(name), posix.basename(name)];
    return given(async () => present(await this.parameters.read(path, version), this.parameters.fileOf(path, version)));
  }
}

async function given<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UnreadableKeyError(messageOf(error));
  }
}

/** Checks that a key was found. If the outputs lead to a key whose file is gone, no other output would help. */
function present(key: string | undefined, file: string): string {
  if (key === undefined) {
    throw new UnreadableKeyError(`${file}: the file with the private key no longer exists; restore it from a backup, or, for a device or a server, `
      + 'raise the generation of its certificate and run `private-iot-ca local` again');
  }
  return key;
}
