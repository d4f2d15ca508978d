import { createHash } from 'node:crypto';
import { bmpString, contextTag, element, explicit, integer, objectIdentifier, octetString, sequence, setOf, setOfOne } from './der';
import { checkBundle, derOfPrivateKey, KeyBundle } from './key-bundles';
import { OID } from './object-identifiers';
import { Encrypted, LEGACY, MODERN, RandomBytes } from './pkcs12-protection';
import { quote } from '../contract/rules';

export interface Pkcs12Content extends KeyBundle {
  /** The name by which key stores show the key, an "alias" in Java: 1 to 255 characters (RFC 2985, section 5.5.1). */
  readonly friendlyName: string;
  /** A secret. Java opens a file only with printable ASCII characters (PBEKey.java), other readers with any passphrase that is accepted here. */
  readonly passphrase: string;
  /**
   * Whether to write a file for programs that read nothing newer than 3DES and SHA-1, such as Windows Server 2016, and Java before 8u301,
   * 11.0.12 and 12 (https://bugs.openjdk.org/browse/JDK-8267701).
   * @default false
   */
  readonly legacy?: boolean;
}

/**
 * A PKCS#12 file (RFC 7292, DER) with a key, its certificate and the chain, encrypted and authenticated by a passphrase. The same content
 * and the same random bytes give the same file.
 *
 * @throws an error if the certificate is not that of the key, or if names or passphrases contain what no reader accepts. It shows neither
 * the key nor the passphrase
 */
export function pkcs12(content: Pkcs12Content, random: RandomBytes): Buffer {
  const { privateKeyPem, certificate, chain, friendlyName, passphrase, legacy = false } = content;
  checkPassphrase(passphrase);
  checkFriendlyName(friendlyName);
  checkBundle(content);

  const protection = legacy ? LEGACY : MODERN;
  // Readers find the certificate of a key by this identifier. All programs write the SHA-1, but any octets would do.
  const attributes = [
    attribute(OID.friendlyName, bmpString(friendlyName)),
    attribute(OID.localKeyId, octetString(createHash('sha1').update(certificate).digest())),
  ];
  const certificates = sequence(certificateBag(certificate, attributes), ...chain.map(ca => certificateBag(ca, [])));
  const key = protection.encrypt(derOfPrivateKey(privateKeyPem), passphrase, random);
  const authenticatedSafe = sequence(
    encryptedData(protection.encrypt(certificates, passphrase, random)),
    data(sequence(safeBag(OID.pkcs8ShroudedKeyBag, sequence(key.algorithm, octetString(key.octets)), attributes))),
  );
  const version = integer(3);
  return sequence(version, data(authenticatedSafe), protection.macData(authenticatedSafe, passphrase, random));
}

/** RFC 7292, section 4.2. */
function safeBag(type: string, value: Buffer, attributes: readonly Buffer[]): Buffer {
  return sequence(objectIdentifier(type), explicit(0, value), ...attributes.length > 0 ? [setOf(...attributes)] : []);
}

/** RFC 7292, section 4.2.3. */
function certificateBag(certificate: Buffer, attributes: readonly Buffer[]): Buffer {
  const value = sequence(objectIdentifier(OID.x509Certificate), explicit(0, octetString(certificate)));
  return safeBag(OID.certBag, value, attributes);
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), setOfOne(value));
}

/** A ContentInfo of the type Data (RFC 5652, section 4). */
function data(octets: Buffer): Buffer {
  return sequence(objectIdentifier(OID.data), explicit(0, octetString(octets)));
}

/** A ContentInfo of the type EncryptedData (RFC 5652, section 8), version 0. */
function encryptedData({ algorithm, octets }: Encrypted): Buffer {
  const contentInfo = sequence(objectIdentifier(OID.data), algorithm, element(contextTag(0, false), octets));
  return sequence(objectIdentifier(OID.encryptedData), explicit(0, sequence(integer(0), contentInfo)));
}

/** Control characters, which no two programs treat alike, and the surrogate halves of characters outside the BMP (RFC 7292, appendix B.1). */
const NOT_TAKEN = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/;

function checkPassphrase(passphrase: string): void {
  if (passphrase === '') {
    throw new Error('passphrase must have at least one character, got an empty one');
  }
  if (NOT_TAKEN.test(passphrase)) {
    throw new Error('passphrase must consist of characters of the Basic Multilingual Plane and no control characters, got another one (not shown)');
  }
}

function checkFriendlyName(friendlyName: string): void {
  if (NOT_TAKEN.test(friendlyName) || friendlyName.length < 1 || friendlyName.length > 255) {
    throw new Error('friendlyName must be 1 to 255 characters of the Basic Multilingual Plane and no control characters, '
      + `got ${friendlyName.length}: ${quote(friendlyName)}`);
  }
}
