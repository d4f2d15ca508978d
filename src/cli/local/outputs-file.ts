import { join } from 'node:path';
import { CliError } from '../cli-error';
import { Disk, FileMode } from '../disk';
import { StateStore } from './state-store';

/** The file with the outputs of all stacks, in the format of `cdk deploy --outputs-file`. */
export class OutputsFile {
  public readonly path: string;

  constructor(directory: string, private readonly disk: Disk) {
    this.path = join(directory, 'outputs.json');
  }

  /** Refuses to overwrite a file that a local deployment did not write. */
  public assertOurs(store: StateStore): void {
    if (!store.exists && this.disk.read(this.path) !== undefined) {
      throw new CliError(`${this.path}: this file was not written by a local deployment, because ${store.file} does not exist; `
        + 'choose another folder with --out, or move this file away');
    }
  }

  /**
   * Writes the outputs of the deployed stacks, unless the file holds them already.
   *
   * @param order the names of the stacks that come first, in this order
   * @returns whether the file was written
   */
  public write(store: StateStore, order: readonly string[]): boolean {
    const { stacks } = store.state;
    const names = [...new Set([...order, ...Object.keys(stacks)])].filter(name => stacks[name]?.outputs);
    const content = `${JSON.stringify(Object.fromEntries(names.map(name => [name, stacks[name].outputs])), undefined, 2)}\n`;
    const standing = this.disk.read(this.path)?.toString('utf8');
    if (standing === content || (names.length === 0 && standing === undefined)) {
      return false;
    }
    this.disk.replace(this.path, content, FileMode.PUBLIC);
    return true;
  }
}
