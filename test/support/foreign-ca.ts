import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opensslOutput } from './openssl';

/** A certificate and its key, PEM, as OpenSSL makes them. */
export interface OpensslPair {
  readonly certificate: string;
  readonly key: string;
}

/** What is other than usual about a CA. */
export interface OpensslCaOptions {
  /** As `openssl req -newkey` takes it; P-256 where it is absent. */
  readonly newKey?: readonly string[];
  readonly pathLength?: number;
  readonly ca?: boolean;
  /** Whether the basicConstraints are critical, as RFC 5280 demands. */
  readonly critical?: boolean;
  readonly digest?: string;
  readonly issuer?: OpensslPair;
  /** Lines of a section of extensions, such as `subjectAltName = DNS:a.example`. */
  readonly extensions?: readonly string[];
}

export const P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
export const P384 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
export const RSA = ['rsa:2048'];

/** Makes a CA as an engineer does by hand. */
export function opensslCa(commonName: string, options: OpensslCaOptions = {}): OpensslPair {
  const { newKey = P256, pathLength, ca = true, critical = true, digest = 'sha256', issuer, extensions = [] } = options;
  return inFolder((file, write) => {
    const config = write('config', [
      '[req]', 'distinguished_name = dn', 'x509_extensions = ext', '[dn]', '[ext]',
      `basicConstraints = ${critical ? 'critical, ' : ''}CA:${ca ? 'TRUE' : 'FALSE'}${pathLength === undefined ? '' : `, pathlen:${pathLength}`}`,
      `keyUsage = critical, ${ca ? 'keyCertSign, cRLSign' : 'digitalSignature'}`,
      'subjectKeyIdentifier = hash', 'authorityKeyIdentifier = keyid:always', ...extensions,
    ].join('\n'));
    const signer = issuer ? ['-CA', write('issuer.pem', issuer.certificate), '-CAkey', write('issuer.key', issuer.key)] : [];
    const days = issuer ? '3649' : '3650'; // inside the issuer's validity, however long it takes to make the key
    opensslOutput(['req', '-x509', '-new', '-newkey', ...newKey, '-nodes', '-config', config, `-${digest}`, '-days', days,
      '-subj', `/CN=${commonName}`, '-keyout', file('key'), '-out', file('certificate'), ...signer]);
    return { certificate: readFileSync(file('certificate'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
  });
}

/** Makes a certificate signing request, PEM. */
export function opensslRequest(subject: string, options: Pick<OpensslCaOptions, 'newKey' | 'extensions'> = {}): string {
  const { newKey = P256, extensions = [] } = options;
  return inFolder(file => {
    opensslOutput(['req', '-new', '-newkey', ...newKey, '-nodes', '-sha256', '-subj', subject, '-keyout', file('key'), '-out', file('request'),
      ...extensions.flatMap(extension => ['-addext', extension])]);
    return readFileSync(file('request'), 'utf8');
  });
}

function inFolder<T>(use: (file: (name: string) => string, write: (name: string, text: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'private-iot-ca-openssl-'));
  const file = (name: string): string => join(folder, name);
  try {
    return use(file, (name, text) => {
      writeFileSync(file(name), text);
      return file(name);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
