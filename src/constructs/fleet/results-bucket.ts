import { RemovalPolicy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../provider/nag';

/**
 * The bucket of the results of a fleet. It is private, encrypted by KMS, and versioned, so that no archive of keys is lost by accident. Requests without TLS are
 * refused.
 */
export function resultsBucket(scope: Construct, encryptionKey: IKey | undefined, removalPolicy: RemovalPolicy): Bucket {
  const bucket = new Bucket(scope, 'Results', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.KMS_MANAGED,
    encryptionKey,
    bucketKeyEnabled: true,
    enforceSSL: true,
    versioned: true,
    removalPolicy,
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY, // CloudFormation deletes only empty buckets
  });
  acknowledge(bucket, 'AwsSolutions-S1', 'Only the functions of the fleet write the results; who reads them is recorded by the trail of the account, if it has data events');
  return bucket;
}
