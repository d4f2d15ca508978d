import { NOTHING_TO_PUT_BACK, PutBack, SecretVersions } from '../../handlers/ports';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { own } from '../json';
import { Path, PrivateFiles } from './private-files';
import { localArn } from './stand-ins';
import { StateStore } from './state-store';

const ARN_PREFIX = localArn('secretsmanager', 'secret:');

/**
 * Secrets as files: each version of a secret is `keys/<secret>/<version>.pem`, readable by its owner only. Which version
 * is the current one stands in the state. A value that CloudFormation would generate is `keys/<secret>/generated.txt`.
 */
export class DirectorySecretVersions implements SecretVersions {
  private readonly files: PrivateFiles;

  constructor(private readonly store: StateStore, disk: Disk) {
    this.files = new PrivateFiles(store, disk);
  }

  public async read(secretArn: string, version: string): Promise<string | undefined> {
    return this.files.read(fileOf(secretArn, version));
  }

  public async write(secretArn: string, version: string, value: string, owner: string): Promise<string> {
    this.own(secretArn, owner);
    return this.files.writeOnce(fileOf(secretArn, version), value);
  }

  public async makeCurrent(secretArn: string, version: string, owner: string): Promise<PutBack> {
    fileOf(secretArn, version);
    this.own(secretArn, owner);
    const before = own(this.store.state.secrets, secretArn)?.current;
    this.setCurrent(secretArn, owner, version);
    return before === undefined || before === version ? NOTHING_TO_PUT_BACK : async () => this.setCurrent(secretArn, owner, before);
  }

  public async release(secretArn: string, version: string): Promise<boolean> {
    // As in Secrets Manager, the current version stays as long as its secret, which can be one that is to be kept.
    if (own(this.store.state.secrets, secretArn)?.current !== version) {
      this.files.remove(fileOf(secretArn, version));
    }
    return true;
  }

  /** Reads the current version, or answers `undefined` where the secret has none. */
  public async readCurrent(secretArn: string): Promise<string | undefined> {
    const secret = own(this.store.state.secrets, secretArn);
    return secret?.current === undefined ? undefined : this.read(secretArn, secret.current);
  }

  /** The versions that are there, and the current one even where its file is gone; no value is read. */
  public versionsOf(secretArn: string): { readonly ids: readonly string[]; readonly current?: string } {
    const current = own(this.store.state.secrets, secretArn)?.current;
    const inFolder = this.files.namesIn([folderOf(secretArn)]).flatMap(name => /^([A-Za-z0-9-]+)\.pem$/.exec(name)?.[1] ?? []);
    return { ids: [...new Set([...current === undefined ? [] : [current], ...inFolder])], current };
  }

  /** The file of a version, whether it is there or not. */
  public pathOf(secretArn: string, version: string): string {
    return this.files.pathOf(fileOf(secretArn, version));
  }

  /** The file of a version, or `undefined` where there is none. */
  public versionFile(secretArn: string, version: string): string | undefined {
    const file = fileOf(secretArn, version);
    return this.files.read(file) === undefined ? undefined : this.files.pathOf(file);
  }

  /** The folder of a secret, or `undefined` where nothing is in it. */
  public folder(secretArn: string): string | undefined {
    const folder = [folderOf(secretArn)];
    return this.files.hasFiles(folder) ? this.files.pathOf(folder) : undefined;
  }

  /** Reads the value that was generated for a secret, or `undefined` where none was, as for every secret of another origin. */
  public readGenerated(secretArn: string): string | undefined {
    return ownNameOf(secretArn) === undefined ? undefined : this.files.read(generatedFileOf(secretArn));
  }

  /** Keeps the value that was generated for a secret. */
  public writeGenerated(secretArn: string, value: string): string {
    this.store.save(); // the name of the secret is on the disk before a file of it is
    return this.files.writeOnce(generatedFileOf(secretArn), value);
  }

  private setCurrent(secretArn: string, owner: string, current: string): void {
    this.store.state.secrets[secretArn] = { owner, current };
    this.store.save();
  }

  /** A secret holds the keys of one resource, as in the function. */
  private own(secretArn: string, owner: string): void {
    const secret = this.store.state.secrets[secretArn] ??= { owner };
    if (secret.owner !== owner) {
      throw new CliError(`the secret ${secretArn} must hold keys of this resource alone, and it holds one of another certificate; name a secret of its own`);
    }
  }

  /** Removes a secret with all its versions; saving the state is left to the caller. */
  public removeSecret(secretArn: string): void {
    this.files.removeFolder([folderOf(secretArn)]);
    delete this.store.state.secrets[secretArn];
  }
}

function fileOf(secretArn: string, version: string): Path {
  if (!/^[A-Za-z0-9-]+$/.test(version)) {
    throw new CliError('a version of a secret must consist of letters, digits and hyphens'); // it becomes a file's name
  }
  return [folderOf(secretArn), `${version}.pem`];
}

function generatedFileOf(secretArn: string): Path {
  return [folderOf(secretArn), 'generated.txt'];
}

function folderOf(secretArn: string): string {
  const name = ownNameOf(secretArn);
  if (name === undefined) {
    throw new CliError(`the secret must be one of this local deployment (${ARN_PREFIX}…), got ${JSON.stringify(secretArn)}`);
  }
  return name;
}

/** The name of a secret that a stack of this deployment can have declared: its name becomes a folder's. */
function ownNameOf(secretArn: string): string | undefined {
  const name = secretArn.startsWith(ARN_PREFIX) ? secretArn.slice(ARN_PREFIX.length) : '';
  return /^[A-Za-z0-9-]+$/.test(name) ? name : undefined;
}
