import { isDeepStrictEqual } from 'node:util';
import { ConditionalCheckFailedException, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { crlRecordFrom, entryFrom, Item, publicationFrom, revocationFrom, toAttribute, toItem } from './ledger-item';
import { certificateKey, crlKey, publicationKey, revocationKey } from './ledger-keys';
import { CONDITION_FAILED, LedgerTable } from './ledger-table';
import { LedgerEntry } from '../ledger/ledger';
import { CrlPublication, CrlRecord, Publications, PublishedCrl, Revocation } from '../ledger/revocation';

/**
 * What the DynamoDB table of a ledger knows about revoked certificates. Items are never deleted:
 *
 * - `revoked#<identity of the CA>`, `serial#<serial number>`: the attributes of `Revocation`. They are apart from the certificates, so that a
 *   list of what is revoked does not read what is not.
 * - `crl#<identity of the CA>`, `current`: the number of the revocation list that was taken last (`number`), the number of the newest one that
 *   was published (`published`), and its thisUpdate (`publishedAt`)
 * - `crl#<identity of the CA>`, `publication`: the attributes of `CrlPublication`
 */
export class DynamoDbRevocations implements Publications {
  constructor(private readonly table: LedgerTable) {}

  public async certificate(issuer: string, serialNumber: string): Promise<LedgerEntry | undefined> {
    const item = await this.table.get(certificateKey({ issuer, serialNumber }));
    return item && entryFrom(item);
  }

  public async find(issuer: string, serialNumber: string): Promise<Revocation | undefined> {
    const item = await this.table.get(revocationKey({ issuer, serialNumber }));
    return item && revocationFrom(item, issuer);
  }

  public async record(revocation: Revocation, over: Revocation | undefined): Promise<boolean> {
    return this.put(revocationKey(revocation), revocation, over, () => this.find(revocation.issuer, revocation.serialNumber));
  }

  public async *list(issuer: string): AsyncIterable<readonly Revocation[]> {
    const pages = this.table.pages({
      KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': revocationKey({ issuer, serialNumber: '' }).pk },
    });
    for await (const items of pages) {
      yield items.map(item => revocationFrom(item, issuer));
    }
  }

  public async takeCrlNumber(issuer: string): Promise<CrlRecord> {
    // If the answer is lost, the client takes another number: a gap does no harm.
    const { Attributes } = await this.table.write('dynamodb:UpdateItem', (client, options) => client.send(new UpdateItemCommand({
      TableName: this.table.name,
      Key: crlKey(issuer),
      UpdateExpression: 'ADD #number :one',
      ExpressionAttributeNames: NUMBER,
      ExpressionAttributeValues: { ':one': toAttribute(1) },
      ReturnValues: 'ALL_NEW',
    }), options), []);
    return crlRecordFrom(Attributes as Item);
  }

  public async publishedCrl(issuer: string, { number, publishedAt }: PublishedCrl): Promise<void> {
    await this.ifAllowed(() => this.table.write('dynamodb:UpdateItem', (client, options) => client.send(new UpdateItemCommand({
      TableName: this.table.name,
      Key: crlKey(issuer),
      UpdateExpression: 'SET published = :number, publishedAt = :at',
      ConditionExpression: 'attribute_not_exists(published) OR published < :number',
      ExpressionAttributeValues: { ':number': toAttribute(number), ':at': toAttribute(publishedAt) },
    }), options), [CONDITION_FAILED]));
  }

  public async skipCrlNumbers(issuer: string, number: number): Promise<void> {
    await this.ifAllowed(() => this.table.write('dynamodb:UpdateItem', (client, options) => client.send(new UpdateItemCommand({
      TableName: this.table.name,
      Key: crlKey(issuer),
      UpdateExpression: 'SET #number = :number',
      ConditionExpression: '#number < :number',
      ExpressionAttributeNames: NUMBER,
      ExpressionAttributeValues: { ':number': toAttribute(number) },
    }), options), [CONDITION_FAILED]));
  }

  public async crl(issuer: string): Promise<CrlRecord | undefined> {
    const item = await this.table.get(crlKey(issuer));
    return item && crlRecordFrom(item);
  }

  public async publication(issuer: string): Promise<CrlPublication | undefined> {
    const item = await this.table.get(publicationKey(issuer));
    return item && publicationFrom(item);
  }

  public async publishAt(issuer: string, publication: CrlPublication, over: CrlPublication | undefined): Promise<boolean> {
    return this.put(publicationKey(issuer), publication, over, () => this.publication(issuer));
  }

  /** Writes a record over the one with that revision, if it is still there. */
  private async put(key: Item, record: object, over: { readonly revision: number } | undefined, read: () => Promise<unknown>): Promise<boolean> {
    const written = await this.ifAllowed(() => this.table.write('dynamodb:PutItem', (client, options) => client.send(new PutItemCommand({
      TableName: this.table.name,
      Item: { ...key, ...toItem(record) },
      ...over ? { ConditionExpression: 'revision = :over', ExpressionAttributeValues: { ':over': toAttribute(over.revision) } }
        : { ConditionExpression: 'attribute_not_exists(pk)' },
    }), options), [CONDITION_FAILED]));
    // The record may already be this one: it was written, but the answer was lost and the client retried.
    return written || isDeepStrictEqual(await read(), JSON.parse(JSON.stringify(record)));
  }

  /** @returns whether the condition of the write was met */
  private async ifAllowed(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return false;
      }
      throw error;
    }
  }
}

/** `number` is a reserved word of DynamoDB. */
const NUMBER = { '#number': 'number' };
