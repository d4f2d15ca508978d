import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, KeySpec, KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { NO_DEADLINE } from './deadline';
import { ENDS_INDEX } from '../../src/contract/ledger-keys';
import { AwsCalls } from '../../src/lambda/aws/aws-calls';

/** Calls as the function makes them, with little patience for rights that do not come. */
export function awsCalls(patience = 2_000, signal = NO_DEADLINE): AwsCalls {
  return new AwsCalls(signal, patience);
}

export function dynamoDb(endpoint: string, maxAttempts = 10): DynamoDBClient {
  return new DynamoDBClient({ endpoint, maxAttempts });
}

export function secretsManager(endpoint: string, maxAttempts = 10): SecretsManagerClient {
  return new SecretsManagerClient({ endpoint, maxAttempts });
}

/** A client for each Region, all of which speak to this endpoint. */
export function kmsOf(endpoint: string, maxAttempts = 10): (region: string) => KMSClient {
  return region => new KMSClient({ endpoint, maxAttempts, region });
}

/** Makes a key for signing as CloudFormation makes one that is declared so, and answers its ARN. */
export async function makeSigningKey(client: KMSClient, keySpec: KeySpec): Promise<string> {
  return (await client.send(new CreateKeyCommand({ KeyUsage: 'SIGN_VERIFY', KeySpec: keySpec }))).KeyMetadata!.Arn!;
}

export function systemsManager(endpoint: string, maxAttempts = 10): SSMClient {
  return new SSMClient({ endpoint, maxAttempts, retryMode: 'adaptive' });
}

/** Makes a table as the construct declares a ledger, and answers its name. */
export async function makeTable(client: DynamoDBClient, TableName = `ledger-${randomUUID()}`): Promise<string> {
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', ENDS_INDEX.partitionKey, ENDS_INDEX.sortKey].map(AttributeName => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [{
      IndexName: ENDS_INDEX.name,
      KeySchema: keys(ENDS_INDEX.partitionKey, ENDS_INDEX.sortKey),
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...ENDS_INDEX.attributes] },
    }],
  }));
  return TableName;
}

function keys(partition: string, sort: string): KeySchemaElement[] {
  return [{ AttributeName: partition, KeyType: 'HASH' }, { AttributeName: sort, KeyType: 'RANGE' }];
}

/** Makes a secret as CloudFormation makes one that is declared without a value, and answers its ARN. */
export async function makeSecret(client: SecretsManagerClient): Promise<string> {
  return (await client.send(new CreateSecretCommand({ Name: `key-${randomUUID()}` }))).ARN!;
}
