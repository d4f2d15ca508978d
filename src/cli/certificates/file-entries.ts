import { createPrivateKey, KeyObject } from 'node:crypto';
import { describeAwaited } from './awaited-certificates';
import { holdsPem, readPemBlocks } from './pem-blocks';
import { readStackOutputs } from './stack-outputs';
import { textOfFile } from '../../contract/text-of-file';
import { Tag } from '../../pki/der';
import { isOcspResponse } from '../../pki/ocsp/ocsp-response';
import { CERTIFICATE, isPrivateKeyLabel, OCSP_RESPONSE, REVOCATION_LIST } from '../../pki/pem-blocks';
import { isRevocationList } from '../../pki/revocation/crl';
import { CliError } from '../cli-error';

/** A certificate, a private key, a revocation list or an OCSP response that was found in a file. */
export interface FileEntry {
  /** Where it was found, as a heading. */
  readonly title: string;
  /** The line of the file on which the entry begins, counted from 1; absent if it has no lines of its own. */
  readonly line?: number;
  /** The octets of what should be a certificate in DER. */
  readonly certificate?: Buffer;
  readonly privateKey?: FilePrivateKey;
  /** The octets of what should be a certificate revocation list in DER. */
  readonly revocationList?: Buffer;
  /** The octets of what should be an OCSP response in DER. */
  readonly ocspResponse?: Buffer;
}

/** A private key as a file contains it. It is never shown. */
export interface FilePrivateKey {
  readonly der: Buffer;
  readonly encrypted: boolean;
}

/** All certificates, private keys, revocation lists and OCSP responses of a file: PEM, DER, or the JSON of stack outputs. */
export function readEntries(file: string, content: Buffer): FileEntry[] {
  const text = textOfFile(content);
  if (text.trim() === '') {
    throw new CliError(`${file}: the file is empty`);
  }
  if (/^\s*\{/.test(text)) {
    return readOutputs(file, content);
  }
  return holdsPem(text) ? readPem(file, text) : [readDer(file, content)];
}

/** Reads a private key in DER; returns `undefined` if it is not one. */
export function privateKeyIn(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      // Not of this form.
    }
  }
  return undefined;
}

function readOutputs(file: string, content: Buffer): FileEntry[] {
  const outputs = readStackOutputs(file, content);
  const found = outputs.flatMap(({ stack, output, certificates }) =>
    certificates.map(({ certificate }, index) => ({ title: numbered(`${stack}.${output}`, index, certificates.length), certificate: certificate.raw })));
  if (found.length === 0) {
    const awaited = describeAwaited(outputs);
    throw new CliError(`${file}: no output holds a certificate${awaited === undefined ? '' : `, because ${awaited}`}`);
  }
  return found;
}

/** How to view PEM blocks that are not read here, by their labels. */
const WAYS_OUT: { readonly [label: string]: string | undefined } = {
  'CERTIFICATE REQUEST': '; openssl req -noout -text shows a request',
};

function readPem(file: string, text: string): FileEntry[] {
  const blocks = readPemBlocks(file, text).filter(({ label }) => label !== 'EC PARAMETERS'); // OpenSSL writes them beside a key
  return blocks.map(({ label, der, headers, line }, index) => {
    const title = numbered(file, index, blocks.length);
    if (label === CERTIFICATE) {
      return { title, line, certificate: der };
    }
    if (isPrivateKeyLabel(label)) {
      return { title, line, privateKey: { der, encrypted: headers.length > 0 || label.startsWith('ENCRYPTED') } };
    }
    if (label === REVOCATION_LIST) {
      return { title, line, revocationList: der };
    }
    if (label === OCSP_RESPONSE) {
      return { title, line, ocspResponse: der };
    }
    throw new CliError(`${title}: holds a ${label.toLowerCase()}, but this command reads only certificates, private keys, revocation lists and OCSP responses`
      + (WAYS_OUT[label] ?? ''));
  });
}

function readDer(title: string, der: Buffer): FileEntry {
  if (privateKeyIn(der)) {
    return { title, privateKey: { der, encrypted: false } };
  }
  if (der[0] !== Tag.SEQUENCE) {
    throw new CliError(`${title}: this is not a certificate (X.509 in DER)`);
  }
  if (isOcspResponse(der)) {
    return { title, ocspResponse: der };
  }
  return isRevocationList(der) ? { title, revocationList: der } : { title, certificate: der };
}

function numbered(title: string, index: number, length: number): string {
  return length > 1 ? `${title} (${index + 1} of ${length})` : title;
}
