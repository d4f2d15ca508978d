import { FunctionEnvironment } from './environment';
import { isResponseUrl, placeOf, requestTime } from './response-url';
import { isMap, JsonMap } from '../../contract/json-map';
import { quote } from '../../contract/rules';
import { LifecycleEvent } from '../../resource/lifecycle-event';
import { idFrom } from '../../resource/physical-id';
import { record } from '../../resource/property-values';
import { RequestIds } from '../../resource/response-size';

/** Where a request is answered, and the ids of the request that a response can repeat. */
export interface Addressee extends Partial<RequestIds> {
  /** A presigned URL: anyone who knows it can respond in this function's name. */
  readonly responseUrl: string;
  /** The physical id in the response to a refused request: the id of the resource, or an invented id that stays the same. */
  readonly physicalResourceId: string;
}

const REQUEST_TYPES = ['Create', 'Update', 'Delete'] as const;

/**
 * The maximum length of the texts in a request, in bytes of the response that repeats them. These limits exceed anything that
 * CloudFormation sends, and leave room in a response of 4,096 bytes for all of these texts and a reason. For a physical id, 1 kB is
 * CloudFormation's own limit.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
const MAX_BYTES = { StackId: 512, RequestId: 128, LogicalResourceId: 255, ResourceType: 255, PhysicalResourceId: 1024 } as const;

/**
 * The recipient of the response, whatever else is wrong with a request: CloudFormation, which accepts responses only in its own bucket.
 *
 * @param functionArn the function's own ARN, which determines where that bucket is
 * @throws Error if nothing may be sent to the URL, because the event is not from CloudFormation
 */
export function addresseeOf(raw: unknown, functionArn: string, { endpointUrl }: FunctionEnvironment): Addressee {
  if (!isMap(raw)) {
    throw new Error('the event is not a CloudFormation request');
  }
  const responseUrl = raw.ResponseURL;
  if (typeof responseUrl !== 'string' || !isResponseUrl(responseUrl, functionArn, endpointUrl)) {
    throw new Error(`ResponseURL must be ${endpointUrl === undefined ? 'in CloudFormation\'s bucket for the function\'s own Region'
      : 'at the host of AWS_ENDPOINT_URL, because AWS is emulated'}`); // the URL is not shown
  }
  const [stackId, requestId, logicalResourceId] = (['StackId', 'RequestId', 'LogicalResourceId'] as const).map(name => textIn(raw, name));
  const given = raw.RequestType === 'Create' ? undefined : textIn(raw, 'PhysicalResourceId');
  return { responseUrl, stackId, requestId, logicalResourceId, physicalResourceId: given ?? inventedId({ stackId, logicalResourceId }) };
}

/**
 * Reads a request, and checks that it is complete and comes from the function's own stack.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 *
 * @throws Error that says what is wrong; the caller must then do nothing but tell CloudFormation
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

/** The physical id of a resource that was never made: the same for every request for the resource. */
export function inventedId({ stackId = '', logicalResourceId = '' }: Partial<RequestIds>): string {
  return idFrom('invalid', `${stackId}|${logicalResourceId}`);
}

/**
 * Checks that a request is from the function's own stack. Otherwise, anyone who may invoke the function could have it work for a stack of
 * their own. A check of the account and Region is not enough: the function's keys belong to one stack.
 */
function assertOwnStack(stackId: unknown, own: string | undefined): void {
  if (own === undefined || !placeOf(own, 'cloudformation')) {
    throw new Error(`the environment variable STACK_ID of the function must be the id of its own stack (AWS::StackId), got ${
      own === undefined ? 'none' : quote(own)}; set it, or deploy the stack again with the current version of this library`);
  }
  if (stackId !== own) {
    throw new Error('StackId must be the id of the stack that the function belongs to, '
      + `got ${typeof stackId === 'string' ? quote(stackId) : 'no text'}; `
      + 'declare the resource in that stack, or use the function of the resource\'s own stack');
  }
}

function required(event: JsonMap, name: keyof typeof MAX_BYTES): string {
  const value = textIn(event, name);
  if (value === undefined) {
    throw new Error(`${name} must be a string of 1 to ${MAX_BYTES[name]} bytes, got another value (not shown)`);
  }
  return value;
}

/** A text that a response can repeat. */
function textIn(event: JsonMap, name: keyof typeof MAX_BYTES): string | undefined {
  const value = event[name];
  return typeof value === 'string' && value !== '' && Buffer.byteLength(JSON.stringify(value)) - 2 <= MAX_BYTES[name] ? value : undefined;
}
