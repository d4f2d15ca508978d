import { isSameName, nameText } from './name-comparison';
import { quote } from '../contract/rules';

/**
 * Makes sure that a certificate does not have the name of a CA that stands above it. By RFC 5280, section 6.1, a certificate whose
 * subject is its issuer is self-issued: name constraints are not held against it, and it takes nothing of a path length. Whoever
 * looks for the issuer of something by its name alone takes its bearer for the CA.
 *
 * Names are the same as section 7.1 has it: whatever their case, the number of their spaces, and the types of their strings.
 *
 * @param subject a DER Name
 * @param caSubjects the DER Names of the CA that signs and of those above it
 */
export function assertNotCaSubject(subject: Buffer, caSubjects: readonly Buffer[]): void {
  if (caSubjects.some(each => isSameName(subject, each))) {
    throw new Error(`subject must differ from those of the CA that signs and of the CAs above it, got ${quote(nameText(subject))}: `
      + 'the certificate could pass for the CA (RFC 5280, section 6.1); choose another common name');
  }
}
