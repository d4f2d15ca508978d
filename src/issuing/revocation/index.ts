import { announce as announceChanges, StreamBatchResponse } from './announce';
import { OcspAnswer, ocspAnswers } from './answer-ocsp';
import { AnsweringPorts, answersOf } from './ca-answers';
import { HttpRequest, HttpResponse, ocspOverHttp } from './ocsp-http';
import { PublishingPorts } from './publish-crls';
import { carryOutPublication, occasionOf, Publisher, publishOn } from './publisher';
import { answerRevocation, reachIn } from './revoker';
import { checkLifeDays, checkListUrl, checkPartitions } from '../../contract/crl-places';
import { WatchEnvironment } from '../../contract/expiry';
import { isMap } from '../../contract/json-map';
import { CaEnvironment, OcspEnvironment, PublisherEnvironment, RevocationAnswer, RevokerEnvironment } from '../../contract/revocation-functions';
import { DAY } from '../../contract/term';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { functionEnvironment } from '../../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext, Work } from '../../lambda/cloudformation/handle-event';
import { log } from '../../lambda/log';
import { writeMetric } from '../../lambda/metric';
import { orLogged } from '../../lambda/or-logged';
import { ocspError } from '../../pki/ocsp/issue-ocsp-response';
import { complain, text, wholeNumber } from '../../resource/property-values';
import { RevocationClients } from '../aws/revocation-clients';
import { watchExpiry, WatchPorts } from '../expiry/watch-expiry';
import { watchedDaysIn } from '../expiry/watched-days';

/**
 * The entry points of the functions that revoke certificates and publish revocation lists, and the only file of this folder that reads the
 * environment.
 */
const clients = new RevocationClients(process.env.AWS_REGION!, process.env.AWS_ENDPOINT_URL !== undefined);

/** A permission that was just granted may take a fifth of the function's time to become effective. */
const PATIENCE_SHARE = 5;

/** The time that is left of an invocation when its calls end, in milliseconds, so that its outcome is logged. */
const LAST_MOMENT = 5_000;

/** Publishes the lists of a CA: for CloudFormation, after revocations, and when the time has come. */
export async function publish(event: unknown, context: InvocationContext): Promise<void> {
  const patience = context.getRemainingTimeInMillis() / PATIENCE_SHARE;
  if (isMap(event) && event.ResponseURL !== undefined) {
    const work: Work = async (request, signal) => {
      const publisher = publisherIn(process.env);
      return carryOutPublication(request, publisher, ports(publisher, signal, patience));
    };
    await handleCloudFormationEvent(event, context, work, functionEnvironment(process.env));
    return;
  }
  return orLogged('the revocation lists could not be published', context.awsRequestId, async () => {
    const publisher = publisherIn(process.env);
    const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT));
    await publishOn(occasionOf(event), publisher, ports(publisher, signal, patience));
  });
}

/** Revokes certificates of a CA. IAM decides who may invoke the function. */
export async function revoke(event: unknown, context: InvocationContext): Promise<RevocationAnswer> {
  const { CA_ID, LEDGER_TABLE, REACH } = process.env as Partial<RevokerEnvironment>;
  const { awsRequestId } = context;
  const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT));
  return orLogged('not revoked', awsRequestId, async () => {
    const ca = { caId: text('CA_ID', CA_ID), table: text('LEDGER_TABLE', LEDGER_TABLE), reach: reachIn(REACH) };
    const calls = new AwsCalls(signal, context.getRemainingTimeInMillis() / PATIENCE_SHARE);
    const answer = await answerRevocation(ca, event, awsRequestId, clients.revoking(calls, ca.table));
    const { dryRun, changed, unchanged, failed } = answer;
    log('INFO', { message: `${dryRun ? 'would revoke' : 'revoked'}: ${changed} changed, ${unchanged} unchanged, ${failed} failed`, awsRequestId });
    return answer;
  });
}

/** Announces changes of a ledger as events: what was revoked, and that lists were published. */
export async function announce(event: unknown, context: InvocationContext): Promise<StreamBatchResponse> {
  const { CA_ID, LEDGER_TABLE } = process.env as Partial<CaEnvironment>;
  const { awsRequestId } = context;
  const remaining = context.getRemainingTimeInMillis();
  return orLogged('the changes of the ledger could not be announced', awsRequestId, async () => {
    const calls = new AwsCalls(AbortSignal.timeout(Math.max(0, remaining - LAST_MOMENT)), remaining / PATIENCE_SHARE);
    return announceChanges(text('CA_ID', CA_ID), event, clients.announcing(calls, text('LEDGER_TABLE', LEDGER_TABLE)));
  });
}

/** Watches the ends of the certificates of a CA. The event says nothing but that it is time to look. */
export async function watch(_event: unknown, context: InvocationContext): Promise<void> {
  const { CA_ID, LEDGER_TABLE, ANNOUNCED_DAYS, WINDOW_DAYS } = process.env as Partial<WatchEnvironment>;
  const { awsRequestId } = context;
  const remaining = context.getRemainingTimeInMillis();
  return orLogged('the ends of certificates could not be watched', awsRequestId, async () => {
    const calls = new AwsCalls(AbortSignal.timeout(Math.max(0, remaining - LAST_MOMENT)), remaining / PATIENCE_SHARE);
    const watching = clients.watching(calls, text('LEDGER_TABLE', LEDGER_TABLE));
    const metric: WatchPorts['metric'] = (name, value, dimensions) => writeMetric(name, 'Count', value, dimensions, watching.clock());
    const marked = await watchExpiry({ caId: text('CA_ID', CA_ID), ...watchedDaysIn(ANNOUNCED_DAYS, WINDOW_DAYS) }, { ...watching, metric });
    log('INFO', { message: `announced the ends of ${marked} certificates`, awsRequestId });
  });
}

function publisherIn(environment: NodeJS.ProcessEnv): Publisher {
  const { CA_ID, LEDGER_TABLE, CRL_URL, CRL_PARTITIONS, CRL_LIFE_DAYS, OCSP_URL } = environment as Partial<PublisherEnvironment>;
  const [partitions, lifeDays] = [CRL_PARTITIONS, CRL_LIFE_DAYS].map(wholeNumber);
  complain(checkListUrl(CRL_URL) ?? checkPartitions(partitions) ?? checkLifeDays(lifeDays));
  return {
    caId: text('CA_ID', CA_ID),
    table: text('LEDGER_TABLE', LEDGER_TABLE),
    life: lifeDays as number * DAY,
    ocspUrl: OCSP_URL,
    site: { url: CRL_URL!, partitions: partitions as number },
  };
}

function ports(publisher: Publisher, signal: AbortSignal, patience: number): PublishingPorts {
  const { CRL_BUCKET, OCSP_RESPONDER_SECRET } = process.env;
  return clients.publishing(new AwsCalls(signal, patience), publisher, text('CRL_BUCKET', CRL_BUCKET), OCSP_RESPONDER_SECRET);
}

/** The time that a call of the function that answers may take, in milliseconds: it has no deadline of an invocation, because it is kept. */
const ANSWER_TIME = 10_000;

const INTERNAL_ERROR: OcspAnswer = { der: ocspError('internalError') };

let answer: ReturnType<typeof ocspAnswers> | undefined;

/** Answers OCSP requests about the certificates of a CA, which an HTTP API delivers. */
export async function ocsp(event: HttpRequest): Promise<HttpResponse> {
  const { CA_ID, LEDGER_TABLE, OCSP_RESPONDER_SECRET, OCSP_PATH } = process.env as unknown as OcspEnvironment;
  return ocspOverHttp(event, OCSP_PATH, async request => {
    const made = (): AnsweringPorts => clients.answering(new AwsCalls(AbortSignal.timeout(ANSWER_TIME), 0), LEDGER_TABLE, OCSP_RESPONDER_SECRET);
    try {
      answer ??= await answersOf(CA_ID, LEDGER_TABLE, made);
    } catch (error) {
      log('ERROR', { message: 'not answered', errorName: (error as Error).name, errorMessage: (error as Error).message });
      return INTERNAL_ERROR;
    }
    return answer(request);
  });
}
