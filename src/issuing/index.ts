import { randomBytes } from 'node:crypto';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDbLedger } from './aws/dynamodb-ledger';
import { KmsSigners } from './aws/kms-signers';
import { ParameterVersions } from './aws/parameter-versions';
import { SecretsManagerVersions } from './aws/secrets-manager-versions';
import { StackResources } from './aws/stack-resources';
import { handleLifecycleEvent } from './lifecycle';
import { Ports } from './ports';
import { AwsCalls } from '../lambda/aws/aws-calls';
import { byRegion, regionIn } from '../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../lambda/aws/client-options';
import { SecretValues } from '../lambda/aws/secret-values';
import { functionEnvironment } from '../lambda/cloudformation/environment';
import { handleCloudFormationEvent, InvocationContext, Work } from '../lambda/cloudformation/handle-event';
import { generateKeyPair } from '../pki/keys';

/**
 * The entry of the Lambda function: the one place that knows the environment. The clients are made once a process and
 * take Region, credentials and endpoint (AWS_ENDPOINT_URL) from it by themselves. A resource can be in another Region than the
 * function; its ARN says in which.
 */
const dynamoDb = byRegion(region => new DynamoDBClient({ ...CLIENT_OPTIONS, region }));
const secretsManager = byRegion(region => new SecretsManagerClient({ ...CLIENT_OPTIONS, region }));
const cloudFormation = byRegion(region => new CloudFormationClient({ ...CLIENT_OPTIONS, region }));
const kms = byRegion(region => new KMSClient({ ...CLIENT_OPTIONS, region }));

/**
 * An account puts up to 3 parameters a second, all its functions together: the client holds back by itself once it is told
 * to, and tries for as long as the signal lets it. https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const ssm = byRegion(region => new SSMClient({
  ...CLIENT_OPTIONS, region, maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 100), retryMode: 'adaptive',
}));

/** What DynamoDB says of a table that is gone, that is none of ours to read, or that has other keys. */
const NO_LEDGER = ['ResourceNotFoundException', 'AccessDeniedException', 'ValidationException'];

/** The CAs that the template of the stack declares now: CloudFormation tells what it has, and not what it is about to lose. */
const declaredCas = (process.env.CERTIFICATE_AUTHORITIES ?? '').split(',').filter(logicalId => logicalId !== '');

/** The share of its time that the function waits for a right to come: a minute of five. */
const PATIENCE_SHARE = 5;

/** Answers CloudFormation itself, by the URL in the event; what it returns is not looked at. */
export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const patience = context.getRemainingTimeInMillis() / PATIENCE_SHARE;
  const work: Work = (request, signal) => handleLifecycleEvent(request, ports(signal, patience));
  await handleCloudFormationEvent(event, context, work, functionEnvironment(process.env));
}

/** The ports of one invocation, all of whose calls `signal` ends. */
function ports(signal: AbortSignal, patience: number): Ports {
  const calls = new AwsCalls(signal, patience);
  const ownRegion = process.env.AWS_REGION!;
  const values = new SecretValues(secretsManager, calls, ownRegion);
  const signers = new KmsSigners(kms, calls);
  return {
    ledger: table => new DynamoDbLedger(dynamoDb(regionIn(table) ?? ownRegion), calls, table),
    anyTable: table => new DynamoDbLedger(dynamoDb(ownRegion), new AwsCalls(signal, 0), table, NO_LEDGER),
    stack: async stackId => ({ resources: await new StackResources(cloudFormation(ownRegion), calls).list(stackId), declaredCas }),
    secrets: new SecretsManagerVersions(secretsManager(ownRegion), calls),
    parameters: new ParameterVersions(ssm(ownRegion), calls),
    secretValue: secretArn => values.read(secretArn),
    hsm: keyArn => signers.signer(keyArn),
    clock: () => new Date(),
    random: randomBytes,
    generateKeyPair,
  };
}
