import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from './dynamodb-ledger';
import { DynamoDbRevocations } from './dynamodb-revocations';
import { LedgerTable } from './ledger-table';
import { PLAIN_CALLS } from './plain-calls';
import { regionIn } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { Ledger } from '../ledger/ledger';
import { Revocations } from '../ledger/revocation';

/** A ledger, as someone who foresees requests reads it. */
export interface ReadLedger {
  readonly ledger: Pick<Ledger, 'find' | 'resource' | 'certificates' | 'named'>;
  readonly revocations: Pick<Revocations, 'certificate' | 'find' | 'publication'>;
}

/**
 * The ledger in a DynamoDB table, read with the credentials of this process: it needs the rights `dynamodb:GetItem` and `dynamodb:Query`.
 *
 * @param table the name of the table, or its ARN
 * @param region the Region of the table, if its name is given
 */
export function readLedger(table: string, region: string): ReadLedger {
  const items = new LedgerTable(new DynamoDBClient({ ...CLIENT_OPTIONS, region: regionIn(table) ?? region }), PLAIN_CALLS, table);
  return { ledger: new DynamoDbLedger(items), revocations: new DynamoDbRevocations(items) };
}
