import { isDeepStrictEqual } from 'node:util';
import {
  DynamoDBClient, GetItemCommand, PutItemCommand, TransactionCanceledException, TransactWriteItem, TransactWriteItemsCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { Ledger, LedgerEntry, LedgerFacts, LedgerGoneError, LedgerRecord, LedgerStatus } from '../ports';
import { AwsCalls, errorName } from './aws-calls';
import { fromItem, Item, toAttribute, toItem } from './ledger-item';

const CONDITION_FAILED = 'ConditionalCheckFailedException';
const TABLE_GONE = 'ResourceNotFoundException';

/**
 * The ledger in a DynamoDB table with the string keys `pk` and `sk`. Items are never deleted:
 *
 * - `identity#<identity>`, `current`: which certificate is the latest of an identity (`issuer` and `serialNumber`), or when
 *   it was cancelled (`cancelledAt`)
 * - `issuer#<identity of the CA>`, `serial#<serial number>`: the certificate, with the attributes of `LedgerEntry`; and
 *   `supersededBy`, the serial number of the next one of its identity, from when on it changes no more
 */
export class DynamoDbLedger implements Ledger {
  constructor(private readonly client: DynamoDBClient, private readonly calls: AwsCalls, private readonly table: string) {}

  public async find(identity: string): Promise<LedgerRecord | undefined> {
    const pointer = await this.get(pointerKey(identity));
    if (!pointer || pointer.cancelledAt) {
      return pointer && { cancelledAt: pointer.cancelledAt.S };
    }
    const key = certificateKey({ issuer: pointer.issuer?.S, serialNumber: pointer.serialNumber?.S });
    const item = await this.get(key);
    if (!item) {
      throw new Error(`the ledger ${this.table} has lost the certificate with serial number ${pointer.serialNumber?.S}; `
        + 'restore the table from its point-in-time recovery');
    }
    return { entry: fromItem(item) };
  }

  public async reserve(entry: LedgerEntry, over: LedgerRecord | undefined): Promise<boolean> {
    const { identity, issuer, serialNumber } = entry;
    const writes: TransactWriteItem[] = [
      { Put: { TableName: this.table, Item: { ...pointerKey(identity), ...toItem({ issuer, serialNumber }) }, ...ifPointerIs(over) } },
      { Put: { TableName: this.table, Item: { ...certificateKey(entry), ...toItem(entry) }, ConditionExpression: 'attribute_not_exists(pk)' } },
    ];
    if (over?.entry) {
      writes.push({
        Update: {
          TableName: this.table,
          Key: certificateKey(over.entry),
          UpdateExpression: 'SET supersededBy = :next',
          ConditionExpression: UNCHANGED,
          ExpressionAttributeNames: STATUS,
          ExpressionAttributeValues: { ':next': { S: serialNumber }, ':from': { S: over.entry.status } },
        },
      });
    }
    return this.written(() => this.calls.make('dynamodb:TransactWriteItems', this.resource, async options => {
      try {
        return await this.client.send(new TransactWriteItemsCommand({ TransactItems: writes }), options);
      } catch (error) {
        throw error instanceof TransactionCanceledException ? decisiveReason(error) : error;
      }
    }, [CONDITION_FAILED]));
  }

  public async advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): Promise<boolean> {
    const names = Object.keys(facts) as (keyof LedgerFacts)[];
    const written = await this.written(() => this.calls.make('dynamodb:UpdateItem', this.resource, options => this.client.send(new UpdateItemCommand({
      TableName: this.table,
      Key: certificateKey(entry),
      UpdateExpression: `SET ${['#status = :to', ...names.map(name => `${name} = :${name}`)].join(', ')}`,
      ConditionExpression: UNCHANGED,
      ExpressionAttributeNames: STATUS,
      ExpressionAttributeValues: {
        ':from': { S: entry.status },
        ':to': { S: to },
        ...Object.fromEntries(names.map(name => [`:${name}`, toAttribute(facts[name]!)])),
      },
    }), options), [CONDITION_FAILED]));
    return written || this.isAlready(entry, to, facts);
  }

  public async cancel(identity: string, at: string): Promise<boolean> {
    return this.written(() => this.calls.make('dynamodb:PutItem', this.resource, options => this.client.send(new PutItemCommand({
      TableName: this.table,
      Item: { ...pointerKey(identity), ...toItem({ cancelledAt: at }) },
      ConditionExpression: 'attribute_not_exists(pk)',
    }), options), [CONDITION_FAILED]));
  }

  /** Whether this very change stands: it was written, but the answer was lost and the client tried again. */
  private async isAlready(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): Promise<boolean> {
    const item = await this.get(certificateKey(entry));
    const now = item && fromItem(item);
    return now?.status === to && Object.entries(facts).every(([name, value]) => isDeepStrictEqual(now[name as keyof LedgerFacts], value));
  }

  private async get(Key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true });
    try {
      return (await this.calls.make('dynamodb:GetItem', this.resource, options => this.client.send(command, options), [TABLE_GONE])).Item;
    } catch (error) {
      throw errorName(error) !== TABLE_GONE ? error : new LedgerGoneError(`the ledger ${this.table} does not exist (${TABLE_GONE}); `
        + 'restore the table from its point-in-time recovery or its backup');
    }
  }

  private async written(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (errorName(error) === CONDITION_FAILED) {
        return false;
      }
      throw error;
    }
  }

  private get resource(): string {
    return `the table ${this.table}`;
  }
}

/** `status` is a reserved word of DynamoDB. */
const STATUS = { '#status': 'status' };
const UNCHANGED = '#status = :from AND attribute_not_exists(supersededBy)';

function pointerKey(identity: string): Item {
  return { pk: { S: `identity#${identity}` }, sk: { S: 'current' } };
}

function certificateKey({ issuer, serialNumber }: { issuer?: string; serialNumber?: string }): Item {
  return { pk: { S: `issuer#${issuer}` }, sk: { S: `serial#${serialNumber}` } };
}

/** The condition that nothing but `over` stands for an identity. */
function ifPointerIs(over: LedgerRecord | undefined): { ConditionExpression: string; ExpressionAttributeValues?: Item } {
  const [name, value] = over?.entry ? ['serialNumber', over.entry.serialNumber] : ['cancelledAt', over?.cancelledAt];
  return value === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: `${name} = :${name}`, ExpressionAttributeValues: { [`:${name}`]: { S: value } } };
}

/**
 * What a cancelled transaction comes down to: a condition that was not met is final, whatever else happened to it;
 * everything else is contention or throttling.
 */
function decisiveReason(error: TransactionCanceledException): Error {
  const codes = (error.CancellationReasons ?? []).map(reason => reason.Code ?? 'None').filter(code => code !== 'None');
  if (codes.includes('ConditionalCheckFailed')) {
    return Object.assign(new Error(CONDITION_FAILED), { name: CONDITION_FAILED });
  }
  const fault = codes.find(code => !PASSING.includes(code));
  return fault === undefined ? error : Object.assign(new Error(fault), { name: fault });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
