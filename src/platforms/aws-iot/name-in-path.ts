import { quote } from '../../contract/rules';

/** A name as a step of a path in a message: as it is, or quoted where it would have to be escaped, shortened or kept back. */
export function nameInPath(name: string): string {
  const quoted = quote(name);
  return quoted === `"${name}"` ? name : quoted;
}
