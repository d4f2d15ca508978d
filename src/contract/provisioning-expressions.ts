import { isMap, JsonMap } from './json-map';

/**
 * The expressions of a provisioning template, as far as a value can be told from them.
 * https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html#intrinsic-functions
 */

/** What is known only at deployment. */
export const UNKNOWN: unique symbol = Symbol('known at deployment');

/** What parameters stand for. */
export type ParameterValues = ReadonlyMap<string, unknown>;

/** A variable of Fn::Sub. Those of policies, such as `${iot:ClientId}`, are filled in when the policy is applied. */
const VARIABLE = /\$\{(?!!|iot:|aws:)([^}]+)\}/g;

interface Operation {
  /** The parameters and resources that its argument names. */
  references(argument: unknown): string[];
  /** What it makes of its argument, where that is known. */
  value(argument: unknown, values: ParameterValues): unknown;
}

const OPERATIONS: { readonly [name: string]: Operation } = {
  'Ref': {
    references: argument => typeof argument === 'string' ? [argument] : [],
    value: (argument, values) => values.get(argument as string) ?? UNKNOWN,
  },
  'Fn::Join': {
    references: referencesIn,
    value: (argument, values) => {
      const [separator, parts] = Array.isArray(argument) ? argument : [];
      const known = Array.isArray(parts) ? parts.map(part => valueOf(part, values)) : [UNKNOWN];
      return [separator, ...known].every(each => typeof each === 'string') ? known.join(separator) : UNKNOWN;
    },
  },
  'Fn::Sub': {
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
};

/** The parameters and resources that an expression names. */
export function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) {
    return expression.flatMap(referencesIn);
  }
  return !isMap(expression) ? [] : Object.entries(expression)
    .flatMap(([name, value]) => Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name].references(value) : referencesIn(value));
}

/** Whether a value is an expression, of which AWS IoT makes another value. */
export function isExpression(value: unknown): boolean {
  return isMap(value) && Object.keys(value).some(name => Object.hasOwn(OPERATIONS, name));
}

/** The value of an expression. */
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

/** Fn::Sub has a text, or a list of a text and what its variables stand for. */
function substitution(argument: unknown): { text: string; given: JsonMap } {
  const [text, given] = Array.isArray(argument) ? argument : [argument];
  return { text: typeof text === 'string' ? text : '', given: isMap(given) ? given : {} };
}
