import { createPrivateKey } from 'node:crypto';
import { isPrivateKey } from '../contract/rules';

/**
 * Where among the properties of a resource there is a private key: in PEM, or as base64 of PEM or of DER. The last look
 * before a template is written, at what the rules of the single properties can't see: pieces of text around a token, values
 * that are made late, and what can have any form, such as the value of an extension.
 *
 * @param properties resolved
 */
export function pathsOfPrivateKeys(properties: unknown, path: readonly string[] = []): string[] {
  if (typeof properties === 'string') {
    return holdsPrivateKey(properties) ? [path.join('.').replace(/\.Fn::.*/, '')] : []; // pieces of text around a token are in a function
  }
  return typeof properties === 'object' && properties !== null
    ? Object.entries(properties).flatMap(([name, value]) => pathsOfPrivateKeys(value, [...path, name]))
    : [];
}

const BASE64 = /^[A-Za-z0-9+/\s]{40,}={0,2}\s*$/;

function holdsPrivateKey(text: string): boolean {
  if (isPrivateKey(text)) {
    return true;
  }
  const decoded = BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
  return decoded !== undefined && (isPrivateKey(decoded.toString('latin1')) || (['pkcs8', 'pkcs1', 'sec1'] as const).some(type => isKey(decoded, type)));
}

function isKey(key: Buffer, type: 'pkcs8' | 'pkcs1' | 'sec1'): boolean {
  try {
    createPrivateKey({ key, format: 'der', type });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE'; // an encrypted one
  }
}
