import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CertificateFacts, readCertificate } from './certificates/certificate-facts';
import { readEntries } from './certificates/file-entries';
import { CliError, messageOf, printable } from './cli-error';
import { FETCH_LIMITS } from './crl/fetch-octets';
import { ListOrder, Renewal, RenewalReach, renewLists } from './crl/renew-lists';
import { renewalDocument, renewalRemarks, renewalText } from './crl/renewal-text';
import { runCommand } from './crl/run-command';
import { watchLists, WatchReach } from './crl/watch-lists';
import { isFolder, localDisk } from './disk';
import { readInput } from './read-file';
import { Terminal } from './terminal';
import { quote } from '../contract/rules';

/** The options of `private-iot-ca crl fetch`, as the user typed them. */
export interface CrlFetchOptions {
  readonly url: readonly string[];
  /** Files with the certificates of CAs. */
  readonly ca: readonly string[];
  readonly out: string;
  readonly der?: boolean;
  readonly watch?: boolean;
  /** Minutes. */
  readonly interval?: string;
  readonly run?: string;
  readonly json?: boolean;
}

/** What the command needs from outside. */
export interface CrlReach extends RenewalReach, WatchReach {
  /** Runs a command line; returns why it has failed. */
  run(command: string): Promise<string | undefined>;
  /** Calls a function when the process is asked to end; returns a function that ends that. */
  onStop(stop: () => void): () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const OUTSIDE: CrlReach = {
  fetch,
  limits: FETCH_LIMITS,
  clock: () => new Date(),
  disk: localDisk,
  run: runCommand,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
  onStop(stop) {
    SIGNALS.forEach(signal => process.once(signal, stop));
    return () => SIGNALS.forEach(signal => process.off(signal, stop));
  },
};

const MINUTE = 60_000;

/** Minutes: soon enough for a revocation to reach a broker, and rare enough for any server. */
const DEFAULT_INTERVAL = '60';

/** Minutes: a week. */
const MAX_INTERVAL = 10_080;

/**
 * Runs `private-iot-ca crl fetch`.
 *
 * @returns whether every list is as new as its source; with `--watch`, once it was stopped
 */
export async function crlFetchCommand(options: CrlFetchOptions, terminal: Terminal, reach: CrlReach = OUTSIDE): Promise<boolean> {
  const order = orderOf(options);
  const interval = MINUTE * validInterval(options);
  const stop = new AbortController();
  if (!options.watch) {
    const { renewal } = await renewAndRun(order, options.run, false, reach, stop.signal);
    report(renewal, options, terminal);
    return renewal.errors.length === 0;
  }
  const done = reach.onStop(() => stop.abort());
  try {
    await watch(order, interval, options, terminal, reach, stop.signal);
    return true;
  } finally {
    done();
  }
}

/** Renews the file until it is stopped. Only in the first round does a file that can't be read or written end it: the disk may be full later. */
async function watch(
  order: ListOrder, interval: number, options: CrlFetchOptions, terminal: Terminal, reach: CrlReach, stop: AbortSignal,
): Promise<void> {
  let rounds = 0;
  let mustRun = false;
  await watchLists(interval, async () => {
    rounds++;
    try {
      const { renewal, failedToRun } = await renewAndRun(order, options.run, mustRun, reach, stop);
      mustRun = failedToRun;
      if (!stop.aborted) {
        report(renewal, options, terminal, rounds === 1 || renewal.changed);
      }
      return renewal;
    } catch (error) {
      if (rounds === 1) {
        throw error;
      }
      const failure = { lists: [], warnings: [], errors: [messageOf(error)] };
      renewalRemarks(failure).forEach(remark => terminal.warn(`${printable(remark)}\n`));
      return failure;
    }
  }, reach, stop);
}

/**
 * Renews the file, and then runs the command of `--run` if the file has changed.
 *
 * @param mustRun whether the command has failed after an earlier change, and has to run in any case
 */
async function renewAndRun(
  order: ListOrder, command: string | undefined, mustRun: boolean, reach: CrlReach, stop: AbortSignal,
): Promise<{ readonly renewal: Renewal; readonly failedToRun: boolean }> {
  const renewal = await renewLists(order, reach, stop);
  const failure = command !== undefined && (renewal.changed || mustRun) ? await reach.run(command) : undefined;
  return {
    renewal: failure === undefined ? renewal : { ...renewal, errors: [...renewal.errors, `the command of --run has failed after the file has changed: ${failure}`] },
    failedToRun: failure !== undefined,
  };
}

function report(renewal: Renewal, { json }: CrlFetchOptions, terminal: Terminal, isNews = true): void {
  if (json) {
    terminal.print(renewalDocument(renewal));
    return;
  }
  if (isNews) {
    terminal.print(renewalText(renewal, terminal.columns));
  }
  renewalRemarks(renewal).forEach(remark => terminal.warn(`${printable(remark)}\n`));
}

function orderOf({ url, ca, out, der }: CrlFetchOptions): ListOrder {
  if (!isFolder(dirname(out))) {
    throw new CliError(`--out must be a file in a folder that exists, got ${quote(out)}`);
  }
  return { urls: url.map(validUrl), cas: new Map(ca.map(file => [file, certificatesIn(file)])), file: out, form: der ? 'DER' : 'PEM' };
}

/** The password of a URL is not shown. */
function validUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.username !== '' || url.password !== '')) {
    throw new CliError('--url must have no user name and no password, because revocation lists are public');
  }
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new CliError(`--url must be an http or https URL, such as http://crl.example.com/ca.crl, got ${quote(text)}`);
  }
  return text;
}

function certificatesIn(file: string): CertificateFacts[] {
  const { name, content } = readInput(file);
  const certificates = readEntries(name, content).flatMap(({ title, certificate }) => certificate ? [readCertificate(title, certificate)] : []);
  if (certificates.length === 0) {
    throw new CliError(`--ca: ${file} must hold the certificate of a CA, and holds none`);
  }
  return certificates;
}

function validInterval({ interval = DEFAULT_INTERVAL, watch: isWatched }: CrlFetchOptions): number {
  const minutes = Number(interval);
  if (!/^\d{1,5}$/.test(interval) || minutes < 1 || minutes > MAX_INTERVAL) {
    throw new CliError(`--interval must be 1 to ${MAX_INTERVAL} minutes, got ${quote(interval)}`);
  }
  if (!isWatched && interval !== DEFAULT_INTERVAL) {
    throw new CliError('--interval must be left out without --watch, which fetches once');
  }
  return minutes;
}
