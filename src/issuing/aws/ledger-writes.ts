import { TransactionCanceledException, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { endingAttributes, Item, toAttribute, toItem } from './ledger-item';
import { certificateKey, nameKey, pointerKey, revocationKey } from './ledger-keys';
import { LedgerEntry } from '../ledger/ledger';

/** The writes that make a certificate the latest of its identity. Each is a part of a transaction on the table with the name `TableName`. */

/** `status` is a reserved word of DynamoDB. */
export const STATUS = { '#status': 'status' };

/** The condition that an entry has the status and the resource that it had when it was read: see `asRead`. */
export const UNCHANGED = '#status = :from AND stackId = :fromStack AND logicalResourceId = :fromResource AND attribute_not_exists(supersededBy)';

export function asRead({ status, stackId, logicalResourceId }: LedgerEntry): Item {
  return toItem({ ':from': status, ':fromStack': stackId, ':fromResource': logicalResourceId });
}

/** Makes an entry the latest of its identity in place of another one, or the first one. */
export function pointed(TableName: string, { identity, issuer, serialNumber }: LedgerEntry, over: LedgerEntry | undefined): TransactWriteItem {
  return {
    Put: {
      TableName,
      Item: { ...pointerKey(identity), ...toItem({ issuer, serialNumber }) },
      ...over ? { ConditionExpression: 'serialNumber = :over', ExpressionAttributeValues: { ':over': toAttribute(over.serialNumber) } }
        : { ConditionExpression: 'attribute_not_exists(pk)' },
    },
  };
}

/** Adds an entry, also under its common name. */
export function added(TableName: string, entry: LedgerEntry): TransactWriteItem[] {
  const { commonName, notAfter } = entry;
  const item = { ...certificateKey(entry), ...toItem({ ...entry, ...endingAttributes(entry) }) };
  return [
    { Put: { TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
    ...commonName === undefined ? [] : [{ Put: { TableName, Item: { ...nameKey(entry, commonName), ...toItem({ notAfter }) } } }],
  ];
}

/** Makes a certificate of a device the one that nothing has followed again. */
export function broughtBack(TableName: string, entry: LedgerEntry): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: certificateKey(entry),
      UpdateExpression: 'SET returnedAt = :now, restoredOver = :over REMOVE supersededBy',
      ConditionExpression: 'attribute_exists(supersededBy)',
      ExpressionAttributeValues: toItem({ ':now': entry.returnedAt, ':over': entry.restoredOver }),
    },
  };
}

/** The condition that a certificate is neither revoked nor on hold. */
export function unrevoked(TableName: string, entry: LedgerEntry): TransactWriteItem {
  return {
    ConditionCheck: {
      TableName,
      Key: revocationKey(entry),
      ConditionExpression: 'attribute_not_exists(pk) OR #state = :released',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: toItem({ ':released': 'RELEASED' }),
    },
  };
}

/** Says in an entry which certificate has followed it. */
export function superseded(TableName: string, over: LedgerEntry, serialNumber: string): TransactWriteItem {
  return {
    Update: {
      TableName,
      Key: certificateKey(over),
      UpdateExpression: 'SET supersededBy = :next',
      ConditionExpression: UNCHANGED,
      ExpressionAttributeNames: STATUS,
      ExpressionAttributeValues: { ':next': toAttribute(serialNumber), ...asRead(over) },
    },
  };
}

/** Which items of a cancelled transaction had a condition that was not met. */
export function unmetConditions({ CancellationReasons = [] }: TransactionCanceledException): boolean[] {
  return CancellationReasons.map(({ Code }) => Code === 'ConditionalCheckFailed');
}

/** The first reason of a cancelled transaction that is neither contention nor throttling; the cancellation itself if there is none. */
export function faultOf(error: TransactionCanceledException): Error {
  const fault = (error.CancellationReasons ?? []).map(({ Code = 'None' }) => Code).find(code => code !== 'None' && !PASSING.includes(code));
  return fault === undefined ? error : named(fault);
}

export function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const PASSING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
