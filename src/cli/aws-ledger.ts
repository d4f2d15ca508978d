import { awsMessageOf, WaysOut } from './aws-message';
import { CliError } from './cli-error';
import { OpenLedger } from './list/aws-inventory';
import { DescribeLedger } from './revoke/named-functions';
import { REVOKE_FUNCTION_PREFIX } from '../contract/revocation-functions';
import { DynamoDbInventory } from '../issuing/aws/dynamodb-inventory';
import { describeTable } from '../issuing/aws/table-description';

/** What to do about an error of DynamoDB, by its name. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
const WAYS_OUT: WaysOut = {
  ResourceNotFoundException: 'give the ARN of the table, or set AWS_REGION and the credentials of its account',
  ValidationException: 'the ledger of a CA (ca.ledger) is a table with the keys pk and sk',
};

/** Opens a ledger with the user's credentials: by its ARN in its own Region, by its name in the configured Region. */
export const openLedger: OpenLedger = table => {
  const inventory = DynamoDbInventory.ofTable(table);
  return {
    async ca(caId) {
      try {
        return await inventory.ca(caId);
      } catch (error) {
        throw refusal(table, error, 'Query');
      }
    },
    async *certificates(caId) {
      try {
        yield* inventory.certificates(caId);
      } catch (error) {
        throw refusal(table, error, 'Query');
      }
    },
  };
};

/** Describes a ledger with the user's credentials. The ID of the table leads to the function: decisions/0019-revocation.md */
export const describeLedger: DescribeLedger = async table => {
  try {
    const { name, arn, id } = await describeTable(table);
    const [, partition, , region, account] = arn.split(':');
    return { table: name, functionArn: `arn:${partition}:lambda:${region}:${account}:function:${REVOKE_FUNCTION_PREFIX}${id}` };
  } catch (error) {
    throw refusal(table, error, 'DescribeTable');
  }
};

function refusal(table: string, error: unknown, operation: 'DescribeTable' | 'Query'): CliError {
  const AccessDeniedException = `allow these credentials dynamodb:${operation} on the table (ca.ledger.grant(role, 'dynamodb:${operation}'))`;
  return new CliError(`--ledger: ${table} can't be read: ${awsMessageOf(error, table, { ...WAYS_OUT, AccessDeniedException })}`);
}
