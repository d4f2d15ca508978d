import { messageOf } from './cli-error';

/** What to do about an error of a service, by its name. */
export type WaysOut = { readonly [name: string]: string | undefined };

// The clients are part of the bundle, so their warning about the Node.js versions that later clients will need does not concern the user. Every
// module that makes a client imports this one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** The messages of the AWS SDK if it finds no Region, or no credentials. */
const NO_REGION = 'Region is missing';
const NO_CREDENTIALS = 'Could not load credentials from any providers';

/**
 * The message of an AWS client about a failure, with the way out if there is one.
 *
 * @param place the resource or the service that was called
 * @param waysOut what to do about errors of that service
 * @param givingRegion how the user can give the Region, besides AWS_REGION: clients take it from an ARN, but not from a bare name
 */
export function awsMessageOf(error: unknown, place: string, waysOut: WaysOut = {}, givingRegion = 'give its ARN'): string {
  const message = messageOf(error);
  if (message === NO_REGION) {
    return `no Region is configured in which to look for ${place}; ${givingRegion}, or set AWS_REGION`;
  }
  if (message === NO_CREDENTIALS) {
    return 'no credentials of AWS were found; set AWS_PROFILE, or sign in with `aws sso login`';
  }
  const wayOut = waysOut[(error as Error).name];
  return `${message}${wayOut ? `; ${wayOut}` : ''}`;
}
