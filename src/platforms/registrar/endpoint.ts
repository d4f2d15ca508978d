import { quote } from '../../contract/rules';
import { domainOf, placeOf } from '../../lambda/cloudformation/response-url';
import { checked } from '../../resource/property-values';
import { checkEndpoint } from '../registrations';

/**
 * The endpoint at which an AWS service is emulated, from the environment variables of the AWS SDKs: the endpoint of that service, or else
 * the endpoint of all services.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * @param service the service as the variables write it, such as `IOT`
 */
export function emulatedEndpoint(service: string, environment: NodeJS.ProcessEnv): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}

/**
 * Checks that an AWS service is called in the function's own Region. A call carries its signature and the session token, and anyone who
 * may invoke the function could otherwise have them sent to any host.
 *
 * @param service the service as host names write it, such as `iot`
 * @param endpoint the declared origin
 * @param stackId the ID of the function's own stack, which names the partition and the Region
 */
export function ownEndpoint(service: string, endpoint: string, stackId: string | undefined): string {
  const own = endpointBeside(service, stackId);
  if (endpoint !== own) {
    throw new Error(`endpoint must be that of the function's own Region, ${own ?? 'which STACK_ID does not contain'}, got ${quote(endpoint)}`);
  }
  return endpoint;
}

/**
 * The endpoint of an AWS service in the partition of the function's own stack, or `undefined` if the stack's ID is not one.
 *
 * @param region the Region; if absent, that of the stack
 * @throws Error if the Region has not the form of one: whoever names it could otherwise choose the host that gets the signature
 */
export function endpointBeside(service: string, stackId: string | undefined, region?: string): string | undefined {
  if (region !== undefined && !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(region)) {
    throw new Error(`the Region must be one such as eu-central-1, got ${quote(region)}`);
  }
  const place = placeOf(stackId ?? '', 'cloudformation');
  return place && `https://${service}.${region ?? place.region}.${domainOf(place.partition)}`;
}

/** The origin of an API's URLs, from the property that holds the API's host. */
export function endpointProperty(value: unknown): string {
  return `https://${checked<string>(checkEndpoint, value)}`;
}
