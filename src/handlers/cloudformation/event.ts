import { quote } from '../../contract/rules';
import { LifecycleEvent } from '../lifecycle-event';
import { record } from '../property-values';
import { isResponseUrl, Place, signingTime } from './response-url';

/** A request of CloudFormation that is meant for this function. */
export interface CloudFormationEvent extends LifecycleEvent {
  /** A presigned URL: whoever knows it can answer in this function's name. */
  readonly responseUrl: string;
}

const REQUEST_TYPES = ['Create', 'Update', 'Delete'] as const;

/**
 * Reads a request and checks that CloudFormation can have made it for this function: a stack of its own account and
 * Region, answered to CloudFormation's own bucket there.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 *
 * @param functionArn the function's own ARN
 * @param endpointUrl the endpoint at which all AWS services are emulated, if they are
 * @throws Error that says what is wrong; such a request is not to be answered
 */
export function parseEvent(raw: unknown, functionArn: string, endpointUrl?: string): CloudFormationEvent {
  if (typeof raw !== 'object' || raw === null) {
    throw new Error('the event is no request of CloudFormation');
  }
  const event = raw as { readonly [name: string]: unknown };
  const own = placeOf(functionArn, 'lambda');
  const stackId = text(event, 'StackId');
  const stack = placeOf(stackId, 'cloudformation');
  if (!own || !stack || Object.entries(own).some(([name, value]) => stack[name as keyof Place] !== value)) {
    throw new Error(`StackId must be of the function's own partition, account and Region, got ${quote(stackId)}`);
  }
  const responseUrl = text(event, 'ResponseURL');
  if (!isResponseUrl(responseUrl, own, endpointUrl)) {
    throw new Error('ResponseURL must be in the bucket of CloudFormation for the function\'s own Region'); // the URL is not shown
  }
  const requestType = REQUEST_TYPES.find(type => type === event.RequestType);
  if (!requestType) {
    throw new Error(`RequestType must be one of ${REQUEST_TYPES.join(', ')}, got ${quote(event.RequestType)}`);
  }
  return {
    requestType,
    requestId: text(event, 'RequestId'),
    stackId,
    logicalResourceId: text(event, 'LogicalResourceId'),
    resourceType: text(event, 'ResourceType'),
    physicalResourceId: requestType === 'Create' ? undefined : text(event, 'PhysicalResourceId'),
    properties: record('ResourceProperties', event.ResourceProperties),
    oldProperties: requestType === 'Update' && event.OldResourceProperties !== undefined
      ? record('OldResourceProperties', event.OldResourceProperties) : undefined,
    requestedAt: signingTime(responseUrl),
    responseUrl,
  };
}

function text(event: { readonly [name: string]: unknown }, name: string): string {
  const value = event[name];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`${name} must be a string that is not empty`);
  }
  return value;
}

function placeOf(arn: string, service: string): Place | undefined {
  const [, partition, region, account] = new RegExp(`^arn:([\\w-]+):${service}:([\\w-]+):(\\d{12}):(?:stack/|function:).`).exec(arn) ?? [];
  return partition === undefined ? undefined : { partition, region, account };
}
