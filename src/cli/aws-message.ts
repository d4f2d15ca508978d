import { messageOf } from './cli-error';

/** What the AWS SDK says if it knows no Region. */
const NO_REGION = 'Region is missing';

/**
 * What an AWS client says about a failure, with the way out if it says none.
 *
 * @param place what was named: the client takes the Region from an ARN, but not from a bare name
 */
export function awsMessageOf(error: unknown, place: string): string {
  const message = messageOf(error);
  return message === NO_REGION ? `no Region is configured in which to look for ${place}; give its ARN, or set AWS_REGION` : message;
}
