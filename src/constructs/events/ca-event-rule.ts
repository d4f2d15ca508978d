import { Stack } from 'aws-cdk-lib';
import { EventPattern, IRuleTarget, OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { CaEvents } from './ca-events';
import { CaEventType, EVENT_SOURCE } from '../../contract/ca-events';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { check, having, Kinds, MAP, optional, TEXT } from '../checks/kinds';
import { SCOPE } from '../checks/object-kinds';
import { validId } from '../checks/validation';

const KINDS: Kinds<OnEventOptions> = {
  target: optional(having<IRuleTarget>('a target of aws-events-targets, such as new SnsTopic()', 'bind')),
  eventPattern: optional(MAP as never),
  ruleName: optional(TEXT),
  description: optional(TEXT),
  crossStackScope: optional(SCOPE as never),
};

/** A rule of the user's for the events of a type about a CA, in the account and the Region of the CA. */
export function caEventRule(ca: IPrivateIotCa & Construct, type: CaEventType, id: string, options: OnEventOptions = {}): Rule {
  check(ca, KINDS, options);
  const { target, eventPattern, crossStackScope = ca, ...common } = options;
  const events = CaEvents.of(ca);
  if (type === CaEventType.CERTIFICATE_ISSUED) {
    events.includeIssued();
  }
  const rule = new Rule(crossStackScope, validId(crossStackScope, id), common);
  const own: EventPattern = { source: [EVENT_SOURCE], account: [Stack.of(ca).account], detailType: [type], detail: { ca: [ca.caId] } };
  rule.addEventPattern(eventPattern);
  rule.addEventPattern(own);
  rule.addTarget(target);
  return rule;
}
