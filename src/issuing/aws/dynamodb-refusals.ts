import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { refusalFrom, toItem } from './ledger-item';
import { refusalKey } from './ledger-keys';
import { LedgerTable } from './ledger-table';
import { Requester } from '../../resource/lifecycle-event';
import { Refusal, Refusals, saysTheSame } from '../ledger/refusals';

/** What was refused, in the DynamoDB table of a ledger: `resource#<stack id>/<logical id>`, `refused`, with the attributes of `Refusal`. */
export class DynamoDbRefusals implements Refusals {
  constructor(private readonly table: LedgerTable) {}

  public async refusal(requester: Requester): Promise<Refusal | undefined> {
    const item = await this.table.get(refusalKey(requester));
    return item && refusalFrom(item);
  }

  public async record(requester: Requester, refusal: Refusal): Promise<void> {
    const latest = await this.refusal(requester);
    if (latest && saysTheSame(latest, refusal)) {
      return;
    }
    await this.table.write('dynamodb:PutItem', (client, options) => client.send(new PutItemCommand({
      TableName: this.table.name, Item: { ...refusalKey(requester), ...toItem(refusal) },
    }), options), []);
  }
}
