import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, EventSourceMappingOptions, FilterCriteria, FilterRule, IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { ledgerStream } from '../ca/ledger-table';
import { acknowledge } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** The CA whose revocations a function is told of, and the function. */
export interface RevocationSubscription {
  readonly ca: IPrivateIotCa;
  readonly function: IFunction;
  readonly role: Role;
  /** The stream of the ledger, for a ledger that is not made in this app. */
  readonly ledgerStreamArn?: string;
}

/** Invokes a function when something is revoked or a hold ends, by whatever means. The ids of the constructs are final. */
export function onRevocation(
  scope: Construct, { ca, role, function: target, ledgerStreamArn }: RevocationSubscription, options: EventSourceMappingOptions,
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
  acknowledge(rights, 'AwsSolutions-IAM5', 'dynamodb:ListStreams is not authorized on resources', ['Resource::*']);
  new EventSourceMapping(scope, 'Revocations', {
    ...options,
    target,
    eventSourceArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters: [FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: FilterRule.beginsWith('revoked#') } } } })],
  }).node.addDependency(rights);
}
