import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { decide } from './authorization';
import { AwsWorld } from './aws-world';
import { NeededRight } from './needed-rights';
import { Allowing, PlayedStack, UsedRight } from './played-stack';
import { REGISTRARS } from '../../../src/platforms/registrations';

const BUNDLES = ['handler', 'revocation', 'fleet', ...new Set(Object.values(REGISTRARS).map(({ bundle }) => bundle))];

/**
 * That the label of a key in a secret can't be taken away is passed over: the secret goes with its resource, or is another
 * certificate's by then, which is the matter of the code that passes it over.
 */
function isPassedOver({ action, request }: UsedRight): boolean {
  return action === 'secretsmanager:UpdateSecretVersionStage' && request.startsWith('Delete ');
}

/** Every right that was needed was given, and every right that was given was needed. */
export function assertRights(...stacks: readonly PlayedStack[]): void {
  for (const { used, statements } of stacks) {
    const denied = used.filter(each => !each.decision.allowed && !isPassedOver(each));
    expect(denied.map(({ request, action, resource, context }) => ({ request, action, resource, context }))).toEqual([]);
    const needed = new Set(used.flatMap(({ decision }) => decision.by));
    const unused = [...statements].filter(([statement, { Action }]) => !needed.has(statement) && [Action].flat().some(isCalled));
    expect(unused.map(([statement]) => statement)).toEqual([]);
  }
}

/** The keys of a ledger's items, by the form of the statements that allow them. */
function leadingKeysOf({ Action, Condition }: Allowing): { readonly form: string; readonly patterns: readonly string[] } {
  const patterns = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
  return { form: JSON.stringify([Action, patterns]), patterns: [patterns].flat() };
}

/** Every kind of item that some statements of the same form allow was used, in stacks that use everything. One CA may have nothing of a kind. */
export function assertKeysUsed(...stacks: readonly PlayedStack[]): void {
  const unused = new Map<string, Set<string>>();
  for (const { statements } of stacks) {
    for (const statement of statements.values()) {
      const { form, patterns } = leadingKeysOf(statement);
      unused.set(form, new Set(patterns));
    }
  }
  for (const { used, statements } of stacks) {
    for (const { context, decision } of used) {
      for (const key of [context['dynamodb:LeadingKeys'] ?? []].flat()) {
        decision.by.flatMap(by => statements.get(by) ?? []).map(leadingKeysOf).forEach(({ form, patterns }) =>
          patterns.filter(pattern => key.startsWith(pattern.replace(/\*$/, ''))).forEach(pattern => unused.get(form)!.delete(pattern)));
      }
    }
  }
  expect([...unused].filter(([, patterns]) => patterns.size > 0).map(([form, patterns]) => ({ form, unused: [...patterns] }))).toEqual([]);
}

/** Whether the shipped functions call an action themselves: Lambda writes their logs. */
function isCalled(action: string): boolean {
  const [service, operation] = action.split(':');
  return service !== 'logs' && BUNDLES.some(bundle => bundleText(bundle).includes(`${operation}Command`) || CALLED_BY_NAME.includes(service));
}

/** Services that the functions call without the AWS SDK. */
const CALLED_BY_NAME = ['iot', 'rolesanywhere', 'elasticloadbalancing'];

const TAGGING = ['AddTagsToResource', 'RemoveTagsFromResource'];

const texts = new Map<string, string>();

function bundleText(name: string): string {
  const text = texts.get(name) ?? readFileSync(join(resolve(__dirname, '../../../assets'), name, 'index.js'), 'utf8');
  texts.set(name, text);
  return text;
}

/**
 * What no function of a stack may do, whatever policies it has by now.
 *
 * @param strange a secret and a KMS key that are others'
 */
export async function assertStrangersDenied(stack: PlayedStack, world: AwsWorld, strange: { secret: string; key: string }): Promise<number> {
  const { partition, account, region } = world;
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const given = [...stack.statements.values()].flatMap(statement => [(statement as unknown as { Resource: string | string[] }).Resource].flat());
  const two = (kind: string): string[] => [...new Set(given.filter(each => each.includes(kind) && !each.includes('?')))].slice(0, 2);
  const [tables, secrets, keys] = [':table/', ':secret:', ':key/'].map(two);
  const right = (action: string, resource: string, context: NeededRight['context'] = {}): NeededRight => ({ action, resource, context });
  const leading = (key: string) => ({ 'dynamodb:LeadingKeys': [key] });
  const never = [
    ...tables.flatMap(table => [
      ...['Scan', 'DeleteTable', 'UpdateTable'].map(action => right(`dynamodb:${action}`, table)),
      ...['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem', 'Query'].map(action => right(`dynamodb:${action}`, table, leading('other#1'))),
      right('dynamodb:DeleteItem', table, leading('identity#1')),
    ]),
    ...secrets.flatMap(secret => ['DeleteSecret', 'UpdateSecret', 'PutResourcePolicy', 'RestoreSecret'].map(action => right(`secretsmanager:${action}`, secret))),
    ...['GetSecretValue', 'PutSecretValue', 'DescribeSecret'].map(action => right(`secretsmanager:${action}`, strange.secret)),
    ...keys.flatMap(key => [
      ...['ScheduleKeyDeletion', 'PutKeyPolicy', 'CreateGrant', 'DisableKey', 'Decrypt', 'GenerateDataKey', 'Encrypt'].map(action => right(`kms:${action}`, key)),
      right('kms:Decrypt', key, { 'kms:ViaService': `s3.${region}.amazonaws.com` }),
    ]),
    right('kms:Sign', strange.key),
    ...['parameter/others/key', 'parameter//others/key', 'parameter/others/private-iot-ca/key'].flatMap(other =>
      ['GetParameter', 'PutParameter', 'DeleteParameter', ...TAGGING].map(action => right(`ssm:${action}`, arn('ssm', other)))),
    ...TAGGING.map(action => right(`ssm:${action}`, arn('ssm', 'document/other'))),
    right('cloudformation:ListStackResources', arn('cloudformation', 'stack/Other/0a1b2c3d')),
    right('cloudformation:DeleteStack', stack.id),
    right('lambda:InvokeFunction', arn('lambda', 'function:other')),
    right('iam:PassRole', `arn:${partition}:iam::${account}:role/other`),
  ];
  const allowed: string[] = [];
  for (const role of stack.roles) {
    for (const each of never) {
      const decision = await decide(stack.sessionOf(role), stack.policiesOf(role), each, world.policies.get(each.resource));
      allowed.push(...decision.allowed ? [`${role}: ${each.action} on ${each.resource} ${JSON.stringify(each.context)}`] : []);
    }
  }
  expect(allowed).toEqual([]);
  return never.length * stack.roles.length;
}
