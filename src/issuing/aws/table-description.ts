import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { regionIn } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';

/** What DynamoDB says about a table. */
export interface TableDescription {
  readonly name: string;
  readonly arn: string;
  /** The ID that the table got when it was created, a UUID. */
  readonly id: string;
}

/**
 * Describes a table with the credentials of this process.
 *
 * @param table the name of the table, in the configured Region, or its ARN
 */
export async function describeTable(table: string): Promise<TableDescription> {
  const client = new DynamoDBClient({ ...CLIENT_OPTIONS, region: regionIn(table) });
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const { TableName: name, TableArn: arn, TableId: id } = Table ?? {};
  if (!name || !arn || !id) {
    throw new Error('its description must have a name, an ARN and an ID');
  }
  return { name, arn, id };
}
