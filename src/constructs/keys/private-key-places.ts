import { isMap } from '../../contract/json-map';
import { holdsPrivateKey } from '../../contract/private-keys';

/** The places of private keys in a resolved value: for each key, the names on the path to it. */
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

/** The intrinsic functions that make a string from pieces. */
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

/** The part of a string that is known at synthesis, without the values that only the deployment knows. */
function textOf(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [name, argument] = isMap(value) ? Object.entries(value)[0] ?? [] : [];
  return name !== undefined && Object.hasOwn(TEXTS, name) ? TEXTS[name](argument) : '';
}
