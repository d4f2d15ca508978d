import { assertKnown, AwsError, UnknownToFake } from './aws-error';
import { readCondition } from './condition-expressions';
import { AttributeValue, Dictionary, invalid, Item, Placeholders } from './expression-reader';
import { readUpdate } from './update-expressions';
import { isSame } from '../same';

/** The items of a table with the string keys `pk` and `sk`, by both. */
export type Table = Map<string, Item>;

export interface DynamoDbState {
  /** By name. */
  readonly tables: Map<string, Table>;
  /** What was written under a token, for as long as a retry can come. */
  readonly tokens: Map<string, object>;
}

type Input = { readonly [parameter: string]: any };
type Write = () => void;

const CONDITION_FAILED = 'The conditional request failed';
const PLACEHOLDERS = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];
const QUERY = [
  ...PLACEHOLDERS, 'TableName', 'KeyConditionExpression', 'FilterExpression', 'ExclusiveStartKey', 'Limit', 'ConsistentRead', 'ScanIndexForward',
  'ProjectionExpression', 'Select', 'IndexName',
];
/** The keys of an index, and the attributes that it has; without a list, all. */
interface Index {
  readonly keys: readonly [string, string];
  readonly attributes?: readonly string[];
}
const PRIMARY: Index = { keys: ['pk', 'sk'] };
const INDEXES: { readonly [name: string]: Index | undefined } = {
  Ends: {
    keys: ['endingOf', 'endsAt'],
    attributes: ['pk', 'sk', 'endingOf', 'endsAt', 'identity', 'issuer', 'serialNumber', 'status', 'supersededBy', 'profile', 'subject', 'commonName', 'stackId', 'logicalResourceId', 'dueAt'],
  },
};
const CONDITIONAL = ['TableName', 'ConditionExpression', 'ReturnValuesOnConditionCheckFailure', ...PLACEHOLDERS];

/** Amazon DynamoDB, with as much of its expressions as a ledger needs, and an error for everything else. */
export class DynamoDb {
  /** @param written is told of every item that was written */
  constructor(private readonly state: DynamoDbState, private readonly written: (table: string, item: Item) => void) {}

  public answer(operation: string, input: Input): object {
    switch (operation) {
      case 'GetItem': return this.get(input);
      case 'BatchGetItem': return this.getBatch(input);
      case 'Query': return this.query(input);
      case 'TransactWriteItems': return this.transact(input);
      case 'PutItem': assertKnown(operation, input, [...CONDITIONAL, 'Item', 'ReturnValues']); return this.one(this.put(input), input);
      case 'UpdateItem': assertKnown(operation, input, [...CONDITIONAL, 'Key', 'UpdateExpression', 'ReturnValues']); return this.one(this.update(input), input);
      default: throw new UnknownToFake(`dynamodb:${operation}`);
    }
  }

  private get({ TableName, Key, ConsistentRead, ...more }: Input): object {
    assertKnown('GetItem', more, []);
    if (ConsistentRead !== true) {
      throw new UnknownToFake('GetItem that is not consistent: a ledger is never read so');
    }
    const item = this.table(TableName).get(keyOf(Key));
    return item ? { Item: item } : {};
  }

  private getBatch({ RequestItems, ...more }: Input): object {
    assertKnown('BatchGetItem', more, []);
    const [[name, { Keys, ConsistentRead, ...others }], ...tables] = Object.entries<Input>(RequestItems);
    assertKnown('BatchGetItem', others, []);
    if (ConsistentRead !== true || tables.length > 0) {
      throw new UnknownToFake('BatchGetItem of several tables, or one that is not consistent: a ledger is never read so');
    }
    if (Keys.length < 1 || Keys.length > 100 || new Set(Keys.map(keyOf)).size < Keys.length) {
      throw invalid('Provided list of item keys contains duplicates, or has not 1 to 100 of them');
    }
    const [done, rest] = [Keys.slice(0, PROCESSED), Keys.slice(PROCESSED)];
    const found = done.flatMap((key: Item) => this.table(name).get(keyOf(key)) ?? []);
    return { Responses: { [name]: found }, UnprocessedKeys: rest.length > 0 ? { [name]: { Keys: rest, ConsistentRead } } : {} };
  }

  private query(input: Input): object {
    assertKnown('Query', input, QUERY);
    if (input.ProjectionExpression || (input.Select ?? 'ALL_ATTRIBUTES') !== 'ALL_ATTRIBUTES') {
      throw new UnknownToFake('Query with a projection');
    }
    const dictionary = new Dictionary(placeholdersOf(input));
    if (!/^[#\w]+ = :\w+( AND .+)?$/.test(input.KeyConditionExpression) || / OR |NOT /.test(input.KeyConditionExpression)) {
      throw invalid(`Invalid KeyConditionExpression: ${input.KeyConditionExpression}`);
    }
    const [keys, filter] = [input.KeyConditionExpression, input.FilterExpression]
      .map(text => text === undefined ? () => true : readCondition(text, dictionary));
    dictionary.assertAllUsed();
    const index = input.IndexName === undefined ? PRIMARY : INDEXES[input.IndexName];
    if (!index) {
      throw invalid(`The table does not have the specified index: ${input.IndexName}`);
    }
    if (index !== PRIMARY && input.ConsistentRead) {
      throw invalid('Consistent reads are not supported on global secondary indexes');
    }
    const [partition, sort] = index.keys;
    const found = [...this.table(input.TableName).values()]
      .filter(item => item[partition] && item[sort] && keys({ [partition]: item[partition], [sort]: item[sort] }))
      .sort((one, other) => (one[sort].S < other[sort].S ? -1 : 1) * (input.ScanIndexForward === false ? -1 : 1));
    const after = input.ExclusiveStartKey;
    const start = after ? found.findIndex(item => keyOf(item) === keyOf(after)) + 1 : 0;
    // A page ends after Limit items, before the filter; there is a small one here always, as with 1 MB in AWS.
    const page = found.slice(start, start + Math.min(input.Limit ?? PAGE, PAGE));
    const more = start + page.length < found.length;
    const items = page.map(item => projected(item, index.attributes)).filter(filter);
    return { Items: items, Count: items.length, ScannedCount: page.length, ...more ? { LastEvaluatedKey: lastKey(page.at(-1)!, index.keys) } : {} };
  }

  private transact({ TransactItems, ClientRequestToken, ...more }: Input): object {
    assertKnown('TransactWriteItems', more, []);
    const known = ClientRequestToken && this.state.tokens.get(ClientRequestToken);
    if (known) {
      if (!isSame(known, TransactItems)) {
        throw new AwsError('IdempotentParameterMismatchException', 'The request was changed under its token');
      }
      return {};
    }
    if (!Array.isArray(TransactItems) || TransactItems.length < 1 || TransactItems.length > 100) {
      throw invalid('Member must have length less than or equal to 100');
    }
    const steps = TransactItems.map((each: Input) => this.step(each));
    if (new Set(steps.map(({ key }) => key)).size < steps.length) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    const reasons = steps.map(({ holds }) => holds ? { Code: 'None' } : { Code: 'ConditionalCheckFailed', Message: CONDITION_FAILED });
    if (steps.some(({ holds }) => !holds)) {
      throw new AwsError('TransactionCanceledException',
        `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
        { CancellationReasons: reasons });
    }
    steps.forEach(({ write }) => write());
    if (ClientRequestToken) {
      this.state.tokens.set(ClientRequestToken, structuredClone(TransactItems));
    }
    return {};
  }

  private step(each: Input): Prepared {
    const [[kind, input], ...others] = Object.entries<Input>(each);
    if (others.length > 0) {
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    switch (kind) {
      case 'Put': assertKnown(kind, input, [...CONDITIONAL, 'Item']); return this.put(input);
      case 'Update': assertKnown(kind, input, [...CONDITIONAL, 'Key', 'UpdateExpression']); return this.update(input);
      case 'Delete': assertKnown(kind, input, [...CONDITIONAL, 'Key']);
        return this.prepared(input, input.Key, () => this.table(input.TableName).delete(keyOf(input.Key)), new Dictionary(placeholdersOf(input)));
      case 'ConditionCheck':
        assertKnown(kind, input, [...CONDITIONAL, 'Key']);
        if (!input.ConditionExpression) {
          throw invalid('ConditionCheck takes a ConditionExpression');
        }
        return this.prepared(input, input.Key, () => undefined, new Dictionary(placeholdersOf(input)));
      default: throw new UnknownToFake(`TransactWriteItems with ${kind}`);
    }
  }

  private put(input: Input): Prepared {
    assertValues(input.Item);
    return this.prepared(input, input.Item, () => this.write(input.TableName, structuredClone(input.Item)), new Dictionary(placeholdersOf(input)));
  }

  private update(input: Input): Prepared {
    const dictionary = new Dictionary(placeholdersOf(input));
    Object.values(input.ExpressionAttributeValues ?? {}).forEach(value => assertValue(value as AttributeValue));
    const change = readUpdate(input.UpdateExpression, dictionary);
    return this.prepared(input, input.Key, () => {
      const standing = this.table(input.TableName).get(keyOf(input.Key)) ?? onlyKey(input.Key);
      const changed = change(standing);
      if (keyOf(changed) !== keyOf(standing)) {
        throw invalid('Cannot update attribute pk. This attribute is part of the key');
      }
      this.write(input.TableName, changed);
    }, dictionary);
  }

  private prepared({ TableName, ConditionExpression }: Input, key: Item, write: Write, dictionary: Dictionary): Prepared {
    const test = ConditionExpression === undefined ? () => true : readCondition(ConditionExpression, dictionary);
    dictionary.assertAllUsed();
    const item = (): Item | undefined => this.table(TableName).get(keyOf(key));
    return { key: `${TableName}|${keyOf(key)}`, holds: test(item()), write, item };
  }

  private one({ holds, write, item }: Prepared, { ReturnValues = 'NONE' }: Input): object {
    if (!['NONE', 'ALL_OLD', 'ALL_NEW'].includes(ReturnValues)) {
      throw new UnknownToFake(`ReturnValues ${ReturnValues}`);
    }
    if (!holds) {
      throw new AwsError('ConditionalCheckFailedException', CONDITION_FAILED);
    }
    const before = item();
    write();
    const returned = { NONE: undefined, ALL_OLD: before, ALL_NEW: item() }[ReturnValues as string];
    return returned ? { Attributes: returned } : {};
  }

  private write(table: string, item: Item): void {
    if (Buffer.byteLength(JSON.stringify(item)) > 400 * 1024) {
      throw invalid('Item size has exceeded the maximum allowed size');
    }
    this.table(table).set(keyOf(item), item);
    this.written(table, item);
  }

  private table(name: string): Table {
    const table = this.state.tables.get(name.split('table/').at(-1)!);
    if (!table) {
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    }
    return table;
  }
}

/** A write that has been checked. */
interface Prepared {
  readonly key: string;
  /** Whether its condition holds. */
  readonly holds: boolean;
  readonly write: Write;
  /** The item as it is when this is asked. */
  readonly item: () => Item | undefined;
}

/** Few, so that a reader of the first page alone is found out. */
const PAGE = 3;

/** As many keys of a batch as are looked up at once. */
const PROCESSED = 64;

function placeholdersOf({ ExpressionAttributeNames, ExpressionAttributeValues }: Input): Placeholders {
  return { ExpressionAttributeNames, ExpressionAttributeValues };
}

function keyOf({ pk, sk }: Item): string {
  if (typeof pk?.S !== 'string' || typeof sk?.S !== 'string' || pk.S === '' || sk.S === '') {
    throw invalid('The provided key element does not match the schema');
  }
  return `${pk.S}|${sk.S}`;
}

function onlyKey({ pk, sk }: Item): Item {
  return { pk, sk };
}

function lastKey(item: Item, index: readonly string[]): Item {
  return Object.fromEntries(['pk', 'sk', ...index].map(name => [name, item[name]]));
}

function projected(item: Item, attributes: readonly string[] | undefined): Item {
  return attributes ? Object.fromEntries(Object.entries(item).filter(([name]) => attributes.includes(name))) : item;
}

function assertValues(item: Item): void {
  Object.values(item).forEach(assertValue);
}

function assertValue(value: AttributeValue): void {
  const [[type, content], ...others] = Object.entries(value);
  if (others.length > 0 || !['S', 'N', 'B', 'BOOL', 'NULL', 'M', 'L', 'SS'].includes(type) || (type === 'SS' && content.length === 0)) {
    throw invalid('Supplied AttributeValue is not valid');
  }
  if (type === 'M') {
    assertValues(content);
  }
}
