import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, QueryCommand, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { Item } from './ledger-item';
import { AwsCalls, errorName } from '../../lambda/aws/aws-calls';
import { LedgerGoneError } from '../ledger/ledger';

/** The name of the error for a write whose condition was not met. */
export const CONDITION_FAILED = 'ConditionalCheckFailedException';
const TABLE_GONE = 'ResourceNotFoundException';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MOST_KEYS = 100;

/** DynamoDB's errors for a table that is gone, that a function may not read, or that has other keys. */
export const NO_LEDGER: readonly string[] = [TABLE_GONE, 'AccessDeniedException', 'ValidationException'];

/** The DynamoDB table of a ledger: consistent reads, and calls that name the table in their errors. */
export class LedgerTable {
  /**
   * @param calls makes the calls, and decides what is retried and how a failure is worded
   * @param absent the names of the errors that mean that there is no ledger
   */
  constructor(
    private readonly client: DynamoDBClient, private readonly calls: Pick<AwsCalls, 'make'>, public readonly name: string,
    private readonly absent: readonly string[] = [TABLE_GONE],
  ) {}

  /** The item with this key, or `undefined`. */
  public async get(Key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.name, Key, ConsistentRead: true });
    return (await this.reading('dynamodb:GetItem', options => this.client.send(command, options))).Item;
  }

  /** The items with these keys, those that exist, in any order. No key may be there twice. */
  public async getAll(keys: readonly Item[]): Promise<Item[]> {
    const found: Item[] = [];
    for (let rest = keys; rest.length > 0;) {
      const asked = rest.slice(0, MOST_KEYS);
      const command = new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: asked, ConsistentRead: true } } });
      const { Responses = {}, UnprocessedKeys = {} } = await this.reading('dynamodb:BatchGetItem', options => this.client.send(command, options));
      found.push(...Object.values(Responses).flat());
      rest = [...Object.values(UnprocessedKeys).flatMap(({ Keys = [] }) => Keys), ...rest.slice(asked.length)];
    }
    return found;
  }

  /** The items that a query finds, a page at a time. */
  public async *pages(input: Omit<QueryCommandInput, 'TableName'>): AsyncIterable<readonly Item[]> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({ TableName: this.name, ConsistentRead: true, ExclusiveStartKey: start, ...input });
      const { Items = [], LastEvaluatedKey } = await this.reading('dynamodb:Query', options => this.client.send(command, options));
      yield Items;
      start = LastEvaluatedKey;
    } while (start);
  }

  /**
   * Makes a call that writes.
   *
   * @param expected the names of the errors that the caller handles, and that are thrown unchanged
   */
  public write<T>(
    action: string, send: (client: DynamoDBClient, options: { abortSignal: AbortSignal }) => Promise<T>, expected: readonly string[],
  ): Promise<T> {
    return this.calls.make(action, this.resourceName, options => send(this.client, options), expected);
  }

  private async reading<T>(action: string, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await this.calls.make(action, this.resourceName, send, this.absent);
    } catch (error) {
      throw !this.absent.includes(errorName(error)) ? error : new LedgerGoneError(`the ledger ${this.name} does not exist (${errorName(error)}); `
        + 'restore the table from its point-in-time recovery or from a backup');
    }
  }

  private get resourceName(): string {
    return `the table ${this.name}`;
  }
}
