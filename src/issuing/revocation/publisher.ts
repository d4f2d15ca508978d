import { beginPublication, endPublication, lifeLeft, PublishedCa, publishCrls, PublishingPorts, renewCrls } from './publish-crls';
import { isMap } from '../../contract/json-map';
import { CA_DIMENSION, LIFE_LEFT_METRIC } from '../../contract/revocation-functions';
import { quote } from '../../contract/rules';
import { log } from '../../lambda/log';
import { writeMetric } from '../../lambda/metric';
import { failureOf, LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';
import { ignoreGone } from '../ledger/ledger';
import { CrlSite, PublicationRequest } from '../ledger/revocation';

/** A CA whose lists a function publishes, and where certificates name them. */
export interface Publisher extends PublishedCa {
  readonly site: CrlSite;
}

/** What makes a function publish lists, besides CloudFormation: a revocation in the ledger, or the hour. */
export type Occasion = 'revocation' | 'schedule';

/**
 * Reads an event of the stream of a ledger, or of a schedule. Nothing in it is believed but that something has happened.
 *
 * @throws Error if it is neither
 */
export function occasionOf(event: unknown): Occasion {
  if (isMap(event) && event['detail-type'] === 'Scheduled Event') {
    return 'schedule';
  }
  if (isMap(event) && Array.isArray(event.Records) && event.Records.every(each => isMap(each) && each.eventSource === 'aws:dynamodb')) {
    return 'revocation';
  }
  throw new Error('the event must be from CloudFormation, from the stream of the ledger or from the schedule');
}

/**
 * Publishes the lists if there is an occasion to, and reports how much is left of them. If they could not be made, nothing is: validators
 * may accept what is revoked, so the alarm must not wait until the lists that they have expire.
 */
export async function publishOn(occasion: Occasion, publisher: Publisher, ports: PublishingPorts): Promise<void> {
  let left = 0;
  try {
    if (occasion === 'revocation') {
      const { number } = await publishCrls(publisher, ports);
      log('INFO', { message: `published the revocation lists with the number ${number}` });
    } else {
      await renewCrls(publisher, ports);
    }
    left = await shareLeft(publisher, ports);
  } finally {
    report(left, publisher, ports);
  }
}

/** The share that is left of the list or of the OCSP responder, whichever is less: a validator fails without either. */
async function shareLeft(publisher: Publisher, ports: PublishingPorts): Promise<number> {
  return Math.min(await lifeLeft(publisher, ports), await ports.responderLeft?.() ?? 1);
}

function report(left: number, { caId }: Publisher, { clock }: PublishingPorts): void {
  writeMetric(LIFE_LEFT_METRIC, 'Percent', Math.floor(100 * left), { [CA_DIMENSION]: caId }, clock());
}

/**
 * Begins or ends the publication of a CA's lists. The physical ID names the CA. If another CA takes its place, the former one is not
 * touched: this function may have no right to its ledger any more.
 */
export async function carryOutPublication(event: LifecycleEvent, publisher: Publisher, ports: PublishingPorts): Promise<LifecycleResult> {
  const physicalResourceId = event.requestType === 'Delete' ? event.physicalResourceId! : idOf(publisher);
  try {
    if (event.requestType !== 'Delete') {
      assertDeclared(event, publisher);
      await beginPublication(publisher, publisher.site, requestOf(event), ports);
      report(await shareLeft(publisher, ports), publisher, ports); // the alarm begins with a value
    } else if (!isOfAnotherCa(physicalResourceId, publisher) && await endPublication(publisher, requestOf(event), ports).catch(ignoreGone)) {
      await publishLast(publisher, ports);
    }
    return { physicalResourceId, data: event.requestType === 'Delete' ? undefined : {} };
  } catch (error) {
    throw failureOf(event, event.physicalResourceId, error);
  }
}

/** What left the stack before is on the lists that stay. A list that can't be made must not keep a stack from being deleted. */
async function publishLast(publisher: Publisher, ports: PublishingPorts): Promise<void> {
  try {
    await publishCrls(publisher, ports);
  } catch (error) {
    log('WARN', { message: 'the last revocation lists could not be published', errorName: (error as Error).name, errorMessage: (error as Error).message });
  }
}

const ID_PREFIX = 'crls-of-';

function idOf({ caId }: PublishedCa): string {
  return `${ID_PREFIX}${caId}`;
}

/** An ID that CloudFormation has invented, for a creation whose answer it did not get, names no CA. */
function isOfAnotherCa(physicalResourceId: string, publisher: Publisher): boolean {
  return physicalResourceId.startsWith(ID_PREFIX) && physicalResourceId !== idOf(publisher);
}

function requestOf({ stackId, logicalResourceId, requestId, requestedAt }: LifecycleEvent): PublicationRequest {
  return { owner: `${stackId}/${logicalResourceId}`, requestId, requestedAt: requestedAt?.toISOString() };
}

/** CloudFormation changes the function before the resource. Another order would publish at the wrong place and say that it is done. */
function assertDeclared({ properties }: LifecycleEvent, { caId, site }: Publisher): void {
  if (properties.CaId !== caId || properties.Url !== site.url) {
    throw new Error(`Url must be that of the function's environment, ${site.url}, for the CA ${caId}, got ${quote(properties.Url)} for ${quote(properties.CaId)}; `
      + 'deploy again');
  }
}
