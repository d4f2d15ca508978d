import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { FLAG, having, Kinds, NUMBER, optional, TEXT } from '../checks/kinds';
import { CA, DURATION, KEY, REMOVAL_POLICY } from '../checks/object-kinds';

/**
 * How the revocation lists of a CA are published.
 */
export interface PublishRevocationOptions {
  /**
   * How long a list is valid, from 1 to 365 whole days. A new list is made after every revocation and, without one, after half of that time.
   * A validator that has a list may use it until it expires, so a shorter validity makes revocations reach it sooner, and leaves less time
   * to notice that no new list is made.
   *
   * @default Duration.days(7)
   */
  readonly validity?: Duration;

  /**
   * The number of lists among which certificates are spread, from 1 to 256. Each certificate names the list on which it would be. A revoked
   * certificate takes about 50 bytes of its list. After a change, the lists that earlier certificates name are still made.
   *
   * @default 1
   */
  readonly partitions?: number;

  /**
   * A domain name for the lists, such as `pki.acme.example`. Create a DNS record for it that points to the `distribution`. Certificates
   * name their list for as long as they are valid; with a domain of your own, the lists can move.
   *
   * @default - the domain name of the CloudFront distribution
   */
  readonly domainName?: string;

  /**
   * The certificate of the domain in AWS Certificate Manager, in the Region us-east-1. CloudFront requires it, although validators fetch
   * lists over HTTP.
   *
   * @default - none: required with `domainName`
   */
  readonly certificate?: ICertificate;

  /**
   * Your own bucket for the lists, which you serve at `url`. The files are below a folder with the `caId`.
   *
   * @default - a new private bucket behind a CloudFront distribution
   */
  readonly bucket?: IBucket;

  /**
   * The URL at which you serve the `bucket`, with `http://` and without a slash at its end.
   *
   * @default - none: required with `bucket`
   */
  readonly url?: string;

  /**
   * Whether an OCSP responder (RFC 6960) answers for the CA too, by HTTP and HTTPS through the distribution. Certificates that are issued
   * from then on name it, so validators may choose. An answer is valid for an hour, and the responder's own certificate is renewed automatically.
   *
   * @default false
   */
  readonly ocsp?: boolean;

  /**
   * The KMS key that encrypts the new bucket. The lists are public; an organization may require a key of its own all the same.
   *
   * @default - the bucket is encrypted with a key of Amazon S3
   */
  readonly encryptionKey?: IKey;

  /**
   * The ARN of the stream of the ledger, for a CA that `fromKeptCa` returns: the stream tells the function of revocations. Find it with
   * `aws dynamodb describe-table --table-name … --query Table.LatestStreamArn`. The stream must have at least the keys.
   *
   * @default - the stream of the ledger in this stack
   */
  readonly ledgerStreamArn?: string;

  /**
   * What happens to the new bucket and the distribution when the CA leaves the stack. As long as they exist, validators can fetch the last
   * lists until these expire.
   *
   * @default RemovalPolicy.RETAIN, also if the first deployment fails, because CloudFormation deletes only empty buckets
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Properties of the published revocation lists of a CA.
 */
export interface RevocationPublicationProps extends PublishRevocationOptions {
  /** The CA, in the stack that declares it. */
  readonly ca: IPrivateIotCa;
}

export const PUBLISH_REVOCATION_KINDS: Kinds<PublishRevocationOptions> = {
  validity: optional(DURATION),
  partitions: optional(NUMBER),
  domainName: optional(TEXT),
  certificate: optional(having<ICertificate>('an ICertificate of aws-certificatemanager, such as Certificate.fromCertificateArn()', 'certificateArn')),
  bucket: optional(having<IBucket>('an IBucket of aws-s3, such as Bucket.fromBucketName()', 'bucketName', 'bucketArn')),
  url: optional(TEXT),
  ocsp: optional(FLAG),
  encryptionKey: optional(KEY),
  ledgerStreamArn: optional(TEXT),
  removalPolicy: optional(REMOVAL_POLICY),
};

export const REVOCATION_PUBLICATION_KINDS: Kinds<RevocationPublicationProps> = { ...PUBLISH_REVOCATION_KINDS, ca: CA };
