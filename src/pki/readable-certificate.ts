import { X509Certificate } from 'node:crypto';
import { Certificate } from './certificate';
import { readSets, STRING_TYPES, textOf } from './name-attributes';

/**
 * Makes sure that others can read a certificate from elsewhere: its names, which go into the certificates below it, and, by means of
 * OpenSSL, the whole certificate. `parseCertificate` does not look into names, and if the certificate above a CA was not given, nothing
 * else looks into the CA's issuer.
 *
 * @throws Error that says which part can't be read
 */
export function assertReadable({ der, issuer, subject }: Certificate): void {
  assertName('issuer', issuer);
  assertName('subject', subject);
  try {
    new X509Certificate(der);
  } catch {
    throw new Error('OpenSSL must be able to read it, got a certificate that it refuses; have it issued again');
  }
}

function assertName(part: string, name: Buffer): void {
  try {
    const damaged = readSets(name).flat().find(attribute => STRING_TYPES[attribute.tag]?.decode && textOf(attribute) === undefined);
    if (damaged) {
      throw new Error(`the value of ${damaged.oid} is not a string of its type`);
    }
  } catch (error) {
    throw new Error(`its ${part} must be a name that can be read (RFC 5280, section 4.1.2.4), got a damaged one: ${(error as Error).message}`);
  }
}
