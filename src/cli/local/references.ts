import { substitutedNames } from './intrinsics';
import { isMap } from '../../contract/json-map';

/** The members of all maps in an expression, in all branches, from the outside to the inside. */
function membersIn(expression: unknown): (readonly [name: string, value: unknown])[] {
  if (Array.isArray(expression)) {
    return expression.flatMap(membersIn);
  }
  return isMap(expression) ? Object.entries(expression).flatMap(([name, value]) => [[name, value] as const, ...membersIn(value)]) : [];
}

/**
 * The names that an expression refers to by `Ref`, `Fn::GetAtt` and `Fn::Sub`, in all branches. Malformed parts are ignored:
 * they are errors only if the expression is evaluated.
 */
export function referencesIn(expression: unknown): Set<string> {
  return new Set(membersIn(expression).flatMap(([key, argument]) => {
    switch (key) {
      case 'Ref': return typeof argument === 'string' ? [argument] : [];
      case 'Fn::GetAtt': return [String([argument].flat()[0]).split('.')[0]];
      case 'Fn::Sub': return substitutionsIn(argument);
      default: return [];
    }
  }));
}

function substitutionsIn(argument: unknown): string[] {
  const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return typeof pattern === 'string'
    ? substitutedNames(pattern).filter(name => !isMap(variables) || !Object.hasOwn(variables, name)).map(name => name.split('.')[0])
    : [];
}

/** The names of the stacks whose outputs an expression reads by `Fn::GetStackOutput`, if the names are literals. */
export function stacksReadBy(expression: unknown): string[] {
  return membersIn(expression).flatMap(([name, read]) =>
    name === 'Fn::GetStackOutput' && isMap(read) && typeof read.StackName === 'string' ? [read.StackName] : []);
}

/** A reference to a secret, in the properties of a certificate resource or in a ledger entry. */
export interface SecretReference {
  /** An ARN or a name; in a template, an expression. */
  readonly expression: unknown;
  /** Whether the deployment itself writes the value: a private key, or a form in which the key is delivered. */
  readonly isWritten: boolean;
}

/** The secrets that properties name. The `Type` beside a secret tells what it is for. */
export function secretReferencesIn(properties: unknown): SecretReference[] {
  if (Array.isArray(properties)) {
    return properties.flatMap(secretReferencesIn);
  }
  if (!isMap(properties)) {
    return [];
  }
  const { Type } = properties;
  return Object.entries(properties).flatMap(([name, expression]) => name.endsWith('SecretArn')
    ? [{ expression, isWritten: name === 'SecretArn' && Type !== undefined && Type !== 'ExistingSecret' }]
    : secretReferencesIn(expression));
}
