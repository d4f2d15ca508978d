import { quote } from '../../contract/rules';
import { domainOf, placeOf } from '../../lambda/cloudformation/response-url';
import { checked } from '../../resource/property-values';
import { checkEndpoint } from '../registrations';

/**
 * Where a service of AWS is emulated, as the AWS SDKs have it: the endpoint of that service, or the one of all services.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * @param service as it stands in variables, such as `IOT`
 */
export function emulatedEndpoint(service: string, environment: NodeJS.ProcessEnv): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}

/**
 * Checks that a service of AWS is called where the function itself is: what signs a call is sent along with the session's token,
 * and anyone who may invoke the function could have it sent anywhere.
 *
 * @param service as it stands in host names, such as `iot`
 * @param endpoint the origin that is declared
 * @param stackId the function's own stack, which says the partition and the Region
 */
export function ownEndpoint(service: string, endpoint: string, stackId: string | undefined): string {
  const place = placeOf(stackId ?? '', 'cloudformation');
  const own = place && `https://${service}.${place.region}.${domainOf(place.partition)}`;
  if (endpoint !== own) {
    throw new Error(`endpoint must be that of the function's own Region, ${own ?? 'which STACK_ID does not say'}, got ${quote(endpoint)}`);
  }
  return endpoint;
}

/** The host of an API in a property, as the origin of its URLs. */
export function endpointProperty(value: unknown): string {
  return `https://${checked<string>(checkEndpoint, value)}`;
}
