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

/** The objects that several constructs take. */
export const CA = having<IPrivateIotCa>('a CA, as in new PrivateIotCa()', 'caId', '_chain');
export const HASH_ALGORITHM = orToken(oneOf('HashAlgorithm', HashAlgorithm));
export const KEY_ALGORITHM = having<KeyAlgorithm>('a KeyAlgorithm, as in KeyAlgorithm.EC_P256', 'name', '_render');
export const KEY_STORAGE = having<KeyStorage>('a KeyStorage, as in KeyStorage.secretsManager()', '_type', '_bind');
export const PEM_SOURCE = insteadOfText(having<PemSource>('a PemSource, as in PemSource.file()', '_secretId', '_rights'), {
  wayOut: 'for a text in PEM, use PemSource.inline(); for the path of a file, use PemSource.file()',
});
export const PLATFORM = having<IotPlatform>('an IotPlatform, as in IotPlatform.AWS_IOT_CORE', 'platformId', '_render');
export const SUBJECT_RULE = having<SubjectRule>('a SubjectRule, as in SubjectRule.exact()', '_for');

/** The objects of aws-cdk-lib and constructs. */
export const DURATION = having<Duration>('a Duration, as in Duration.days(30)', 'toDays', 'toSeconds', 'isUnresolved');
export const GRANTEE = having<IGrantable>('a principal that can be granted rights, such as a Role or a Function', 'grantPrincipal');
export const KEY = having<IKey>('an IKey of aws-kms, as in Key.fromKeyArn()', 'keyArn');
export const REMOVAL_POLICY = oneOf('RemovalPolicy', RemovalPolicy);
export const ROLE = having<IRole>('an IRole of aws-iam, as in Role.fromRoleArn()', 'roleArn');
export const SCOPE = having<IConstruct>('a construct', 'node');
export const SECRET = insteadOfText(having<ISecret>('an ISecret of aws-secretsmanager, as in Secret.fromSecretNameV2()', 'secretArn'), {
  wayOut: 'store the value in AWS Secrets Manager, and refer to the secret by name with Secret.fromSecretNameV2(), '
    + 'or by ARN with Secret.fromSecretCompleteArn()',
  isSecret: true,
});
export const TOPIC = having<ITopic>('an ITopic of aws-sns, as in Topic.fromTopicArn()', 'topicArn');
