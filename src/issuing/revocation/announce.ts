import { BACKDATE_MILLISECONDS } from './update-times';
import { CaEvent, CaEventType, CertificateIssuedDetail } from '../../contract/ca-events';
import { isMap, JsonMap } from '../../contract/json-map';
import { certificatePartition, expiryPartition, listPartition, REFUSED, resourceIn, revocationPartition, serialNumberIn } from '../../contract/ledger-keys';
import { log } from '../../lambda/log';
import { ExpiryMarks } from '../ledger/expiry-marks';
import { Ledger, LedgerEntry } from '../ledger/ledger';
import { Refusals } from '../ledger/refusals';
import { Publications } from '../ledger/revocation';

/** Where events go. */
export interface EventBus {
  /**
   * Puts events on the bus.
   *
   * @returns for each event, in this order, whether the bus has taken it
   */
  put(events: readonly CaEvent[]): Promise<readonly boolean[]>;
}

/** What announcing needs: the ledger, and the bus. */
export interface AnnouncingPorts {
  readonly ledger: Pick<Ledger, 'find'>;
  readonly revocations: Pick<Publications, 'certificate' | 'find' | 'crl'>;
  readonly marks: Pick<ExpiryMarks, 'mark'>;
  readonly refusals: Pick<Refusals, 'refusal'>;
  readonly events: EventBus;
}

/**
 * What Lambda gets for a batch of a stream: the records from the first of which on it is to be delivered again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export interface StreamBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** An item of the ledger that has changed, and the record of the stream that says so. */
interface Change {
  readonly sortKey: string;
  readonly partition: string;
  /** When the item changed; absent if the record does not say. */
  readonly changedAt?: Date;
  readonly itemIdentifier: string;
}

/**
 * How long after the time in an item the change that it stands for may be written, in milliseconds: no invocation lasts longer.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const LONGEST_INVOCATION = 900_000;

/**
 * Announces what has changed in the ledger of a CA, for everything that has to be done about it elsewhere. Nothing in a record is believed
 * but the keys of the item that has changed, and when it changed: an event says what the ledger holds when it is made. Records about anything
 * else are passed over. An item can change without anything to announce, such as when the renewal of a certificate is reserved; therefore what
 * has happened long before the change is not announced again. An event may come twice.
 *
 * A change of which no event can be made, such as that of a damaged item, is delivered again some times, and holds up no other for longer.
 */
export async function announce(caId: string, event: unknown, ports: AnnouncingPorts): Promise<StreamBatchResponse> {
  if (!isMap(event) || !Array.isArray(event.Records)) {
    throw new Error('the event must be from the stream of the ledger');
  }
  const announced: { readonly event: CaEvent; readonly itemIdentifier: string }[] = [];
  const failed: string[] = [];
  for (const { itemIdentifier, ...change } of event.Records.flatMap(changeIn)) {
    try {
      const made = await eventAbout(change, caId, ports);
      announced.push(...made ? [{ event: made, itemIdentifier }] : []);
    } catch (error) {
      const { name, message } = error as Error;
      log('ERROR', { message: `a change of ${change.sortKey} could not be announced`, errorName: name, errorMessage: message });
      failed.push(itemIdentifier);
    }
  }
  const taken = announced.length === 0 ? [] : await ports.events.put(announced.map(each => each.event));
  failed.push(...announced.filter((_, index) => !taken[index]).map(({ itemIdentifier }) => itemIdentifier));
  return { batchItemFailures: failed.map(itemIdentifier => ({ itemIdentifier })) };
}

async function eventAbout(
  { partition, sortKey, changedAt }: Omit<Change, 'itemIdentifier'>, ca: string, ports: AnnouncingPorts,
): Promise<CaEvent | undefined> {
  if (partition === listPartition(ca) && sortKey === 'current') {
    return listsPublished(ca, changedAt, ports);
  }
  if (sortKey === REFUSED) {
    return certificateRefused(ca, partition, ports);
  }
  const serialNumber = serialNumberIn(sortKey);
  return serialNumber === undefined ? undefined
    : partition === revocationPartition(ca) ? revocationChanged(ca, serialNumber, ports)
      : partition === expiryPartition(ca) ? certificateExpiring(ca, serialNumber, ports)
        : partition === certificatePartition(ca, serialNumber) ? certificateIssued(ca, serialNumber, changedAt, ports) : undefined;
}

/** Whether an item changed so long after a time in it that the change is another one. */
function isLongAfter(changedAt: Date | undefined, time: number): boolean {
  return changedAt !== undefined && changedAt.getTime() > time + LONGEST_INVOCATION;
}

/** The item also changes when the number of a list is taken, before the list is published. */
async function listsPublished(ca: string, changedAt: Date | undefined, { revocations }: AnnouncingPorts): Promise<CaEvent | undefined> {
  const { published: number, publishedAt } = await revocations.crl(ca) ?? {};
  if (number === undefined || publishedAt === undefined || isLongAfter(changedAt, new Date(publishedAt).getTime() + BACKDATE_MILLISECONDS)) {
    return undefined;
  }
  return { type: CaEventType.LISTS_PUBLISHED, detail: { ca, number } };
}

async function revocationChanged(ca: string, serialNumber: string, { revocations }: AnnouncingPorts): Promise<CaEvent | undefined> {
  const revocation = await revocations.find(ca, serialNumber);
  if (!revocation) {
    return undefined;
  }
  const { state, reason, revokedAt, invalidityDate } = revocation;
  return { type: CaEventType.REVOCATION_CHANGED, detail: { ca, serialNumber, state, reason, revokedAt, invalidityDate } };
}

/**
 * A certificate that another one of its identity has replaced was announced before. Its item changes for the last time then. A renewed one is
 * announced once its key can be fetched.
 */
async function certificateIssued(
  ca: string, serialNumber: string, changedAt: Date | undefined, { ledger, revocations }: AnnouncingPorts,
): Promise<CaEvent | undefined> {
  const entry = await revocations.certificate(ca, serialNumber);
  if (entry?.status !== 'ISSUED' || !entry.certificate || (await ledger.find(entry.identity))?.serialNumber !== serialNumber) {
    return undefined;
  }
  const detail = factsOf(ca, entry);
  const { renews, renewalNumber = 0, issuedAt, deliveredAt, returnedAt } = entry;
  const isRenewal = renews !== undefined && returnedAt === undefined;
  const since = returnedAt ?? (isRenewal ? deliveredAt : issuedAt);
  if (since === undefined ? isRenewal : isLongAfter(changedAt, new Date(since).getTime())) {
    return undefined;
  }
  return isRenewal ? { type: CaEventType.CERTIFICATE_RENEWED, detail: { ...detail, renews, renewalNumber } }
    : { type: CaEventType.CERTIFICATE_ISSUED, detail };
}

/** A certificate that was renewed or withdrawn in the meantime is not announced. */
async function certificateExpiring(ca: string, serialNumber: string, { ledger, revocations, marks }: AnnouncingPorts): Promise<CaEvent | undefined> {
  const mark = await marks.mark(ca, serialNumber);
  const entry = mark && await revocations.certificate(ca, serialNumber);
  if (entry?.status !== 'ISSUED' || (await ledger.find(entry.identity))?.serialNumber !== serialNumber) {
    return undefined;
  }
  return { type: CaEventType.CERTIFICATE_EXPIRING, detail: { ...factsOf(ca, entry), daysLeft: mark!.daysLeft } };
}

/** The ledger is the ledger of the CA, so a refusal in it is about the CA. */
async function certificateRefused(ca: string, partition: string, { refusals }: AnnouncingPorts): Promise<CaEvent | undefined> {
  const resource = resourceIn(partition);
  const refusal = resource && await refusals.refusal(resource);
  if (!refusal) {
    return undefined;
  }
  const { requestId, renews, reason } = refusal;
  const { stackId, logicalResourceId: logicalId } = resource!;
  return { type: CaEventType.CERTIFICATE_REFUSED, detail: { ca, stackId, logicalId, requestId, renews, reason } };
}

function factsOf(ca: string, entry: LedgerEntry): CertificateIssuedDetail {
  const { serialNumber, profile, subject, commonName, notBefore, notAfter, stackId, logicalResourceId: logicalId } = entry;
  return { ca, serialNumber, profile, subject, commonName, notBefore, notAfter, stackId, logicalId };
}

function changeIn(record: unknown): Change[] {
  const change = isMap(record) && record.eventSource === 'aws:dynamodb' ? record.dynamodb : undefined;
  if (!isMap(change) || !isMap(change.Keys) || typeof change.SequenceNumber !== 'string') {
    return [];
  }
  const [partition, sortKey] = [change.Keys.pk, change.Keys.sk].map(textIn);
  const { SequenceNumber: itemIdentifier, ApproximateCreationDateTime: seconds } = change;
  const changedAt = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
  return partition === undefined || sortKey === undefined ? [] : [{ partition, sortKey, changedAt, itemIdentifier }];
}

function textIn(attribute: unknown): string | undefined {
  const { S } = isMap(attribute) ? attribute : {} as JsonMap;
  return typeof S === 'string' ? S : undefined;
}
