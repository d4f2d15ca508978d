import { quote } from '../../contract/rules';
import { parseTime } from '../../contract/term';
import { RequestTime } from '../../resource/lifecycle-event';
import { entryOf } from '../outside-text';

/** The domain of AWS's services in each partition, as the AWS SDKs' endpoint rules (partitions.json) have it. */
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

/** Where the function runs, or a stack belongs. */
interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** The domain of AWS's services in a partition; none of one that is not known. */
export function domainOf(partition: string): string | undefined {
  return entryOf(PARTITION_DOMAINS, partition);
}

/** The place in the ARN of a function or a stack; none in what is no such ARN. */
export function placeOf(arn: string, service: 'lambda' | 'cloudformation'): Place | undefined {
  const [, partition, of, region, account] = /^arn:([\w-]{1,32}):(lambda|cloudformation):([\w-]{1,32}):(\d{12}):(?:stack\/|function:)./.exec(arn) ?? [];
  return of === service ? { partition, region, account } : undefined;
}

/**
 * Whether CloudFormation of the function's Region takes answers at a URL: an object of its bucket, whose name has the Region
 * without dashes, addressed as S3 buckets are, by host or by path, at the global, the regional, or the dual-stack endpoint.
 * Whoever may invoke the function could otherwise have it send requests to any host.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
 *
 * @param endpointUrl the endpoint at which all AWS services are emulated, if they are: then the only one
 * @throws Error where the function does not know where it is, which says nothing of the URL
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
    throw new Error(`the function must be invoked by the ARN of a Lambda function, which says where CloudFormation takes answers, got ${quote(functionArn)}; `
      + 'where AWS is emulated, set AWS_ENDPOINT_URL');
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

/** The names of the machine itself. https://datatracker.ietf.org/doc/html/rfc6761#section-6.3 */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Host and port; the machine itself has one name. */
function hostOf({ hostname, port }: URL): string {
  return `${LOOPBACK.includes(hostname) ? 'localhost' : hostname}:${port}`;
}

/** `X-Amz-Date` of Signature Version 4: ISO 8601 without its separators. */
const SIGNED_AT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * When CloudFormation made a request: when it signed the URL for the answer. The older Version 2 only says in which second the
 * URL expires.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
 *
 * @param now the present: a request from the future would be later than all that are yet to come
 * @returns no time where the URL says neither, or none that can be
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

/** S3 takes no signature that is further ahead of its clock; milliseconds. */
const CLOCK_SKEW = 15 * 60_000;

/**
 * How long CloudFormation's URLs count, by those that it signs in Version 4 (`X-Amz-Expires=7200`), in milliseconds. Were one to count
 * longer, its requests would have no time.
 */
const EXPIRY = 2 * 60 * 60_000;

function timeOfSeconds(text: string | null): Date | undefined {
  return text !== null && /^\d{1,11}$/.test(text) ? new Date(Number(text) * 1000) : undefined;
}
