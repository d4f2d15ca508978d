import { NOTHING_TO_PUT_BACK, PutBack, SecretVersions } from '../../handlers/ports';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { Path, PrivateFiles } from './private-files';
import { StateStore } from './state-store';

/** No secret has this name: those of a stack have a hyphen in theirs. */
const FOLDER = 'parameters';

/**
 * Parameters that hold private keys as files: the parameter `/iot/devices/Sensor001/<version>` is
 * `keys/parameters/iot/devices/Sensor001/<version>.pem`, readable by its owner only.
 */
export class DirectoryParameters implements SecretVersions {
  private readonly files: PrivateFiles;

  constructor(store: StateStore, disk: Disk) {
    this.files = new PrivateFiles(store, disk);
  }

  public async read(path: string, version: string): Promise<string | undefined> {
    return this.files.read(fileOf(path, version));
  }

  public async write(path: string, version: string, value: string): Promise<string> {
    return this.files.writeOnce(fileOf(path, version), value);
  }

  /** The file of a parameter, whether it is there or not. */
  public fileOf(path: string, version: string): string {
    return this.files.pathOf(fileOf(path, version));
  }

  /** Does nothing, as in the Parameter Store: nobody reads a path without a version. */
  public async makeCurrent(): Promise<PutBack> {
    return NOTHING_TO_PUT_BACK;
  }

  public async release(path: string, version: string): Promise<boolean> {
    this.files.remove(fileOf(path, version));
    return true;
  }
}

/**
 * The names of parameters have a few characters, and up to 15 levels.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
const PATH = /^(\/[\w.-]+){1,14}$/;

function fileOf(path: string, version: string): Path {
  const names = path.split('/').slice(1);
  if (!PATH.test(path) || names.some(name => /^\.+$/.test(name))) {
    throw new CliError('the path of a parameter must be up to 14 names of letters, digits, hyphens, dots and underscores, each with a slash before it, '
      + `got ${JSON.stringify(path)}`);
  }
  if (!/^[A-Za-z0-9-]+$/.test(version)) {
    throw new CliError('the last name of a parameter must consist of letters, digits and hyphens'); // it becomes a file's name
  }
  return [FOLDER, ...names, `${version}.pem`];
}
