import { bitString, contextTag, element, explicit, integer, namedBits, objectIdentifier, octetString, sequence, setOfOne, Tag, time, TRUE, utf8String } from '../../../src/pki/der';
import { publicKeyOf } from '../../../src/pki/keys';
import { OID } from '../../../src/pki/object-identifiers';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { subjectKeyOf } from '../../../src/pki/subject-key';
import { CA_KEYS, DEVICE_KEYS } from '../fixtures';

/** The parts of a certificate, each a whole element. What this library would never write can be put in the place of any. */
export interface Parts {
  readonly version: Buffer;
  readonly serialNumber: Buffer;
  readonly innerSignature: Buffer;
  readonly issuer: Buffer;
  readonly notBefore: Buffer;
  readonly notAfter: Buffer;
  readonly subject: Buffer;
  readonly publicKey: Buffer;
  readonly uniqueIdentifiers: Buffer;
  readonly basicConstraints: Buffer;
  readonly keyUsage: Buffer;
  readonly extendedKeyUsage: Buffer;
  readonly subjectKeyIdentifier: Buffer;
  readonly authorityKeyIdentifier: Buffer;
  /** Further extensions, one after the other. */
  readonly more: Buffer;
  readonly outerSignature: Buffer;
}

export const NOTHING = Buffer.alloc(0);

/** A certificate of these parts. Its signature is none: rules do not verify it. */
export function build({ version, serialNumber, innerSignature, issuer, notBefore, notAfter, subject, publicKey, ...parts }: Parts): Buffer {
  const extensions = Buffer.concat([parts.basicConstraints, parts.keyUsage, parts.extendedKeyUsage, parts.subjectKeyIdentifier,
    parts.authorityKeyIdentifier, parts.more]);
  const tbs = sequence(version, serialNumber, innerSignature, issuer, sequence(notBefore, notAfter), subject, publicKey, parts.uniqueIdentifiers,
    ...extensions.length > 0 ? [explicit(3, sequence(extensions))] : []);
  return sequence(tbs, parts.outerSignature, bitString(Buffer.alloc(64, 1)));
}

export function oid(dotted: string): Buffer {
  return objectIdentifier(dotted);
}

/** A name whose attributes are `[object identifier, value]`; the value is an element, or a string that becomes UTF8String. */
export function name(...attributes: readonly (readonly [string, Buffer | string])[]): Buffer {
  return sequence(...attributes.map(([type, value]) => setOfOne(sequence(oid(type), typeof value === 'string' ? utf8String(value) : value))));
}

/** A string of a type that the encoder does not write. */
export function string(tag: number, value: string | Buffer): Buffer {
  return element(tag, typeof value === 'string' ? Buffer.from(value, 'latin1') : value);
}

export function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(type), ...critical ? [TRUE] : [], octetString(value));
}

export function basicConstraints(ca: boolean, pathLength?: number, critical = true): Buffer {
  return extension(OID.basicConstraints, critical, sequence(...ca ? [TRUE] : [], ...pathLength === undefined ? [] : [integer(pathLength)]));
}

/** @param bits by number: 0 is digitalSignature, 2 keyEncipherment, 3 dataEncipherment, 4 keyAgreement, 5 keyCertSign, 6 cRLSign */
export function keyUsage(bits: readonly number[], critical = true): Buffer {
  return extension(OID.keyUsage, critical, namedBits(bits));
}

export function authorityKeyIdentifier(keyIdentifier: Buffer, critical = false): Buffer {
  return extension(OID.authorityKeyIdentifier, critical, sequence(element(contextTag(0, false), keyIdentifier)));
}

/** GeneralNames: `[number of the tag, contents]`. */
export function generalNames(...names: readonly (readonly [number, string | Buffer])[]): Buffer {
  return sequence(...names.map(([kind, value]) => string(contextTag(kind, false), value)));
}

/** An RSA key with these numbers. */
export function rsaKey(modulus: Buffer, exponent: Buffer | number, parameters: Buffer = element(Tag.NULL)): Buffer {
  return sequence(sequence(oid(OID.rsaEncryption), parameters), bitString(sequence(integer(modulus), integer(exponent))));
}

/** A key on a curve, by its object identifier or by any other parameters. */
export function ecKey(curve: string | Buffer, point: Buffer): Buffer {
  return sequence(sequence(oid(OID.ecPublicKey), typeof curve === 'string' ? oid(curve) : curve), bitString(point));
}

const [CA_KEY, DEVICE_KEY] = [publicKeyOf(CA_KEYS.EC_P256), publicKeyOf(DEVICE_KEYS.EC_P256)];
export const [CA_KEY_IDENTIFIER, DEVICE_KEY_IDENTIFIER] = [CA_KEY, DEVICE_KEY].map(key => subjectKeyOf(key).keyIdentifier);

export const COMMON_NAME = '2.5.4.3';
export const CA_NAME = name([COMMON_NAME, 'Acme CA']);

/** A CA that has signed itself. */
export const CA: Parts = {
  version: explicit(0, integer(2)),
  serialNumber: integer(Buffer.alloc(16, 0x5a)),
  innerSignature: signatureAlgorithm('EC', 'SHA-256'),
  issuer: CA_NAME,
  notBefore: time(new Date('2026-01-01T00:00:00Z')),
  notAfter: time(new Date('2036-01-01T00:00:00Z')),
  subject: CA_NAME,
  publicKey: CA_KEY,
  uniqueIdentifiers: NOTHING,
  basicConstraints: basicConstraints(true),
  keyUsage: keyUsage([5, 6]),
  extendedKeyUsage: NOTHING,
  subjectKeyIdentifier: extension(OID.subjectKeyIdentifier, false, octetString(CA_KEY_IDENTIFIER)),
  authorityKeyIdentifier: authorityKeyIdentifier(CA_KEY_IDENTIFIER),
  more: NOTHING,
  outerSignature: signatureAlgorithm('EC', 'SHA-256'),
};

/** A device below `CA`. */
export const DEVICE: Parts = {
  ...CA,
  serialNumber: integer(Buffer.alloc(16, 0x5b)),
  notAfter: time(new Date('2027-01-01T00:00:00Z')),
  subject: name([COMMON_NAME, 'sensor-001']),
  publicKey: DEVICE_KEY,
  basicConstraints: basicConstraints(false),
  keyUsage: keyUsage([0]),
  extendedKeyUsage: extension(OID.extKeyUsage, false, sequence(oid(OID.clientAuth))),
  subjectKeyIdentifier: extension(OID.subjectKeyIdentifier, false, octetString(DEVICE_KEY_IDENTIFIER)),
};
