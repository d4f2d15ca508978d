import { messageOf } from './cli-error';

/** What to do about an error of a service, by its name. */
export type WaysOut = { readonly [name: string]: string | undefined };

/** What the AWS SDK says if it knows no Region, or nobody who asks. */
const NO_REGION = 'Region is missing';
const NO_CREDENTIALS = 'Could not load credentials from any providers';

/**
 * What an AWS client says about a failure, with the way out if it says none.
 *
 * @param place what was named: the client takes the Region from an ARN, but not from a bare name
 * @param waysOut what to do about errors of the service that was called
 */
export function awsMessageOf(error: unknown, place: string, waysOut: WaysOut = {}): string {
  const message = messageOf(error);
  if (message === NO_REGION) {
    return `no Region is configured in which to look for ${place}; give its ARN, or set AWS_REGION`;
  }
  if (message === NO_CREDENTIALS) {
    return 'no credentials of AWS were found; set AWS_PROFILE, or sign in with `aws sso login`';
  }
  const wayOut = waysOut[(error as Error).name];
  return `${message}${wayOut ? `; ${wayOut}` : ''}`;
}
