import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CaEvents } from './ca-events';
import { CaEventType, EVENT_SOURCE } from '../../contract/ca-events';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { acknowledge } from '../provider/nag';
import { rolePolicy } from '../provider/role-policy';

/** The CA whose events a function gets, and the function. */
export interface CaEventSubscription {
  readonly ca: IPrivateIotCa;
  readonly type: CaEventType;
  readonly function: IFunction;
  readonly role: Role;
  /** The time limit of the function: a message that it has taken is hidden from others for as long. */
  readonly timeout: Duration;
  /** The stream of the ledger, for a ledger that is not made in this app. */
  readonly ledgerStreamArn?: string;
}

/** How long an event that fails is delivered again: the longest that Amazon SQS allows. An alarm goes off long before. */
const RETENTION = Duration.days(14);

/** The least that Lambda allows. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency */
const MAX_CONCURRENCY = 2;

/**
 * Delivers the events of a type about a CA to a function, through a queue: many revocations at once neither invoke many functions at once
 * nor get lost. The function reports which messages of a batch have failed. The ids of the constructs are final.
 *
 * @returns the queue, and what puts events on the bus
 */
export function onCaEvent(
  scope: Construct, { ca, type, function: target, role, timeout, ledgerStreamArn }: CaEventSubscription,
): { readonly queue: Queue; readonly events: CaEvents } {
  const events = CaEvents.of(ca, ledgerStreamArn);
  const queue = new Queue(scope, 'Queue', { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: RETENTION, visibilityTimeout: timeout });
  acknowledge(queue, 'AwsSolutions-SQS3', 'An alarm goes off while messages are delivered again in vain, and checks of everything make up for them');
  const rule = new Rule(scope, 'Events', {
    description: `Events "${type}" of a CA`,
    eventPattern: { source: [EVENT_SOURCE], account: [Stack.of(scope).account], detailType: [type], detail: { ca: [ca.caId] } },
    targets: [{ bind: () => ({ arn: queue.queueArn }) }],
  });
  queue.addToResourcePolicy(new PolicyStatement({
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
  }));
  const rights = rolePolicy(scope, 'Messages', role);
  rights.addStatements(new PolicyStatement({ actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], resources: [queue.queueArn] }));
  new EventSourceMapping(scope, 'Deliveries', {
    target, eventSourceArn: queue.queueArn, batchSize: 10, maxConcurrency: MAX_CONCURRENCY, reportBatchItemFailures: true,
  }).node.addDependency(rights);
  return { queue, events };
}
