import { NOTHING_TO_PUT_BACK, PutBack, SecretVersions } from '../../issuing/ports';
import { holdsPem } from '../certificates/pem-blocks';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { own } from '../json';
import { fileNameIn, Path, PrivateFiles } from './private-files';
import { localArn } from './stand-ins';
import { StateStore } from './state-store';

/** The extensions of the files, by their content. */
const EXTENSIONS = ['pem', 'base64'] as const;

const VERSION_FILE = new RegExp(`^([A-Za-z0-9-]+)\\.(?:${EXTENSIONS.join('|')})$`);

const ARN_PREFIX = localArn('secretsmanager', 'secret:');

/**
 * Secrets as files. Each version of a secret is `keys/<secret>/<version>.pem`, readable only by its owner; if it holds a key in
 * PKCS#12 or DER, which is base64 in a secret's text, `<version>.base64`. The state says which version is the current one. A
 * value that CloudFormation would generate is `keys/<secret>/generated.txt`.
 */
export class DirectorySecretVersions implements SecretVersions {
  private readonly files: PrivateFiles;

  constructor(private readonly store: StateStore, disk: Disk) {
    this.files = new PrivateFiles(store, disk);
  }

  public async read(secretArn: string, version: string): Promise<string | undefined> {
    return this.files.read(this.standing(secretArn, version));
  }

  public async write(secretArn: string, version: string, value: string, owner: string): Promise<string> {
    this.own(secretArn, owner);
    return await this.read(secretArn, version)
      ?? this.files.writeOnce(fileOf(secretArn, version, holdsPem(value) ? 'pem' : 'base64'), value);
  }

  public async makeCurrent(secretArn: string, version: string, owner: string): Promise<PutBack> {
    this.standing(secretArn, version); // for its errors
    this.own(secretArn, owner);
    const before = this.currentOf(secretArn);
    this.setCurrent(secretArn, owner, version);
    return before === undefined || before === version ? NOTHING_TO_PUT_BACK : async () => this.setCurrent(secretArn, owner, before);
  }

  public async release(secretArn: string, version: string): Promise<boolean> {
    // As in Secrets Manager, the current version stays as long as its secret, which may have to be kept.
    if (this.currentOf(secretArn) !== version) {
      this.files.remove(this.standing(secretArn, version));
    }
    return true;
  }

  /** Reads the current version; returns `undefined` if the secret has none. */
  public async readCurrent(secretArn: string): Promise<string | undefined> {
    const current = this.currentOf(secretArn);
    return current === undefined ? undefined : this.read(secretArn, current);
  }

  /** The versions that have a file, and the current version even if its file is gone. No value is read. */
  public versionsOf(secretArn: string): { readonly ids: readonly string[]; readonly current?: string } {
    const current = this.currentOf(secretArn);
    const inFolder = this.files.namesIn(folderOf(secretArn)).flatMap(name => VERSION_FILE.exec(name)?.[1] ?? []);
    return { ids: [...new Set([...current === undefined ? [] : [current], ...inFolder])], current };
  }

  /** The file of a version, whether it exists or not. */
  public pathOf(secretArn: string, version: string): string {
    return this.files.pathOf(this.standing(secretArn, version));
  }

  /** The file of a version, or `undefined` if there is none. */
  public versionFile(secretArn: string, version: string): string | undefined {
    return this.files.existing(this.standing(secretArn, version));
  }

  /** The folder of a secret, or `undefined` if it is empty. */
  public folder(secretArn: string): string | undefined {
    const folder = folderOf(secretArn);
    return this.files.namesIn(folder).length > 0 ? this.files.pathOf(folder) : undefined;
  }

  /** Reads the value that was generated for a secret; returns `undefined` if none was, as for every secret from elsewhere. */
  public readGenerated(secretArn: string): string | undefined {
    return isOurs(secretArn) ? this.files.read(generatedFileOf(secretArn)) : undefined;
  }

  /** Stores the value that was generated for a secret. */
  public writeGenerated(secretArn: string, value: string): string {
    this.store.save(); // the name of the secret reaches the disk before any of its files
    return this.files.writeOnce(generatedFileOf(secretArn), value);
  }

  /** Whether the values of a secret are kept here. They are not if the app imports the secret, or if the command line gives its value. */
  public keeps(secretArn: string): boolean {
    return isOurs(secretArn) && (this.folder(secretArn) !== undefined || Object.hasOwn(this.store.state.secrets, secretArn));
  }

  /** Removes a secret with all its versions. The caller saves the state. */
  public removeSecret(secretArn: string): void {
    this.files.removeFolder(folderOf(secretArn));
    delete this.store.state.secrets[secretArn];
  }

  /** The existing file of a version; if there is none, the file for a key in PEM. */
  private standing(secretArn: string, version: string): Path {
    const [pem, base64] = EXTENSIONS.map(extension => fileOf(secretArn, version, extension));
    return this.files.existing(base64) === undefined ? pem : base64;
  }

  private currentOf(secretArn: string): string | undefined {
    return own(this.store.state.secrets, secretArn)?.current;
  }

  private setCurrent(secretArn: string, owner: string, current: string): void {
    this.store.state.secrets[secretArn] = { owner, current };
    this.store.save();
  }

  /** Assigns a secret to its owner: a secret holds the keys of one resource, as in the function. */
  private own(secretArn: string, owner: string): void {
    const secret = this.store.state.secrets[secretArn] ??= { owner };
    if (secret.owner !== owner) {
      throw new CliError(`the secret ${secretArn} must hold only keys of this resource, got a key of another certificate; declare a separate secret`);
    }
  }
}

function fileOf(secretArn: string, version: string, extension: typeof EXTENSIONS[number]): Path {
  if (!/^[A-Za-z0-9-]+$/.test(version)) {
    throw new CliError('a version of a secret must consist of letters, digits and hyphens'); // it becomes a file name
  }
  return [...folderOf(secretArn), `${version}.${extension}`];
}

function generatedFileOf(secretArn: string): Path {
  return [...folderOf(secretArn), 'generated.txt'];
}

function folderOf(secretArn: string): Path {
  const name = fileNameIn(secretArn, ARN_PREFIX);
  if (name === undefined) {
    throw new CliError(`the secret must belong to this local deployment (${ARN_PREFIX}…), got ${JSON.stringify(secretArn)}`);
  }
  return [name];
}

/** Whether a stack of this deployment can have declared a secret. */
function isOurs(secretArn: string): boolean {
  return fileNameIn(secretArn, ARN_PREFIX) !== undefined;
}
