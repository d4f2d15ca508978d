import { FunctionEnvironment } from './environment';
import { isResponseUrl, placeOf, requestTime } from './response-url';
import { isMap, JsonMap } from '../../contract/json-map';
import { quote } from '../../contract/rules';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { idFrom } from '../../resource/physical-id';
import { record } from '../../resource/property-values';
import { RequestIds } from '../../resource/response-size';

/** Where a request is answered, and what an answer repeats: those of its ids that can be repeated. */
export interface Addressee extends Partial<RequestIds> {
  /** A presigned URL: anyone who knows it can answer in this function's name. */
  readonly responseUrl: string;
  /** What a refusal answers: the id that the resource has, or a made-up one that stays the same. */
  readonly physicalResourceId: string;
}

const REQUEST_TYPES = ['Create', 'Update', 'Delete'] as const;

/**
 * How long the texts of a request are at most, in bytes of the answer that repeats them: more than CloudFormation ever sends,
 * and so little that an answer of 4,096 bytes has room for all of them and a reason. Of a physical id, 1 kB is CloudFormation's own limit.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
const MAX_BYTES = { StackId: 512, RequestId: 128, LogicalResourceId: 255, ResourceType: 255, PhysicalResourceId: 1024 } as const;

/**
 * Who is answered, whatever else is wrong with a request: CloudFormation, which takes answers only in its own bucket.
 *
 * @param functionArn the function's own ARN, which says where that bucket is
 * @throws Error if nothing may be sent there: the event is not CloudFormation's
 */
export function addresseeOf(raw: unknown, functionArn: string, { endpointUrl }: FunctionEnvironment): Addressee {
  if (!isMap(raw)) {
    throw new Error('the event is no request of CloudFormation');
  }
  const responseUrl = raw.ResponseURL;
  if (typeof responseUrl !== 'string' || !isResponseUrl(responseUrl, functionArn, endpointUrl)) {
    throw new Error(`ResponseURL must be ${endpointUrl === undefined ? 'in the bucket of CloudFormation for the function\'s own Region'
      : 'at the host of AWS_ENDPOINT_URL, where AWS is emulated'}`); // the URL is not shown
  }
  const [stackId, requestId, logicalResourceId] = (['StackId', 'RequestId', 'LogicalResourceId'] as const).map(name => textIn(raw, name));
  const given = raw.RequestType === 'Create' ? undefined : textIn(raw, 'PhysicalResourceId');
  return { responseUrl, stackId, requestId, logicalResourceId, physicalResourceId: given ?? inventedId({ stackId, logicalResourceId }) };
}

/**
 * Reads a request, and checks that it is one for this function: of its own stack, and whole.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 *
 * @throws Error that says what is wrong; nothing is to be done then, and CloudFormation is to be told
 */
export function parseRequest(raw: unknown, addressee: Addressee, environment: FunctionEnvironment): LifecycleEvent {
  const event = raw as JsonMap;
  assertOwnStack(event.StackId, environment.stackId);
  const requestType = REQUEST_TYPES.find(type => type === event.RequestType);
  if (!requestType) {
    throw new Error(`RequestType must be one of ${REQUEST_TYPES.join(', ')}, got ${quote(event.RequestType)}`);
  }
  return {
    requestType,
    requestId: required(event, 'RequestId'),
    stackId: required(event, 'StackId'),
    logicalResourceId: required(event, 'LogicalResourceId'),
    resourceType: required(event, 'ResourceType'),
    physicalResourceId: requestType === 'Create' ? undefined : required(event, 'PhysicalResourceId'),
    properties: record('ResourceProperties', event.ResourceProperties),
    oldProperties: requestType === 'Update' && event.OldResourceProperties !== undefined
      ? record('OldResourceProperties', event.OldResourceProperties) : undefined,
    ...requestTime(addressee.responseUrl, new Date()),
  };
}

/** The physical id of what was never made: the same for every request of a resource. */
export function inventedId({ stackId = '', logicalResourceId = '' }: Partial<RequestIds>): string {
  return idFrom('invalid', `${stackId}|${logicalResourceId}`);
}

/**
 * Whoever may invoke the function could otherwise have it work for a stack of their own. Its account and Region are not
 * enough: the function's keys are those of one stack.
 */
function assertOwnStack(stackId: unknown, own: string | undefined): void {
  if (own === undefined || !placeOf(own, 'cloudformation')) {
    throw new Error(`the environment variable STACK_ID of the function must be the id of its own stack (AWS::StackId), got ${
      own === undefined ? 'none' : quote(own)}; set it, or deploy the stack again with the present version of this library`);
  }
  if (stackId !== own) {
    throw new Error(`StackId must be that of the stack which the function is part of, got ${typeof stackId === 'string' ? quote(stackId) : 'no text'}; `
      + 'declare the resource in that stack, or use the function of its own');
  }
}

function required(event: JsonMap, name: keyof typeof MAX_BYTES): string {
  const value = textIn(event, name);
  if (value === undefined) {
    throw new Error(`${name} must be a string of 1 to ${MAX_BYTES[name]} bytes, got another value (not shown)`);
  }
  return value;
}

/** A text that an answer can repeat. */
function textIn(event: JsonMap, name: keyof typeof MAX_BYTES): string | undefined {
  const value = event[name];
  return typeof value === 'string' && value !== '' && Buffer.byteLength(JSON.stringify(value)) - 2 <= MAX_BYTES[name] ? value : undefined;
}
