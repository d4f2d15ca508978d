/** The proxy does not lead to a host: it refuses, or can't reach the host itself. https://nodejs.org/api/errors.html#err_proxy_tunnel */
export const PROXY_REFUSES = 'ERR_PROXY_TUNNEL';

/**
 * Faults on the way to AWS and back, by their names in Node.js and in the AWS SDK's HTTP handler: connections that fail or break, names
 * that can't be resolved, and responses that are truncated, so that their JSON or XML is invalid.
 * https://nodejs.org/api/errors.html and https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const FAULTS: readonly string[] = [
  'ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETRESET', 'ENETUNREACH', 'ENOTFOUND', 'EPIPE',
  'EPROTO', PROXY_REFUSES, 'ERR_STREAM_PREMATURE_CLOSE', 'ETIMEDOUT', 'SyntaxError', 'TimeoutError',
];

/** A fault of the response, and not of the connection: the response is not from AWS, or is truncated. */
export const UNREADABLE_ANSWER = 'SyntaxError';

/** Whether the name of an error is that of a network fault, which is temporary. */
export function isFaultOfNetwork(name: string): boolean {
  return FAULTS.includes(name);
}

/** What to do about a network fault that persists, or `undefined` for any other error. */
export function adviceOnNetwork(name: string): string | undefined {
  if (!isFaultOfNetwork(name)) {
    return undefined;
  }
  if (name === PROXY_REFUSES) {
    return 'the proxy of the function does not lead to this service; have it allow the host, or put the host into noProxy and give the VPC an endpoint, and deploy again';
  }
  const what = name === UNREADABLE_ANSWER ? 'the response is not from AWS, or is cut off' : 'AWS can\'t be reached';
  return `${what}; check the network of the function (its VPC, endpoints and proxies, and AWS_ENDPOINT_URL) and deploy again`;
}
