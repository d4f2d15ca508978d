import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitString, contextTag, element, integer, objectIdentifier, octetString, sequence, setOfOne, Tag, TRUE } from '../../../src/pki/der';
import { DerReader } from '../../../src/pki/der-reader';
import { encodeName } from '../../../src/pki/name';
import { OID } from '../../../src/pki/object-identifiers';
import { signatureAlgorithm } from '../../../src/pki/signature-algorithms';
import { DEVICE_KEYS } from '../fixtures';

const FOLDER = join(__dirname, 'fixtures');

/** The requests that tools made; what begins with `refused-` must not be taken. See fixtures/README.md. */
export const FIXTURES: readonly string[] = readdirSync(FOLDER).filter(name => /\.(pem|der)$/.test(name)).sort();

export function fixture(name: string): Buffer {
  return readFileSync(join(FOLDER, name));
}

/** RSA moduli by what they are; see fixtures/weak-keys.ts. */
export const MODULI = JSON.parse(fixture('weak-keys.json').toString()) as { readonly [name: string]: string };

export function fromPem(pem: string | Buffer): Buffer {
  return Buffer.from(pem.toString().replace(/^[^]*-----BEGIN [^-]*-----|-----END [^]*$/g, ''), 'base64');
}

export const SPKI_DER = { type: 'spki', format: 'der' } as const;

export const NULL_DER = Buffer.of(0x05, 0x00);

export function rsaSpki(modulus: bigint | Buffer, exponent: number | Buffer = 65_537, parameters: readonly Buffer[] = [NULL_DER]): Buffer {
  const n = typeof modulus === 'bigint' ? Buffer.from(modulus.toString(16).padStart(2 * Math.ceil(modulus.toString(16).length / 2), '0'), 'hex') : modulus;
  return sequence(sequence(objectIdentifier(OID.rsaEncryption), ...parameters), bitString(sequence(integer(n), integer(exponent))));
}

export function ecSpki(point: Buffer, curve: Buffer = objectIdentifier(OID.secp256r1)): Buffer {
  return sequence(sequence(objectIdentifier(OID.ecPublicKey), curve), bitString(point));
}

export function ed25519Spki(key: Buffer): Buffer {
  return sequence(sequence(objectIdentifier(OID.ed25519)), bitString(key));
}

export const attribute = (oid: string, ...values: readonly Buffer[]): Buffer => sequence(objectIdentifier(oid), element(0x31, ...values));

export const extension = (oid: string, value: Buffer, ...critical: readonly Buffer[]): Buffer =>
  sequence(objectIdentifier(oid), ...critical, octetString(value));

export const extensionRequest = (...extensions: readonly Buffer[]): Buffer => attribute(OID.extensionRequest, sequence(...extensions));

export const CRITICAL = TRUE;

/** A request in parts, each of which a test can replace by what no tool would write. */
export interface RequestParts {
  /** What signs, PEM: a device's key on P-256 unless the test says otherwise. */
  readonly privateKey?: string;
  readonly version?: Buffer;
  readonly subject?: Buffer;
  readonly publicKey?: Buffer;
  /** What follows the key: `[0]` with attributes, as a whole. */
  readonly attributes?: Buffer;
  readonly algorithm?: Buffer;
  /** Made from the CertificationRequestInfo. */
  readonly signature?: (info: Buffer) => Buffer;
  readonly digest?: string;
}

/** The `[0]` of a request. */
export const attributes = (...parts: readonly Buffer[]): Buffer => element(contextTag(0, true), ...parts);

export const SUBJECT = encodeName({ organization: 'Acme', commonName: 'sensor-001' });

export const PUBLIC_KEY = createPublicKey(DEVICE_KEYS.EC_P256).export(SPKI_DER);

/** A request that is valid but for the parts that are replaced: signed over whatever it says. */
export function makeRequest(parts: RequestParts = {}): Buffer {
  const key = createPrivateKey(parts.privateKey ?? DEVICE_KEYS.EC_P256);
  const info = sequence(
    parts.version ?? integer(0),
    parts.subject ?? SUBJECT,
    parts.publicKey ?? createPublicKey(key).export(SPKI_DER),
    parts.attributes ?? attributes(),
  );
  return wrap(info, parts);
}

const FAMILIES: { readonly [type: string]: 'RSA' | 'EC' | 'ED25519' } = { rsa: 'RSA', ec: 'EC', ed25519: 'ED25519' };

/** Signs what may be a CertificationRequestInfo. */
export function wrap(info: Buffer, { privateKey = DEVICE_KEYS.EC_P256, algorithm, signature, digest = 'sha256' }: RequestParts = {}): Buffer {
  const key = createPrivateKey(privateKey);
  const family = FAMILIES[key.asymmetricKeyType!];
  const signed = signature ? signature(info) : sign(family === 'ED25519' ? undefined : digest, info, key);
  return sequence(info, algorithm ?? signatureAlgorithm(family, 'SHA-256'), bitString(signed));
}

/** What is signed, the AlgorithmIdentifier and the BIT STRING of a request. */
export function partsOf(der: Buffer): [info: Buffer, algorithm: Buffer, signature: Buffer] {
  const request = new DerReader(der).sequence();
  return [request.element(Tag.SEQUENCE), request.element(Tag.SEQUENCE), request.element(Tag.BIT_STRING)];
}

export const setOf = setOfOne;
