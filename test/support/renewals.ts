import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

const DAY = 86_400_000;

/** More days than the life of any certificate that tests have renewed. */
const ALWAYS = 1_000;

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
    Key: { pk: { S: `issuer#${issuer}` }, sk: { S: `serial#${serialNumber}` } },
    UpdateExpression: 'SET endsAt = :soon, renewal.beforeDays = :days, renewal.resourceType = :type',
    ConditionExpression: 'attribute_exists(renewal)',
    ExpressionAttributeValues: {
      ':soon': { S: new Date(Date.now() + DAY).toISOString().replace(/\.\d+/, '') }, ':days': { N: String(ALWAYS) }, ':type': { S: resourceType },
    },
  }));
}
