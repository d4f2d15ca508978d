import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AwsCalls } from './aws/aws-calls';
import { byRegion } from './aws/by-region';
import { DynamoDbLedger } from './aws/dynamodb-ledger';
import { KmsSigners } from './aws/kms-signers';
import { ParameterVersions } from './aws/parameter-versions';
import { SecretValues } from './aws/secret-values';
import { SecretsManagerVersions } from './aws/secrets-manager-versions';
import { handleCloudFormationEvent, InvocationContext, Work } from './cloudformation/handle-event';
import { handleLifecycleEvent } from './lifecycle';
import { Ports } from './ports';
import { generateKeyPair } from '../pki/keys';

/**
 * The entry of the Lambda function: the one place that knows the environment. The clients are made once a process and
 * take Region, credentials and endpoint (AWS_ENDPOINT_URL) from it by themselves.
 */
const CLIENT = {
  maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 10),
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
};
/** A resource can be in another Region than the function; its ARN says in which. */
const dynamoDb = byRegion(region => new DynamoDBClient({ ...CLIENT, region }));
const secretsManager = byRegion(region => new SecretsManagerClient({ ...CLIENT, region }));
const kms = byRegion(region => new KMSClient({ ...CLIENT, region }));

/**
 * An account puts up to 3 parameters a second, all its functions together: the client holds back by itself once it is told
 * to, and tries for as long as the signal lets it. https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const ssm = byRegion(region => new SSMClient({
  ...CLIENT, region, maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS ?? 100), retryMode: 'adaptive',
}));

/** The share of its time that the function waits for a right to come: a minute of five. */
const PATIENCE_SHARE = 5;

/** Answers CloudFormation itself, by the URL in the event; what it returns is not looked at. */
export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const patience = context.getRemainingTimeInMillis() / PATIENCE_SHARE;
  const work: Work = (request, signal) => handleLifecycleEvent(request, ports(signal, patience));
  await handleCloudFormationEvent(event, context, work, process.env.AWS_ENDPOINT_URL);
}

/** The ports of one invocation, all of whose calls `signal` ends. */
function ports(signal: AbortSignal, patience: number): Ports {
  const calls = new AwsCalls(signal, patience);
  const ownRegion = process.env.AWS_REGION!;
  const values = new SecretValues(secretsManager, calls, ownRegion);
  const signers = new KmsSigners(kms, calls);
  return {
    ledger: table => new DynamoDbLedger(dynamoDb(regionOf(table) ?? ownRegion), calls, table),
    secrets: new SecretsManagerVersions(secretsManager(ownRegion), calls),
    parameters: new ParameterVersions(ssm(ownRegion), calls),
    secretValue: secretArn => values.read(secretArn),
    hsm: keyArn => signers.signer(keyArn),
    clock: () => new Date(),
    random: randomBytes,
    generateKeyPair,
  };
}

/** The Region in an ARN; none in a name. */
function regionOf(nameOrArn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:([^:]+):/.exec(nameOrArn)?.[1];
}
