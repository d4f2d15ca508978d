import { readdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SecretVersions } from '../../handlers/ports';
import { CliError } from '../cli-error';
import { Disk, FileMode, makePrivateFolder } from '../disk';
import { own } from '../json';
import { readBytesIfPresent } from '../read-file';
import { localArn } from './stand-ins';
import { StateStore } from './state-store';

const ARN_PREFIX = localArn('secretsmanager', 'secret:');

/**
 * Secrets as files: each version of a secret is `keys/<secret>/<version>.pem`, readable by its owner only. Which version
 * is the current one stands in the state.
 */
export class DirectorySecretVersions implements SecretVersions {
  private readonly folder: string;

  constructor(private readonly store: StateStore, private readonly disk: Disk) {
    this.folder = join(dirname(store.file), 'keys');
  }

  public async read(secretArn: string, version: string): Promise<string | undefined> {
    return readBytesIfPresent(this.fileOf(secretArn, version))?.toString('utf8');
  }

  public async write(secretArn: string, version: string, value: string): Promise<string> {
    const standing = await this.read(secretArn, version);
    if (standing !== undefined) {
      return standing;
    }
    makePrivateFolder(this.folder);
    makePrivateFolder(this.folderOf(secretArn));
    this.disk.replace(this.fileOf(secretArn, version), value, FileMode.PRIVATE);
    return value;
  }

  public async makeCurrent(secretArn: string, version: string): Promise<void> {
    this.fileOf(secretArn, version);
    this.store.state.secrets[secretArn] = { current: version };
    this.store.save();
  }

  public async release(secretArn: string, version: string): Promise<void> {
    // As in Secrets Manager, the current version stays as long as its secret, which can be one that is to be kept.
    if (own(this.store.state.secrets, secretArn)?.current !== version) {
      this.disk.remove(this.fileOf(secretArn, version));
    }
  }

  /** Reads the current version, or answers `undefined` where the secret has none. */
  public async readCurrent(secretArn: string): Promise<string | undefined> {
    const secret = own(this.store.state.secrets, secretArn);
    return secret && this.read(secretArn, secret.current);
  }

  /** Removes a secret with all its versions; saving the state is left to the caller. */
  public removeSecret(secretArn: string): void {
    const folder = this.folderOf(secretArn);
    for (const file of filesIn(folder)) {
      this.disk.remove(join(folder, file));
    }
    try {
      rmdirSync(folder);
    } catch {
      // It was never made, or it holds a file that is not ours.
    }
    delete this.store.state.secrets[secretArn];
  }

  private fileOf(secretArn: string, version: string): string {
    if (!/^[A-Za-z0-9-]+$/.test(version)) {
      throw new CliError('a version of a secret must consist of letters, digits and hyphens'); // it becomes a file's name
    }
    return join(this.folderOf(secretArn), `${version}.pem`);
  }

  private folderOf(secretArn: string): string {
    const name = secretArn.startsWith(ARN_PREFIX) ? secretArn.slice(ARN_PREFIX.length) : '';
    if (!/^[A-Za-z0-9-]+$/.test(name)) {
      throw new CliError(`the secret must be one of this local deployment (${ARN_PREFIX}…), got ${JSON.stringify(secretArn)}`);
    }
    return join(this.folder, name);
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(file => /^[A-Za-z0-9-]+\.pem$|\.private-iot-ca\.tmp$/.test(file));
  } catch {
    return [];
  }
}
