import 'reflect-metadata'; // must be loaded before the parser
import { KeyObject, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { nistCurve } from '../../pki/curves';
import { KEY_USAGES, KeyUsage } from '../../pki/profile';
import { readablePublicKey } from '../../pki/readable-public-key';
import { describeUnsupportedKey } from '../../pki/unsupported-key';
import { CliError } from '../cli-error';
import { formatDistinguishedName, shortName } from './distinguished-name';

/** The facts about a certificate that a person or a pipeline needs. */
export interface CertificateFacts {
  readonly certificate: X509Certificate;
  /** The public key; absent if Node.js does not know its algorithm. */
  readonly publicKey?: KeyObject;
  /** The public key, SPKI in DER. */
  readonly spki: Buffer;
  /** The subject as RFC 4514 writes it. */
  readonly subject: string;
  /** The subject's common name; the whole subject if it has none. */
  readonly shortName: string;
  /** The issuer as RFC 4514 writes it. */
  readonly issuer: string;
  /** The names in DER, for comparisons. */
  readonly subjectName: Buffer;
  readonly issuerName: Buffer;
  /** Upper-case hexadecimal digits. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly signatureAlgorithm: string;
  /** Whether the certificate is a CA's; `undefined` if it does not say. */
  readonly ca?: boolean;
  readonly pathLength?: number;
  /** The names of RFC 5280, section 4.2.1.3. */
  readonly keyUsages?: readonly KeyUsage[];
  /** Object identifiers. */
  readonly extendedKeyUsages?: readonly string[];
  readonly subjectAlternativeNames?: readonly { readonly type: string; readonly value: string }[];
  /** The URLs of the revocation lists that are about the certificate. */
  readonly crlDistributionPoints?: readonly string[];
  /** Lower-case hexadecimal digits. */
  readonly subjectKeyIdentifier?: string;
  /** Lower-case hexadecimal digits. */
  readonly authorityKeyIdentifier?: string;
  /** Lower-case hexadecimal digits. */
  readonly sha256Fingerprint: string;
  /** Lower-case hexadecimal digits. */
  readonly sha1Fingerprint: string;
}

/** A signature algorithm as the parser returns it. The parser's own type refers to types of browsers, which are not known here. */
interface WebCryptoAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
}

/** The labels of signature algorithms, by the names that Web Crypto gives them. */
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
  const { publicKey: { rawData }, subjectName: subjectOf, issuerName: issuerOf } = parsed;
  const [spki, subjectName, issuerName] = [rawData, subjectOf.toArrayBuffer(), issuerOf.toArrayBuffer()].map(octets => Buffer.from(octets));
  const basicConstraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const alternativeNames = parsed.getExtension(x509.SubjectAlternativeNameExtension);
  return {
    certificate,
    publicKey: readablePublicKey(spki),
    spki,
    subject: formatDistinguishedName(subjectName),
    shortName: shortName(subjectName),
    issuer: formatDistinguishedName(issuerName),
    subjectName,
    issuerName,
    serialNumber: certificate.serialNumber.toUpperCase(),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    signatureAlgorithm: describeSignature(parsed.signatureAlgorithm as WebCryptoAlgorithm),
    ca: basicConstraints?.ca,
    pathLength: basicConstraints?.pathLength,
    keyUsages: keyUsages(parsed.getExtension(x509.KeyUsagesExtension)),
    extendedKeyUsages: parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(asIdentifier),
    subjectAlternativeNames: alternativeNames?.names.toJSON().map(({ type, value }) => ({ type, value: String(value) })),
    crlDistributionPoints: crlDistributionPoints(parsed.getExtension(x509.CRLDistributionPointsExtension)),
    subjectKeyIdentifier: parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    authorityKeyIdentifier: parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId,
    sha256Fingerprint: plainHex(certificate.fingerprint256),
    sha1Fingerprint: plainHex(certificate.fingerprint),
  };
}

function crlDistributionPoints(extension: x509.CRLDistributionPointsExtension | null): string[] | undefined {
  return extension?.distributionPoints.flatMap(({ distributionPoint }) => distributionPoint?.fullName ?? [])
    .flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? []);
}

/** Checks an object identifier. For octets of another type, the parser returns something else. */
function asIdentifier(usage: unknown): string {
  if (!/^\d+(?:\.\d+)+$/.test(String(usage))) {
    throw new Error('no object identifier');
  }
  return String(usage);
}

function keyUsages(extension: x509.KeyUsagesExtension | null): KeyUsage[] | undefined {
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
    case 'ec': return `EC ${nistCurve(details?.namedCurve)?.name ?? details?.namedCurve ?? 'with explicit parameters'}`;
    default: return asymmetricKeyType ?? 'unknown';
  }
}

/** The public key of a certificate as people name it; if it can't be read, its algorithm. */
export function describePublicKey({ publicKey, spki }: CertificateFacts): string {
  return publicKey?.asymmetricKeyType ? describeKey(publicKey) : `${describeUnsupportedKey(spki)}, which can't be read here`;
}

/** The octets of a public key, for comparisons. */
export function publicKeyOctets(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function plainHex(fingerprint: string): string {
  return fingerprint.replace(/:/g, '').toLowerCase();
}
