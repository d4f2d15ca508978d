import { userInfo } from 'node:os';
import { CliError, DeploymentError } from './cli-error';
import { outside, Outside } from './local/engine';
import { listsText } from './local/lists-text';
import { assertUnlocked, lockDirectory } from './local/lock';
import { RehearsalDisk } from './local/rehearsal-disk';
import { AwsSelection, carryOutInAws, planInAws } from './revoke/aws-revocation';
import { InvokeFunction } from './revoke/function-revocation';
import { revokeInDirectory } from './revoke/local-revocation';
import { DescribeLedger, FunctionChoice, isInAws, namedFunctions } from './revoke/named-functions';
import {
  changeQuestion, describeOutcomes, describePlatforms, describeUnreached, failuresText, Outcome, Outcomes, outcomesDocument,
} from './revoke/report';
import { count } from './table';
import { Terminal } from './terminal';
import { isRevocationReason, REVOCATION_REASON_NAMES, RevocationReason } from '../contract/revocation';
import { quote } from '../contract/rules';
import { formatTime, parseTime } from '../contract/term';

/** The options of `private-iot-ca revoke`, as the user typed them. */
export interface RevokeOptions extends AwsSelection, FunctionChoice {
  readonly local: string;
  readonly reason: string;
  readonly invalidityDate?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Loads what reaches AWS, which a local deployment does not need. */
export interface Aws {
  awsFunction(): { readonly invokeFunction: InvokeFunction };
  awsLedger(): { readonly describeLedger: DescribeLedger };
}

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
export async function revokeCommand(options: RevokeOptions, terminal: Terminal, aws: Aws, reach: Outside = outside): Promise<boolean> {
  const reason = validReason(options.reason);
  const order = { reason, invalidityDate: validInvalidityDate(options.invalidityDate, reason, reach.clock()), orderedBy: userName() };
  if (isInAws(options)) {
    return revokeInAws(options, order, terminal, aws, reach.clock());
  }
  if (options.all) {
    throw new CliError('--all must be left out without --function, --ledger or --outputs; select the certificates of a CA with --below');
  }
  if (options.app !== undefined) {
    throw new CliError('--app must be left out without --function, --ledger or --outputs, because a local deployment knows the paths of its constructs');
  }
  return revokeHere(options, order, terminal, reach);
}

/** What to do about CAs that were not reached. */
const WAYS_OUT = {
  local: 'this deployment does not hold its key, so revoke them where it issues',
  aws: 'add its function with --function, --ledger or --outputs, or revoke them where it issues',
};

async function revokeHere(options: RevokeOptions, order: Order, terminal: Terminal, reach: Outside): Promise<boolean> {
  const { local, json = false } = options;
  const rehearsal = await revokeInDirectory(local, options, order, { ...reach, disk: new RehearsalDisk(reach.disk), isRehearsal: true });
  const changes = changesIn(rehearsal.outcomes);
  const ending = await showAndAsk(rehearsal, changes, options, order, terminal, WAYS_OUT.local, () => assertUnlocked(local));
  if (ending !== undefined) {
    return ending;
  }
  const unlock = lockDirectory(local);
  try {
    const done = await terminal.progress.during('revoking', () => revokeInDirectory(local, options, order, reach, rehearsal.keys));
    terminal.print(json ? outcomesDocument(false, done)
      : `${failuresText(done.outcomes, terminal.columns)}${changes === 0 ? 'no changes\n' : ''}${listsText(done.lists, terminal.columns)}`);
    const failed = done.lists.find(({ issuer, failure }) => failure !== undefined && done.issuers.has(issuer));
    if (failed) {
      throw new DeploymentError(`the certificates are revoked, but the revocation list of ${failed.ca} could not be made: ${failed.failure}; `
        + '`private-iot-ca renew` makes it');
    }
    return areAllDone(done);
  } finally {
    unlock();
  }
}

async function revokeInAws(options: RevokeOptions, order: Order, terminal: Terminal, aws: Aws, now: Date): Promise<boolean> {
  const asked = { ...order, invalidityDate: order.invalidityDate && formatTime(order.invalidityDate) };
  const plan = await terminal.progress.during('asking', async () => {
    const revokers = await namedFunctions(options, options.below !== undefined, () => aws.awsLedger().describeLedger);
    return planInAws(revokers, options, asked, aws.awsFunction().invokeFunction, now);
  });
  const { outcomes, unnamed, steps } = plan;
  if (outcomes.length === 0) {
    throw new CliError(`${options.below ? '--below' : '--all'} must select a certificate, but the CA ${steps.map(({ ca }) => ca).join(', ')} has issued none that can be revoked; `
      + 'there is nothing to do');
  }
  if (unnamed > 0) {
    terminal.warn(`note: ${count(outcomes.length + unnamed, 'certificate')} are selected, of which the function names only the first ${outcomes.length}; to see the others, select one stack after the other with --stack\n`);
  }
  const ending = await showAndAsk(plan, steps.reduce((sum, { changed }) => sum + changed, 0), options, order, terminal, WAYS_OUT.aws);
  if (ending !== undefined) {
    return ending;
  }
  const done = await terminal.progress.during('revoking', () => carryOutInAws(plan, asked, aws.awsFunction().invokeFunction));
  terminal.print(options.json ? outcomesDocument(false, done)
    : `${failuresText(done.outcomes, terminal.columns)}${done.changed === 0 ? 'no changes' : `${count(done.changed, 'certificate')} changed in the ledger; lists that the CA publishes follow within seconds`}\n`);
  return done.failed === 0 && plan.unreached.length === 0;
}

/**
 * Shows what will happen, and asks for leave.
 *
 * @returns what the command returns, if it ends here
 */
async function showAndAsk(
  rehearsal: Outcomes, changes: number, { dryRun = false, yes = false, json = false }: RevokeOptions, { reason }: Order, terminal: Terminal,
  wayOut: string, beforeTrialEnds = () => {},
): Promise<boolean | undefined> {
  const { outcomes, platforms = [], unreached = [] } = rehearsal;
  if (!json) {
    terminal.print(`${describeOutcomes(outcomes, terminal.columns)}${describePlatforms(platforms, reason)}${describeUnreached(unreached, wayOut)}`);
  }
  if (dryRun) {
    beforeTrialEnds();
    terminal.print(json ? outcomesDocument(true, rehearsal) : 'dry run: nothing was changed\n');
    return areAllDone(rehearsal);
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

function areAllDone({ outcomes, unreached = [] }: Outcomes): boolean {
  return unreached.length === 0 && outcomes.every(({ error }) => error === undefined);
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
