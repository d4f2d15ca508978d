import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expiryMarkFrom, toItem } from './ledger-item';
import { expiryKey } from './ledger-keys';
import { CONDITION_FAILED, LedgerTable } from './ledger-table';
import { ExpiryMark, ExpiryMarks } from '../ledger/expiry-marks';

/** The marks in the DynamoDB table of a ledger: `expiry#<identity of the CA>`, `serial#<serial number>`, with the attributes of `ExpiryMark`. */
export class DynamoDbExpiryMarks implements ExpiryMarks {
  constructor(private readonly table: LedgerTable) {}

  public async mark(issuer: string, serialNumber: string): Promise<ExpiryMark | undefined> {
    const item = await this.table.get(expiryKey(issuer, serialNumber));
    return item && expiryMarkFrom(item);
  }

  public async record(issuer: string, serialNumber: string, mark: ExpiryMark): Promise<boolean> {
    try {
      await this.table.write('dynamodb:PutItem', (client, options) => client.send(new PutItemCommand({
        TableName: this.table.name,
        Item: { ...expiryKey(issuer, serialNumber), ...toItem(mark) },
        ConditionExpression: 'attribute_not_exists(pk) OR daysLeft > :daysLeft',
        ExpressionAttributeValues: toItem({ ':daysLeft': mark.daysLeft }),
      }), options), [CONDITION_FAILED]);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return false; // or this call had written it, and its answer was lost: the stream has it
      }
      throw error;
    }
  }
}
