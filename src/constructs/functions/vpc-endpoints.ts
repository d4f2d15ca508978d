/** What a function calls that has no endpoint in a VPC. */
export const INTERNET = 'internet';

/**
 * The endpoint for each service that functions call, by the prefix of its actions. Those that are not listed are used by Lambda for the
 * function, outside of the VPC: logs, queues and network interfaces.
 *
 * AWS IoT Core has endpoints for its data plane alone, and the functions call its control plane.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 * https://docs.aws.amazon.com/iot/latest/developerguide/IoTCore-VPC.html
 */
const ENDPOINTS: { readonly [prefix: string]: string } = {
  cloudformation: 'cloudformation',
  dynamodb: 'dynamodb',
  elasticloadbalancing: 'elasticloadbalancing',
  events: 'events',
  iot: INTERNET,
  kms: 'kms',
  lambda: 'lambda',
  rolesanywhere: 'rolesanywhere',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  ssm: 'ssm',
  states: 'states',
};

/** The services whose endpoints are gateways, which cost nothing. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
export const GATEWAYS: readonly string[] = ['dynamodb', 's3'];

/** The actions with which Lambda reads the stream of a ledger for a function. */
const OF_STREAMS: readonly string[] = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];

/** The name of the endpoint through which a function calls an action. */
export function endpointFor(action: string): string | undefined {
  const [prefix, name] = action.split(':');
  return OF_STREAMS.includes(name!) ? undefined : ENDPOINTS[prefix!];
}
