import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { certificatePartition, serialKey } from '../../src/contract/ledger-keys';
import { DAY } from '../../src/contract/term';

/** More days than the life of any certificate that tests have renewed. */
const ALWAYS = 10_000;

/** Changes the end of a certificate in the index of its ledger to tomorrow, in place of waiting until then. */
export async function makeEndSoon(client: DynamoDBClient, TableName: string, issuer: string, serialNumber: string): Promise<void> {
  await client.send(new UpdateItemCommand({
    TableName, Key: keyOf(issuer, serialNumber), UpdateExpression: 'SET endsAt = :soon', ExpressionAttributeValues: { ':soon': { S: tomorrow() } },
  }));
}

function keyOf(issuer: string, serialNumber: string): Record<string, { S: string }> {
  return { pk: { S: certificatePartition(issuer, serialNumber) }, sk: { S: serialKey(serialNumber) } };
}

function tomorrow(): string {
  return new Date(Date.now() + DAY).toISOString().replace(/\.\d+/, '');
}

/**
 * Changes a certificate in its ledger so that the next run finds it and renews it, in place of waiting until it is due.
 *
 * @param resourceType the type that the ledger says its resource has
 */
export async function makeDue(
  client: DynamoDBClient, TableName: string, issuer: string, serialNumber: string, resourceType = 'Custom::IotDeviceCertificate',
): Promise<void> {
  await client.send(new UpdateItemCommand({
    TableName,
    Key: keyOf(issuer, serialNumber),
    UpdateExpression: 'SET endsAt = :soon, renewal.beforeDays = :days, renewal.resourceType = :type',
    ConditionExpression: 'attribute_exists(renewal)',
    ExpressionAttributeValues: {
      ':soon': { S: tomorrow() }, ':days': { N: String(ALWAYS) }, ':type': { S: resourceType },
    },
  }));
}
