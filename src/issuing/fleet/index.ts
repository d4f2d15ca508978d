import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet } from './issue-devices';
import { EncryptedKeyArchive } from './recipient/encrypted-key-archive';
import { finishRun } from './run/finish-run';
import { FleetRuns } from './run/fleet-runs';
import { planRun } from './run/plan-run';
import { runForCloudFormation } from './run/run-for-cloudformation';
import { digestOfDeclaration } from './run/sealed-piece';
import { workPiece } from './run/work-piece';
import { FleetCounts } from '../../contract/fleet';
import {
  DeclarationEnvironment, FinisherEnvironment, ManifestProperties, PlanInput, PlannerEnvironment, RecipientProperties, ResultsEnvironment, RunInput,
  RunnerEnvironment, RunPlaces, RunPlan, RunSummary, WorkerEnvironment, WorkInput,
} from '../../contract/fleet-run';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { functionEnvironment } from '../../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext, Work } from '../../lambda/cloudformation/handle-event';
import { log } from '../../lambda/log';
import { orLogged } from '../../lambda/or-logged';
import { record, text, wholeNumber } from '../../resource/property-values';
import { FleetClients } from '../aws/fleet-clients';

/** The entry points of the functions of fleets, and the only file of this folder that reads the environment. */
const clients = new FleetClients(process.env.AWS_REGION!, process.env.AWS_ENDPOINT_URL !== undefined);

/** A permission that was just granted may take a minute to become effective. Milliseconds. */
const PATIENCE = 60_000;

/** The time that is left of an invocation when its calls end, in milliseconds, so that its outcome is logged. */
const LAST_MOMENT = 5_000;

/** The time that is left when the runner has another invocation go on, in milliseconds. */
const BEFORE_THE_END = 60_000;

/** How long the runner waits between two looks, in milliseconds. */
const PAUSE = 5_000;

/** Reads the manifest and writes its pieces. */
export async function plan(event: unknown, context: InvocationContext): Promise<RunPlan> {
  const { MANIFEST, MANIFEST_FORMAT, BATCH_SIZE } = process.env as Partial<PlannerEnvironment>;
  return orLogged('the manifest could not be read', context.awsRequestId, async () => {
    const calls = callsOf(context);
    const format = text('MANIFEST_FORMAT', MANIFEST_FORMAT) as 'csv' | 'jsonl';
    const octets = clients.octets(calls, JSON.parse(text('MANIFEST', MANIFEST)) as ManifestProperties);
    const manifest = { format, octets: octets.read(), version: () => octets.version };
    const { digest, runs } = declared(calls);
    const planned = await planRun(planIn(event), digest, manifest, Number(wholeNumber(BATCH_SIZE)), runs, clients.files(calls, results()));
    log('INFO', { message: `planned ${planned.rows} rows in ${planned.pieces} pieces`, awsRequestId: context.awsRequestId });
    return planned;
  });
}

/** Issues for a piece of the manifest. */
export async function work(event: unknown, context: InvocationContext): Promise<FleetCounts> {
  const { RECIPIENT, RENEW_BEFORE_DAYS } = process.env as Partial<WorkerEnvironment>;
  return orLogged('a piece of the fleet could not be issued', context.awsRequestId, async () => {
    const { run, piece } = workIn(event);
    const calls = callsOf(context);
    const files = clients.files(calls, results());
    const places = new RunPlaces(run);
    const recipient = RECIPIENT === undefined ? undefined : JSON.parse(RECIPIENT) as RecipientProperties;
    const keyArchive = recipient && new EncryptedKeyArchive(() => clients.recipient(calls, recipient), async content => {
      const name = places.keys(randomUUID());
      await files.write(name, content, 'application/pkcs7-mime');
      return files.keyOf(name);
    });
    const { digest, runs, fleet } = declared(calls);
    const ports = clients.ports(calls, new AwsCalls(signalOf(context), 0), keyArchive);
    const renewBeforeDays = wholeNumber(RENEW_BEFORE_DAYS) as number | undefined;
    return workPiece({ run, piece, declaration: digest }, { ...fleet, renewBeforeDays }, ports, runs, files);
  });
}

/** Adds up what the workers have counted. */
export async function finish(event: unknown, context: InvocationContext): Promise<RunSummary> {
  const { TOLERATED_FAILURE_PERCENTAGE } = process.env as Partial<FinisherEnvironment>;
  return orLogged('the results could not be added up', context.awsRequestId, async () => {
    const tolerated = Number(wholeNumber(TOLERATED_FAILURE_PERCENTAGE));
    const calls = callsOf(context);
    const summary = await finishRun(runIn(event), tolerated, declared(calls).runs, clients.files(calls, results()));
    const { rows, issued, replaced, renewed, restored, unchanged, refused, failedPieces } = summary;
    log('INFO', {
      message: `${rows} rows: ${issued} issued, ${replaced} replaced, ${renewed} renewed, ${restored} restored, ${unchanged} unchanged, ${refused} refused; ${failedPieces} pieces failed`,
      awsRequestId: context.awsRequestId,
    });
    return summary;
  });
}

/** Runs a fleet for CloudFormation. */
export async function deploy(event: unknown, context: InvocationContext): Promise<void> {
  const { STATE_MACHINE } = process.env as Partial<RunnerEnvironment>;
  const until = new Date(Date.now() + context.getRemainingTimeInMillis() - BEFORE_THE_END);
  const carryOut: Work = (request, signal) => {
    const calls = new AwsCalls(signal, PATIENCE);
    return runForCloudFormation(request, until, {
      runs: clients.runs(calls, text('STATE_MACHINE', STATE_MACHINE)),
      clock: () => new Date(),
      pause: () => sleep(PAUSE, undefined, { signal }),
      handOn: () => clients.invokeLater(calls, context.invokedFunctionArn, event),
    });
  };
  await handleCloudFormationEvent(event, context, carryOut, functionEnvironment(process.env));
}

function signalOf(context: InvocationContext): AbortSignal {
  return AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT));
}

function callsOf(context: InvocationContext): AwsCalls {
  return new AwsCalls(signalOf(context), PATIENCE);
}

function results(): ResultsEnvironment {
  const { RESULTS_BUCKET, RESULTS_FOLDER } = process.env as Partial<ResultsEnvironment>;
  return { RESULTS_BUCKET: text('RESULTS_BUCKET', RESULTS_BUCKET), RESULTS_FOLDER: text('RESULTS_FOLDER', RESULTS_FOLDER) };
}

/** What the environment declares, and what the ledger knows about the runs of the fleet. */
function declared(calls: AwsCalls): { readonly digest: string; readonly runs: FleetRuns; readonly fleet: Fleet } {
  const { STACK_ID, LOGICAL_ID, DECLARATION, RECIPIENT, RENEW_BEFORE_DAYS } = process.env as Partial<DeclarationEnvironment>;
  const declaration = text('DECLARATION', DECLARATION);
  const fleet = { stackId: text('STACK_ID', STACK_ID), logicalResourceId: text('LOGICAL_ID', LOGICAL_ID), template: record('DECLARATION', JSON.parse(declaration)) };
  return {
    digest: digestOfDeclaration({ DECLARATION: declaration, RECIPIENT, RENEW_BEFORE_DAYS }),
    runs: clients.fleetRuns(calls, text('LedgerTable', fleet.template.LedgerTable), `${fleet.stackId}/${fleet.logicalResourceId}`),
    fleet,
  };
}

/** How far the clocks of two services may differ, in milliseconds. */
const CLOCKS_DIFFER = 15 * 60_000;

/** The name of an execution: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const RUN = /^[\w-]{1,80}$/;

/** The run in an event of the state machine. It becomes a part of the names of objects. */
function runIn(event: unknown): string {
  const { run } = event as Partial<RunInput>;
  if (typeof run !== 'string' || !RUN.test(run)) {
    throw new Error('run must be the name of the execution, with letters, digits, - and _ only');
  }
  return run;
}

function planIn(event: unknown): PlanInput {
  const { begunAt } = event as Partial<PlanInput>;
  if (typeof begunAt !== 'string' || !(Date.parse(begunAt) < Date.now() + CLOCKS_DIFFER)) {
    throw new Error('begunAt must be the time at which the execution began, and not in the future, where no other run could overtake it');
  }
  return { run: runIn(event), begunAt: new Date(begunAt).toISOString() };
}

function workIn(event: unknown): WorkInput {
  const { piece } = event as Partial<WorkInput>;
  if (!Number.isSafeInteger(piece)) {
    throw new Error('piece must be the number of a piece, from the map of the state machine');
  }
  return { run: runIn(event), piece: piece! };
}
