import { Stack } from 'aws-cdk-lib';
import { EventPattern, IRuleTarget, OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { CaEvents } from './ca-events';
import { CaEventType, EVENT_SOURCE } from '../../contract/ca-events';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, having, Kinds, listOf, MAP, optional, pathBelow, struct, TEXT } from '../checks/kinds';
import { note } from '../checks/notices';
import { validId } from '../checks/validation';
import { areEndsWatched } from '../expiry/watched-cas';

const TEXTS = optional(listOf(TEXT));
const PATTERN_KINDS: Kinds<EventPattern> = {
  version: TEXTS, id: TEXTS, detailType: TEXTS, source: TEXTS, account: TEXTS, time: TEXTS, region: TEXTS, resources: TEXTS, detail: optional(MAP),
};

const KINDS: Kinds<OnEventOptions> = {
  target: optional(having<IRuleTarget>('a target of aws-events-targets, such as new SnsTopic()', 'bind')),
  eventPattern: optional(struct('EventPattern', PATTERN_KINDS)),
  ruleName: optional(TEXT),
  description: optional(TEXT),
  crossStackScope: optional(having<Construct>('a construct', 'node')),
};

/** A rule of the user's for the events of a type about a CA, in the account and the Region of the CA. */
export function caEventRule(ca: IPrivateIotCa & Construct, type: CaEventType, id: string, options: OnEventOptions = {}): Rule {
  check(pathBelow(ca, validId(ca, id)), KINDS, options);
  const { target, eventPattern, crossStackScope = ca, ...common } = options;
  CaEvents.of(ca).include(type);
  const rule = new Rule(crossStackScope, id, common);
  const own: EventPattern = { source: [EVENT_SOURCE], account: [Stack.of(ca).account], detailType: [type], detail: { ca: [ca.caId] } };
  rule.addEventPattern(eventPattern);
  rule.addEventPattern(own);
  rule.addTarget(target);
  if (type === CaEventType.CERTIFICATE_EXPIRING) {
    rule.node.addValidation({ validate: () => sayIfUnwatched(rule, ca) });
  }
  return rule;
}

/** The rules of which it was said that they get no events: an app can be synthesized several times. */
const SAID = new WeakSet<Rule>();

/** The alarms can be declared after the rule, so this is said at the end. */
function sayIfUnwatched(rule: Rule, ca: IPrivateIotCa): string[] {
  if (!areEndsWatched(ca) && !SAID.has(rule)) {
    SAID.add(rule);
    note(rule, 'expiry-unwatched', `nothing in this app looks for certificates of ${ca.node.path} that end soon, so there are no such events: `
      + 'declare ExpiryAlarms for the CA');
  }
  return [];
}
