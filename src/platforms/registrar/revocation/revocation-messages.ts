import { CaEventType } from '../../../contract/ca-events';
import { isMap, JsonMap } from '../../../contract/json-map';

/**
 * What Lambda gets for a batch of a queue: the messages that are to be delivered again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A certificate whose revocation has changed, and the message that says so. */
export interface RevocationMessage {
  readonly serialNumber: string;
  readonly itemIdentifier: string;
}

/** The certificate of a CA that a message of a queue is about; none if it is about anything else. */
export function revocationIn(message: unknown, caId: string): RevocationMessage[] {
  if (!isMap(message) || message.eventSource !== 'aws:sqs' || typeof message.messageId !== 'string') {
    return [];
  }
  const event = eventIn(message.body);
  const detail = event?.['detail-type'] === CaEventType.REVOCATION_CHANGED && isMap(event.detail) ? event.detail : undefined;
  const { ca, serialNumber } = detail ?? {};
  return ca === caId && typeof serialNumber === 'string' && /^[0-9A-F]{40}$/.test(serialNumber) ? [{ serialNumber, itemIdentifier: message.messageId }] : [];
}

/** The event of EventBridge in the body of a message. */
function eventIn(body: unknown): JsonMap | undefined {
  try {
    const event: unknown = JSON.parse(String(body));
    return isMap(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
