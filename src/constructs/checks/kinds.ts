import { Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { nearName } from './near-name';
import { Complaint, describe, quote } from '../../contract/rules';

/**
 * What a property may hold. TypeScript checks that for who writes TypeScript; this does for everybody else, before anything is done
 * with the value.
 */
export interface Kind<T, Absent extends boolean = false> {
  /** How a message says what is allowed. */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /** What a value that is accepted consists of. */
  readonly parts?: (value: any) => Part[];
  /** What a message says of a text that is given instead. */
  readonly instead?: TextInstead;
  /** A name in a map that is none of its properties, and the property that was probably meant. */
  readonly misspelling?: (value: object) => Misspelling | undefined;
  /** The names in a map that are none of its properties: what is missing may stand there under another name. */
  readonly unknown?: (value: object) => readonly string[];
  /** Whether it may be left out. */
  readonly absent?: Absent;
  /** Holds nothing: the type of the property, by which the compiler holds a table of kinds against its interface. */
  readonly type?: T;
}

/** What stands behind the name of a property, as in `[0]` or `.commonName`; its kind; and what it holds. */
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

/** The kind of each property of an interface: one that is missing here, or of another type, does not compile. */
export type Kinds<P> = { readonly [K in keyof P]-?: undefined extends P[K] ? Kind<NonNullable<P[K]>, true> : Kind<P[K]> };

/** A token that is encoded in a text, a number or a list is of that kind. */
export const TEXT: Kind<string> = { allowed: 'a text', accepts: value => typeof value === 'string' };
export const NUMBER: Kind<number> = { allowed: 'a number', accepts: value => typeof value === 'number' };
export const FLAG: Kind<boolean> = { allowed: 'true or false', accepts: value => typeof value === 'boolean' };
export const DATE: Kind<Date> = { allowed: 'a Date', accepts: value => Object.prototype.toString.call(value) === '[object Date]' };
/** What is in it may be anything, and all of it a token. */
export const MAP: Kind<{ [name: string]: any }> = { allowed: 'a map', accepts: value => isMap(value) ? isPlain(value) : typeof value === 'object' && Token.isUnresolved(value) };

/** An object in whose place a text is often given. */
export function insteadOfText<T>(kind: Kind<T>, instead: TextInstead): Kind<T> {
  return { ...kind, instead };
}

/** That it may be left out. */
export function optional<T>(kind: Kind<T>): Kind<T, true> {
  return { ...kind, absent: true };
}

/** A value of an enumeration. */
export function oneOf<T extends string>(name: string, values: { readonly [member: string]: T }): Kind<T> {
  return { allowed: `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}, one of ${Object.keys(values).join(', ')}`, accepts: value => Object.values(values).includes(value as T) };
}

/** A text for which a token may stand. */
export function orToken<T extends string>(kind: Kind<T>): Kind<T> {
  return { ...kind, accepts: value => kind.accepts(value) || (typeof value === 'string' && Token.isUnresolved(value)) };
}

/**
 * An object, known by its members: that of another copy of a library, which is of another class, is as good.
 *
 * @param members those that no other kind has
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
 * A map with declared properties. One that is not empty has one of them, and a construct is none: a key in place of `{ key }` would be
 * taken for nothing at all.
 *
 * It may have more, such as the properties of a subclass, which hands all of its own to this one. A name that is near to that of a
 * property which is not given is a misspelling.
 */
export function struct<P>(name: string, kinds: Kinds<P>): Kind<P> {
  return {
    allowed: `${name}, a map of ${Object.keys(kinds).join(', ')}`,
    accepts: value => isMap(value) && !('node' in value) && (isEmpty(value) || Object.keys(kinds).some(property => property in value)),
    parts: (values: { readonly [name: string]: unknown }) => Object.entries<Kind<unknown, boolean>>(kinds).map(([property, kind]) => [`.${property}`, kind, values[property]]),
    unknown: values => Object.keys(values).filter(given => !(given in kinds)),
    misspelling: values => misspellingIn(values as { readonly [name: string]: unknown }, Object.keys(kinds)),
  };
}

/**
 * Checks what is given to a construct or a function.
 *
 * @param where the construct, or its path where it is still to be made; or the function, as in `KeyStorage.kms()`
 * @param kinds the properties or the arguments
 * @throws Error with the property, what is allowed, and what was given
 */
export function check<P extends object>(where: IConstruct | string, kinds: Kinds<P>, values: P): void {
  const all = struct('', kinds);
  const complaint = misspelt('', all, values) ?? (all.accepts(values) ? complaintOfParts('', all, values)
    : `properties must be a map of ${Object.keys(kinds).join(', ')}, got ${describeGiven(values)}`);
  if (complaint !== undefined) {
    throw new Error(`${typeof where === 'string' ? where : where.node.path}: ${complaint}`);
  }
}

/** The path of a construct that is still to be made. Without a scope it is none, which is for the CDK to say. */
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
    ?? (kind.accepts(value) ? complaintOfParts(property, kind, value) : `${property} must be ${kind.allowed}, got ${describeGivenFor(kind, value)}`);
}

function describeGivenFor({ instead }: Kind<unknown, boolean>, value: unknown): string {
  if (typeof value !== 'string' || !instead) {
    return describeGiven(value);
  }
  return `${instead.isSecret && !Token.isUnresolved(value) ? 'a text (not shown)' : describeGiven(value)}; ${instead.wayOut}`;
}

function misspelt(property: string, kind: Kind<unknown, boolean>, value: unknown): Complaint {
  const found = isMap(value) && isPlain(value) ? kind.misspelling?.(value) : undefined;
  return found && `${quote(property === '' ? found.name : `${property}.${found.name}`)} is not a property; did you mean ${found.meant}?`;
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
      return unknown.length === 0 ? complaint : `${complaint}; got ${describeMap(unknown)}, which it does not have`;
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

/** Whether it is an object of no class. */
function isPlain(value: object): boolean {
  return ['Object', undefined].includes(Object.getPrototypeOf(value)?.constructor?.name);
}

/** How many names of a map a message shows. */
const SHOWN_NAMES = 5;

function describeMap(names: readonly string[]): string {
  return names.length === 0 ? 'an empty map' : `a map of ${names.slice(0, SHOWN_NAMES).map(name => quote(name)).join(', ')}${names.length > SHOWN_NAMES ? ', …' : ''}`;
}

/** A token is not shown: what it stands for is not known, and its encoding tells nobody anything. */
function describeGiven(value: unknown): string {
  const encoded = Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : 'number';
  return isMap(value) && isPlain(value) ? describeMap(Object.keys(value))
    : !Token.isUnresolved(value) ? describe(value)
      : Array.isArray(value) || typeof value !== 'object' ? `a token in a ${encoded}`
        : 'a token that is not encoded; see Token.asString(), Token.asNumber() and Token.asList()';
}
