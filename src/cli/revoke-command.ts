import { userInfo } from 'node:os';
import { CliError, DeploymentError } from './cli-error';
import { outside, Outside } from './local/engine';
import { listsText } from './local/lists-text';
import { assertUnlocked, lockDirectory } from './local/lock';
import { RehearsalDisk } from './local/rehearsal-disk';
import { functionInOutputs } from './revoke/function-in-outputs';
import { InvokeFunction, NamedFunction, revokeByFunction } from './revoke/function-revocation';
import { revokeInDirectory } from './revoke/local-revocation';
import { changeQuestion, describeOutcomes, describePlatforms, Outcome, Outcomes, outcomesDocument } from './revoke/report';
import { Selection } from './revoke/selection';
import { count } from './table';
import { Terminal } from './terminal';
import { isRevocationReason, REVOCATION_REASON_NAMES, RevocationReason } from '../contract/revocation';
import { quote } from '../contract/rules';
import { formatTime, parseTime } from '../contract/term';

/** The options of `private-iot-ca revoke`, as the user typed them. */
export interface RevokeOptions extends Selection {
  readonly local: string;
  /** The name or the ARN of the function of a CA in AWS; with `outputs`, the name of an output. */
  readonly function?: string;
  readonly outputs?: string;
  readonly all?: boolean;
  readonly reason: string;
  readonly invalidityDate?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Loads what invokes functions in AWS, which a local deployment does not need. */
export type AwsFunctions = () => { readonly invokeFunction: InvokeFunction };

/** Why, when and who: the same for all certificates. */
interface Order {
  readonly reason: RevocationReason;
  readonly invalidityDate?: Date;
  readonly orderedBy: string;
}

/**
 * Runs `private-iot-ca revoke`. What it will do is found out without changing anything first, shown, and then done.
 *
 * @returns whether everything was done
 */
export async function revokeCommand(options: RevokeOptions, terminal: Terminal, aws: AwsFunctions, reach: Outside = outside): Promise<boolean> {
  const reason = validReason(options.reason);
  const order = { reason, invalidityDate: validInvalidityDate(options.invalidityDate, reason, reach.clock()), orderedBy: userName() };
  const name = options.outputs === undefined ? options.function : functionInOutputs(options.outputs, options.function);
  if (name === undefined) {
    if (options.all) {
      throw new CliError('--all must be left out without --function or --outputs; select the certificates of a CA with --below');
    }
    return revokeHere(options, order, terminal, reach);
  }
  return revokeInAws({ name, option: options.outputs === undefined ? '--function' : '--outputs' }, options, order, terminal, aws().invokeFunction);
}

async function revokeHere(options: RevokeOptions, order: Order, terminal: Terminal, reach: Outside): Promise<boolean> {
  const { local, json = false } = options;
  const rehearsal = await revokeInDirectory(local, options, order, { ...reach, disk: new RehearsalDisk(reach.disk), isRehearsal: true });
  const changes = changesIn(rehearsal.outcomes);
  const ending = await showAndAsk(rehearsal, changes, options, order, terminal, () => assertUnlocked(local));
  if (ending !== undefined) {
    return ending;
  }
  const unlock = lockDirectory(local);
  try {
    const { outcomes, lists, issuers } = await terminal.progress.during('revoking', () => revokeInDirectory(local, options, order, reach, rehearsal.keys));
    terminal.print(json ? outcomesDocument(false, { outcomes, lists }) : `${changes === 0 ? 'no changes\n' : ''}${listsText(lists, terminal.columns)}`);
    const failed = lists.find(({ issuer, failure }) => failure !== undefined && issuers.has(issuer));
    if (failed) {
      throw new DeploymentError(`the certificates are revoked, but the revocation list of ${failed.ca} could not be made: ${failed.failure}; `
        + '`private-iot-ca local` makes it');
    }
    return areAllDone(outcomes);
  } finally {
    unlock();
  }
}

async function revokeInAws(
  revoker: NamedFunction, options: RevokeOptions, order: Order, terminal: Terminal, invoke: InvokeFunction,
): Promise<boolean> {
  const { json = false, all = false } = options;
  const asked = { ...order, invalidityDate: order.invalidityDate && formatTime(order.invalidityDate) };
  const rehearsal = await terminal.progress.during('asking', () => revokeByFunction(revoker, options, all, { ...asked, dryRun: true }, invoke));
  const { answer: { ca, changed }, outcomes, unnamed } = rehearsal;
  if (outcomes.length === 0) {
    throw new CliError(`--all must select a certificate, but the CA ${ca} has issued none that can be revoked; there is nothing to do`);
  }
  if (unnamed > 0) {
    terminal.warn(`note: the function names only the first ${count(outcomes.length, 'certificate')}, and the order is about ${unnamed} more, which --stack shows stack by stack\n`);
  }
  const ending = await showAndAsk(rehearsal, changed, options, order, terminal);
  if (ending !== undefined) {
    return ending;
  }
  // The certificates that the user has seen, if all were shown: more may have been issued since.
  const [selection, isAll] = unnamed > 0 ? [options, all] : [{ serialNumber: outcomes.map(({ serialNumber }) => serialNumber) }, false];
  const done = await terminal.progress.during('revoking', () => revokeByFunction(revoker, selection, isAll, { ...asked, dryRun: false }, invoke));
  terminal.print(json ? outcomesDocument(false, done)
    : `${done.answer.changed === 0 ? 'no changes' : `${count(done.answer.changed, 'certificate')} changed in the ledger; lists that the CA publishes follow within seconds`}\n`);
  return done.answer.failed === 0;
}

/**
 * Shows what will happen, and asks for leave.
 *
 * @returns what the command returns, if it ends here
 */
async function showAndAsk(
  rehearsal: Outcomes, changes: number, { dryRun = false, yes = false, json = false }: RevokeOptions, { reason }: Order, terminal: Terminal,
  beforeTrialEnds = () => {},
): Promise<boolean | undefined> {
  const { outcomes, platforms = [] } = rehearsal;
  if (!json) {
    terminal.print(`${describeOutcomes(outcomes, terminal.columns)}${describePlatforms(platforms, reason)}`);
  }
  if (dryRun) {
    beforeTrialEnds();
    terminal.print(json ? outcomesDocument(true, rehearsal) : 'dry run: nothing was changed\n');
    return areAllDone(outcomes);
  }
  if (changes > 0 && !yes && !await confirmed(changeQuestion(reason, changes), terminal)) {
    terminal.print('nothing was changed\n');
    return false;
  }
  return undefined;
}

function changesIn(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ changed }) => changed).length;
}

function areAllDone(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ error }) => error === undefined);
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
  if (!isRevocationReason(reason)) {
    throw new CliError(`--reason must be one of ${REVOCATION_REASON_NAMES.join(', ')}, got ${quote(reason)}`);
  }
  return reason;
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
