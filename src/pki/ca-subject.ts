import { isSameName, nameText } from './name-comparison';
import { quote } from '../contract/rules';

/**
 * Makes sure that a certificate does not have the name of a CA above it. By RFC 5280, section 6.1, a certificate whose subject is its
 * issuer is self-issued: name constraints do not apply to it, and it does not count towards a path length. Software that finds an issuer by
 * name alone takes the certificate's holder for the CA.
 *
 * Names are compared as section 7.1 says: case, the number of spaces and the string types do not matter.
 *
 * @param subject a DER Name
 * @param caSubjects the DER Names of the CA that signs and of the CAs above it
 */
export function assertNotCaSubject(subject: Buffer, caSubjects: readonly Buffer[]): void {
  if (caSubjects.some(each => isSameName(subject, each))) {
    throw new Error(`subject must differ from those of the CA that signs and of the CAs above it, got ${quote(nameText(subject))}: `
      + 'the certificate could pass for the CA (RFC 5280, section 6.1); choose another common name');
  }
}
