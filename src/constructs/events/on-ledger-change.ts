import { Lazy } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import {
  CfnEventSourceMapping, EventSourceMapping, EventSourceMappingOptions, FilterCriteria, FilterRule, IFunction, StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { ledgerStream } from '../ca/ledger-table';
import { acknowledge } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** The keys of the items of a ledger that are read from its stream. */
export interface ChangedKeys {
  /** The beginning of their partition keys. */
  readonly prefix: string;
  /** Their sort key, if not all items in these partitions are read. */
  readonly sortKey?: string;
}

/** The CA of whose ledger a function is told, and the function. */
export interface LedgerSubscription {
  readonly ca: IPrivateIotCa;
  readonly function: IFunction;
  readonly role: Role;
  /** The stream of the ledger, for a ledger that is not made in this app. */
  readonly ledgerStreamArn?: string;
}

/**
 * Invokes a function when items of a ledger change, by whatever means. The ids of the constructs are final.
 *
 * @param keys the keys of the items; read at the end of synthesis
 * @param givenUp where it is kept that changes were given up: the place of their records in the stream
 */
export function onLedgerChange(
  scope: Construct, { ca, role, function: target, ledgerStreamArn }: LedgerSubscription, keys: readonly ChangedKeys[],
  options: EventSourceMappingOptions, givenUp?: IQueue,
): void {
  const eventSourceArn = ledgerStreamArn ?? ledgerStream(ca.ledger);
  if (eventSourceArn === undefined) {
    throw new Error(`${scope.node.path}: ledgerStreamArn must be given for a CA whose ledger is not made in this stack: the ARN that `
      + '`aws dynamodb describe-table --table-name … --query Table.LatestStreamArn` prints');
  }
  const rights = rolePolicy(scope, 'Stream', role);
  rights.addStatements(
    new PolicyStatement({ actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], resources: [eventSourceArn] }),
    new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
  );
  if (givenUp) {
    rights.addStatements(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [givenUp.queueArn] }));
  }
  acknowledge(rights, 'AwsSolutions-IAM5', 'dynamodb:ListStreams is not authorized on resources', ['Resource::*']);
  const mapping = new EventSourceMapping(scope, 'LedgerChanges', {
    ...options,
    target,
    eventSourceArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    onFailure: givenUp && { bind: () => ({ destination: givenUp.queueArn }) },
  });
  mapping.node.addDependency(rights);
  (mapping.node.defaultChild as CfnEventSourceMapping).filterCriteria = Lazy.any({
    produce: () => ({
      filters: keys.map(({ prefix, sortKey }) => FilterCriteria.filter({
        dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(prefix) }, ...sortKey !== undefined && { sk: { S: FilterRule.isEqual(sortKey) } } } },
      })),
    }),
  });
}
