import { isMap, JsonMap } from '../../../contract/json-map';

/**
 * The expressions of a provisioning template, as far as their values can be determined.
 * https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html#intrinsic-functions
 */

/** A value that is known only at deployment. */
export const UNKNOWN: unique symbol = Symbol('known at deployment');

/** A number that is known only at deployment. It is not allowed where AWS IoT requires a string. */
export const UNKNOWN_NUMBER: unique symbol = Symbol('a number known at deployment');

/** The values of parameters. */
export type ParameterValues = ReadonlyMap<string, unknown>;

/** A variable of Fn::Sub. Variables of policies, such as `${iot:ClientId}`, are filled in when the policy is applied. */
const VARIABLE = /\$\{(?!!|iot:|aws:)([^}]+)\}/g;

interface Operation {
  /** What its argument must be, in words. */
  readonly form: string;
  takes(argument: unknown): boolean;
  /** The parameters and resources that its argument names. */
  references(argument: unknown): string[];
  /** The value that it makes of its argument, if this value is known. */
  value(argument: unknown, values: ParameterValues): unknown;
}

/** A function whose value is not worked out here. */
const NOT_WORKED_OUT: Pick<Operation, 'references' | 'value'> = { references: referencesIn, value: () => UNKNOWN };

const OPERATIONS: { readonly [name: string]: Operation } = {
  'Ref': {
    form: 'the name of a parameter or resource',
    takes: argument => typeof argument === 'string',
    references: argument => typeof argument === 'string' ? [argument] : [],
    value: (argument, values) => values.get(argument as string) ?? UNKNOWN,
  },
  'Fn::Join': {
    form: 'a separator and a list',
    takes: argument => isPair(argument) && typeof argument[0] === 'string' && (Array.isArray(argument[1]) || isExpression(argument[1])),
    references: referencesIn,
    value: (argument, values) => {
      const [separator, parts] = argument as [string, unknown];
      const known = Array.isArray(parts) ? parts.map(part => valueOf(part, values)) : [UNKNOWN];
      return known.every(each => typeof each === 'string') ? known.join(separator) : UNKNOWN;
    },
  },
  'Fn::Sub': {
    form: 'a string, or a list of a string and a map of its variables',
    takes: argument => typeof argument === 'string' || isPair(argument) && typeof argument[0] === 'string' && isMap(argument[1]),
    references: argument => {
      const { text, given } = substitution(argument);
      return [...variablesIn(text).filter(name => !Object.hasOwn(given, name)), ...referencesIn(Object.values(given))];
    },
    value: (argument, values) => {
      const { text, given } = substitution(argument);
      const known = (name: string): unknown => Object.hasOwn(given, name) ? valueOf(given[name], values) : values.get(name);
      return variablesIn(text).every(name => typeof known(name) === 'string') ? text.replace(VARIABLE, (_, name) => known(name) as string) : UNKNOWN;
    },
  },
  'Fn::Select': {
    form: 'an index and a list',
    takes: argument => isPair(argument) && ['string', 'number'].includes(typeof argument[0]) && (Array.isArray(argument[1]) || isExpression(argument[1])),
    ...NOT_WORKED_OUT,
  },
  'Fn::Split': {
    form: 'a separator and a string',
    takes: argument => isPair(argument) && typeof argument[0] === 'string' && isTextual(argument[1]),
    ...NOT_WORKED_OUT,
  },
  'Fn::FindInMap': {
    form: 'a list of the name of a mapping and two keys',
    takes: argument => Array.isArray(argument) && argument.length === 3 && argument.every(isTextual),
    ...NOT_WORKED_OUT,
  },
};

/** The functions that AWS IoT has. */
const FUNCTIONS: readonly string[] = Object.keys(OPERATIONS);

function isPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

/** Whether a value is a string, or becomes one. */
export function isTextual(value: unknown): boolean {
  return typeof value === 'string' || value === UNKNOWN || isExpression(value);
}

/** The parameters and resources that an expression names. */
export function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) {
    return expression.flatMap(referencesIn);
  }
  return !isMap(expression) ? [] : Object.entries(expression)
    .flatMap(([name, value]) => Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name].references(value) : referencesIn(value));
}

/** Whether a value is an expression, from which AWS IoT makes another value, or would be an expression if it were written correctly. */
export function isExpression(value: unknown): boolean {
  return isMap(value) && Object.keys(value).some(name => name === 'Ref' || name.startsWith('Fn::'));
}

/** The expressions in a value. */
export function expressionsIn(value: unknown): JsonMap[] {
  if (Array.isArray(value)) {
    return value.flatMap(expressionsIn);
  }
  return isMap(value) ? [...isExpression(value) ? [value] : [], ...Object.values(value).flatMap(expressionsIn)] : [];
}

/** The mistake in the form of an expression: what is wrong, what is allowed, and what is given. */
export function misspelling(expression: JsonMap): { of: string; allowed: string; got: unknown } | undefined {
  const names = Object.keys(expression);
  const operation = Object.hasOwn(OPERATIONS, names[0]) ? OPERATIONS[names[0]] : undefined;
  if (names.length !== 1 || !operation) {
    return { of: 'map with a Ref or a function', allowed: `be a map with one of ${FUNCTIONS.join(', ')} and its argument`, got: names.join(' and ') };
  }
  const argument = expression[names[0]];
  return operation.takes(argument) ? undefined : { of: names[0], allowed: `take ${operation.form}`, got: argument };
}

/** The value of a correctly written expression. */
export function valueOf(expression: unknown, values: ParameterValues): unknown {
  if (!isMap(expression)) {
    return expression;
  }
  const [name] = Object.keys(expression);
  return name !== undefined && Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name].value(expression[name], values) : UNKNOWN;
}

function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name]) => name);
}

/** The argument of Fn::Sub: a string, or a list of a string and the values of its variables. */
function substitution(argument: unknown): { text: string; given: JsonMap } {
  const [text, given] = Array.isArray(argument) ? argument : [argument];
  return { text: typeof text === 'string' ? text : '', given: isMap(given) ? given : {} };
}
