import { OID } from '../../pki/object-identifiers';
import { KeyUsage } from '../../pki/profile';

/** What people call the key usages. */
export const KEY_USAGE_LABELS: { readonly [U in KeyUsage]: string } = {
  digitalSignature: 'digital signature',
  nonRepudiation: 'non-repudiation',
  keyEncipherment: 'key encipherment',
  dataEncipherment: 'data encipherment',
  keyAgreement: 'key agreement',
  keyCertSign: 'certificate signing',
  cRLSign: 'CRL signing',
  encipherOnly: 'encipher only',
  decipherOnly: 'decipher only',
};

/** What people call the extended key usages of RFC 5280, section 4.2.1.12, and those that occur on IoT platforms. */
export const EXTENDED_KEY_USAGE_LABELS: { readonly [oid: string]: string | undefined } = {
  [OID.anyExtendedKeyUsage]: 'any',
  [OID.serverAuth]: 'TLS server authentication',
  [OID.clientAuth]: 'TLS client authentication',
  '1.3.6.1.5.5.7.3.3': 'code signing',
  '1.3.6.1.5.5.7.3.4': 'e-mail protection',
  '1.3.6.1.5.5.7.3.8': 'time stamping',
  [OID.OCSPSigning]: 'OCSP signing',
};
