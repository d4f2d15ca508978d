import { closeSync, existsSync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DigestIndex } from './digest-index';
import { lineAt, linesOf, octetsIn, writeAll } from './file-lines';
import {
  ANY_SERIAL_NUMBER, BATCH, batchLine, certificateIn, chained, ENTRY, FORMAT, HEAD, identityIn, issuerIn, Logged, loggedIn, restoredLine, Returned,
  SERIAL_NUMBER, serialNumberIn,
} from './fleet-log-lines';
import { CliError, messageOf } from '../cli-error';
import { FileMode, localDisk, makeFolder } from '../disk';

/** A certificate to be added. */
export interface NewRecord {
  readonly identity: string;
  /** The entry as `entryLine` writes it. */
  readonly line: string;
  /** The serial number of the latest certificate of the identity that was read before; absent if it had none. */
  readonly over?: string;
  /** Whether the file has this certificate, and it becomes the latest one again. */
  readonly isBack?: boolean;
}

/** A certificate in the file. */
export interface LoggedRecord {
  /** The entry as `entryLine` has written it. */
  readonly line: string;
  /** Whether the file has a later certificate of the same identity. */
  readonly superseded: boolean;
}

/**
 * The certificates of the fleets of one ledger of a local deployment: a file to which batches are appended, and of which only the places of the latest
 * certificates are in memory. A line for each certificate is followed, after each batch, by one with the length of the batch and the SHA-256 of the digest before and the batch. A
 * batch that was not written completely, because the process or the machine has stopped, is as if it had never been begun.
 *
 * Whoever writes holds the lock of the local deployment. Others can read meanwhile, and see the batches that are complete.
 */
export class FleetLog {
  /** The file of the ledger with this table, in the directory of a local deployment. */
  public static file(directory: string, table: string): string {
    return join(directory, 'ledgers', `${table}.jsonl`);
  }

  /** Opens the file for reading; returns `undefined` if there is none, because no fleet was ever issued. */
  public static toRead(directory: string, table: string): FleetLog | undefined {
    const path = FleetLog.file(directory, table);
    return existsSync(path) ? new FleetLog(path, false) : undefined;
  }

  /**
   * Opens the file for writing, and makes it if there is none. What an earlier process has left incomplete is cut off.
   *
   * @param expected for how many devices there is to be room in memory
   */
  public static toWrite(directory: string, table: string, expected = 0): FleetLog {
    const path = FleetLog.file(directory, table);
    if (!existsSync(path)) {
      makeFolder(dirname(path), 0o700);
      localDisk.replace(path, FORMAT, FileMode.PRIVATE);
    }
    return new FleetLog(path, true, expected);
  }

  private readonly file: number;
  private readonly latest: DigestIndex;
  /** The serial numbers of the certificates over which others have come back, by the places of those. */
  private readonly restoredOver = new Map<number, string[]>();
  private readonly knownIssuers = new Set<string>();
  private serialNumbers?: DigestIndex;
  /** Where the next batch begins. */
  private end = FORMAT.length;
  private lastDigest = '';
  /** Where a batch begins that has its end, and is not the one that was written. */
  private brokenBatch?: number;
  private failure?: unknown;
  /** The file in which a damaged last batch was put, if there was one. */
  public setAside?: string;

  private constructor(private readonly path: string, mayWrite: boolean, expected = 0) {
    this.latest = new DigestIndex(expected);
    this.file = openSync(path, mayWrite ? 'r+' : 'r');
    try {
      this.readAll();
      if (mayWrite) {
        this.cutOff();
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  public close(): void {
    closeSync(this.file);
  }

  /** The CAs that have signed these certificates. */
  public get issuers(): ReadonlySet<string> {
    return this.knownIssuers;
  }

  /** The latest certificate of an identity. */
  public find(identity: string): string | undefined {
    const place = this.latest.find(identity, this.isOf(identity));
    return place === undefined ? undefined : this.lineOf(place);
  }

  /** The certificate with a serial number. The first call reads the whole file. */
  public findBySerialNumber(serialNumber: string): string | undefined {
    const place = this.placeOf(serialNumber);
    return place === undefined ? undefined : this.lineOf(place);
  }

  /** All certificates in the order in which they were made, read on demand. */
  public* records(): Generator<LoggedRecord> {
    for (const { place, octets } of this.lines()) {
      const line = octets.toString('utf8');
      const identity = identityIn(line);
      yield { line, superseded: this.latest.find(identity, this.isOf(identity)) !== place };
    }
  }

  /**
   * Adds certificates, all that may be added in one step.
   *
   * @returns which of them the file has now: not those whose identity has got another certificate meanwhile
   */
  public append(all: readonly NewRecord[]): boolean[] {
    const taken = new Set<string>();
    const fates = all.map(({ identity, line, over }) => {
      const standing = this.find(identity);
      const isNew = !taken.has(identity) && (standing === undefined ? over === undefined : serialNumberIn(standing) === over);
      if (isNew) {
        taken.add(identity);
      }
      return isNew ? 'new' : standing !== undefined && certificateIn(standing) === certificateIn(line) ? 'known' : 'refused';
    });
    const added = all.filter((_, index) => fates[index] === 'new').map(record => ({ ...record, place: record.isBack && this.placeOf(serialNumberIn(record.line)) }));
    const places = this.write(added.map(({ identity, line, place, over }) =>
      place ? JSON.stringify({ returned: identity, place, over: over! } satisfies Returned) : line));
    added.forEach(({ identity, line, place, over }, index) => {
      if (place) {
        this.noteRestored(place, over!);
      }
      this.latest.set(identity, place || places[index], this.isOf(identity));
      this.knownIssuers.add(issuerIn(line));
      if (this.serialNumbers && !place) {
        this.serialNumbers.set(serialNumberIn(line), places[index], this.has(serialNumberIn(line)));
      }
    });
    return fates.map(fate => fate !== 'refused');
  }

  /** The lines of certificates. */
  private* lines(): Generator<{ place: number; octets: Buffer }> {
    for (const line of linesOf(this.file, FORMAT.length, this.end)) {
      if (line.octets.toString('latin1', 0, ENTRY.length) === ENTRY) {
        yield line;
      }
    }
  }

  private placeOf(serialNumber: string): number | undefined {
    if (!this.serialNumbers) {
      this.serialNumbers = new DigestIndex();
      for (const { place, octets } of this.lines()) {
        const number = serialNumberIn(octets.toString('latin1', 0, HEAD));
        this.serialNumbers.set(number, place, this.has(number));
      }
    }
    return ANY_SERIAL_NUMBER.test(serialNumber) ? this.serialNumbers.find(serialNumber, this.has(serialNumber)) : undefined;
  }

  private lineOf(place: number): string {
    const over = this.restoredOver.get(place);
    const line = lineAt(this.file, place);
    return over ? restoredLine(line, over) : line;
  }

  private noteRestored(place: number, over: string): void {
    this.restoredOver.set(place, [...new Set([...this.restoredOver.get(place) ?? [], over])]);
  }

  private has(serialNumber: string): (place: number) => boolean {
    return place => this.headAt(place).includes(`${SERIAL_NUMBER}${serialNumber}"`);
  }

  private isOf(identity: string): (place: number) => boolean {
    return place => this.headAt(place).startsWith(`${ENTRY}${identity}"`);
  }

  private headAt(place: number): string {
    return octetsIn(this.file, place, place + HEAD).toString('latin1');
  }

  /** @returns the places of the lines */
  private write(lines: readonly string[]): number[] {
    if (this.failure !== undefined) {
      throw this.failure;
    }
    if (lines.length === 0) {
      return [];
    }
    const content = Buffer.from(`${lines.join('\n')}\n`);
    const sha256 = chained(this.lastDigest).update(content).digest('hex');
    const batch = Buffer.concat([content, Buffer.from(`${batchLine(content.length, sha256)}\n`)]);
    try {
      writeAll(this.file, batch, this.end);
      fdatasyncSync(this.file);
    } catch (error) {
      this.failure = new CliError(`${this.path}: can't be written: ${messageOf(error)}`);
      throw this.failure;
    }
    let place = this.end;
    this.end += batch.length;
    this.lastDigest = sha256;
    return lines.map(line => {
      const begin = place;
      place += Buffer.byteLength(line) + 1;
      return begin;
    });
  }

  /** Reads all batches. What follows the last complete one is not there: a machine that stops may also have written the end of a batch, and not its beginning. */
  private readAll(): void {
    if (lineAt(this.file, 0) !== FORMAT.trimEnd()) {
      throw this.unusable('its first line is not the one that this version writes');
    }
    let begin = this.end;
    let records: Logged[] = [];
    let digest = chained(this.lastDigest);
    for (const { place, octets } of linesOf(this.file, begin)) {
      if (this.brokenBatch !== undefined) {
        throw this.unusable(`the batch at byte ${this.brokenBatch} is not the one that was written, and others follow`);
      }
      const head = octets.toString('latin1', 0, HEAD);
      if (!head.startsWith(BATCH)) {
        digest.update(octets).update('\n');
        records.push(...loggedIn(head, place));
        continue;
      }
      const sha256 = digest.digest('hex');
      if (head !== batchLine(place - begin, sha256)) {
        this.brokenBatch = begin;
        continue;
      }
      this.take(records);
      this.lastDigest = sha256;
      begin = place + octets.length + 1;
      [records, digest] = [[], chained(sha256)];
    }
    this.end = begin;
  }

  private take(records: readonly Logged[]): void {
    records.forEach(({ identity, issuer, place, over }) => {
      if (over !== undefined) {
        this.noteRestored(place, over);
      }
      this.latest.set(identity, place, this.isOf(identity));
      if (issuer !== undefined) {
        this.knownIssuers.add(issuer);
      }
    });
  }

  /** Cuts off what is not complete. A batch whose end is there is kept in a file beside this one: it may have been complete once. */
  private cutOff(): void {
    const { size } = fstatSync(this.file);
    if (this.brokenBatch !== undefined) {
      this.setAside = `${this.path}.damaged-${size}`;
      localDisk.replace(this.setAside, octetsIn(this.file, this.end, size), FileMode.PRIVATE);
    }
    if (size > this.end) {
      ftruncateSync(this.file, this.end);
    }
  }

  private unusable(reason: string): CliError {
    return new CliError(`${this.path}: this ledger of fleets can't be used: ${reason}; restore the directory from a backup`);
  }
}
