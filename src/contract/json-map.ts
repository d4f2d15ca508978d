/** A map of names to values, as JSON holds it. */
export type JsonMap = { readonly [name: string]: unknown };

/** Whether a value is a map of names to values: not a list, and not null. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
