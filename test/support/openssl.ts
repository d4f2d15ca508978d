import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a command line tool ended. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], input?: string | Buffer): Run {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (error) {
    throw error;
  }
  return { status, stdout, stderr };
}

/** OpenSSL's command line: another implementation than the code under test, and the one that a user has at hand. */
export function openssl(args: readonly string[], input?: string | Buffer): Run {
  return run('openssl', args, input);
}

/** What OpenSSL writes to standard output; fails where it doesn't succeed. */
export function opensslOutput(args: readonly string[], input?: string | Buffer): string {
  const { status, stdout, stderr } = openssl(args, input);
  if (status !== 0) {
    throw new Error(`openssl ${args[0]} ended with ${status}: ${stderr}${stdout}`);
  }
  return stdout;
}

/** GnuTLS's command line. */
export function certtool(args: readonly string[], input?: string | Buffer): Run {
  return run('certtool', args, input);
}

/** Whether GnuTLS's command line is installed (Debian package gnutls-bin). */
export function hasCerttool(): boolean {
  return spawnSync('certtool', ['--version']).status === 0;
}

/** GnuTLS's command line for OCSP. */
export function ocsptool(args: readonly string[]): Run {
  return run('ocsptool', args);
}

/** Java's command line for key stores, in English, and set to start soon instead of running fast for long. */
export function keytool(args: readonly string[]): Run {
  return run('keytool', ['-J-Duser.language=en', '-J-XX:TieredStopAtLevel=1', '-J-XX:+UseSerialGC', ...args]);
}

/** Whether Java's command line for key stores is installed (Debian package default-jre-headless). */
export function hasKeytool(): boolean {
  return spawnSync('keytool', ['-help']).status === 0;
}

/** A directory for the files that a tool reads, removed after the tests of the file that asks for it. */
export function temporaryFiles(): (name: string, contents: string | Buffer) => string {
  const directory = mkdtempSync(join(tmpdir(), 'private-iot-ca-pki-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return (name, contents) => {
    const path = join(directory, name);
    writeFileSync(path, contents);
    return path;
  };
}
