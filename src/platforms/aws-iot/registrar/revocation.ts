import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { carryOver, RevocationPorts } from './carry-over';
import { FunctionApis } from '../../registrar/aws/function-apis';
import { serialNumberIn } from '../../registrar/aws/ledger-api';
import { IotApi } from './iot-api';
import { isMap } from '../../../contract/json-map';
import { revocationPartition } from '../../../contract/ledger-keys';
import { REVOCATION_STATES, RevocationState } from '../../../contract/revocation';
import { InvocationContext } from '../../../lambda/cloudformation/handle-event';
import { log } from '../../../lambda/log';
import { text } from '../../../resource/property-values';
import { AwsIotRevocationEnvironment } from '../contract';

/** A CA whose revocations are carried over, and how the function reaches AWS. */
export interface RevokingCa {
  readonly caId: string;
  /** @param signal ends every call */
  readonly ports: (signal: AbortSignal) => RevocationPorts;
}

/** How long the calls for one certificate may take, so that a certificate for which they fail leaves time for the others; milliseconds. */
const FOR_EACH = 20_000;

/** How long a right that was just given may take to become effective; milliseconds. */
const PATIENCE = 10_000;

/** The time that is left of an invocation when its calls end, so that its outcome is reported; milliseconds. */
const LAST_MOMENT = 5_000;

/**
 * The least time between two certificates of a check of everything. AWS IoT accepts ten of these calls a second for an account, of which
 * half are left to others. https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-core-api-quotas
 */
const PACE = 200;

/**
 * The states that a check of everything carries over. The end of a hold is carried over only when it is recorded: later, a certificate may be
 * inactive because somebody wants it so.
 */
const CHECKED_STATES: readonly RevocationState[] = ['HELD', 'REVOKED'];

/**
 * What Lambda gets for a batch of a stream: the records that are to be delivered again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** The entry point of the function that carries the revocations of a CA over to AWS IoT: after a revocation, and when the time has come. */
export async function revoke(event: unknown, context: InvocationContext): Promise<BatchResponse | undefined> {
  const { CA_ID, LEDGER_TABLE } = process.env as Partial<AwsIotRevocationEnvironment>;
  const table = text('LEDGER_TABLE', LEDGER_TABLE);
  const ca: RevokingCa = {
    caId: text('CA_ID', CA_ID),
    ports: signal => {
      const apis = new FunctionApis(process.env, signal, PATIENCE, 'it is tried again');
      return { ledger: apis.ledger(table), iot: new IotApi(apis.http, apis.options('iot')) };
    },
  };
  const until = Date.now() + context.getRemainingTimeInMillis() - LAST_MOMENT;
  if (isMap(event) && Array.isArray(event.Records)) {
    return carryOverBatch(event.Records, ca, until);
  }
  if (isMap(event) && event['detail-type'] === 'Scheduled Event') {
    await carryOverAll(ca, until);
    return undefined;
  }
  throw new Error('the event must be from the stream of the ledger or from the schedule');
}

/**
 * Carries over the revocations that records of a stream are about. Nothing in a record is believed but the keys of the item that has
 * changed: what counts is what the ledger holds now. Records about anything else are passed over.
 */
export async function carryOverBatch(records: readonly unknown[], ca: RevokingCa, until: number): Promise<BatchResponse> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { serialNumber, itemIdentifier } of records.flatMap(record => revokedIn(record, ca.caId))) {
    if (await complaintAfter(serialNumber, ca, until, REVOCATION_STATES) !== undefined) {
      batchItemFailures.push({ itemIdentifier });
    }
  }
  return { batchItemFailures };
}

/**
 * Carries over everything that is revoked and has not expired: what was missed, and certificates that AWS IoT registered only after they
 * were revoked. It begins at a random place, so that all are reached in time although one invocation may be too short for them.
 *
 * @throws Error if a revocation could not be carried over, after all others were
 */
export async function carryOverAll(ca: RevokingCa, until: number, pace = PACE): Promise<void> {
  const complaints: string[] = [];
  let count = 0;
  for await (const serialNumber of revokedFrom(randomBytes(20).toString('hex').toUpperCase(), ca, until)) {
    if (Date.now() > until) {
      log('WARN', { message: `the time ran out, after ${count} of what is revoked; the next check begins at another place` });
      break;
    }
    const complaint = await complaintAfter(serialNumber, ca, until, CHECKED_STATES);
    complaints.push(...complaint === undefined ? [] : [`${serialNumber}: ${complaint}`]);
    count++;
    await sleep(pace);
  }
  if (complaints.length > 0) {
    throw new Error(`${complaints.length} of ${count} revocations could not be carried over to AWS IoT Core; the first: ${complaints[0]}`);
  }
}

/** The serial numbers of the certificates that are revoked and have not expired, from one serial number on, and then those before it. */
async function* revokedFrom(start: string, { caId, ports }: RevokingCa, until: number): AsyncIterable<string> {
  const { ledger } = ports(AbortSignal.timeout(Math.max(0, until - Date.now())));
  for (const after of [start, undefined]) {
    for await (const page of ledger.revocations(caId, after)) {
      for (const { serialNumber, state, notAfter } of page) {
        if (after === undefined && serialNumber > start) {
          return;
        }
        if (CHECKED_STATES.includes(state) && new Date(notAfter).getTime() > Date.now()) {
          yield serialNumber;
        }
      }
    }
  }
}

/** Carries over one revocation. @returns why that was not possible, or `undefined` */
async function complaintAfter(
  serialNumber: string, { caId, ports }: RevokingCa, until: number, states: readonly RevocationState[],
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(Math.max(0, Math.min(FOR_EACH, until - Date.now())));
    const status = await carryOver({ issuer: caId, serialNumber }, ports(signal), states);
    if (status !== undefined) {
      log('INFO', { message: `set the certificate ${status} in AWS IoT Core`, serialNumber });
    }
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    log('ERROR', { message: 'the revocation could not be carried over to AWS IoT Core', serialNumber, errorName: name, errorMessage: message });
    return message;
  }
}

function revokedIn(record: unknown, caId: string): { serialNumber: string; itemIdentifier: string }[] {
  const change = isMap(record) && record.eventSource === 'aws:dynamodb' ? record.dynamodb : undefined;
  if (!isMap(change) || !isMap(change.Keys) || typeof change.SequenceNumber !== 'string') {
    return [];
  }
  const [pk, sk] = [change.Keys.pk, change.Keys.sk].map(key => isMap(key) ? key.S : undefined);
  const serialNumber = serialNumberIn(sk);
  return pk === revocationPartition(caId) && serialNumber !== undefined ? [{ serialNumber, itemIdentifier: change.SequenceNumber }] : [];
}
