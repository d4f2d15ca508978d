import { privateKeyIn } from '../certificates/file-entries';

/** RFC 7292, section 4: a PFX is a SEQUENCE that begins with the version, an INTEGER of 3. */
const PFX = /^\x30(?:[\x00-\x7f]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03/s;

/** Describes a secret's value that is not a key in PEM, for a note. No part of the value is shown. */
export function describeForm(text: string): string {
  if (/-----BEGIN ENCRYPTED |^Proc-Type:.*ENCRYPTED/m.test(text)) { // RFC 7468, section 11, and RFC 1421, section 4.6.1.1
    return 'an encrypted private key';
  }
  const octets = Buffer.from(text, 'base64');
  if (PFX.test(octets.toString('latin1'))) {
    return 'a key in PKCS#12';
  }
  return privateKeyIn(octets) ? 'a key in DER' : 'no private key';
}
