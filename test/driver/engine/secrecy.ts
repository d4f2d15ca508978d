import { createPrivateKey, KeyObject } from 'node:crypto';
import { World } from './world';

/** Characters of a key that are looked for: fewer can occur by chance. */
const PIECE = 24;

/** Where a private key, or a piece of one in any usual encoding, is shown; nothing of the key is repeated. */
export function assertSecrecy({ seen, state }: World): string[] {
  const pieces = keysIn(state).flatMap(piecesOf);
  const found = seen.filter(({ text }) => {
    const plain = text.replace(/\\[nr]|\s/g, '');
    return text.includes('PRIVATE KEY') || pieces.some(piece => plain.includes(piece));
  });
  seen.splice(0);
  return [...new Set(found.map(({ where }) => `a private key is shown in ${where}`))];
}

function keysIn({ secrets, parameters, keys }: World['state']): KeyObject[] {
  const inSecrets = [...secrets.values()].flatMap(({ versions }) => [...versions.values()]);
  const values = [...inSecrets, ...[...parameters.values()].map(({ value }) => value), ...keys.values()];
  return values.filter(value => value.includes('PRIVATE KEY')).map(value => createPrivateKey(value));
}

/** A piece of the secret number in hex and in base64, for each place at which it can begin there. */
function piecesOf(key: KeyObject): string[] {
  const number = Buffer.from(key.export({ format: 'jwk' }).d!, 'base64url');
  return [number.toString('hex'), ...[0, 1, 2].flatMap(shift => (['base64', 'base64url'] as const).map(encoding => number.subarray(shift).toString(encoding)))]
    .map(text => text.slice(0, PIECE));
}
