import { basename, dirname } from 'node:path';
import { Disk } from '../disk';

/** A disk for a rehearsal. It reads from another disk and keeps its own changes in memory. Nothing on the other disk is changed. */
export class RehearsalDisk implements Disk {
  /** The content of written files, by path; `undefined` for removed files. */
  private readonly changes = new Map<string, Buffer | undefined>();

  constructor(private readonly under: Disk) {}

  public read(path: string): Buffer | undefined {
    return this.changes.has(path) ? this.changes.get(path) : this.under.read(path);
  }

  public list(folder: string): string[] {
    const changed = [...this.changes].filter(([path]) => dirname(path) === folder);
    const names = new Set([...this.under.list(folder), ...changed.map(([path]) => basename(path))]);
    changed.filter(([, content]) => content === undefined).forEach(([path]) => names.delete(basename(path)));
    return [...names];
  }

  public replace(path: string, content: string | Buffer): void {
    this.changes.set(path, Buffer.from(content as string));
  }

  public append(path: string, content: string): void {
    this.changes.set(path, Buffer.concat([this.read(path) ?? Buffer.of(), Buffer.from(content)]));
  }

  public remove(path: string): void {
    this.changes.set(path, undefined);
  }

  public makePrivateFolder(): void {}

  public removeIfEmpty(): void {}
}
