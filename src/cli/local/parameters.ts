import { createContext, runInContext } from 'node:vm';
import { checkParameterValue } from '../../contract/cloudformation-limits';
import { JsonMap } from '../../contract/json-map';
import { quote } from '../../contract/rules';
import { CliError } from '../cli-error';
import { optionalString, own } from '../json';
import { holdsUnknown } from './unknown-values';

/**
 * A parameter as its template declares it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export interface ParameterDeclaration {
  readonly type: string;
  readonly default?: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  /** The text with which the template's author explains a refused value. */
  readonly constraintDescription?: string;
  /** Whether the value is a secret that must not be shown. */
  readonly noEcho: boolean;
}

/** A value from the command line. */
export interface GivenParameter {
  /** The stack that the value is for; if absent, every stack that has such a parameter. */
  readonly stack?: string;
  readonly name: string;
  readonly value: string;
}

const SSM_PARAMETER = /^AWS::SSM::Parameter::Value<(.*)>$/;

/**
 * Whether a parameter names an entry of the Systems Manager Parameter Store. In AWS its value is the name of the entry. Here its value
 * is the content of the entry, if the command line gives it; otherwise the parameter has no value.
 */
function isKeptInParameterStore(declaration: ParameterDeclaration): boolean {
  return SSM_PARAMETER.test(declaration.type);
}

/** Parses `[STACK:]NAME=VALUE`, the form of `cdk deploy --parameters`. */
export function parseGivenParameter(text: string): GivenParameter {
  const [, stack, name, value] = /^(?:([^=:]+):)?([A-Za-z0-9]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) {
    throw new CliError('--parameters: must be of the form NAME=VALUE or STACK:NAME=VALUE, where NAME consists of letters and digits, '
      + `got ${quote(text.split('=')[0])}${text.includes('=') ? '=…' : ''}`);
  }
  return { stack, name, value };
}

/** Reads the declaration of a parameter. */
export function parseParameter(parameter: JsonMap, where: string): ParameterDeclaration {
  if (typeof parameter.Type !== 'string') {
    throw new CliError(`${where}.Type must be a string`);
  }
  const allowedValues = parameter.AllowedValues;
  if (allowedValues !== undefined && !Array.isArray(allowedValues)) {
    throw new CliError(`${where}.AllowedValues must be a list`);
  }
  return {
    type: parameter.Type,
    default: parameter.Default === undefined ? undefined : [parameter.Default].flat().map(String).join(','),
    allowedPattern: optionalString(parameter, 'AllowedPattern', where),
    allowedValues: allowedValues?.map(String),
    minLength: limit(parameter, 'MinLength', where),
    maxLength: limit(parameter, 'MaxLength', where),
    minValue: limit(parameter, 'MinValue', where),
    maxValue: limit(parameter, 'MaxValue', where),
    constraintDescription: optionalString(parameter, 'ConstraintDescription', where),
    noEcho: String(parameter.NoEcho) === 'true',
  };
}

function limit(parameter: JsonMap, name: string, where: string): number | undefined {
  const value = parameter[name];
  if (value !== undefined && (value === '' || !Number.isFinite(Number(value)))) {
    throw new CliError(`${where}.${name} must be a number`);
  }
  return value === undefined ? undefined : Number(value);
}

/** The sources of the values of a stack's parameters. Earlier sources take precedence. */
export interface ParameterSources {
  /** The values from the command line. */
  readonly given: { readonly [name: string]: string };
  /** The values from the assembly. */
  readonly assembly: { readonly [name: string]: string };
  /** The values of the stack's previous deployment. */
  readonly previous: { readonly [name: string]: string };
}

/**
 * Determines the values of all parameters of a stack and checks them as CloudFormation does, except those that only AWS knows.
 *
 * @param stackName the name of the stack, for errors
 * @returns the values; for an entry of the Parameter Store only if the command line gives its value, now or in an earlier run
 */
export function parameterValues(
  stackName: string, declarations: ReadonlyMap<string, ParameterDeclaration>, { given, assembly, previous }: ParameterSources,
): { [name: string]: string } {
  const values: { [name: string]: string } = {};
  for (const [name, declaration] of declarations) {
    const declared = own(assembly, name) ?? declaration.default;
    const isName = isKeptInParameterStore(declaration); // the declared value is the name of the entry, not its content
    const value = own(given, name) ?? (isName ? own(previous, name) : own(assembly, name) ?? own(previous, name) ?? declaration.default);
    if (value === undefined && isName && declared !== undefined) {
      continue;
    }
    if (value === undefined) {
      throw new CliError(`stack ${stackName}, parameter ${name}: must have a value; give it with --parameters ${stackName}:${name}=VALUE`);
    }
    const tooLong = checkParameterValue(name, value);
    if (tooLong && !isName) {
      throw new CliError(`stack ${stackName}: ${tooLong}`);
    }
    const complaint = holdsUnknown(value) ? undefined : check(declaration, value);
    if (complaint) {
      const got = declaration.noEcho ? '' : `, got ${quote(value)}`;
      const description = declaration.constraintDescription ? ` (${declaration.constraintDescription})` : '';
      throw new CliError(`stack ${stackName}, parameter ${name}: ${complaint}${got}${description}`);
    }
    values[name] = value;
  }
  return values;
}

/** The value that `Ref` gives: a list for the list types. */
export function referencedValue(declaration: ParameterDeclaration, value: string): string | string[] {
  return isList(declaration) ? items(value) : value;
}

function isList(declaration: ParameterDeclaration): boolean {
  const type = SSM_PARAMETER.exec(declaration.type)?.[1] ?? declaration.type;
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function items(value: string): string[] {
  return value.split(',').map(item => item.trim());
}

/** Says what is wrong with a value. The constraints of an entry of the Parameter Store apply to its name, not to its content. */
function check(declaration: ParameterDeclaration, value: string): string | undefined {
  const { type, allowedPattern, allowedValues, minLength, maxLength, minValue, maxValue } = declaration;
  if (isKeptInParameterStore(declaration)) {
    return undefined;
  }
  const values = isList(declaration) ? items(value) : [value];
  for (const item of values) {
    const complaint = ['Number', 'List<Number>'].includes(type)
      ? /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(item) ? checkRange('be a number', Number(item), minValue, maxValue) : 'must be a number'
      : checkRange('have a length', item.length, minLength, maxLength);
    if (complaint !== undefined || (allowedValues && !allowedValues.includes(item))) {
      return complaint ?? `must be one of ${allowedValues!.join(', ')}`;
    }
  }
  const outcome = allowedPattern === undefined || matchWhole(allowedPattern, values);
  return outcome === true ? undefined : `must match the pattern ${allowedPattern}${REMARKS[String(outcome)]}`;
}

function checkRange(what: string, number: number, min = -Infinity, max = Infinity): string | undefined {
  const bounds = [...Number.isFinite(min) ? [`at least ${min}`] : [], ...Number.isFinite(max) ? [`at most ${max}`] : []];
  return number >= min && number <= max ? undefined : `must ${what} of ${bounds.join(' and ')}`;
}

/** The time limit of a match. A pattern that a person wrote for a value of at most 4,096 bytes takes far less time. */
const MAX_MATCH_MILLISECONDS = 1000;

/** What else to say about a value that does not match a pattern, or whose match can't be determined. */
const REMARKS: { readonly [outcome: string]: string } = {
  'false': '',
  'no pattern': ', which is not a regular expression that can be checked here',
  'takes too long': `, which takes more than ${MAX_MATCH_MILLISECONDS} ms to check; `
    + 'write the AllowedPattern without nested repetitions such as (a+)+',
};

/**
 * Matches whole texts against a pattern from a template, as CloudFormation does. Some patterns, such as `(a+)+`, take years for some texts, so
 * a match that takes longer than a second is aborted.
 *
 * @returns whether all of them match, that the match takes too long, or that the pattern is not valid
 */
function matchWhole(pattern: string, texts: readonly string[]): boolean | 'takes too long' | 'no pattern' {
  const context = createContext({ pattern, texts: JSON.stringify(texts) });
  try {
    return Boolean(runInContext('const whole = new RegExp(`^(?:${pattern})$`); JSON.parse(texts).every(text => whole.test(text))', context, {
      timeout: MAX_MATCH_MILLISECONDS,
    }));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'takes too long' : 'no pattern';
  }
}
