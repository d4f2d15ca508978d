import { RawProperties } from './property-values';

/** The names of one resource that a message may show although they are long. */
export interface KnownNames {
  /** What its declaration calls things. */
  readonly declared: readonly string[];
  /** What others make of those names, letter for letter. */
  readonly derived?: readonly string[];
}

/** Finds such names in the properties of a resource. Everything in them may come from anybody. */
export type NamesIn = (properties: RawProperties) => KnownNames;

/** Finds the properties of these names that are texts. */
export function propertiesNamed(...names: readonly string[]): NamesIn {
  return properties => ({ declared: names.map(name => properties[name]).filter(value => typeof value === 'string') });
}
