import { CustomResource, Duration } from 'aws-cdk-lib';
import { CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { anyOfAlarms } from '../constructs/alarms/any-of-alarms';
import { failedChecksAlarm } from '../constructs/alarms/failed-checks-alarm';
import { undeliveredAlarm } from '../constructs/alarms/undelivered-alarm';
import { assertKnown, validate } from '../constructs/checks/validation';
import { CaEventSubscription, onCaEvent } from '../constructs/events/on-ca-event';
import { onSchedule } from '../constructs/revocation/on-rule';
import { checkCheckMinutes } from '../contract/revocation-functions';

/** A function that keeps something up to date with a CA, and what invokes it. */
export interface KeptUpToDate extends CaEventSubscription {
  readonly function: Function;
  /** How often the function compares everything. */
  readonly checkInterval: Duration;
  /** What the function does then, for people who look at the schedule. */
  readonly check: string;
  /** The resource with which a deployment has the function invoked for the first time, and in which CloudFormation learns of what is wrong. */
  readonly resource: CustomResource;
  /** What is the case when the function fails. */
  readonly complaint: string;
}

/** Checks how often a function compares everything. */
export function validCheckInterval(scope: Construct, interval = Duration.hours(1)): Duration {
  assertKnown(scope, 'checkInterval', interval, 'an alarm looks at as much time');
  validate(scope, [], () => checkCheckMinutes(interval.toMinutes({ integral: false })));
  return interval;
}

/** The ids of what invokes the function again. */
const OCCASIONS = ['Schedule', 'Deliveries'];

/**
 * Has a function keep something up to date with a CA: after each event of a type, and at regular intervals. When a stack is deleted, what
 * invokes the function goes before the resource, or the function could do again what was undone.
 *
 * @returns the alarm that goes off when the function fails, or what announces events to it. The function has succeeded before the alarm is made
 */
export function keepUpToDate(scope: Construct, { checkInterval, check, resource, complaint, ...subscription }: KeptUpToDate): CompositeAlarm {
  const { queue, events } = onCaEvent(scope, subscription);
  onSchedule(scope, subscription.function, checkInterval, check);
  const occasions = OCCASIONS.map(id => scope.node.findChild(id));
  occasions.forEach(occasion => occasion.node.addDependency(resource));
  const failedChecks = failedChecksAlarm(scope, subscription.function, checkInterval, `Two checks in a row have failed, or were not made. ${complaint}`, 'deployment');
  failedChecks.node.addDependency(...occasions);
  const undelivered = undeliveredAlarm(scope, queue, 'For an hour, there were always events that the function could not carry out, or did not get; '
    + `after very many revocations, it may still be at work. ${complaint}`);
  return anyOfAlarms(scope, [failedChecks, undelivered, events.alarm], complaint);
}
