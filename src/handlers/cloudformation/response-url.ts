import { parseTime } from '../../contract/term';

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
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/**
 * Whether CloudFormation of this Region takes answers at a URL: an object of its bucket, whose name has the Region without
 * dashes, addressed as S3 buckets are, by host or by path, at the global, the regional, or the dual-stack endpoint.
 * Whoever may invoke the function could otherwise have it send requests to any host.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
 *
 * @param endpointUrl the endpoint at which all AWS services are emulated, if they are: then the only one
 */
export function isResponseUrl(text: string, { partition, region }: Place, endpointUrl: string | undefined): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password) {
    return false;
  }
  if (endpointUrl) {
    return ['http:', 'https:'].includes(url.protocol) && url.host === new URL(endpointUrl).host;
  }
  const domain = PARTITION_DOMAINS[partition];
  if (url.protocol !== 'https:' || url.port || !domain) {
    return false;
  }
  const bucket = `cloudformation-custom-resource-response-${region.replaceAll('-', '')}`;
  return ['s3', `s3.${region}`, `s3-${region}`, `s3.dualstack.${region}`]
    .map(endpoint => `${endpoint}.${domain}`)
    .some(host => url.host === `${bucket}.${host}` || (url.host === host && url.pathname.startsWith(`/${bucket}/`)));
}

/** `X-Amz-Date` of Signature Version 4: ISO 8601 without its separators. */
const SIGNED_AT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * When CloudFormation made a request: when it signed the URL for the answer. The older Version 2 says only in which second the
 * URL ends to count, which is as long after it for every request; so the times of one version tell which request came first.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
 *
 * @returns `undefined` where the URL says neither, or no time that there is
 */
export function signingTime(url: string): Date | undefined {
  const query = new URL(url).searchParams;
  const signedAt = query.get('X-Amz-Date');
  if (signedAt !== null) {
    return parseTime(signedAt.replace(SIGNED_AT, '$1-$2-$3T$4:$5:$6Z'));
  }
  const expires = query.get('Expires') ?? '';
  return /^\d{1,11}$/.test(expires) ? new Date(Number(expires) * 1000) : undefined;
}
