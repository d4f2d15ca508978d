import { quote } from '../../contract/rules';
import { parseTime } from '../../contract/term';
import { RequestTime } from '../../resource/lifecycle-event';
import { entryOf } from '../outside-text';

/** The domain of the AWS services in each partition, from the endpoint rules of the AWS SDKs (partitions.json). */
const PARTITION_DOMAINS: { readonly [partition: string]: string } = {
  'aws': 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
  'aws-us-gov': 'amazonaws.com',
};

/** The place where a function runs, or to which a stack belongs. */
interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** The domain of the AWS services in a partition, or `undefined` for an unknown partition. */
export function domainOf(partition: string): string | undefined {
  return entryOf(PARTITION_DOMAINS, partition);
}

/** The place in the ARN of a function or a stack, or `undefined` for any other text. */
export function placeOf(arn: string, service: 'lambda' | 'cloudformation'): Place | undefined {
  const [, partition, of, region, account] = /^arn:([\w-]{1,32}):(lambda|cloudformation):([\w-]{1,32}):(\d{12}):(?:stack\/|function:)./.exec(arn) ?? [];
  return of === service ? { partition, region, account } : undefined;
}

/**
 * Whether CloudFormation in the function's Region accepts responses at a URL. The URL must be that of an object in CloudFormation's bucket,
 * whose name contains the Region without dashes. As for any S3 bucket, the URL has the bucket in the host or in the path, at the global,
 * the regional or the dual-stack endpoint. Otherwise, anyone who may invoke the function could have it send requests to any host.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
 *
 * @param endpointUrl the endpoint at which all AWS services are emulated, if AWS is emulated; no other endpoint is then allowed
 * @throws Error if the function does not know its own place, which says nothing about the URL
 */
export function isResponseUrl(text: string, functionArn: string, endpointUrl: string | undefined): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password) {
    return false;
  }
  return endpointUrl === undefined ? isInBucket(url, functionArn) : isAtEndpoint(url, endpointUrl);
}

function isInBucket(url: URL, functionArn: string): boolean {
  const own = placeOf(functionArn, 'lambda');
  if (!own) {
    throw new Error('the function must be invoked with the ARN of a Lambda function, which determines where CloudFormation accepts responses, '
      + `got ${quote(functionArn)}; if AWS is emulated, set AWS_ENDPOINT_URL`);
  }
  const domain = domainOf(own.partition);
  if (url.protocol !== 'https:' || url.port || !domain) {
    return false;
  }
  const bucket = `cloudformation-custom-resource-response-${own.region.replaceAll('-', '')}`;
  return ['s3', `s3.${own.region}`, `s3-${own.region}`, `s3.dualstack.${own.region}`]
    .map(endpoint => `${endpoint}.${domain}`)
    .some(host => url.host === `${bucket}.${host}` || (url.host === host && url.pathname.startsWith(`/${bucket}/`)));
}

function isAtEndpoint(url: URL, endpointUrl: string): boolean {
  if (!URL.canParse(endpointUrl)) {
    throw new Error(`the environment variable AWS_ENDPOINT_URL of the function must be a URL, got ${quote(endpointUrl)}`);
  }
  return ['http:', 'https:'].includes(url.protocol) && hostOf(url) === hostOf(new URL(endpointUrl));
}

/** The names of the local machine. https://datatracker.ietf.org/doc/html/rfc6761#section-6.3 */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** The host and port of a URL, with a single name for the local machine. */
function hostOf({ hostname, port }: URL): string {
  return `${LOOPBACK.includes(hostname) ? 'localhost' : hostname}:${port}`;
}

/** `X-Amz-Date` of Signature Version 4: ISO 8601 without its separators. */
const SIGNED_AT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * When CloudFormation made a request, which is when it signed the URL for the response. The older Signature Version 2 states only the
 * second in which the URL expires.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
 *
 * @param now the current time: a request from the future would be later than all requests that are yet to come
 * @returns no time if the URL states neither, or an impossible time
 */
export function requestTime(url: string, now: Date): RequestTime {
  const query = new URL(url).searchParams;
  const signedAt = query.get('X-Amz-Date');
  return signedAt === null
    ? { expiresAt: notAfter(now.getTime() + EXPIRY + CLOCK_SKEW, timeOfSeconds(query.get('Expires'))) }
    : { requestedAt: notAfter(now.getTime() + CLOCK_SKEW, parseTime(signedAt.replace(SIGNED_AT, '$1-$2-$3T$4:$5:$6Z'))) };
}

function notAfter(latest: number, time: Date | undefined): Date | undefined {
  return time && time.getTime() <= latest ? time : undefined;
}

/** S3 rejects a signature that is further ahead of its clock; in milliseconds. */
const CLOCK_SKEW = 15 * 60_000;

/**
 * How long CloudFormation's URLs are valid, in milliseconds, judging by those that it signs with Version 4 (`X-Amz-Expires=7200`). If a URL
 * were valid for longer, its request would have no time.
 */
const EXPIRY = 2 * 60 * 60_000;

function timeOfSeconds(text: string | null): Date | undefined {
  return text !== null && /^\d{1,11}$/.test(text) ? new Date(Number(text) * 1000) : undefined;
}
