import { substitutedNames } from './intrinsics';
import { isMap } from '../../contract/json-map';

/**
 * The names that an expression refers to by `Ref`, `Fn::GetAtt` and `Fn::Sub`, in all branches. Malformed parts are ignored:
 * they are errors only if the expression is evaluated.
 */
export function referencesIn(expression: unknown): Set<string> {
  const names = new Set<string>();
  collect(expression, names);
  return names;
}

function collect(expression: unknown, names: Set<string>): void {
  if (Array.isArray(expression)) {
    expression.forEach(item => collect(item, names));
  } else if (isMap(expression)) {
    for (const [key, argument] of Object.entries(expression)) {
      if (key === 'Ref' && typeof argument === 'string') {
        names.add(argument);
      } else if (key === 'Fn::GetAtt') {
        const target: unknown = Array.isArray(argument) ? argument[0] : argument;
        names.add(String(target).split('.')[0]);
      } else if (key === 'Fn::Sub') {
        collectSubstitutions(argument, names);
      }
      collect(argument, names);
    }
  }
}

/** The names of the stacks whose outputs an expression reads by `Fn::GetStackOutput`, if the names are literals. */
export function stacksReadBy(expression: unknown): string[] {
  if (Array.isArray(expression)) {
    return expression.flatMap(stacksReadBy);
  }
  if (!isMap(expression)) {
    return [];
  }
  const read = expression['Fn::GetStackOutput'];
  return isMap(read) && typeof read.StackName === 'string' ? [read.StackName] : Object.values(expression).flatMap(stacksReadBy);
}

function collectSubstitutions(argument: unknown, names: Set<string>): void {
  const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
  if (typeof pattern === 'string') {
    substitutedNames(pattern)
      .filter(name => !isMap(variables) || !Object.hasOwn(variables, name))
      .forEach(name => names.add(name.split('.')[0]));
  }
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
