import { isDeepStrictEqual } from 'node:util';
import { PutItemCommand, QueryCommandInput, TransactionCanceledException, TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { endingAttributes, endingFrom, entryFrom, isSuperseded, Item, namedCertificateFrom, recordFrom, toAttribute, toItem } from './ledger-item';
import { certificateKey, pointerKey, resourceKey } from './ledger-keys';
import { CONDITION_FAILED, LedgerTable } from './ledger-table';
import { added, asRead, faultOf, named, pointed, STATUS, superseded, UNCHANGED, unmetConditions, unrevoked } from './ledger-writes';
import { merged } from './merged';
import { certificatePartitions, ENDS_INDEX, namePartition, shardedIssuers } from '../../contract/ledger-keys';
import { formatTime } from '../../contract/term';
import { errorName } from '../../lambda/aws/aws-calls';
import { Requester } from '../../resource/lifecycle-event';
import { OvertakenError } from '../../resource/overtaken-error';
import { EndingCertificate, Holder, Ledger, LedgerEntry, LedgerFacts, LedgerStatus, present, ResourceRecord, TABLE_WAS_CHANGED, takesBack } from '../ledger/ledger';

/**
 * The ledger in a DynamoDB table with the string keys `pk` and `sk`. Items are never deleted:
 *
 * - `identity#<identity>`, `current`: the latest certificate of an identity (`issuer` and `serialNumber`)
 * - `issuer#<identity of the CA>#<shard of the serial number>`, `serial#<serial number>`: the certificate, with the attributes of `LedgerEntry`; and `supersededBy`,
 *   the serial number of the next certificate of its identity. An item that has `supersededBy` no longer changes.
 * - `resource#<stack id>/<logical id>`, `current`: the attributes of `ResourceRecord`
 * - `name#<identity of the CA>#<digest of the common name>`, `serial#<serial number>`: a certificate that was made for a common name
 *   (`notAfter`)
 *
 * `DynamoDbRevocations` describes the items about revocation, and `DynamoDbRefusals` those about what was refused.
 */
export class DynamoDbLedger implements Ledger {
  constructor(private readonly table: LedgerTable) {}

  public async find(identity: string): Promise<LedgerEntry | undefined> {
    const pointer = await this.table.get(pointerKey(identity));
    if (!pointer) {
      return undefined;
    }
    const entry = entryFrom(await this.certificate({ issuer: pointer.issuer?.S, serialNumber: pointer.serialNumber?.S }));
    if (entry.identity !== identity) {
      throw new Error(`the ledger ${this.table.name} must have a certificate of ${identity} as the latest one of this identity, `
        + `got a certificate of ${entry.identity}; ${TABLE_WAS_CHANGED}`);
    }
    return entry;
  }

  public async resource(requester: Requester): Promise<ResourceRecord | undefined> {
    const item = await this.table.get(resourceKey(requester));
    return item && recordFrom(item);
  }

  public async record(requester: Requester, record: ResourceRecord, over: ResourceRecord | undefined): Promise<boolean> {
    const written = await this.written(() => this.table.write('dynamodb:PutItem', (client, options) => client.send(new PutItemCommand({
      TableName: this.table.name,
      Item: { ...resourceKey(requester), ...toItem(record) },
      ...over ? { ConditionExpression: 'revision = :over', ExpressionAttributeValues: { ':over': toAttribute(over.revision) } }
        : { ConditionExpression: 'attribute_not_exists(pk)' },
    }), options), [CONDITION_FAILED]));
    // The record may already be this one: it was written, but the answer was lost and the client retried.
    return written || isDeepStrictEqual(toItem(await this.resource(requester) ?? {}), toItem(record));
  }

  public async reserve(entry: LedgerEntry, over: LedgerEntry | undefined, holder: Holder): Promise<boolean> {
    const { identity, serialNumber } = entry;
    const written = await this.transact(holder, false, [
      pointed(this.table.name, entry, over),
      ...added(this.table.name, entry),
      ...over ? [superseded(this.table.name, over, serialNumber)] : [],
    ]);
    return written || (await this.find(identity))?.serialNumber === serialNumber;
  }

  public async advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts, holder: Holder): Promise<boolean> {
    const written = await this.transact(holder, takesBack(to, facts), [this.advanced(entry, to, facts)]);
    return written || this.isAlready(entry, { status: to, ...facts });
  }

  public async reserveRenewal(entry: LedgerEntry, over: LedgerEntry, holder: Holder): Promise<boolean> {
    const { serialNumber } = entry;
    const written = await this.transact(holder, false, [
      ...added(this.table.name, entry),
      this.changed(over, 'SET renewedBy = :next', { ':next': serialNumber, ':renewedBy': over.renewedBy }, over.renewedBy),
    ]);
    return written || this.isAlready(over, { renewedBy: serialNumber });
  }

  public async renew(entry: LedgerEntry, over: LedgerEntry, facts: LedgerFacts, holder: Holder): Promise<boolean> {
    const { identity, serialNumber } = entry;
    const written = await this.transact(holder, false, [
      pointed(this.table.name, entry, over),
      this.advanced(entry, 'ISSUED', facts),
      this.changed(over, 'SET supersededBy = :renewedBy', { ':renewedBy': serialNumber }, serialNumber),
      unrevoked(this.table.name, over),
    ]);
    return written || (await this.find(identity))?.serialNumber === serialNumber;
  }

  public async *certificates(issuer: string, status?: LedgerStatus): AsyncIterable<LedgerEntry> {
    for (const partition of certificatePartitions(issuer)) {
      yield* this.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': toAttribute(partition), ...status && { ':status': toAttribute(status) } },
        ...status && { FilterExpression: '#status = :status', ExpressionAttributeNames: STATUS },
      }, entryFrom);
    }
  }

  public async *ending(issuer: string, after: Date, until: Date): AsyncIterable<EndingCertificate> {
    const { name, partitionKey, sortKey } = ENDS_INDEX;
    const shards = shardedIssuers(issuer).map(sharded => this.query({
      IndexName: name,
      ConsistentRead: false, // an index over a whole table has no consistent reads
      KeyConditionExpression: `${partitionKey} = :issuer AND ${sortKey} BETWEEN :after AND :until`,
      ExpressionAttributeValues: {
        ':issuer': toAttribute(sharded), ':after': toAttribute(formatTime(after)), ':until': toAttribute(formatTime(until)),
      },
    }, endingFrom));
    yield* merged(shards, (one, other) => one.notAfter < other.notAfter);
  }

  public async named(issuer: string, commonName: string, now: Date): Promise<LedgerEntry[]> {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': toAttribute(namePartition(issuer, commonName)) } };
    const entries: LedgerEntry[] = [];
    for await (const { serialNumber, notAfter } of this.query(query, namedCertificateFrom)) {
      const item = new Date(notAfter) > now ? await this.certificate({ issuer, serialNumber }) : undefined;
      if (item && !isSuperseded(item)) {
        entries.push(entryFrom(item));
      }
    }
    return entries;
  }

  private advanced(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): TransactWriteItem {
    const ends = ['notAfter', 'renewal', 'takenFrom', 'logicalResourceId'].some(name => facts[name as keyof LedgerFacts] !== undefined)
      ? endingAttributes({ ...entry, ...present(facts) }) : {};
    const set = Object.entries(toItem({ ...facts, ...ends }));
    return {
      Update: {
        TableName: this.table.name,
        Key: certificateKey(entry),
        UpdateExpression: `SET ${['#status = :to', ...set.map(([name]) => `${name} = :${name}`)].join(', ')}`,
        ConditionExpression: UNCHANGED,
        ExpressionAttributeNames: STATUS,
        ExpressionAttributeValues: {
          ...asRead(entry),
          ':to': toAttribute(to),
          ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
        },
      },
    };
  }

  /** A change of an issued certificate that the certificate with the serial number `renewedBy` is to renew, or no certificate yet. */
  private changed(entry: LedgerEntry, UpdateExpression: string, values: object, renewedBy: string | undefined): TransactWriteItem {
    return {
      Update: {
        TableName: this.table.name,
        Key: certificateKey(entry),
        UpdateExpression,
        ConditionExpression: `${UNCHANGED} AND ${renewedBy === undefined ? 'attribute_not_exists(renewedBy)' : 'renewedBy = :renewedBy'}`,
        ExpressionAttributeNames: STATUS,
        ExpressionAttributeValues: { ...toItem(values), ...asRead(entry) },
      },
    };
  }

  /** The item of a certificate that another item names. */
  private async certificate(key: { issuer?: string; serialNumber?: string }): Promise<Item> {
    const item = await this.table.get(certificateKey(key));
    if (!item) {
      throw new Error(`the ledger ${this.table.name} has lost the certificate with serial number ${key.serialNumber}; `
        + 'restore the table from its point-in-time recovery');
    }
    return item;
  }

  /** Writes only if the request is the latest one for its resource and, unless the write takes something back, has not failed. */
  private async transact(holder: Holder, takesBackOwn: boolean, writes: readonly TransactWriteItem[]): Promise<boolean> {
    const mayHaveFailed = takesBackOwn || holder.evenIfFailed === true;
    const fence: TransactWriteItem = {
      ConditionCheck: {
        TableName: this.table.name,
        Key: resourceKey(holder),
        ConditionExpression: mayHaveFailed ? 'requestId = :request'
          : 'requestId = :request AND (attribute_not_exists(outcome) OR outcome = :success)',
        ExpressionAttributeValues: { ':request': toAttribute(holder.requestId), ...mayHaveFailed ? {} : { ':success': toAttribute('SUCCESS') } },
      },
    };
    return this.written(() => this.table.write('dynamodb:TransactWriteItems', async (client, options) => {
      try {
        return await client.send(new TransactWriteItemsCommand({ TransactItems: [fence, ...writes] }), options);
      } catch (error) {
        throw error instanceof TransactionCanceledException ? decisiveReason(error) : error;
      }
    }, [CONDITION_FAILED, OVERTAKEN]));
  }

  private async *query<T>(input: Omit<QueryCommandInput, 'TableName'>, read: (item: Item) => T): AsyncIterable<T> {
    for await (const items of this.table.pages(input)) {
      yield* items.map(read);
    }
  }

  /** Whether this same change has already been made: it was written, but the answer was lost and the client retried. */
  private async isAlready(entry: LedgerEntry, wanted: Partial<LedgerEntry>): Promise<boolean> {
    const item = await this.table.get(certificateKey(entry));
    const now = item && entryFrom(item);
    return now !== undefined && Object.entries(wanted)
      .every(([name, value]) => value === undefined || isDeepStrictEqual(now[name as keyof LedgerEntry], value));
  }

  private async written(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (errorName(error) === OVERTAKEN) {
        throw new OvertakenError();
      }
      if (errorName(error) === CONDITION_FAILED) {
        return false;
      }
      throw error;
    }
  }
}

/** The name of the error for a transaction whose fence, its first item, was not met. */
const OVERTAKEN = 'Overtaken';

/** The error for a cancelled transaction. A condition that was not met is decisive, whatever else happened. */
function decisiveReason(error: TransactionCanceledException): Error {
  const unmet = unmetConditions(error);
  return !unmet.includes(true) ? faultOf(error) : named(unmet[0] ? OVERTAKEN : CONDITION_FAILED);
}
