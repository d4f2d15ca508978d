import { AwsCalls } from '../../lambda/aws/aws-calls';
import { PROXIED_AGENT } from '../../lambda/aws/proxied-agent';

/** Passes the errors of AWS on as they are, since they are for the person whose credentials make the calls. */
export const PLAIN_CALLS: Pick<AwsCalls, 'make'> = {
  make: (_action, _resource, send) => send({ abortSignal: new AbortController().signal }),
};

/** The options of the clients that make such calls: they have everything from the configuration of that person, and the proxy from Node.js. */
export const PLAIN_CLIENT = PROXIED_AGENT.httpsAgent ? { requestHandler: PROXIED_AGENT } : {};
