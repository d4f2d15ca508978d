import { TencentCredentials } from './tc3-signature';
import { readCredentials, ReadSecret } from '../../registrar/credentials';

/** Reads the API key in a secret. */
export function readApiKey(secretArn: string, signal: AbortSignal, read?: ReadSecret): Promise<TencentCredentials> {
  return readCredentials(secretArn, ['secretId', 'secretKey'], signal, read, ['token']);
}
