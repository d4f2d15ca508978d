import { Disk, localDisk } from '../../src/cli/disk';

/**
 * A disk that is gone after a number of writes and removals, as it is for a process that is killed there. Each one is
 * whole or not there, so that being killed before one is being killed after the one before. Only an addition to a file can
 * be there in part.
 */
export class MortalDisk implements Disk {
  public readonly read = localDisk.read;
  public readonly list = localDisk.list;
  public readonly makePrivateFolder = localDisk.makePrivateFolder;
  public readonly removeIfEmpty = localDisk.removeIfEmpty;

  constructor(private operationsLeft: number) {}

  public replace(path: string, content: string, mode: number): void {
    this.live(() => localDisk.replace(path, content, mode));
  }

  public append(path: string, content: string): void {
    if (this.operationsLeft === 0) {
      localDisk.append(path, content.slice(0, content.length / 2));
    }
    this.live(() => localDisk.append(path, content));
  }

  public remove(path: string): void {
    this.live(() => localDisk.remove(path));
  }

  private live(operation: () => void): void {
    if (this.operationsLeft-- > 0) {
      operation();
    } else {
      throw new Error('killed');
    }
  }
}
