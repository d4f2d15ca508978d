import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const CHUNK = 1024 * 1024;

const LINE_BREAK = 0x0a;

/** A line of a file, without its line break. */
export interface FileLine {
  /** Where it begins. */
  readonly place: number;
  /** Its octets, which are overwritten when the next line is taken. */
  readonly octets: Buffer;
}

/**
 * The complete lines of a part of an open file, on demand. A last line without a line break is passed over.
 *
 * @param from where the first line begins
 * @param until where the part ends
 */
export function* linesOf(file: number, from: number, until = Infinity): Generator<FileLine> {
  let buffer = Buffer.allocUnsafe(CHUNK);
  let place = from;
  for (let [kept, next] = [0, from]; ;) {
    if (kept === buffer.length) {
      buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]); // a line that is longer
    }
    const got = readSync(file, buffer, kept, Math.min(buffer.length - kept, until - next), next);
    next += got;
    const filled = buffer.subarray(0, kept + got);
    let begin = 0;
    for (let end = filled.indexOf(LINE_BREAK); end >= 0; end = filled.indexOf(LINE_BREAK, begin)) {
      yield { place, octets: filled.subarray(begin, end) };
      place += end + 1 - begin;
      begin = end + 1;
    }
    if (got === 0) {
      return;
    }
    buffer.copyWithin(0, begin, filled.length);
    kept = filled.length - begin;
  }
}

/** The complete lines of a file, on demand. */
export function* linesIn(path: string): Generator<FileLine> {
  const file = openSync(path, 'r');
  try {
    yield* linesOf(file, 0);
  } finally {
    closeSync(file);
  }
}

/** A part of an open file. */
export function octetsIn(file: number, from: number, until: number): Buffer {
  const octets = Buffer.allocUnsafe(until - from);
  for (let got = 0; got < octets.length;) {
    const more = readSync(file, octets, got, octets.length - got, from + got);
    if (more === 0) {
      return octets.subarray(0, got);
    }
    got += more;
  }
  return octets;
}

/** Writes all octets into an open file: the system may take only a part of them at a time. */
export function writeAll(file: number, octets: Uint8Array, place: number): void {
  for (let written = 0; written < octets.length;) {
    written += writeSync(file, octets, written, octets.length - written, place + written);
  }
}

/** More octets than a line has as a rule. */
const USUAL_LINE = 2048;

/** The line at a place of an open file. */
export function lineAt(file: number, place: number): string {
  for (let length = USUAL_LINE; ; length *= 4) {
    const octets = octetsIn(file, place, place + length);
    const end = octets.indexOf(LINE_BREAK);
    if (end >= 0 || octets.length < length) {
      return octets.toString('utf8', 0, end >= 0 ? end : octets.length);
    }
  }
}
