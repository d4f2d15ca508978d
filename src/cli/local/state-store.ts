import { join } from 'node:path';
import { StackResource } from '../../issuing/ports';
import { CliError } from '../cli-error';
import { Disk, FileMode } from '../disk';
import { parseJsonMap } from '../json';
import { ownId } from './nested-ids';
import { emptyState, malformation, StackState, State } from './state';

/**
 * The state of a local deployment and its file. Code that changes the state also saves it. The changes between two saves reach
 * the disk together or not at all.
 */
export class StateStore {
  /** Reads the state of a directory. A directory without a state begins with an empty state. */
  public static open(directory: string, disk: Disk): StateStore {
    const file = join(directory, 'state.json');
    const content = disk.read(file);
    if (content === undefined) {
      return new StateStore(file, disk, emptyState());
    }
    const state = parseJsonMap(file, content);
    const complaint = malformation(state);
    if (complaint) {
      throw new CliError(`${file}: this state can't be used: ${complaint}`);
    }
    return new StateStore(file, disk, state as unknown as State, content.toString('utf8'));
  }

  private failure?: unknown;

  private constructor(
    public readonly file: string, private readonly disk: Disk, public readonly state: State, private saved?: string,
  ) {}

  /** Whether there is a state on the disk. */
  public get exists(): boolean {
    return this.saved !== undefined;
  }

  /** Writes the state, unless it is on the disk already. After a failure, nothing more is written: the state on the disk is what counts. */
  public save(): void {
    this.assertSound();
    const content = `${JSON.stringify(this.state, undefined, 1)}\n`;
    if (content === this.saved) {
      return;
    }
    try {
      this.disk.replace(this.file, content, FileMode.PRIVATE);
    } catch (error) {
      this.failure = error;
      throw error;
    }
    this.saved = content;
  }

  /** Throws the failure to write the state, if there was one. Code that catches the failures of single resources calls it. */
  public assertSound(): void {
    if (this.failure !== undefined) {
      throw this.failure;
    }
  }

  /** The stacks that use an export of this stack. */
  public importersOf(name: string, exportName: string): string[] {
    return this.others(name).filter(([, stack]) => stack.imports.includes(exportName)).map(([other]) => other);
  }

  /** The resources of the stack with this id. */
  public resourcesOf(stackId: string): StackResource[] {
    return Object.values(this.state.stacks).flatMap(stack => Object.entries(stack.resources)
      .filter(([, resource]) => (resource.stackId ?? stack.stackId) === stackId)
      .map(([id, { type, physicalId }]) => ({ type, logicalResourceId: ownId(id), physicalResourceId: physicalId })));
  }

  /** All other stacks. */
  public others(name: string): [name: string, stack: StackState][] {
    return Object.entries(this.state.stacks).filter(([other]) => other !== name);
  }
}
