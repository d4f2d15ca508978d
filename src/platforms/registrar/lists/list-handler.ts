import { giveList, ListHolder, takeLists } from './give-list';
import { ListIssuer, readList, RevocationList } from './revocation-list';
import { COMPLETE_LIST_PEM } from '../../../contract/crl-places';
import { checkForm } from '../../../contract/forms';
import { GivenListEnvironment } from '../../../contract/given-lists';
import { isMap } from '../../../contract/json-map';
import { Form } from '../../../contract/platform-rules';
import { checkCaId } from '../../../contract/rules';
import { InvocationContext } from '../../../lambda/cloudformation/handle-event';
import { log } from '../../../lambda/log';
import { orLogged } from '../../../lambda/or-logged';
import { parseCertificate } from '../../../pki/certificate';
import { propertiesNamed } from '../../../resource/known-names';
import { checked, complain, RawProperties, record, text } from '../../../resource/property-values';
import { FunctionApis } from '../aws/function-apis';
import { S3Api } from '../aws/s3-api';
import { isRequest, PATIENCE, registrarHandler } from '../registrar';

/** A list that is given to a service, as it is declared. */
export interface GivenList {
  /** The identity of the CA. */
  readonly caId: string;
  /** The name of the CA's ledger, or its ARN. */
  readonly table: string;
  /** Where the list is in Amazon S3. */
  readonly file: { readonly bucket: string; readonly key: string };
}

/** A kind of service to which lists are given. */
export interface ListService<T extends GivenList> {
  /** The type of the custom resource. */
  readonly resourceType: string;
  /** The names of properties whose values messages may show although they are long. */
  readonly names: readonly string[];
  /** The longest list that the service takes, in characters of PEM. */
  readonly longest: number;
  /** Reads what is declared beside a list. */
  readonly read: (properties: RawProperties, list: GivenList) => T;
  /** Whether the service keeps a name with each list, which tells those of a declaration from others. */
  readonly namesLists: boolean;
  /** What identifies the list at the service. */
  readonly physicalId: (declared: T) => string;
  /** @param ca reads the certificate of the CA */
  readonly holder: (declared: T, apis: FunctionApis, ca: () => Promise<ListIssuer>) => ListHolder;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET: Form = { pattern: '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]', allowed: 'the name of a bucket' };

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const LEDGER_TABLE: Form = {
  pattern: '(?:arn:[a-z-]+:dynamodb:[a-z0-9-]+:\\d{12}:table/)?[A-Za-z0-9._-]{3,255}', allowed: 'the name or the ARN of a table of Amazon DynamoDB',
};

/** The time that is left of an invocation when its calls end, so that its outcome is logged; milliseconds. */
const LAST_MOMENT = 5_000;

/**
 * Makes the Lambda handler of a function that gives the published list of a CA to a service: when CloudFormation deploys it, after each
 * publication, and when the time has come. If that fails, all messages of a batch are delivered again.
 */
export function listHandler<T extends GivenList>(service: ListService<T>): (event: unknown, context: InvocationContext) => Promise<void> {
  const give = async (properties: RawProperties, signal: AbortSignal): Promise<{ readonly declared: T; readonly given: bigint | undefined }> => {
    const declared = declaredIn(properties, service);
    const apis = new FunctionApis(process.env, signal, PATIENCE, 'it is tried again');
    const ca = await caOf(declared, apis);
    const s3 = new S3Api(apis.http, apis.options('s3'));
    const holder = service.holder(declared, apis, async () => ca);
    return { declared, given: await giveList(() => published(declared, s3, service.longest, ca), holder, signal) };
  };
  const onRequest = registrarHandler({
    [service.resourceType]: {
      declare: async ({ properties, signal }) => ({ physicalResourceId: service.physicalId((await give(properties, signal)).declared), data: {} }),
      remove: async ({ properties, physicalResourceId, signal }) => {
        const declared = readable(() => declaredIn(properties, service));
        // What a failed creation has left behind goes too, unless it may be another construct's.
        if (declared && (service.namesLists || physicalResourceId === service.physicalId(declared))) {
          const apis = new FunctionApis(process.env, signal, PATIENCE);
          await takeLists(service.holder(declared, apis, () => caOf(declared, apis))).catch(leaveWithoutLedger);
        }
      },
    },
  }, propertiesNamed(...service.names));

  return async (event, context) => {
    if (isRequest(event)) {
      await onRequest(event, context);
      return;
    }
    const { awsRequestId } = context;
    await orLogged('the revocation list could not be given', awsRequestId, async () => {
      assertOccasion(event);
      const signal = AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT));
      const { declared, given } = await give(givenListIn(process.env), signal);
      if (given !== undefined) {
        log('INFO', { message: `gave the revocation list ${given}`, awsRequestId, physicalResourceId: service.physicalId(declared) });
      }
    });
  };
}

/** Messages of the queue say that new lists were published. Which ones, is not believed: the newest list is in the bucket. */
function assertOccasion(event: unknown): void {
  if (!isMap(event) || !(Array.isArray(event.Records) || event['detail-type'] === 'Scheduled Event')) {
    throw new Error('the event must be from the queue of publications, from the schedule or from CloudFormation');
  }
}

function givenListIn({ GIVEN_LIST }: NodeJS.ProcessEnv & Partial<GivenListEnvironment>): RawProperties {
  return record('GIVEN_LIST', JSON.parse(text('GIVEN_LIST', GIVEN_LIST)));
}

function declaredIn<T extends GivenList>(properties: RawProperties, service: ListService<T>): T {
  const caId = checked<string>(checkCaId, properties.CaId);
  const file = { bucket: form('Bucket', properties.Bucket, BUCKET), key: `${caId}/${COMPLETE_LIST_PEM}` };
  return service.read(properties, { caId, table: form('LedgerTable', properties.LedgerTable, LEDGER_TABLE), file });
}

function form(property: string, value: unknown, allowed: Form): string {
  complain(checkForm(property, value, allowed));
  return value as string;
}

/** What is declared, or `undefined` if it can't be read: then it was refused when it was declared, and there is nothing to remove. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Without the ledger, nothing tells the CA's lists from others. That must not keep a stack from being deleted. */
function leaveWithoutLedger(error: Error): void {
  if (!(error instanceof LedgerGoneError)) {
    throw error;
  }
  log('WARN', { message: 'the revocation list stays where it is: the ledger of the CA is gone, which tells its lists from others', errorMessage: error.message });
}

/** The ledger of a CA, or the CA's certificate in it, does not exist. */
class LedgerGoneError extends Error {}

async function caOf({ caId, table }: GivenList, apis: FunctionApis): Promise<ListIssuer> {
  const certificate = await apis.ledger(table).latestCertificate(caId).catch((error: Error) => {
    throw error.message.includes('ResourceNotFoundException') ? new LedgerGoneError(error.message) : error;
  });
  if (!certificate) {
    throw new LedgerGoneError(`the ledger must hold the certificate of the CA ${caId}, got none`);
  }
  return parseCertificate(certificate);
}

async function published({ file: { bucket, key } }: GivenList, s3: S3Api, longest: number, ca: ListIssuer): Promise<RevocationList> {
  const pem = await s3.text(bucket, key, longest);
  if (pem === undefined) {
    throw new Error(`the bucket ${bucket} must hold the published list ${key}, got none`);
  }
  return readList(pem, ca);
}
