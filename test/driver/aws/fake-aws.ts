import { AwsError, UnknownToFake } from './aws-error';
import { CloudFormation, StackResourceSummary } from './cloudformation';
import { DynamoDb, DynamoDbState } from './dynamodb';
import { Item } from './expression-reader';
import { Kms, KmsState } from './kms';
import { ParameterStore, ParametersState } from './parameter-store';
import { SecretsManager, SecretsState } from './secrets-manager';

/** All that AWS holds, as plain data, so that a copy of it is another world. */
export interface AwsState extends DynamoDbState, SecretsState, ParametersState, KmsState {}

export function emptyState(): AwsState {
  return { tables: new Map(), tokens: new Map(), secrets: new Map(), dropsDeprecated: false, parameters: new Map(), keys: new Map() };
}

/** A call of AWS as it came over the wire. */
export interface AwsCall {
  /** As IAM names it, such as `dynamodb:GetItem`. */
  readonly action: string;
  readonly body: string;
}

/** What goes back over the wire. */
export interface AwsAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** The prefixes of `X-Amz-Target`, and the services as IAM names them. */
const TARGETS: { readonly [prefix: string]: string } = {
  DynamoDB_20120810: 'dynamodb', secretsmanager: 'secretsmanager', AmazonSSM: 'ssm', TrentService: 'kms',
};

const XML = { 'content-type': 'text/xml' };
const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1' };

/** The call in a request; `target` is the header of AWS's JSON protocols, absent in the Query protocol. */
export function readCall(target: string | undefined, body: string): AwsCall {
  const [prefix, operation] = target?.split('.') ?? ['', new URLSearchParams(body).get('Action') ?? ''];
  const service = target === undefined ? 'cloudformation' : TARGETS[prefix];
  if (!service) {
    throw new UnknownToFake(`the service of ${target}`);
  }
  return { action: `${service}:${operation}`, body };
}

/** The services, over one state. */
export class FakeAws {
  /** What was asked of it that it does not know: it must stay empty, and what was driven may have swallowed the error. */
  public readonly unknown: string[] = [];
  private readonly services: { readonly [service: string]: { answer(operation: string, input: object): object } };
  private readonly cloudFormation: CloudFormation;

  /**
   * @param written is told of every item that was written
   * @param resources the resources of a stack, by its id or its name
   */
  constructor(
    public readonly state: AwsState,
    written: (table: string, item: Item) => void,
    resources: (stack: string) => readonly StackResourceSummary[] | undefined,
  ) {
    this.services = {
      dynamodb: new DynamoDb(state, written), secretsmanager: new SecretsManager(state), ssm: new ParameterStore(state), kms: new Kms(state),
    };
    this.cloudFormation = new CloudFormation(resources);
  }

  /** Carries out a call. */
  public answer({ action, body }: AwsCall): AwsAnswer {
    const [service, operation] = action.split(':');
    try {
      return service === 'cloudformation'
        ? { status: 200, headers: XML, body: this.cloudFormation.answer(new URLSearchParams(body)) }
        : { status: 200, headers: JSON_1_1, body: JSON.stringify(this.services[service].answer(operation, JSON.parse(body))) };
    } catch (error) {
      if (!(error instanceof AwsError)) {
        this.unknown.push(`${action}: ${(error as Error).message}`);
      }
      return errorAnswer(action, error instanceof AwsError ? error : new AwsError('UnknownOperationException', (error as Error).message));
    }
  }
}

/** An error as AWS answers it, in the protocol of the service. */
export function errorAnswer(action: string, { type, message, more }: AwsError, status = 400): AwsAnswer {
  if (action.startsWith('cloudformation:')) {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error><RequestId>0</RequestId></ErrorResponse>`;
    return { status, headers: XML, body };
  }
  const namespace = action.startsWith('dynamodb:') ? 'com.amazonaws.dynamodb.v20120810#' : '';
  const body = JSON.stringify({ __type: `${namespace}${type}`, message, ...more });
  return { status, headers: { ...JSON_1_1, 'x-amzn-errortype': type }, body };
}
