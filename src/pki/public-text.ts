import { contextTag, Tag } from './der';
import { DerReader } from './der-reader';
import { toPem } from './pem';
import { CERTIFICATE } from './pem-blocks';
import { textOfFile } from '../contract/text-of-file';

/** The labels of a certificate signing request: RFC 7468, section 7, and what Java and old versions of others write. */
export const REQUEST_LABELS: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

const BLOCK = /-----BEGIN ([^-]{1,64})-----[^-]*-----END \1-----/g;

/**
 * What of a text may be written into a template: its certificates and requests as they stand. Around them people and tools write
 * what they like (RFC 7468, section 2), a key that is not marked as one included.
 *
 * @returns the text itself where it has no such block, which its reader refuses, unless it is base64
 */
export function publicBlocks(text: string): string {
  const blocks = [...text.matchAll(BLOCK)].filter(([, label]) => label === CERTIFICATE || REQUEST_LABELS.includes(label));
  return blocks.length === 0 ? text : blocks.map(([block]) => `${block}\n`).join('');
}

/**
 * The text for what is in a file: its PEM blocks, the PEM block for a certificate in DER, or the base64 of a request in DER.
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

/** Tells a certificate of version 3 from a request: its version has a tag of its own (RFC 5280, section 4.1). */
export function isCertificate(der: Buffer): boolean {
  return new DerReader(der).sequence().sequence().follows(contextTag(0, true));
}

/** Whether octets have the outer form of a certificate (RFC 5280, section 4.1) or a request (RFC 2986, section 4.2), which no private key has. */
export function isSigned(der: Buffer): boolean {
  try {
    const file = new DerReader(der);
    const signed = file.sequence();
    file.end();
    [Tag.SEQUENCE, Tag.SEQUENCE, Tag.BIT_STRING].forEach(tag => signed.contents(tag));
    signed.end();
    return true;
  } catch {
    return false;
  }
}
