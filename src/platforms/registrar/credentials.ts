import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PATIENCE } from './registrar';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { byRegion } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { SecretValues } from '../../lambda/aws/secret-values';

const clients = byRegion(region => new SecretsManagerClient({ ...CLIENT_OPTIONS, region }));

/** Reads a secret; another one in tests. */
export type ReadSecret = (secretArn: string, signal: AbortSignal) => Promise<string | Buffer | undefined>;

/** Reads a secret from Secrets Manager. */
export const readSecret: ReadSecret = (secretArn, signal) =>
  new SecretValues(clients, new AwsCalls(signal, PATIENCE), process.env.AWS_REGION!).read(secretArn);

/** What credentials are made of, and headers can hold: RFC 9110, section 5.5. A line end is the most frequent of the others. */
const VISIBLE = /^[!-~]+$/;

/**
 * Reads credentials that a secret holds as a JSON map.
 *
 * @param names the members that have to be there, each a text that is not empty
 * @param optional members that may be there too, such as the token of temporary credentials
 * @throws Error that names what is missing or has another form, and shows nothing of the secret
 */
export async function readCredentials<N extends string, O extends string = never>(
  secretArn: string, names: readonly N[], signal: AbortSignal, read: ReadSecret = readSecret, optional: readonly O[] = [],
): Promise<{ readonly [M in N]: string } & { readonly [M in O]?: string }> {
  const value = await read(secretArn, signal);
  let map: { readonly [name: string]: unknown } | undefined;
  try {
    map = JSON.parse(String(value));
  } catch {
    // The parser's own message quotes the secret.
  }
  const missing = names.filter(name => typeof map?.[name] !== 'string' || map[name] === '');
  if (missing.length > 0) {
    throw new Error(`credentials must be a secret with the JSON members ${names.join(', ')}, got ${secretArn} without ${missing.join(', ')}`);
  }
  const present: (N | O)[] = [...names, ...optional].filter(name => typeof map![name] === 'string' && map![name] !== '');
  const malformed = present.filter(name => !VISIBLE.test(map![name] as string));
  if (malformed.length > 0) {
    throw new Error(`credentials must be a secret whose JSON members have visible characters of ASCII alone, without spaces and line ends, got ${
      secretArn} with others in ${malformed.join(', ')} (not shown)`);
  }
  return Object.fromEntries(present.map(name => [name, map![name]])) as { [M in N]: string } & { [M in O]?: string };
}
