import { checkEndpoint } from '../contract/registrations';
import { checked } from '../handlers/property-values';

/**
 * Where a service of AWS is emulated, as the AWS SDKs have it: the endpoint of that service, or the one of all services.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * @param service as it stands in variables, such as `IOT`
 */
export function emulatedEndpoint(service: string, environment: NodeJS.ProcessEnv): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}

/** The host of an API in a property, as the origin of its URLs. */
export function endpointProperty(value: unknown): string {
  return `https://${checked<string>(checkEndpoint, value)}`;
}
