import 'reflect-metadata'; // has to be there before the parser is loaded
import { KeyObject, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { nistCurve } from '../../pki/curves';
import { readablePublicKey } from '../../pki/readable-public-key';
import { describeUnsupportedKey } from '../../pki/unsupported-key';
import { CliError } from '../cli-error';
import { formatDistinguishedName, shortName } from './distinguished-name';
import { KEY_USAGE_LABELS } from './usage-labels';

/** A certificate as a person or a pipeline wants to know it. */
export interface CertificateFacts {
  readonly certificate: X509Certificate;
  /** Its public key; absent where it is of an algorithm that Node.js does not know. */
  readonly publicKey?: KeyObject;
  /** The public key, SPKI in DER. */
  readonly spki: Buffer;
  /** RFC 4514. */
  readonly subject: string;
  /** The subject's common name, if it has one. */
  readonly shortName: string;
  /** RFC 4514. */
  readonly issuer: string;
  /** DER Names, to compare. */
  readonly subjectName: Buffer;
  readonly issuerName: Buffer;
  /** Upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly signatureAlgorithm: string;
  /** Whether it is a CA; `undefined` where it does not say. */
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** As RFC 5280 calls them, section 4.2.1.3. */
  readonly keyUsages?: readonly string[];
  /** Object identifiers. */
  readonly extendedKeyUsages?: readonly string[];
  readonly subjectAlternativeNames?: readonly { readonly type: string; readonly value: string }[];
  /** Lower-case hexadecimal digits. */
  readonly subjectKeyIdentifier?: string;
  /** Lower-case hexadecimal digits. */
  readonly authorityKeyIdentifier?: string;
  /** Lower-case hexadecimal digits. */
  readonly sha256Fingerprint: string;
  /** Lower-case hexadecimal digits. */
  readonly sha1Fingerprint: string;
}

/** In the order of the bits. */
const KEY_USAGES = Object.keys(KEY_USAGE_LABELS) as (keyof typeof x509.KeyUsageFlags)[];

/** What the parser says of a signature; its own type refers to those of browsers, which are not known here. */
interface WebCryptoAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
}

/** The names that Web Crypto gives to kinds of signatures. */
const SIGNATURES: { readonly [name: string]: string | undefined } = {
  'RSASSA-PKCS1-v1_5': 'RSA (PKCS#1 v1.5)',
  'RSA-PSS': 'RSA (PSS)',
};

/**
 * Reads a certificate of any origin.
 *
 * @param where the file or output, for errors
 */
export function readCertificate(where: string, der: Buffer): CertificateFacts {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    throw new CliError(`${where}: this is not a certificate (X.509 in DER)`);
  }
  try {
    return facts(certificate, new x509.X509Certificate(certificate.raw));
  } catch {
    throw new CliError(`${where}: this certificate has parts that can't be read`);
  }
}

function facts(certificate: X509Certificate, parsed: x509.X509Certificate): CertificateFacts {
  const spki = Buffer.from(parsed.publicKey.rawData);
  const basicConstraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const alternativeNames = parsed.getExtension(x509.SubjectAlternativeNameExtension);
  return {
    certificate,
    publicKey: readablePublicKey(spki),
    spki,
    subject: formatDistinguishedName(parsed.subjectName),
    shortName: shortName(parsed.subjectName),
    issuer: formatDistinguishedName(parsed.issuerName),
    subjectName: Buffer.from(parsed.subjectName.toArrayBuffer()),
    issuerName: Buffer.from(parsed.issuerName.toArrayBuffer()),
    serialNumber: certificate.serialNumber.toUpperCase(),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    signatureAlgorithm: describeSignature(parsed.signatureAlgorithm as WebCryptoAlgorithm),
    ca: basicConstraints?.ca,
    pathLength: basicConstraints?.pathLength,
    keyUsages: keyUsages(parsed.getExtension(x509.KeyUsagesExtension)),
    extendedKeyUsages: parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(asIdentifier),
    subjectAlternativeNames: alternativeNames?.names.toJSON().map(({ type, value }) => ({ type, value: String(value) })),
    subjectKeyIdentifier: parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyIdentifier: parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId,
    sha256Fingerprint: plainHex(certificate.fingerprint256),
    sha1Fingerprint: plainHex(certificate.fingerprint),
  };
}

/** What the parser answers for octets of another type is no identifier. */
function asIdentifier(usage: unknown): string {
  if (!/^\d+(?:\.\d+)+$/.test(String(usage))) {
    throw new Error('no object identifier');
  }
  return String(usage);
}

function keyUsages(extension: x509.KeyUsagesExtension | null): string[] | undefined {
  // eslint-disable-next-line no-bitwise -- the usages are a bit string
  return extension ? KEY_USAGES.filter(name => (extension.usages & x509.KeyUsageFlags[name]) !== 0) : undefined;
}

function describeSignature({ name, hash }: WebCryptoAlgorithm): string {
  return hash ? `${SIGNATURES[name] ?? name} with ${hash.name}` : name;
}

/** A key as people name it: `RSA 2048 bits`, `EC P-256`. */
export function describeKey({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): string {
  switch (asymmetricKeyType) {
    case 'rsa': return `RSA ${details?.modulusLength} bits${details?.publicExponent === 65_537n ? '' : `, public exponent ${details?.publicExponent}`}`;
    case 'rsa-pss': return `RSA ${details?.modulusLength} bits, for PSS only`;
    case 'ec': return `EC ${nistCurve(details?.namedCurve)?.name ?? details?.namedCurve ?? 'with parameters of its own'}`;
    default: return asymmetricKeyType ?? 'unknown';
  }
}

/** The public key of a certificate as people name it; one that can't be read, by its algorithm. */
export function describePublicKey({ publicKey, spki }: CertificateFacts): string {
  return publicKey?.asymmetricKeyType ? describeKey(publicKey) : `${describeUnsupportedKey(spki)}, which can't be read here`;
}

/** The octets of a public key, to compare. */
export function publicKeyOctets(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** `2026-01-31T23:59:59Z`, as the attributes of the certificate resources have it. */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function plainHex(fingerprint: string): string {
  return fingerprint.replace(/:/g, '').toLowerCase();
}
