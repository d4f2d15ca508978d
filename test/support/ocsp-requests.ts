import { readFileSync } from 'node:fs';
import { opensslOutput, temporaryFiles } from './openssl';
import { toPem } from '../../src/pki/pem';

/** Options for a request: the digest in its CertIDs (SHA-1), and other options of `openssl ocsp`. */
export interface OcspRequestOptions {
  readonly digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Whether it has a nonce, which OpenSSL makes; not by default. */
  readonly nonce?: boolean;
  readonly more?: readonly string[];
}

/** Makes OCSP requests with OpenSSL: about certificates of a CA (DER) with these serial numbers (hexadecimal digits). */
export function ocspRequests(): (ca: Buffer, serialNumbers: readonly string[], options?: OcspRequestOptions) => Buffer {
  const file = temporaryFiles();
  return (ca, serialNumbers, { digest = 'sha1', nonce = false, more = [] } = {}) => {
    const out = file('request.der', '');
    opensslOutput([
      'ocsp', `-${digest}`, '-issuer', file('ca.pem', toPem('CERTIFICATE', ca)), ...serialNumbers.flatMap(digits => ['-serial', `0x${digits}`]),
      ...nonce ? [] : ['-no_nonce'], ...more, '-reqout', out,
    ]);
    return readFileSync(out);
  };
}
