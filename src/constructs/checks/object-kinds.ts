import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IConstruct } from 'constructs';
import { having, insteadOfText, oneOf, orToken } from './kinds';
import { IotPlatform } from '../../platforms/iot-platform';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { PemSource } from '../certificates/pem-source';
import { SubjectRule } from '../certificates/subject-rule';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { KeyStorage } from '../keys/key-storage';
import { RevocationPublication } from '../revocation/revocation-publication';

/** The objects that several constructs take. */
export const CA = having<IPrivateIotCa>('a CA, such as new PrivateIotCa()', 'caId', '_chain');
export const HASH_ALGORITHM = orToken(oneOf('HashAlgorithm', HashAlgorithm));
export const KEY_ALGORITHM = having<KeyAlgorithm>('a KeyAlgorithm, such as KeyAlgorithm.EC_P256', 'name', '_render');
export const KEY_STORAGE = having<KeyStorage>('a KeyStorage, such as KeyStorage.secretsManager()', '_type', '_bind');
export const PEM_SOURCE = insteadOfText(having<PemSource>('a PemSource, such as PemSource.file()', '_secretId', '_rights'), {
  wayOut: 'for a string in PEM, use PemSource.inline(); for the path of a file, use PemSource.file()',
});
export const PLATFORM = having<IotPlatform>('an IotPlatform, such as IotPlatform.AWS_IOT_CORE', 'platformId', '_render');
export const SUBJECT_RULE = having<SubjectRule>('a SubjectRule, such as SubjectRule.exact()', '_for');

/** The objects of aws-cdk-lib and constructs. */
export const DURATION = having<Duration>('a Duration, such as Duration.days(30)', 'toDays', 'toSeconds', 'isUnresolved');
export const GRANTEE = having<IGrantable>('a principal that can be granted rights, such as a Role or a Function', 'grantPrincipal');
export const KEY = having<IKey>('an IKey of aws-kms, such as Key.fromKeyArn()', 'keyArn');
export const REMOVAL_POLICY = oneOf('RemovalPolicy', RemovalPolicy);
export const PUBLICATION = having<RevocationPublication>('the publication of a CA\'s lists, such as ca.publishRevocation()', 'completeListUrl', 'bucket');
export const ROLE = having<IRole>('an IRole of aws-iam, such as Role.fromRoleArn()', 'roleArn');
export const SCOPE = having<IConstruct>('a construct', 'node');
export const SECRET = insteadOfText(having<ISecret>('an ISecret of aws-secretsmanager, such as Secret.fromSecretNameV2()', 'secretArn'), {
  wayOut: 'store the value in AWS Secrets Manager, and refer to the secret by name with Secret.fromSecretNameV2(), '
    + 'or by ARN with Secret.fromSecretCompleteArn()',
  isSecret: true,
});
export const TOPIC = having<ITopic>('an ITopic of aws-sns, such as Topic.fromTopicArn()', 'topicArn');
