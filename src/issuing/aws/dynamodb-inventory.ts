import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { entryFrom, isSuperseded, Item, revocationFrom } from './ledger-item';
import { certificateKey, pointerKey, revocationKey } from './ledger-keys';
import { LedgerTable } from './ledger-table';
import { PLAIN_CALLS } from './plain-calls';
import { certificatePartitions } from '../../contract/ledger-keys';
import { regionIn } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { Inventory, InventoryEntry } from '../ledger/inventory';
import { LedgerEntry } from '../ledger/ledger';

/**
 * The inventory in the DynamoDB table of a ledger. It needs one right, `dynamodb:Query`, and each of its queries names a partition key, so
 * that the right can be limited to the items about certificates (`identity#…`, `issuer#…`, `revoked#…`).
 */
export class DynamoDbInventory implements Inventory {
  /**
   * The inventory of a table, read with the credentials of this process.
   *
   * @param table the name of the table, in the configured Region, or its ARN
   */
  public static ofTable(table: string): DynamoDbInventory {
    return new DynamoDbInventory(new LedgerTable(new DynamoDBClient({ ...CLIENT_OPTIONS, region: regionIn(table) }), PLAIN_CALLS, table, []));
  }

  constructor(private readonly table: LedgerTable) {}

  public async ca(caId: string): Promise<LedgerEntry | undefined> {
    const pointer = await this.item(pointerKey(caId));
    const item = pointer && await this.item(certificateKey({ issuer: pointer.issuer?.S, serialNumber: pointer.serialNumber?.S }));
    return item && entryFrom(item);
  }

  /** Certificates and revocations are read side by side, because both are in the order of the serial numbers: neither has to be in memory as a whole. */
  public async *certificates(caId: string): AsyncIterable<InventoryEntry> {
    const revocations = this.partition(revocationKey({ issuer: caId, serialNumber: '' }).pk.S!);
    let next = await revocations.next();
    for await (const item of this.partitions(certificatePartitions(caId))) {
      while (!next.done && next.value.sk.S! < item.sk.S!) {
        next = await revocations.next();
      }
      const revoked = !next.done && next.value.sk.S === item.sk.S ? next.value : undefined;
      yield { entry: entryFrom(item), superseded: isSuperseded(item), revocation: revoked && revocationFrom(revoked, caId) };
    }
  }

  private async item({ pk, sk }: Item): Promise<Item | undefined> {
    const pages = this.table.pages({ KeyConditionExpression: 'pk = :pk AND sk = :sk', ExpressionAttributeValues: { ':pk': pk, ':sk': sk } });
    for await (const [item] of pages) {
      return item;
    }
    return undefined;
  }

  private async *partitions(keys: readonly string[]): AsyncGenerator<Item, undefined> {
    for (const key of keys) {
      yield* this.partition(key);
    }
    return undefined;
  }

  private async *partition(key: string): AsyncGenerator<Item, undefined> {
    for await (const items of this.table.pages({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: key } } })) {
      yield* items;
    }
    return undefined;
  }
}
