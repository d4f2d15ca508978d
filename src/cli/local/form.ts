import { isMap } from '../../contract/json-map';
import { parseTime } from '../../contract/term';

/** The form of a value from a file, for the compiler and for the check of the file: whether the value has the form. */
export type Form<T> = (value: unknown) => value is T;

/** The values that have a form. */
export type ValueOf<F> = F extends Form<infer T> ? T : never;

interface Members {
  readonly [name: string]: Form<unknown>;
}

type RecordOf<M extends Members> = { readonly [N in keyof M]: ValueOf<M[N]> };

export const text = (value: unknown): value is string => typeof value === 'string';

export const time = (value: unknown): value is string => parseTime(value) !== undefined;

export const wholeNumber = (value: unknown): value is number => Number.isInteger(value);

export function oneOf<T>(values: readonly T[]): Form<T> {
  return (value): value is T => (values as readonly unknown[]).includes(value);
}

export function listOf<T>(form: Form<T>): Form<readonly T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(form);
}

export function mapOf<T>(form: Form<T>): Form<{ [name: string]: T }> {
  return (value): value is { [name: string]: T } => isMap(value) && Object.values(value).every(form);
}

/** A map with certain members. It may have others, which are not checked. */
export function record<M extends Members, O extends Members = {}>(members: M, optional?: O): Form<RecordOf<M> & Partial<RecordOf<O>>> {
  return (value): value is RecordOf<M> & Partial<RecordOf<O>> => isMap(value)
    && Object.entries(members).every(([name, form]) => form(value[name]))
    && Object.entries(optional ?? {}).every(([name, form]) => value[name] === undefined || form(value[name]));
}
