import { RemovalPolicy } from 'aws-cdk-lib';
import { AllowedMethods, CachePolicy, Distribution, S3OriginAccessControl, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { creationName } from './creation-name';
import { PublishRevocationOptions } from './publish-revocation-options';
import { acknowledge } from '../provider/nag';

/** Why findings about the bucket and the distribution do not apply, by the findings of cdk-nag. */
const IN_THE_BUCKET = {
  'AwsSolutions-S1': 'The bucket holds revocation lists, which are public; CloudFront can log who fetches them',
  'AwsSolutions-S10': 'CloudFront fetches a list from S3 as its viewer does, and validators fetch lists over HTTP; the lists are signed',
} as const;

const OF_THE_DISTRIBUTION = {
  'AwsSolutions-CFR1': 'Devices anywhere may need to check a certificate',
  'AwsSolutions-CFR2': 'Behind the distribution are public files and, if it is declared, an OCSP responder whose rate is limited',
  'AwsSolutions-CFR3': 'Which validators fetch lists is of no interest to the CA; the distribution can be given a log',
  'AwsSolutions-CFR4': 'Validators fetch lists over HTTP, because TLS would need a list again; the lists are signed',
} as const;

/**
 * A private bucket, from which CloudFront serves revocation lists over HTTP and HTTPS.
 *
 * The policy of the bucket must not require TLS: CloudFront speaks to S3 as the viewer speaks to CloudFront.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-s3-origin.html
 */
export function crlDistribution(
  scope: Construct, options: Pick<PublishRevocationOptions, 'domainName' | 'certificate' | 'encryptionKey'>, removalPolicy: RemovalPolicy,
): { readonly bucket: Bucket; readonly distribution: Distribution } {
  const { domainName, certificate, encryptionKey } = options;
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ...encryptionKey ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true } : { encryption: BucketEncryption.S3_MANAGED },
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY, // CloudFormation deletes only empty buckets
  });
  const distribution = new Distribution(scope, 'Distribution', {
    comment: 'Revocation lists of a CA for IoT devices',
    defaultBehavior: {
      origin: S3BucketOrigin.withOriginAccessControl(bucket, {
        originAccessControl: new S3OriginAccessControl(scope, 'Access', { originAccessControlName: creationName(scope, 'access') }),
      }),
      viewerProtocolPolicy: ViewerProtocolPolicy.ALLOW_ALL,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED, // what the lists' own headers allow
    },
    ...domainName === undefined ? {} : { domainNames: [domainName], certificate },
  });
  distribution.applyRemovalPolicy(removalPolicy);
  Object.entries(IN_THE_BUCKET).forEach(([id, reason]) => acknowledge(bucket, id, reason));
  Object.entries(OF_THE_DISTRIBUTION).forEach(([id, reason]) => acknowledge(distribution, id, reason));
  return { bucket, distribution };
}
