import { isMap, JsonMap } from '../../contract/json-map';
import { CliError } from '../cli-error';
import { holdsUnknown, unknownNamesIn, unknownValue } from './unknown-values';

/** A value of a property, an output or a parameter, without any expression in it. */
export type Value = string | number | boolean | Value[] | { [name: string]: Value };

/** The value of `Ref: AWS::NoValue`. A property or list item with this value is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** The result of an expression. */
export type Resolved = Value | typeof NO_VALUE;

/** Looks up the names in expressions. `where` is the place of the expression, for errors. */
export interface Scope {
  reference(name: string, where: string): Resolved;
  attribute(logicalId: string, name: string, where: string): Value;
  condition(name: string, where: string): boolean;
  /** The value of a mapping, or `undefined` if there is none. */
  mapped(map: string, first: string, second: string): unknown;
  imported(exportName: string, where: string): Value;
  /** @param region the Region that the expression names, or `undefined` if it names none */
  stackOutput(stackName: string, outputName: string, region: string | undefined, where: string): Value;
  /**
   * What stands for a value that only AWS knows.
   *
   * @param name the same for the same value
   * @throws Unavailable in a local deployment
   */
  unavailable(where: string, reason: string, name: string): Value;
}

/** An expression has a value only in an AWS account. An output with such an expression is left out. */
export class Unavailable extends CliError {
  /** @param reason the reason without the place, for reports in a list */
  constructor(where: string, public readonly reason: string) {
    super(`${where}: ${reason}`);
  }
}

/** The check before a deployment needs a value that only the deployment will know. */
export class NotKnownYet extends Error {}

/** Computes the value of an expression, and of all expressions in it. */
export function resolve(expression: unknown, scope: Scope, where: string): Resolved {
  if (Array.isArray(expression)) {
    return expression.map((item, index) => resolve(item, scope, `${where}[${index}]`)).filter(item => item !== NO_VALUE);
  }
  if (isMap(expression)) {
    const name = functionName(expression, where);
    if (name === undefined) {
      return resolveMembers(expression, scope, where);
    }
    return FUNCTIONS[name]?.(expression[name], scope, `${where}: ${name}`)
      ?? scope.unavailable(where, `${name} can't be evaluated by a local deployment`, JSON.stringify(expression));
  }
  if (typeof expression === 'string') {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    if (expression.includes('{{resolve:')) {
      return scope.unavailable(where, 'it holds a dynamic reference, which only CloudFormation can look up', expression);
    }
    return expression;
  }
  if (typeof expression === 'number' || typeof expression === 'boolean') {
    return expression;
  }
  throw new CliError(`${where}: null is not allowed in a template`);
}

function resolveMembers(members: JsonMap, scope: Scope, where: string): Value {
  return Object.fromEntries(Object.entries(members)
    .map(([name, member]) => [name, resolve(member, scope, `${where}.${name}`)] as const)
    .filter((each): each is [string, Value] => each[1] !== NO_VALUE));
}

/** Computes the value of a condition: a function, or `{Condition: name}`. */
export function resolveCondition(expression: unknown, scope: Scope, where: string): boolean {
  if (isMap(expression) && Object.keys(expression).length === 1 && typeof expression.Condition === 'string') {
    return scope.condition(expression.Condition, where);
  }
  const value = resolve(expression, scope, where);
  if (typeof value !== 'boolean' && value !== 'true' && value !== 'false') {
    throw new CliError(`${where}: must be true or false`);
  }
  return String(value) === 'true';
}

type Implementation = (argument: unknown, scope: Scope, where: string) => Resolved;

/** The function that a map calls, or `undefined` if the map is only a map. */
function functionName(expression: JsonMap, where: string): string | undefined {
  const names = Object.keys(expression);
  const name = names.find(each => each.startsWith('Fn::')) ?? (names.length === 1 && names[0] === 'Ref' ? 'Ref' : undefined);
  if (name !== undefined && names.length !== 1) {
    throw new CliError(`${where}: ${name} must be the only member of its map`);
  }
  return name;
}

/**
 * The intrinsic functions.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
const FUNCTIONS: { readonly [name: string]: Implementation | undefined } = {
  'Ref': (argument, scope, where) => scope.reference(literal(argument, where), where),

  'Fn::GetAtt': (argument, scope, where) => {
    const [logicalId, name] = attributePath(argument, where);
    return scope.attribute(logicalId, text(name, scope, where), where);
  },

  'Fn::Join': (argument, scope, where) => {
    const [delimiter, values] = tuple(argument, 2, 2, where);
    return list(values, scope, where).map(value => scalar(value, where)).join(text(delimiter, scope, where));
  },

  'Fn::Sub': (argument, scope, where) => {
    const [pattern, variables] = typeof argument === 'string' ? [argument, {}] : tuple(argument, 2, 2, where);
    if (!isMap(variables)) {
      throw new CliError(`${where}: the variables must be a map`);
    }
    return substitute(literal(pattern, where), name => {
      if (Object.hasOwn(variables, name)) {
        return text(variables[name], scope, where);
      }
      const dot = name.indexOf('.');
      return scalar(dot < 0 ? scope.reference(name, where) : scope.attribute(name.slice(0, dot), name.slice(dot + 1), where), where);
    });
  },

  'Fn::Select': (argument, scope, where) => {
    const [index, values] = tuple(argument, 2, 2, where);
    const items = list(values, scope, where);
    const position = text(index, scope, where);
    if (items.length === 1 && holdsUnknown(String(items[0]))) {
      return unknownValue(`item ${position} of ${unknownNamesIn(String(items[0])).join(', ')}`);
    }
    if (!/^\d+$/.test(position) || Number(position) >= items.length) {
      throw new CliError(`${where}: the index must be a whole number from 0 to ${items.length - 1}, got ${JSON.stringify(position)}`);
    }
    return items[Number(position)];
  },

  'Fn::Split': (argument, scope, where) => {
    const [delimiter, value] = tuple(argument, 2, 2, where);
    const separator = text(delimiter, scope, where);
    if (separator === '') {
      throw new CliError(`${where}: the delimiter must not be empty`);
    }
    const whole = text(value, scope, where);
    return holdsUnknown(whole) ? [whole] : whole.split(separator);
  },

  'Fn::FindInMap': (argument, scope, where) => {
    const [map, first, second, options] = tuple(argument, 3, 4, where);
    const path = [map, first, second].map(part => text(part, scope, where)) as [string, string, string];
    const found = scope.mapped(...path);
    if (isMap(found) || (Array.isArray(found) && found.some(isMap))) {
      throw new CliError(`${where}: the mapping ${path.join('.')} must hold a string or a list of strings, because CloudFormation does not `
        + 'allow functions in mappings');
    }
    if (found !== undefined) {
      return resolve(found, scope, where);
    }
    if (isMap(options) && options.DefaultValue !== undefined) {
      return resolve(options.DefaultValue, scope, where);
    }
    throw new CliError(`${where}: the template has no mapping ${path.join('.')}`);
  },

  'Fn::Base64': (argument, scope, where) => Buffer.from(text(argument, scope, where)).toString('base64'),

  'Fn::ImportValue': (argument, scope, where) => scope.imported(text(argument, scope, where), where),

  'Fn::GetStackOutput': (argument, scope, where) => {
    if (!isMap(argument)) {
      throw new CliError(`${where}: must be a map`);
    }
    const region = argument.Region === undefined ? undefined : text(argument.Region, scope, where);
    // RoleArn names the role in another account that reads the output in AWS. Here, all stacks of an app are in one directory.
    return scope.stackOutput(text(argument.StackName, scope, where), text(argument.OutputName, scope, where), region, where);
  },

  'Fn::If': (argument, scope, where) => {
    const [condition, yes, no] = tuple(argument, 3, 3, where);
    return resolve(scope.condition(literal(condition, where), where) ? yes : no, scope, where);
  },

  'Fn::Equals': (argument, scope, where) => {
    const [left, right] = tuple(argument, 2, 2, where).map(side => resolve(side, scope, where));
    if (left !== right && [left, right].some(side => holdsUnknown(String(side)))) {
      const names = unknownNamesIn(`${String(left)} ${String(right)}`).join(', ');
      throw new Unavailable(where, `it compares a value that only the deployment will know (${names})`);
    }
    return comparable(left) === comparable(right);
  },

  // CloudFormation accepts 2 to 10 conditions here; the CDK nests them if there are more.
  'Fn::And': (argument, scope, where) => tuple(argument, 2, 10, where).every(condition => resolveCondition(condition, scope, where)),

  'Fn::Or': (argument, scope, where) => tuple(argument, 2, 10, where).some(condition => resolveCondition(condition, scope, where)),

  'Fn::Not': (argument, scope, where) => !resolveCondition(tuple(argument, 1, 1, where)[0], scope, where),
};

/** Replaces `${name}`. `${!name}` becomes the same text without the exclamation mark. */
function substitute(pattern: string, valueOf: (name: string) => string): string {
  return pattern.replace(/\$\{(!?)([^}]*)\}/g, (_, escaped: string, name: string) => escaped ? `\${${name}}` : valueOf(name.trim()));
}

/** The names that a pattern of `Fn::Sub` mentions. */
export function substitutedNames(pattern: string): string[] {
  return [...pattern.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name.trim());
}

/** Splits the argument of `Fn::GetAtt`: `"Resource.Attribute"` or `["Resource", "Attribute"]`. */
function attributePath(argument: unknown, where: string): [logicalId: string, attribute: unknown] {
  if (typeof argument === 'string' && argument.includes('.')) {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = tuple(argument, 2, 2, where);
  return [literal(logicalId, where), attribute];
}

function tuple(argument: unknown, min: number, max: number, where: string): unknown[] {
  if (!Array.isArray(argument) || argument.length < min || argument.length > max) {
    throw new CliError(`${where}: must be a list of ${min === max ? min : `${min} to ${max}`} values`);
  }
  return argument;
}

function literal(argument: unknown, where: string): string {
  if (typeof argument !== 'string') {
    throw new CliError(`${where}: must be a name`);
  }
  return argument;
}

function text(expression: unknown, scope: Scope, where: string): string {
  return scalar(expression === undefined ? NO_VALUE : resolve(expression, scope, where), where);
}

function scalar(value: Resolved, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new CliError(`${where}: must be a string, got ${value === NO_VALUE ? 'nothing' : Array.isArray(value) ? 'a list' : 'a map'}`);
}

function list(expression: unknown, scope: Scope, where: string): Value[] {
  const value = resolve(expression, scope, where);
  if (!Array.isArray(value)) {
    throw new CliError(`${where}: must be a list`);
  }
  return value;
}

function comparable(value: Resolved | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
