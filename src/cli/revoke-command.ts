import { userInfo } from 'node:os';
import { CliError, DeploymentError, messageOf, printable } from './cli-error';
import { documentText } from './document';
import { keyOf } from './local/directory-ledger';
import { directoryEngine, outside, Outside } from './local/engine';
import { GivenSecrets } from './local/given-secrets';
import { IssuedCertificate, issuedCertificates } from './local/issued-certificates';
import { listsDocument, listsText } from './local/lists-text';
import { assertUnlocked, lockDirectory } from './local/lock';
import { RehearsalDisk } from './local/rehearsal-disk';
import { WrittenList, writeRevocationLists } from './local/revocation-lists';
import { StateStore } from './local/state-store';
import { select, Selection } from './revoke/selection';
import { count, table } from './table';
import { silentProgress, Terminal } from './terminal';
import { REVOCATION_REASON_NAMES, RevocationReason, RevocationState } from '../contract/revocation';
import { quote } from '../contract/rules';
import { parseTime } from '../contract/term';
import { Revocation } from '../issuing/ledger/revocation';
import { RevocationOrder, revokeCertificate } from '../issuing/revocation/revoke-certificate';

/** The options of `private-iot-ca revoke`, as the user typed them. */
export interface RevokeOptions extends Selection {
  readonly local: string;
  readonly reason: string;
  readonly invalidityDate?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** How it went for a certificate. */
interface Result {
  readonly certificate: IssuedCertificate;
  readonly revocation?: Revocation;
  readonly changed: boolean;
  /** Why the certificate could not be revoked. */
  readonly failure?: string;
}

/**
 * Runs `private-iot-ca revoke`. What it will do is found out on a copy of the state first, shown, and then done.
 *
 * @returns whether everything was done
 */
export async function revokeCommand(options: RevokeOptions, terminal: Terminal, reach: Outside = outside): Promise<boolean> {
  const { local, dryRun = false, yes = false, json = false } = options;
  const reason = validReason(options.reason);
  const order = { reason, invalidityDate: validInvalidityDate(options.invalidityDate, reason, reach.clock()), orderedBy: userName() };
  const rehearsal = await revokeIn(local, options, order, { ...reach, disk: new RehearsalDisk(reach.disk), isRehearsal: true });
  const changes = rehearsal.results.filter(({ changed }) => changed).length;
  if (!json) {
    terminal.print(describeResults(rehearsal.results, terminal.columns));
  }
  if (dryRun) {
    assertUnlocked(local);
    terminal.print(json ? resultDocument(true, rehearsal.results, []) : 'dry run: nothing was changed\n');
    return rehearsal.results.every(({ failure }) => failure === undefined);
  }
  if (changes > 0 && !yes && !await confirmed(`Revoke ${count(changes, 'certificate')}?`, terminal)) {
    terminal.print('nothing was changed\n');
    return false;
  }
  const unlock = lockDirectory(local);
  try {
    const shown = new Set(rehearsal.results.map(({ certificate: { entry } }) => keyOf(entry)));
    const { results, lists } = await terminal.progress.during('revoking', () => revokeIn(local, options, order, reach, shown));
    terminal.print(json ? resultDocument(false, results, lists) : `${changes === 0 ? 'no changes\n' : ''}${listsText(lists, terminal.columns)}`);
    const issuers = new Set(results.map(({ certificate: { entry } }) => entry.issuer));
    const failed = lists.find(({ issuer, failure }) => failure !== undefined && issuers.has(issuer));
    if (failed) {
      throw new DeploymentError(`the certificates are revoked, but the revocation list of ${failed.ca} could not be made: ${failed.failure}; `
        + '`private-iot-ca local` makes it');
    }
    return results.every(({ failure }) => failure === undefined);
  } finally {
    unlock();
  }
}

/**
 * Revokes the selected certificates, and makes the revocation lists of all CAs.
 *
 * @param shown the certificates that the user has seen; another run may have issued more since
 */
async function revokeIn(
  directory: string, selection: Selection, order: Pick<RevocationOrder, 'reason' | 'invalidityDate' | 'orderedBy'>, reach: Outside,
  shown?: ReadonlySet<string>,
): Promise<{ readonly results: readonly Result[]; readonly lists: readonly WrittenList[] }> {
  const store = StateStore.open(directory, reach.disk);
  if (!store.exists) {
    throw new CliError(`--local: ${directory} holds no local deployment; name the folder that \`private-iot-ca local --out\` has written`);
  }
  const engine = directoryEngine(store, reach, new GivenSecrets([], []), silentProgress);
  const results: Result[] = [];
  for (const certificate of select(selection, issuedCertificates(store.state)).filter(({ entry }) => shown?.has(keyOf(entry)) ?? true)) {
    const { table: name, entry: { issuer, serialNumber } } = certificate;
    try {
      const { revocation, changed } = await revokeCertificate({ ...order, issuer, serialNumber }, engine.ports.revocations(name), reach.clock());
      results.push({ certificate, revocation, changed });
    } catch (error) {
      store.assertSound();
      results.push({ certificate, changed: false, failure: messageOf(error) });
    }
  }
  // Also where nothing has changed: an earlier run may have ended between the ledger and the list.
  const lists = reach.isRehearsal ? [] : await writeRevocationLists(engine, directory);
  store.close();
  return { results, lists };
}

/** The user of this process. A container can run as a user that the system does not know. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

function validReason(reason: string): RevocationReason {
  if (!REVOCATION_REASON_NAMES.some(name => name === reason)) {
    throw new CliError(`--reason must be one of ${REVOCATION_REASON_NAMES.join(', ')}, got ${quote(reason)}`);
  }
  return reason as RevocationReason;
}

function validInvalidityDate(time: string | undefined, reason: RevocationReason, now: Date): Date | undefined {
  const date = parseTime(time);
  if (time !== undefined && (!date || date > now)) {
    throw new CliError(`--invalidity-date must be a time in the past, in UTC, such as 2026-01-31T23:59:59Z, got ${quote(time)}`);
  }
  if (date && reason === 'removeFromCRL') {
    throw new CliError(`--invalidity-date must be left out with --reason removeFromCRL, which ends a hold, got ${quote(time)}`);
  }
  return date;
}

async function confirmed(question: string, { ask }: Terminal): Promise<boolean> {
  if (!ask) {
    throw new CliError('--yes must be given, because there is no terminal to ask on; --dry-run shows what would be done');
  }
  return ask(question);
}

/** What happens to each certificate, as a table. */
function describeResults(results: readonly Result[], columns: number | undefined): string {
  const rows = results.map(({ certificate: { entry, resource, ca }, revocation, changed, failure }) => [
    entry.serialNumber, printable(entry.commonName ?? entry.subject), printable(resource), printable(ca),
    failure !== undefined ? `refused: ${failure}` : changed ? CHANGES[revocation!.state] : `already ${CHANGES[revocation!.state]} (${revocation!.reason}) since ${revocation!.revokedAt}; not changed`,
  ]);
  return `${table(['serial number', 'subject', 'resource', 'CA', 'what happens'], rows, { columns })}\n`;
}

const CHANGES: { readonly [S in RevocationState]: string } = { REVOKED: 'revoked', HELD: 'on hold', RELEASED: 'released' };

/** The document for programs. The schema describes it to users: keep both in step. */
function resultDocument(dryRun: boolean, results: readonly Result[], lists: readonly WrittenList[]): string {
  return documentText('revoke', {
    dryRun,
    certificates: results.map(({ certificate: { entry, stack, resource, ca }, revocation, changed, failure }) => ({
      serialNumber: entry.serialNumber,
      subject: entry.subject,
      stack,
      resource,
      ca,
      changed,
      state: revocation && STATES[revocation.state],
      reason: revocation?.reason,
      revokedAt: revocation?.revokedAt,
      invalidityDate: revocation?.invalidityDate,
      error: failure,
    })),
    revocationLists: listsDocument(lists),
  });
}

const STATES: { readonly [S in RevocationState]: string } = { REVOKED: 'revoked', HELD: 'held', RELEASED: 'released' };
