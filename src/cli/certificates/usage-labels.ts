/** What people call the key usages, in the order of the bits. RFC 5280, section 4.2.1.3. */
export const KEY_USAGE_LABELS: { readonly [name: string]: string } = {
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
  '2.5.29.37.0': 'any',
  '1.3.6.1.5.5.7.3.1': 'TLS server authentication',
  '1.3.6.1.5.5.7.3.2': 'TLS client authentication',
  '1.3.6.1.5.5.7.3.3': 'code signing',
  '1.3.6.1.5.5.7.3.4': 'e-mail protection',
  '1.3.6.1.5.5.7.3.8': 'time stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP signing',
};
