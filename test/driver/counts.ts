import { History } from './engine/history';
import { Violation } from './engine/watch';

/** A history in which something went wrong. */
export interface Failure {
  readonly name: string;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
}

/** What is counted in any case, and in three classes. */
const COUNTED: readonly Violation['kind'][] = ['lost', 'left behind', 'key left', 'unfinished', 'duplicated', 'other bytes'];

/** What all histories of a run come to. */
export class Counts {
  public readonly failures: Failure[] = [];
  private histories = 0;
  private deliveries = 0;
  private faults = 0;
  private pauses = 0;

  /** @param name how the history is found again */
  public add(name: string, { world, violations }: History, pauses = 0): void {
    this.histories++;
    this.deliveries += world.deliveries.length;
    this.faults += world.deliveries.reduce((sum, { faults }) => sum + (faults.length > 0 ? 1 : 0), 0);
    this.pauses += pauses;
    if (violations.length > 0) {
      this.failures.push({ name, violations, trace: world.trace });
    }
  }

  public get line(): string {
    const of = (...kinds: Violation['kind'][]): number =>
      this.failures.filter(({ violations }) => violations.some(({ kind }) => kinds.includes(kind))).length;
    const found = new Set(this.failures.flatMap(({ violations }) => violations.map(({ kind }) => kind)));
    const others = [...found].filter(kind => !COUNTED.includes(kind));
    return [
      `histories ${this.histories}`, `faults ${this.faults}`, `pauses ${this.pauses}`, `deliveries ${this.deliveries}`, `lost ${of('lost')}`,
      `left behind ${of('left behind', 'key left', 'unfinished')}`, `duplicated ${of('duplicated', 'other bytes')}`, ...others.map(kind => `${kind} ${of(kind)}`),
    ].join(', ');
  }

  /** The failures, each kind by its shortest history; nothing where there is none. */
  public get report(): string {
    const byKind = new Map<string, Failure[]>();
    for (const failure of this.failures) {
      const kind = failure.violations[0].kind;
      byKind.set(kind, [...byKind.get(kind) ?? [], failure]);
    }
    return [...byKind].map(([kind, failures]) => {
      const [shortest] = [...failures].sort((one, other) => one.trace.length - other.trace.length);
      const names = failures.map(({ name }) => name);
      return [`${kind}: ${failures.length} histories, such as`, ...names.slice(0, 12).map(name => `  - ${name}`), `${shortest.name}:`, ...shortest.trace].join('\n');
    }).join('\n\n');
  }
}

/** Works through tasks, two at a time, since the machines of CI have two processors. */
export async function inParallel<T>(tasks: readonly T[], work: (task: T) => Promise<void>): Promise<void> {
  const left = [...tasks];
  await Promise.all([1, 2].map(async () => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      await work(task);
    }
  }));
}
