/**
 * Faults on the way to AWS and back, by the names of Node.js and of the AWS SDK's HTTP handler: connections that fail or break,
 * names that are not resolved, and answers that are cut off, so that their JSON or XML is none.
 * https://nodejs.org/api/errors.html and https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
const FAULTS: readonly string[] = [
  'ECONNABORTED', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN', 'ENETRESET', 'ENETUNREACH', 'ENOTFOUND', 'EPIPE',
  'EPROTO', 'ERR_STREAM_PREMATURE_CLOSE', 'ETIMEDOUT', 'SyntaxError', 'TimeoutError',
];

/** What is wrong with what answers, and not with the connection: it is no answer of AWS, or only the beginning of one. */
export const UNREADABLE_ANSWER = 'SyntaxError';

/** Whether the name of an error is that of a fault of the network, which passes. */
export function isFaultOfNetwork(name: string): boolean {
  return FAULTS.includes(name);
}

/** What to do about such a fault that has not passed; nothing where it is none. */
export function adviceOnNetwork(name: string): string | undefined {
  if (!isFaultOfNetwork(name)) {
    return undefined;
  }
  const what = name === UNREADABLE_ANSWER ? 'what answers is not AWS, or is cut off' : 'AWS is not reached';
  return `${what}; look at the network of the function (its VPC, endpoints and proxies, and AWS_ENDPOINT_URL) and deploy again`;
}
