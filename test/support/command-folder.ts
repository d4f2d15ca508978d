import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './cli-assembly';
import { silentProgress, Terminal } from '../../src/cli/terminal';

/** A folder with the files that a command reads. */
export class CommandFolder {
  private readonly folder = temporaryFolder();

  /** The path of a file in the folder. */
  public readonly path = (name: string): string => join(this.folder, name);

  /** Writes a file, and returns its path. */
  public write(name: string, content: string | Buffer): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** What a command prints, in which files have the names that they have in the folder. */
  public said(command: (terminal: Terminal) => unknown): string {
    let said = '';
    command({ progress: silentProgress, print: text => { said += text; }, warn: () => undefined });
    return said.replaceAll(`${this.folder}/`, '');
  }
}
