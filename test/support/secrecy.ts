import { createPrivateKey } from 'node:crypto';
import { GetSecretValueCommand, ListSecretVersionIdsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Shorter pieces can occur by chance. */
const PIECE = 24;

/** The private keys (PEM) in all versions of a secret. */
export async function privateKeysIn(client: SecretsManagerClient, secretArn: string): Promise<string[]> {
  const { Versions = [] } = await client.send(new ListSecretVersionIdsCommand({ SecretId: secretArn, IncludeDeprecated: true }));
  const values = await Promise.all(Versions.map(({ VersionId }) => client.send(new GetSecretValueCommand({ SecretId: secretArn, VersionId }))));
  return values.map(({ SecretString }) => SecretString!);
}

/**
 * Fails if a string has a private key, or a piece of one in any usual encoding.
 *
 * @param texts everything that a user, an operator or CloudFormation gets to see
 * @param keys the private keys (PEM) that are kept
 */
export function assertNoPrivateKey(texts: readonly string[], keys: readonly string[]): void {
  const pieces = new Set(keys.flatMap(piecesOf));
  for (const text of texts) {
    if (/PRIVATE KEY/.test(text)) {
      throw new Error('a private key in PEM is shown');
    }
    const plain = text.replace(/\\[nr]|\s/g, ''); // a key can be broken into lines
    for (let start = 0; start + PIECE <= plain.length; start++) {
      const piece = plain.slice(start, start + PIECE);
      if (pieces.has(piece) || pieces.has(piece.toLowerCase())) {
        throw new Error(`a piece of a private key is shown: ${PIECE} characters from ${start} on of a string of ${plain.length}`);
      }
    }
  }
}

/** Fails, without repeating it, if a string has one of these. */
export function assertShowsNone(texts: readonly string[], hidden: readonly string[]): void {
  hidden.forEach((value, index) => {
    if (texts.some(text => text.includes(value))) {
      throw new Error(`number ${index} of what is to stay hidden is shown`);
    }
  });
}

/**
 * Every piece of the secret numbers of a key, in hex and base64; the latter for each place at which a number can begin, so
 * that it is found inside of PKCS#8 and of whatever else is around it.
 */
function piecesOf(pem: string): string[] {
  const { d, p, q, dp, dq, qi } = createPrivateKey(pem).export({ format: 'jwk' });
  return [d, p, q, dp, dq, qi]
    .filter(number => number !== undefined)
    .map(number => Buffer.from(number, 'base64url'))
    .flatMap(bytes => [
      bytes.toString('hex'),
      ...[0, 1, 2].flatMap(shift => [bytes.subarray(shift).toString('base64'), bytes.subarray(shift).toString('base64url')]),
    ])
    .flatMap(text => Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, start) => text.slice(start, start + PIECE)));
}
