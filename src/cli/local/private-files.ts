import { dirname, join } from 'node:path';
import { CliError } from '../cli-error';
import { Disk, FileMode } from '../disk';
import { StateStore } from './state-store';

/** The path of a file or a folder, as a list of names. */
export type Path = readonly string[];

/** The names of the files that are written here, and of the unfinished files that a stopped process has left behind. */
const OWN_FILE = /^[A-Za-z0-9-]+\.(pem|base64|txt)$|\.private-iot-ca\.tmp$/;

/**
 * The private keys and other secrets of a local deployment: files below its folder `keys` that only their owner may read.
 * The names in a path come from templates, so none of them may lead out of the folder.
 */
export class PrivateFiles {
  private readonly root: string;

  constructor(store: StateStore, private readonly disk: Disk) {
    this.root = join(dirname(store.file), 'keys');
  }

  /** The path of a file, whether it exists or not. */
  public pathOf(path: Path): string {
    const wrong = path.find(name => !/^[\w.-]+$/.test(name) || /^\.+$/.test(name));
    if (wrong !== undefined) {
      throw new CliError(`the name of a file for a private key must consist of letters, digits, hyphens, dots and underscores, got ${JSON.stringify(wrong)}`);
    }
    return join(this.root, ...path);
  }

  /** The path of a file, or `undefined` if there is no such file. */
  public existing(path: Path): string | undefined {
    return this.read(path) === undefined ? undefined : this.pathOf(path);
  }

  /** The names of the files of this deployment in a folder; empty if there is no such folder. */
  public namesIn(path: Path): string[] {
    return this.disk.list(this.pathOf(path)).filter(name => OWN_FILE.test(name));
  }

  /** The content of a file, or `undefined` if there is no such file. */
  public read(path: Path): string | undefined {
    return this.disk.read(this.pathOf(path))?.toString('utf8');
  }

  /** Writes a file, unless it exists already; returns the content that it has then. */
  public writeOnce(path: Path, content: string): string {
    const standing = this.read(path);
    if (standing === undefined) {
      this.write(path, content);
    }
    return standing ?? content;
  }

  /** Writes a file, and replaces an existing file. */
  public write(path: Path, content: string): void {
    path.forEach((_, depth) => this.disk.makePrivateFolder(this.pathOf(path.slice(0, depth))));
    this.disk.replace(this.pathOf(path), content, FileMode.PRIVATE);
  }

  /** Removes a file, and the folders that are then empty. */
  public remove(path: Path): void {
    this.disk.remove(this.pathOf(path));
    for (let depth = path.length - 1; depth > 0; depth--) {
      this.disk.removeIfEmpty(this.pathOf(path.slice(0, depth)));
    }
  }

  /** Removes the files of this deployment from a folder, and the folder if it is then empty. */
  public removeFolder(path: Path): void {
    this.namesIn(path).forEach(name => this.disk.remove(join(this.pathOf(path), name)));
    this.disk.removeIfEmpty(this.pathOf(path));
  }
}

/** The name at the end of an ARN of this deployment, if it can be the name of a file; otherwise `undefined`. */
export function fileNameIn(arn: string, prefix: string): string | undefined {
  const name = arn.startsWith(prefix) ? arn.slice(prefix.length) : '';
  return /^[A-Za-z0-9-]+$/.test(name) ? name : undefined;
}
