import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PATIENCE } from './registrar';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { byRegion } from '../../lambda/aws/by-region';
import { CLIENT_OPTIONS } from '../../lambda/aws/client-options';
import { SecretValues } from '../../lambda/aws/secret-values';

const clients = byRegion(region => new SecretsManagerClient({ ...CLIENT_OPTIONS, region }));

/** Reads a secret; tests replace it. */
export type ReadSecret = (secretArn: string, signal: AbortSignal) => Promise<string | Buffer | undefined>;

/** Reads a secret from Secrets Manager. */
export const readSecret: ReadSecret = (secretArn, signal) =>
  new SecretValues(clients, new AwsCalls(signal, PATIENCE), process.env.AWS_REGION!).read(secretArn);

/** The characters that credentials consist of and headers can hold: RFC 9110, section 5.5. The most frequent other character is a line end. */
const VISIBLE = /^[!-~]+$/;

/** The content of a secret with credentials. */
export interface SecretMap {
  readonly secretArn: string;
  /** The members of its JSON map; absent if the secret holds no JSON. */
  readonly members?: { readonly [name: string]: unknown } | null;
}

/** Reads a secret that holds credentials as a JSON map. */
export async function readSecretMap(secretArn: string, signal: AbortSignal, read: ReadSecret = readSecret): Promise<SecretMap> {
  const value = await read(secretArn, signal);
  try {
    return { secretArn, members: JSON.parse(String(value)) };
  } catch {
    return { secretArn }; // the parser's own message quotes the secret
  }
}

/**
 * Reads the credentials in a secret.
 *
 * @param names the required members, each a non-empty text
 * @param optional optional members, such as the token of temporary credentials
 * @throws Error that names the missing or malformed members, and shows nothing of the secret
 */
export async function readCredentials<N extends string, O extends string = never>(
  secretArn: string, names: readonly N[], signal: AbortSignal, read?: ReadSecret, optional: readonly O[] = [],
): Promise<Credentials<N, O>> {
  return credentialsIn(await readSecretMap(secretArn, signal, read), names, optional);
}

type Credentials<N extends string, O extends string> = { readonly [M in N]: string } & { readonly [M in O]?: string };

/** The credentials in a secret that has already been read; otherwise like `readCredentials`. */
export function credentialsIn<N extends string, O extends string = never>(
  { secretArn, members: map }: SecretMap, names: readonly N[], optional: readonly O[] = [],
): Credentials<N, O> {
  const missing = names.filter(name => typeof map?.[name] !== 'string' || map[name] === '');
  if (missing.length > 0) {
    throw new Error(`credentials must be a secret with the JSON members ${names.join(', ')}, got ${secretArn} without ${missing.join(', ')}`);
  }
  const present: (N | O)[] = [...names, ...optional].filter(name => typeof map![name] === 'string' && map![name] !== '');
  const malformed = present.filter(name => !VISIBLE.test(map![name] as string));
  if (malformed.length > 0) {
    throw new Error(`credentials must be a secret whose JSON members hold only visible ASCII characters, without spaces or line ends, got ${
      secretArn} with others in ${malformed.join(', ')} (not shown)`);
  }
  return Object.fromEntries(present.map(name => [name, map![name]])) as Credentials<N, O>;
}
