import { Stage } from 'aws-cdk-lib';
import { AlarmBase, IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnFunction, Function } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { IConstruct } from 'constructs';
import { isElsewhere } from '../ca/cross-account';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { callerIn } from '../functions/rights-of-caller';
import { outermostStack } from '../provider/reach';

/** A part of this library in an app, and its name on a dashboard. */
interface Shown<T> {
  readonly name: string;
  readonly part: T;
}

/** What works for some CAs: the functions of this library, and the queues and alarms beside them. */
export interface ShownParts {
  readonly functions: readonly Shown<Function>[];
  readonly queues: readonly Shown<Queue>[];
  readonly alarms: readonly IAlarm[];
}

/** The functions for CAs, and what is beside them, as far as the stack of `scope` can refer to it. */
export function partsFor(scope: IConstruct, cas: readonly IPrivateIotCa[]): ShownParts {
  const ids = cas.map(({ caId }) => caId);
  const isShown = reachOf(scope, cas);
  const callers = [...Stage.of(scope)?.node.findAll() ?? []].flatMap(within => {
    const caller = callerIn(within);
    return caller && (caller.caId === undefined || ids.includes(caller.caId)) && isShown(within) ? [{ within, function: caller.function }] : [];
  });
  const beside = callers.flatMap(({ within }) => within.node.children);
  return {
    functions: callers.map(({ within, function: part }) => ({ part, name: `${(part.node.defaultChild as CfnFunction).description} (${within.node.path})` })),
    queues: beside.filter(each => each instanceof Queue).map(part => ({ part, name: part.node.path })),
    alarms: beside.filter(each => each instanceof AlarmBase),
  };
}

/**
 * Whether a construct can be on a dashboard: it is in the same account and Region, and its stack does not need the stack of the dashboard.
 * Stacks that use a CA need the stack of the CA. So a dashboard beside one of its CAs shows its own stack and the stacks of the other CAs, and
 * a dashboard apart from them shows the whole app.
 */
function reachOf(scope: IConstruct, cas: readonly IPrivateIotCa[]): (construct: IConstruct) => boolean {
  const own = outermostStack(scope);
  const homes = cas.map(outermostStack);
  return construct => {
    const home = outermostStack(construct);
    return Stage.of(construct) === Stage.of(scope) && !isElsewhere(home, own) && (!homes.includes(own) || [own, ...homes].includes(home));
  };
}
