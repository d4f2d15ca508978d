import { contextTag, Tag } from './der';
import { DerReader } from './der-reader';
import { toPem } from './pem';
import { CERTIFICATE } from './pem-blocks';
import { textOfFile } from '../contract/text-of-file';

/** The labels of a certificate signing request: that of RFC 7468, section 7, and that of Java and old versions of other tools. */
export const REQUEST_LABELS: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

const BLOCK = /-----BEGIN ([^-]{1,64})-----[^-]*-----END \1-----/g;

/**
 * The parts of a string that may be written into a template: its certificates and requests, verbatim. People and tools write anything around
 * them (RFC 7468, section 2), including a key that is not marked as one.
 *
 * @returns the text itself if it has no such block; its reader refuses it then, unless it is base64
 */
export function publicBlocks(text: string): string {
  const blocks = [...text.matchAll(BLOCK)].filter(([, label]) => label === CERTIFICATE || REQUEST_LABELS.includes(label));
  return blocks.length === 0 ? text : blocks.map(([block]) => `${block}\n`).join('');
}

/**
 * The contents of a file as text: its PEM blocks, the PEM block of a certificate in DER, or the base64 of a request in DER.
 *
 * @returns `undefined` for a file that has none of them, such as a private key in DER
 */
export function textOfPublicFile(content: Buffer): string | undefined {
  const text = textOfFile(content);
  if (text.includes('-----BEGIN')) {
    return text;
  }
  return !isSigned(content) ? undefined : isCertificate(content) ? toPem(CERTIFICATE, content) : content.toString('base64');
}

/** Whether octets are a certificate of version 3 and not a request: only the certificate's version has its own tag (RFC 5280, section 4.1). */
export function isCertificate(der: Buffer): boolean {
  return new DerReader(der).sequence().sequence().follows(contextTag(0, true));
}

/** Whether octets have the outer form of a certificate (RFC 5280, section 4.1) or a request (RFC 2986, section 4.2). No private key has it. */
export function isSigned(der: Buffer): boolean {
  try {
    const signed = DerReader.only(der);
    [Tag.SEQUENCE, Tag.SEQUENCE, Tag.BIT_STRING].forEach(tag => signed.contents(tag));
    signed.end();
    return true;
  } catch {
    return false;
  }
}
