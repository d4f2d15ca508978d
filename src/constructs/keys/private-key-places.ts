import { isMap } from '../../contract/json-map';
import { holdsPrivateKey } from '../../contract/private-keys';

/** Where in what is resolved private keys are: the names on the way to each. */
export function placesOfKeys(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (holdsPrivateKey(textOf(value)) || isPrivateJsonWebKey(value)) {
    return [place];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => holdsPrivateKey(name) ? [[...place, name]] : placesOfKeys(inner, [...place, name]))
    : [];
}

/** RFC 7517 and RFC 7518, section 6: `d` is the secret number of a key of any type. */
function isPrivateJsonWebKey(value: unknown): boolean {
  return isMap(value) && typeof value.kty === 'string' && typeof value.d === 'string';
}

/** The functions that make a text of pieces. */
const TEXTS: { readonly [name: string]: (argument: unknown) => string } = {
  'Fn::Join': argument => {
    const [delimiter, pieces] = Array.isArray(argument) ? argument : [];
    return Array.isArray(pieces) ? pieces.map(textOf).join(String(delimiter)) : '';
  },
  'Fn::Sub': argument => {
    const [text, values] = [argument].flat();
    return String(text).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => literal ? `\${${name}}` : textOf(isMap(values) ? values[name] : ''));
  },
  'Fn::Base64': textOf,
};

/** A text as far as it is known: without what only the deployment can know. */
function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [name, argument] = isMap(value) ? Object.entries(value)[0] ?? [] : [];
  return name !== undefined && Object.hasOwn(TEXTS, name) ? TEXTS[name](argument) : '';
}
