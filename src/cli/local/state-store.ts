import { dirname, join } from 'node:path';
import { StackResource } from '../../issuing/ports';
import { CliError } from '../cli-error';
import { Disk, FileMode } from '../disk';
import { parseJsonMap } from '../json';
import { FleetLog } from './fleet-log';
import { changesIn, copyOf, firstLine, lineOf, replay, Tree } from './journal';
import { ownId } from './nested-ids';
import { emptyState, malformation, StackState, State } from './state';

/**
 * The state of a local deployment and its file. Code that changes the state also saves it. The changes between two saves reach
 * the disk together or not at all.
 *
 * A run writes the whole file when it first saves and when it ends. In between, it appends its changes to a journal, because the file of a
 * large deployment is long. If the run is stopped, the next run continues from the file and the journal.
 */
export class StateStore {
  /** Reads the state of a directory. A directory without a state begins with an empty state. */
  public static open(directory: string, disk: Disk): StateStore {
    const [file, journal] = ['state.json', 'state.journal'].map(name => join(directory, name));
    const lines = disk.read(journal); // first, because a run that ends meanwhile puts them into the file before it removes them
    const content = disk.read(file);
    if (content === undefined) {
      return new StateStore(file, journal, disk, emptyState());
    }
    const tree: Tree = parseJsonMap(file, content);
    replay(journal, lines ?? Buffer.of(), content, tree);
    const complaint = malformation(tree);
    if (complaint) {
      throw new CliError(`${file}: this state can't be used: ${complaint}`);
    }
    return new StateStore(file, journal, disk, tree as unknown as State, copyOf(tree));
  }

  /**
   * Reads the state of a directory that has one.
   *
   * @param otherwise what else the command can be given
   * @throws CliError if nothing was ever deployed into the directory
   */
  public static ofDeployment(directory: string, disk: Disk, otherwise = ', or give --outputs for CAs in AWS'): StateStore {
    const store = StateStore.open(directory, disk);
    if (!store.exists) {
      throw new CliError(`--local: ${directory} holds no local deployment; name the folder that \`private-iot-ca local --out\` has written${otherwise}`);
    }
    return store;
  }

  /** The first line of a journal that continues the file, once this run has written the file. */
  private firstLine?: string;
  private hasJournal = false;
  private readonly fleetLogs = new Map<string, FleetLog | undefined>();
  private failure?: unknown;

  /** @param saved the state on the disk */
  private constructor(
    public readonly file: string, private readonly journal: string, private readonly disk: Disk, public readonly state: State, private saved?: Tree,
  ) {}

  /** The directory of the local deployment. */
  public get directory(): string {
    return dirname(this.file);
  }

  /** The certificates of the fleets of a ledger, as they are when they are first asked for; `undefined` if it has none. */
  public fleets(table: string): FleetLog | undefined {
    if (!this.fleetLogs.has(table)) {
      this.fleetLogs.set(table, FleetLog.toRead(this.directory, table));
    }
    return this.fleetLogs.get(table);
  }

  /** Whether there is a state on the disk. */
  public get exists(): boolean {
    return this.saved !== undefined;
  }

  /** Writes what has changed since the state was last saved. */
  public save(): void {
    this.assertSound();
    const changes = this.saved && changesIn(this.tree, this.saved);
    if (changes?.length !== 0) {
      this.attempt(() => this.firstLine === undefined ? this.writeFile() : this.append(this.firstLine, lineOf({ changes: changes! })));
    }
  }

  /** Ends a run: everything is in the file then. */
  public close(): void {
    if (this.disk.read(this.journal) !== undefined) {
      this.attempt(() => {
        this.writeFile();
        this.disk.remove(this.journal);
        this.hasJournal = false;
      });
    }
  }

  /** Throws the failure to write the state, if there was one. Code that catches the failures of single resources calls it. */
  public assertSound(): void {
    if (this.failure !== undefined) {
      throw this.failure;
    }
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

  private get tree(): Tree {
    return this.state as unknown as Tree;
  }

  private writeFile(): void {
    const content = `${JSON.stringify(this.state, undefined, 1)}\n`;
    this.disk.replace(this.file, content, FileMode.PRIVATE);
    this.firstLine = firstLine(content);
    this.saved = copyOf(this.tree);
  }

  private append(first: string, line: string): void {
    if (this.hasJournal) {
      this.disk.append(this.journal, line);
    } else {
      this.disk.replace(this.journal, `${first}${line}`, FileMode.PRIVATE);
      this.hasJournal = true;
    }
  }

  /** After a failure, nothing more is written: the state on the disk is what counts. */
  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
