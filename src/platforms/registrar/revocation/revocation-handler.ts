import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { carryOver } from './carry-over';
import { assertInReach, DeploymentCheck, namesInCheck } from './deployment-check';
import { revocationIn, SqsBatchResponse } from './revocation-messages';
import { RevocationTarget } from './revocation-target';
import { AGAIN, AT_DEPLOYMENT, Occasion, RevocationPlatform, RevokingCa, revokingCa } from './revoking-ca';
import { isMap } from '../../../contract/json-map';
import { REVOCATION_STATES, RevocationState } from '../../../contract/revocation';
import { PLATFORM_REVOCATION_CHECK_TYPE } from '../../../contract/revocation-functions';
import { InvocationContext } from '../../../lambda/cloudformation/handle-event';
import { log } from '../../../lambda/log';
import { newSerialNumber } from '../../../pki/serial-number';
import { isRequest, registrarHandler } from '../registrar';

/** How long the calls for one certificate may take, so that a certificate for which they fail leaves time for the others; milliseconds. */
const FOR_EACH = 20_000;

/** The time that is left of an invocation when its calls end, so that its outcome is reported; milliseconds. */
const LAST_MOMENT = 5_000;

/**
 * The states that a check of everything carries over. The end of a hold is carried over only when it is recorded: later, a certificate may be
 * inactive because somebody wants it so.
 */
const CHECKED_STATES: readonly RevocationState[] = ['HELD', 'REVOKED'];

/** The events upon which everything is checked: of the schedule, and of a check at a deployment that has succeeded. */
const OCCASIONS_TO_CHECK: readonly unknown[] = ['Scheduled Event', 'CloudFormation Resource Status Change'];

/**
 * The entry point of a function that carries the revocations of a CA over to a platform: after a revocation, and when the time has come. When
 * it is deployed, it checks for CloudFormation whether it can do so.
 *
 * @param platformIn the platform that the environment of the function names
 */
export function revocationHandler(
  platformIn: (environment: NodeJS.ProcessEnv) => RevocationPlatform,
): (event: unknown, context: InvocationContext) => Promise<SqsBatchResponse | undefined> {
  const caFor = (occasion: Occasion): RevokingCa => revokingCa(platformIn(process.env), process.env, occasion);
  const onRequest = registrarHandler({
    [PLATFORM_REVOCATION_CHECK_TYPE]: new DeploymentCheck(signal => assertInReach(caFor(AT_DEPLOYMENT), signal)),
  }, namesInCheck);

  return async (event, context) => {
    if (isRequest(event)) {
      await onRequest(event, context);
      return undefined;
    }
    const ca = caFor(AGAIN);
    const until = Date.now() + context.getRemainingTimeInMillis() - LAST_MOMENT;
    if (isMap(event) && Array.isArray(event.Records)) {
      return carryOverMessages(event.Records, ca, until);
    }
    if (isMap(event) && OCCASIONS_TO_CHECK.includes(event['detail-type'])) {
      await carryOverAll(ca, until);
      return undefined;
    }
    throw new Error('the event must be from the queue of revocations, from the schedule or from CloudFormation');
  };
}

/**
 * Carries over the revocations that messages of the queue are about. Nothing in a message is believed but that the revocation of a
 * certificate has changed: what holds is in the ledger. Messages about anything else are passed over.
 */
export async function carryOverMessages(messages: readonly unknown[], ca: RevokingCa, until: number): Promise<SqsBatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  const changed = messages.flatMap(message => revocationIn(message, ca.caId));
  const target = changed.length === 0 ? undefined : await ca.target(AbortSignal.timeout(timeUntil(until)));
  for (const [index, { serialNumber, itemIdentifier }] of changed.entries()) {
    await sleep(index === 0 ? 0 : ca.pace);
    if (await complaintAfter(serialNumber, ca, target!, until, REVOCATION_STATES) !== undefined) {
      batchItemFailures.push({ itemIdentifier });
    }
  }
  return { batchItemFailures };
}

/**
 * Carries over everything that is revoked and has not expired: what was missed, and certificates that the platform knows only since they
 * were revoked. The check begins at a random place, so that all are reached in time although one invocation may be too short for them.
 *
 * @throws Error if a revocation could not be carried over, after all others were
 */
export async function carryOverAll(ca: RevokingCa, until: number, now: () => number = Date.now): Promise<void> {
  const complaints: string[] = [];
  let count = 0;
  const target = await ca.target(AbortSignal.timeout(timeUntil(until)));
  let unread: string | undefined;
  try {
    for await (const serialNumber of revokedFrom(newSerialNumber(randomBytes, ca.caId), ca, until)) {
      if (now() > until) {
        log('WARN', { message: `the time ran out, after ${count} of what is revoked; the next check begins at another place` });
        break;
      }
      const complaint = await complaintAfter(serialNumber, ca, target, until, CHECKED_STATES);
      complaints.push(...complaint === undefined ? [] : [`${serialNumber}: ${complaint}`]);
      count++;
      await sleep(ca.pace);
    }
  } catch (error) {
    unread = (error as Error).message;
  }
  if (unread !== undefined) {
    throw new Error(unread);
  }
  if (complaints.length > 0) {
    throw new Error(`${complaints.length} of ${count} revocations could not be carried over to ${ca.name}; the first: ${complaints[0]}`);
  }
}

/**
 * The serial numbers of the certificates that are revoked and have not expired, from one serial number on, and then those before it.
 *
 * @throws Error at the end if a part of them can't be read
 */
async function* revokedFrom(start: string, { caId, ledger }: RevokingCa, until: number): AsyncIterable<string> {
  const api = ledger(AbortSignal.timeout(timeUntil(until)));
  let failure: unknown;
  for (const after of [start, undefined]) {
    try {
      for await (const page of api.revocations(caId, after)) {
        const unseen = page.filter(({ serialNumber }) => after !== undefined || serialNumber <= start);
        yield* unseen.filter(({ state, notAfter }) => CHECKED_STATES.includes(state) && new Date(notAfter).getTime() > Date.now())
          .map(({ serialNumber }) => serialNumber);
        if (unseen.length < page.length) {
          break;
        }
      }
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) {
    throw failure;
  }
}

/** Carries over one revocation. @returns why that was not possible, or `undefined` */
async function complaintAfter(
  serialNumber: string, { caId, ledger, name: platform }: RevokingCa, target: RevocationTarget, until: number, states: readonly RevocationState[],
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(Math.min(FOR_EACH, timeUntil(until)));
    const changed = await carryOver({ issuer: caId, serialNumber }, ledger(signal), target, states, signal);
    if (changed !== undefined) {
      log('INFO', { message: `${platform}: ${changed}`, serialNumber });
    }
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    log('ERROR', { message: `the revocation could not be carried over to ${platform}`, serialNumber, errorName: name, errorMessage: message });
    return message;
  }
}

function timeUntil(until: number): number {
  return Math.max(0, until - Date.now());
}
