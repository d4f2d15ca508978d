import { awsMessageOf, WaysOut } from './aws-message';
import { CliError } from './cli-error';
import { OpenLedger } from './list/aws-inventory';
import { DynamoDbInventory } from '../issuing/aws/dynamodb-inventory';

/** What to do about an error of DynamoDB, by its name. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html */
const WAYS_OUT: WaysOut = {
  AccessDeniedException: 'allow these credentials dynamodb:Query on the table (ca.ledger.grant(role, \'dynamodb:Query\'))',
  ResourceNotFoundException: 'give the ARN of the table, or set AWS_REGION and the credentials of its account',
  ValidationException: 'the ledger of a CA (ca.ledger) is a table with the keys pk and sk',
};

/** Opens a ledger with the user's credentials: by its ARN in its own Region, by its name in the configured Region. */
export const openLedger: OpenLedger = table => {
  // The client is part of the bundle, so its warning about the Node.js versions that later clients will need does not concern the user.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const inventory = DynamoDbInventory.ofTable(table);
  return {
    async ca(caId) {
      try {
        return await inventory.ca(caId);
      } catch (error) {
        throw refusal(table, error);
      }
    },
    async *certificates(caId) {
      try {
        yield* inventory.certificates(caId);
      } catch (error) {
        throw refusal(table, error);
      }
    },
  };
};

function refusal(table: string, error: unknown): CliError {
  return new CliError(`--ledger: ${table} can't be read: ${awsMessageOf(error, table, WAYS_OUT)}`);
}
