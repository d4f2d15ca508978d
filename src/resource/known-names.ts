import { RawProperties } from './property-values';

/** The names of one resource that a message may show although they are long. */
export interface KnownNames {
  /** The names in its declaration. */
  readonly declared: readonly string[];
  /** The names that other systems derive from them, letter for letter. */
  readonly derived?: readonly string[];
}

/** Finds such names in the properties of a resource. The properties may come from anyone. */
export type NamesIn = (properties: RawProperties) => KnownNames;

/** Finds the properties with these names whose values are texts. */
export function propertiesNamed(...names: readonly string[]): NamesIn {
  return properties => ({ declared: names.map(name => properties[name]).filter(value => typeof value === 'string') });
}
