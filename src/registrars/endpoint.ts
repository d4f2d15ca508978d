import { checkEndpoint } from '../contract/registrations';
import { checked } from '../handlers/property-values';

/** The host of an API in a property, as the origin of its URLs. */
export function endpointProperty(value: unknown): string {
  return `https://${checked<string>(checkEndpoint, value)}`;
}
