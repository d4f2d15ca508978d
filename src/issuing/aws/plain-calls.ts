import { AwsCalls } from '../../lambda/aws/aws-calls';

/** Passes the errors of AWS on as they are, since they are for the person whose credentials make the calls. */
export const PLAIN_CALLS: Pick<AwsCalls, 'make'> = {
  make: (_action, _resource, send) => send({ abortSignal: new AbortController().signal }),
};
