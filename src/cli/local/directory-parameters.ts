import { Tag } from '../../contract/tags';
import { NOTHING_TO_PUT_BACK, ParameterOptions, ParameterVersions, PutBack } from '../../issuing/ports';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { jsonText } from '../document';
import { parseJsonMap } from '../json';
import { Path, PrivateFiles } from './private-files';
import { StateStore } from './state-store';

/** The folder of the parameters. No secret has this name, because the names of a stack's secrets contain a hyphen. */
const FOLDER = 'parameters';

/** The end of the name of a file with tags. */
const TAGS = 'tags.json';

/**
 * Parameters with private keys, as files: the parameter `/iot/devices/Sensor001/<version>` is
 * `keys/parameters/iot/devices/Sensor001/<version>.pem`, readable only by its owner. Its tags are in `<version>.tags.json` beside it, as a
 * map of the tags that `aws ssm list-tags-for-resource` would list. A parameter without tags has no such file.
 */
export class DirectoryParameters implements ParameterVersions {
  private readonly files: PrivateFiles;

  constructor(store: StateStore, disk: Disk) {
    this.files = new PrivateFiles(store, disk);
  }

  public async read(path: string, version: string): Promise<string | undefined> {
    return this.files.read(fileOf(path, version));
  }

  public async write(path: string, version: string, value: string, _owner?: string, { tags = [] }: ParameterOptions = {}): Promise<string> {
    if (tags.length > 0 && await this.read(path, version) === undefined) {
      this.writeTags(path, version, new Map(tags.map(({ Key, Value }) => [Key, Value]))); // first, so that no parameter exists without them
    }
    return this.files.writeOnce(fileOf(path, version), value);
  }

  public async tag(path: string, version: string, tags: readonly Tag[], formerKeys: readonly string[]): Promise<void> {
    if (await this.read(path, version) === undefined) {
      throw new CliError(`${this.fileOf(path, version)}: the parameter no longer exists; `
        + 'raise `generation`, so that the certificate gets a new key');
    }
    const standing = this.tagsOf(path, version);
    formerKeys.forEach(key => standing.delete(key));
    tags.forEach(({ Key, Value }) => standing.set(Key, Value));
    this.writeTags(path, version, standing);
  }

  /** The file of a parameter, whether it exists or not. */
  public fileOf(path: string, version: string): string {
    return this.files.pathOf(fileOf(path, version));
  }

  /** Does nothing, as in the Parameter Store, because a path is never read without a version. */
  public async makeCurrent(): Promise<PutBack> {
    return NOTHING_TO_PUT_BACK;
  }

  public async release(path: string, version: string): Promise<boolean> {
    this.files.remove(fileOf(path, version));
    this.files.remove(fileOf(path, version, TAGS));
    return true;
  }

  private tagsOf(path: string, version: string): Map<string, unknown> {
    const file = fileOf(path, version, TAGS);
    return new Map(Object.entries(parseJsonMap(this.files.pathOf(file), Buffer.from(this.files.read(file) ?? '{}'))));
  }

  private writeTags(path: string, version: string, tags: ReadonlyMap<string, unknown>): void {
    const file = fileOf(path, version, TAGS);
    if (tags.size === 0) {
      this.files.remove(file);
    } else {
      this.files.write(file, jsonText(Object.fromEntries([...tags].sort())));
    }
  }
}

/**
 * The names of parameters can have only a few kinds of characters, and up to 15 levels.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
const PATH = /^(\/[\w.-]+){1,14}$/;

function fileOf(path: string, version: string, ending = 'pem'): Path {
  const names = path.split('/').slice(1);
  if (!PATH.test(path) || names.some(name => /^\.+$/.test(name))) {
    throw new CliError('the path of a parameter must consist of up to 14 names of letters, digits, hyphens, dots and underscores, each preceded '
      + `by a slash, got ${JSON.stringify(path)}`);
  }
  if (!/^[A-Za-z0-9-]+$/.test(version)) {
    throw new CliError('the last name of a parameter must consist of letters, digits and hyphens'); // it becomes a file name
  }
  return [FOLDER, ...names, `${version}.${ending}`];
}
