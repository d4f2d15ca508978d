import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsCalls } from './aws/aws-calls';
import { byRegion } from './aws/by-region';
import { DynamoDbLedger } from './aws/dynamodb-ledger';
import type { KmsSigners } from './aws/kms-signers';
import { lazy } from './aws/lazy';
import { SecretValues } from './aws/secret-values';
import { SecretsManagerVersions } from './aws/secrets-manager-versions';
import { handleCloudFormationEvent, InvocationContext, Work } from './cloudformation/handle-event';
import { handleLifecycleEvent } from './lifecycle';
import { Ports, SecretVersions } from './ports';
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
const kms = byRegion(region => new (lazy.kms().KMSClient)({ ...CLIENT, region }));

/**
 * An account puts up to 3 parameters a second, all its functions together: the client holds back by itself once it is told
 * to, and tries for as long as the signal lets it. https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
const ssm = byRegion(region => new (lazy.ssm().SSMClient)({
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
  const values = new SecretValues(secretsManager, calls);
  let signers: KmsSigners | undefined;
  return {
    ledger: table => new DynamoDbLedger(dynamoDb(regionOf(table) ?? ownRegion), calls, table),
    secrets: new SecretsManagerVersions(secretsManager(ownRegion), calls),
    parameters: deferred(() => new (lazy.parameterVersions().ParameterVersions)(ssm(ownRegion), calls)),
    secretValue: secretArn => values.read(secretArn),
    hsm: keyArn => (signers ??= new (lazy.kmsSigners().KmsSigners)(kms, calls)).signer(keyArn),
    clock: () => new Date(),
    random: randomBytes,
    generateKeyPair,
  };
}

/** The Region in an ARN; none in a name. */
function regionOf(nameOrArn: string): string | undefined {
  return /^arn:[^:]*:[^:]*:([^:]+):/.exec(nameOrArn)?.[1];
}

/** Versions in a store that is made when it is first asked. */
function deferred(make: () => SecretVersions): SecretVersions {
  let store: SecretVersions | undefined;
  const made = (): SecretVersions => store ??= make();
  return {
    read: (...args) => made().read(...args),
    write: (...args) => made().write(...args),
    makeCurrent: (...args) => made().makeCurrent(...args),
    release: (...args) => made().release(...args),
  };
}
