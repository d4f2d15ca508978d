import { SecretValue, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { nearName } from './near-name';
import { Complaint, describe, quote } from '../../contract/rules';

/**
 * What a property may hold. The TypeScript compiler checks that for users of TypeScript. A kind checks it for all other users, before the
 * value is used.
 */
export interface Kind<T, Absent extends boolean = false> {
  /** What is allowed, in the words of a message. */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /** The parts of an accepted value. */
  readonly parts?: (value: any) => Part[];
  /** What a message adds if a string is given instead. */
  readonly instead?: TextInstead;
  /** A name in a map that is not one of its properties, and the property that was probably meant. */
  readonly misspelling?: (value: object) => Misspelling | undefined;
  /** The names in a map that are not among its properties. A missing property may be there under another name. */
  readonly unknown?: (value: object) => readonly string[];
  /** Whether a map has no properties but its own. */
  readonly isClosed?: true;
  /** Whether the property may be left out. */
  readonly absent?: Absent;
  /** Never has a value. It carries the type of the property, so the compiler can check a table of kinds against its interface. */
  readonly type?: T;
}

/** A part of a value: what follows the name of the property, such as `[0]` or `.commonName`; the kind of the part; and its value. */
type Part = readonly [string, Kind<unknown, boolean>, unknown];

interface TextInstead {
  /** What to do. */
  readonly wayOut: string;
  /** Whether the text may be a secret, which no message shows. */
  readonly isSecret?: boolean;
}

interface Misspelling {
  readonly name: string;
  readonly meant: string;
}

/** The kind of each property of an interface. A table that lacks a property, or gives it a kind of another type, does not compile. */
export type Kinds<P> = { readonly [K in keyof P]-?: undefined extends P[K] ? Kind<NonNullable<P[K]>, true> : Kind<P[K]> };

/** A token that is encoded as a string, a number or a list has the corresponding kind. */
export const TEXT: Kind<string> = { allowed: 'a string', accepts: value => typeof value === 'string' };
export const NUMBER: Kind<number> = { allowed: 'a number', accepts: value => typeof value === 'number' };
export const FLAG: Kind<boolean> = { allowed: 'true or false', accepts: value => typeof value === 'boolean' };
export const DATE: Kind<Date> = { allowed: 'a Date', accepts: value => Object.prototype.toString.call(value) === '[object Date]' };
/** Its values may be anything, and the whole map may be a token. */
export const MAP: Kind<{ [name: string]: any }> = { allowed: 'a map', accepts: value => isMap(value) ? isPlain(value) : typeof value === 'object' && Token.isUnresolved(value) };

/** The kind of an object for which a string is often given by mistake. */
export function insteadOfText<T>(kind: Kind<T>, instead: TextInstead): Kind<T> {
  return { ...kind, instead };
}

/** The same kind, for a property that may be left out. */
export function optional<T>(kind: Kind<T>): Kind<T, true> {
  return { ...kind, absent: true };
}

/** A value of an enumeration. */
export function oneOf<T extends string>(name: string, values: { readonly [member: string]: T }): Kind<T> {
  return { allowed: `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}, one of ${Object.keys(values).join(', ')}`, accepts: value => Object.values(values).includes(value as T) };
}

/** The same kind, with a token allowed in place of the text. */
export function orToken<T extends string>(kind: Kind<T>): Kind<T> {
  return { ...kind, accepts: value => kind.accepts(value) || (typeof value === 'string' && Token.isUnresolved(value)) };
}

/**
 * An object, recognized by its members. An object from another copy of a library is an instance of another class, and is just as good.
 *
 * @param members members that no other kind has
 */
export function having<T>(allowed: string, ...members: (keyof T & string)[]): Kind<T> {
  return { allowed, accepts: value => typeof value === 'object' && value !== null && members.every(member => member in value) };
}

export function listOf<T>(kind: Kind<T>): Kind<T[]> {
  return {
    allowed: `a list in which each item is ${kind.allowed}`,
    accepts: Array.isArray,
    parts: (values: unknown[]) => Array.from(values, (value, index) => [`[${index}]`, kind, value]),
  };
}

export function mapOf<T>(kind: Kind<T>): Kind<{ [name: string]: T }> {
  return {
    allowed: `a map in which each value is ${kind.allowed}`,
    accepts: isMap,
    parts: (values: object) => Object.entries(values).map(([name, value]) => [`[${quote(name)}]`, kind, value]),
  };
}

/**
 * A map with declared properties and no others: a name constraint under an unknown name would be none. A map that is not empty must have at
 * least one of them, and must not be a construct: a key in place of `{ key }` would otherwise be silently ignored.
 */
export function struct<P>(name: string, kinds: Kinds<P>): Kind<P> {
  return { ...propertiesOf(name, kinds), isClosed: true };
}

/**
 * The properties of a construct or of a function. They may have further ones, such as those of a subclass that passes all of its properties
 * to its base class. A name that is close to that of a missing property, or is another tool's name for it, is a misspelling.
 */
function propertiesOf<P>(name: string, kinds: Kinds<P>): Kind<P> {
  return {
    allowed: `${name}, a map of ${Object.keys(kinds).join(', ')}`,
    accepts: value => isMap(value) && !('node' in value) && (isEmpty(value) || Object.keys(kinds).some(property => property in value)),
    parts: (values: { readonly [name: string]: unknown }) => Object.entries<Kind<unknown, boolean>>(kinds).map(([property, kind]) => [`.${property}`, kind, values[property]]),
    unknown: values => Object.keys(values).filter(given => !Object.hasOwn(kinds, given)),
    misspelling: values => misspellingIn(values as { readonly [name: string]: unknown }, Object.keys(kinds)),
  };
}

/**
 * Checks the values that are given to a construct or a function.
 *
 * @param where the construct, or its path if it does not exist yet; or the function, as in `KeyStorage.kms()`
 * @param kinds the kinds of the properties or the arguments
 * @throws Error with the property, what is allowed, and what was given
 */
export function check<P extends object>(where: IConstruct | string, kinds: Kinds<P>, values: P): void {
  const all = propertiesOf('', kinds);
  const complaint = misspelt('', all, values) ?? (all.accepts(values) ? complaintOfParts('', all, values)
    : values === undefined ? `properties must be given${requiredOf(kinds).length > 0 ? `, with ${requiredOf(kinds).join(', ')}` : `: a map of ${Object.keys(kinds).join(', ')}`}`
      : `properties must be a map of ${Object.keys(kinds).join(', ')}, got ${describeGiven(values)}`);
  if (complaint !== undefined) {
    throw new Error(`${typeof where === 'string' ? where : where.node.path}: ${complaint}`);
  }
}

function requiredOf(kinds: { readonly [property: string]: Kind<any, boolean> }): string[] {
  return Object.keys(kinds).filter(property => !kinds[property].absent);
}

/** The path of a construct that does not exist yet. A missing scope is left for CDK to report. */
export function pathBelow(scope: Construct | undefined, id: string): string {
  return [scope?.node?.path, id].filter(Boolean).join('/');
}

function complaintOf(property: string, kind: Kind<unknown, boolean>, value: unknown): Complaint {
  if (value === undefined && kind.absent) {
    return undefined;
  }
  if (value === undefined) {
    return `${property} must be given: ${kind.allowed}`;
  }
  return misspelt(property, kind, value)
    ?? (kind.accepts(value) ? unknownIn(property, kind, value) ?? complaintOfParts(property, kind, value) : `${property} must be ${kind.allowed}, got ${describeGivenFor(kind, value)}`);
}

function describeGivenFor({ instead }: Kind<unknown, boolean>, value: unknown): string {
  if (value instanceof SecretValue) {
    return ['a SecretValue', ...instead ? [instead.wayOut] : []].join('; ');
  }
  if (typeof value !== 'string' || !instead) {
    return describeGiven(value);
  }
  return `${instead.isSecret && !Token.isUnresolved(value) ? 'a string (not shown)' : describeGiven(value)}; ${instead.wayOut}`;
}

function misspelt(property: string, kind: Kind<unknown, boolean>, value: unknown): Complaint {
  const found = isMap(value) && isPlain(value) ? kind.misspelling?.(value) : undefined;
  return found && `${quote(property === '' ? found.name : `${property}.${found.name}`)} is not a property; did you mean ${found.meant}?`;
}

function unknownIn(property: string, { isClosed, unknown, allowed }: Kind<unknown, boolean>, value: unknown): Complaint {
  const name = isClosed && unknown!(value as object).find(each => (value as { readonly [name: string]: unknown })[each] !== undefined);
  return name && `${quote(`${property}.${name}`)} is not a property; ${property} must be ${allowed}`;
}

function misspellingIn(values: { readonly [name: string]: unknown }, properties: readonly string[]): Misspelling | undefined {
  const left = properties.filter(property => values[property] === undefined);
  return Object.keys(values)
    .filter(name => !properties.includes(name) && values[name] !== undefined)
    .map(name => ({ name, meant: nearName(name, left) }))
    .find((found): found is Misspelling => found.meant !== undefined);
}

function complaintOfParts(property: string, kind: Kind<unknown, boolean>, value: unknown): Complaint {
  for (const [name, part, of] of kind.parts?.(value) ?? []) {
    const complaint = complaintOf(property === '' ? name.replace(/^\./, '') : property + name, part, of);
    if (complaint !== undefined) {
      const unknown = of === undefined ? kind.unknown?.(value as object) ?? [] : [];
      return unknown.length === 0 ? complaint : `${complaint}; unknown properties: ${namesIn(unknown)}`;
    }
  }
  return undefined;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Token.isUnresolved(value);
}

function isEmpty(value: object): boolean {
  return isPlain(value) && Object.keys(value).length === 0;
}

/** Whether a value is a token. A stack has the method by which CDK knows one. */
function isToken(value: unknown): boolean {
  return Token.isUnresolved(value) && !Construct.isConstruct(value);
}

/** Whether an object is not an instance of a class. */
function isPlain(value: object): boolean {
  return ['Object', undefined].includes(Object.getPrototypeOf(value)?.constructor?.name);
}

/** How many names of a map a message shows. */
const SHOWN_NAMES = 5;

function describeMap(names: readonly string[]): string {
  return names.length === 0 ? 'an empty map' : `a map of ${namesIn(names)}`;
}

function namesIn(names: readonly string[]): string {
  return `${names.slice(0, SHOWN_NAMES).map(name => quote(name)).join(', ')}${names.length > SHOWN_NAMES ? ', …' : ''}`;
}

/** A token is not shown: its value is not known, and its encoding means nothing to a reader. */
function describeGiven(value: unknown): string {
  const encoded = Array.isArray(value) ? 'list' : typeof value === 'string' ? 'string' : 'number';
  return isMap(value) && isPlain(value) ? describeMap(Object.keys(value))
    : !isToken(value) ? describe(value)
      : Array.isArray(value) || typeof value !== 'object' ? `a token in a ${encoded}`
        : 'a token that is not encoded; see Token.asString(), Token.asNumber() and Token.asList()';
}
