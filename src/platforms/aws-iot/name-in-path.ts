import { quote } from '../../contract/rules';

/** A name as an element of a path in a message: as it is, or quoted if it would have to be escaped, shortened or withheld. */
export function nameInPath(name: string): string {
  const quoted = quote(name);
  return quoted === `"${name}"` ? name : quoted;
}
