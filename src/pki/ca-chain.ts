import { KeyObject, X509Certificate } from 'node:crypto';
import { Certificate, isSelfIssued, parseCertificate } from './certificate';
import { readCertificates } from './certificate-pem';
import { checkCommonNameElsewhere } from './common-name-constraints';
import { checkEmptyConstraints } from './constraint-limits';
import { limitsOf } from './issuer-limits';
import { keyAlgorithmOfPublicKey } from './keys';
import { checkMailboxesElsewhere } from './mailbox-constraints';
import { commonNameOf, isSameName } from './name-comparison';
import { assertNamesPermitted, mailboxesOf } from './name-constraints';
import { NameConstraints } from './name-subtrees';
import { describeOids, OID, oidName } from './object-identifiers';
import { assertReadable } from './readable-certificate';
import { readablePublicKey } from './readable-public-key';
import { isOutdatedSignature } from './signature-algorithms';
import { describeUnsupportedKey } from './unsupported-key';
import { Complaint, quote } from '../contract/rules';
import { formatTime } from '../contract/term';

/** A CA from elsewhere, and those of the CAs above it that were given. */
export interface CaChain {
  readonly certificate: Certificate;
  /** The CAs above it, the nearest first. */
  readonly chain: readonly Certificate[];
}

/** RFC 5280 sets no limit, but embedded TLS stacks do: mbedTLS accepts 8 (MBEDTLS_X509_MAX_INTERMEDIATE_CA). */
const MAX_CHAIN = 8;

/** NIST SP 800-131A revision 2, section 3: shorter RSA keys give less than 112 bits of security. */
const SHORTEST_RSA = 2048;

/**
 * Reads the certificate of a CA and the certificates above it, and checks what a validator checks: each is a CA, allows as many CAs below
 * it as there are, and has signed the certificate before it. The caller checks whether they are valid at the present time.
 *
 * @param property the name of the property, for errors
 * @param pem the CA's certificate, followed by that of the CA above it, and so on; a root at the end may be left out
 * @param legacy `true` to accept signatures over SHA-1 or MD5, and short RSA keys above the CA itself
 */
export function readCaChain(property: string, pem: string, legacy = false): CaChain {
  const certificates = readCertificates(property, pem).map((der, index) => parsed(property, index, der));
  if (certificates.length > MAX_CHAIN + 1) {
    throw new Error(`${property} must hold at most ${MAX_CHAIN} certificates above the CA, got ${certificates.length - 1}`);
  }
  certificates.forEach((certificate, index) => assertCa(property, index, certificate));
  assertSignedInOrder(property, certificates);
  const [certificate, ...chain] = certificates;
  certificates.forEach((each, index) => assertPathLength(property, index, each)); // relies on the verified order
  certificates.forEach((each, index) => assertNames(property, index, each, certificates.slice(index + 1)));
  if (!legacy) {
    certificates.forEach((each, index) => assertUpToDate(property, index, each));
  } else {
    assertKeyLength(property, 0, certificate);
  }
  return { certificate, chain };
}

/** Checks that each certificate has signed the one before it, and that a root at the end has signed itself. */
export function assertSignedInOrder(property: string, certificates: readonly Certificate[]): void {
  certificates.slice(1).forEach((above, index) => assertSigned(property, index, certificates[index], above));
  const last = certificates[certificates.length - 1];
  if (isSelfIssued(last)) {
    assertSigned(property, certificates.length - 1, last, last);
  }
}

/** Whether certificates are those of a CA and of the CAs above it, in that order, with any algorithms. */
export function checkCaChain(property: string, pem: string): Complaint {
  try {
    readCaChain(property, pem, true);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Checks the conditions under which a CA from elsewhere can issue here, apart from its chain (`readCaChain`) and the time
 * (`checkChainIsValid`).
 *
 * @param property the name of the property, for errors
 */
export function assertCanIssue(property: string, { certificate, chain }: CaChain): void {
  [certificate, ...chain].forEach(assertUnderstood);
  assertIssuesSome(property, { certificate, chain });
  if (!keyAlgorithmOfPublicKey(certificate.publicKey)) {
    throw new Error(`${property} must have a key that can be declared (KeyAlgorithm), got another algorithm, size or public exponent`);
  }
}

/** Checks that a CA can issue for devices or for servers. Extended key usages limit a CA to those usages; see `assertUsagesAllowed`. */
function assertIssuesSome(property: string, ca: CaChain): void {
  if (!allows(ca, OID.clientAuth) && !allows(ca, OID.serverAuth)) {
    throw new Error(`${property} must allow clientAuth or serverAuth ${describeUsages(ca)}: `
      + 'validators refuse devices and servers below it; have it renewed without extendedKeyUsage');
  }
}

/** Whether a CA can issue for devices, and not for servers alone. */
export function checkIssuesDevices(property: string, ca: CaChain): Complaint {
  return allows(ca, OID.clientAuth) ? undefined
    : `${property} should allow clientAuth ${describeUsages(ca)}: it can issue certificates for servers, but not for devices`;
}

function allows({ certificate, chain }: CaChain, usage: string): boolean {
  return limitsOf([certificate, ...chain]).extendedKeyUsages.every(allowed => allowed.includes(usage));
}

function describeUsages({ certificate, chain }: CaChain): string {
  const usages = limitsOf([certificate, ...chain]).extendedKeyUsages.flat().map(oidName);
  return `if it, or a CA above it, has extended key usages, got ${quote(usages.join(', '))}`;
}

/**
 * Whether some validators refuse every certificate below a CA because of its own names or constraints, or those of a CA above it. These
 * validators read constraints in other ways than RFC 5280, section 4.2.1.10, or take a common name for a host name or an address.
 */
export function checkCaNames(property: string, { certificate, chain }: CaChain): Complaint {
  const path = [certificate, ...chain];
  return path.map((each, index) => {
    const constraints = path.slice(index + 1).flatMap(({ nameConstraints }) => nameConstraints ?? []);
    const complaint = each.nameConstraints && checkEmptyConstraints(each.nameConstraints)
      || (isSelfIssued(each) ? undefined : complaintOfNames(each, constraints));
    return complaint
      && `${place(property, index)} has names or name constraints because of which some validators refuse everything below it: ${complaint}`;
  }).find(complaint => complaint !== undefined);
}

function complaintOfNames({ subject, alternativeNames }: Certificate, constraints: readonly NameConstraints[]): Complaint {
  try {
    assertNamesPermitted({ subject, alternativeNames, profile: 'ca' }, constraints);
  } catch (error) {
    return (error as Error).message;
  }
  const facts = { commonName: commonNameOf(subject), alternativeNames, profile: 'ca' } as const;
  const names = [...mailboxesOf(subject), ...alternativeNames];
  return constraints.map(each => checkCommonNameElsewhere(facts, each) ?? checkMailboxesElsewhere(names, each))
    .find(complaint => complaint !== undefined);
}

/**
 * Whether the certificate of a CA and the certificates above it are valid at a given time.
 *
 * @param property the name of the property, for the message
 */
export function checkChainIsValid(property: string, { certificate, chain }: CaChain, now: Date): Complaint {
  const outside = [certificate, ...chain].find(({ validity: { notBefore, notAfter } }) => now < notBefore || now > notAfter);
  return outside && `${property} must be valid on ${formatTime(now)}, got a certificate that is valid from ${formatTime(outside.validity.notBefore)} `
    + `to ${formatTime(outside.validity.notAfter)}`;
}

/** RFC 5280, section 4.2: a validator must reject a certificate with a critical extension that it does not know or can't process. */
export function assertUnderstood({ unknownCritical }: Certificate): void {
  if (unknownCritical.length > 0) {
    throw new Error('the CA\'s certificate, and those above it, must have no critical extension that this library does not process, '
      + `got ${describeOids(...unknownCritical)}: `
      + 'the certificates that it issues could violate the extension unnoticed; '
      + 'have the certificate renewed without the extension, or with the extension not critical');
  }
}

function parsed(property: string, index: number, der: Buffer): Certificate {
  try {
    const certificate = parseCertificate(der);
    assertReadable(certificate);
    return certificate;
  } catch (error) {
    throw new Error(`${place(property, index)} can't be used: ${(error as Error).message}`);
  }
}

function assertCa(property: string, index: number, { ca }: Certificate): void {
  if (!ca) {
    throw new Error(`${place(property, index)} must be a CA certificate, with CA:TRUE in its basicConstraints and, if it has a keyUsage, `
      + 'keyCertSign in it (RFC 5280, section 6.1.4), got another certificate');
  }
}

function assertPathLength(property: string, index: number, { pathLength }: Certificate): void {
  if (pathLength !== undefined && pathLength < index) {
    throw new Error(`${place(property, index)} must allow as many CAs below it as the chain has, ${index}, got a path length of ${pathLength}`);
  }
}

/**
 * RFC 5280, section 6.1.3 (b, c): if a CA's own names violate the constraints of the CAs above it, no certificate below it verifies.
 * Self-issued certificates are exempt.
 */
function assertNames(property: string, index: number, certificate: Certificate, above: readonly Certificate[]): void {
  if (isSelfIssued(certificate)) {
    return;
  }
  const { subject, alternativeNames } = certificate;
  try {
    const constraints = above.flatMap(({ nameConstraints }) => nameConstraints ?? []);
    assertNamesPermitted({ subject, profile: 'ca', byStandard: true }, constraints, alternativeNames); // `checkCaNames` checks the rest
  } catch (error) {
    throw new Error(`${place(property, index)} can't be used, because nothing below it would verify: ${(error as Error).message}`);
  }
}

function assertSigned(property: string, index: number, { der, issuer, authorityKeyIdentifier }: Certificate, above: Certificate): void {
  const identified = !authorityKeyIdentifier || !above.subjectKeyIdentifier || authorityKeyIdentifier.equals(above.subjectKeyIdentifier);
  const key = readKey(property, above.der.equals(der) ? index : index + 1, above.publicKey);
  if (!isSameName(issuer, above.subject) || !identified || !hasSigned(key, der)) {
    throw new Error(`${place(property, index)} must be signed by the certificate that follows it (the CA's own comes first, the root last), got another order or another chain`);
  }
}

function hasSigned(key: KeyObject, der: Buffer): boolean {
  try {
    return new X509Certificate(der).verify(key);
  } catch {
    return false; // OpenSSL can't read the certificate
  }
}

function assertUpToDate(property: string, index: number, certificate: Certificate): void {
  if (isOutdatedSignature(certificate.signatureAlgorithm)) {
    throw new Error(`${place(property, index)} must not be signed over SHA-1 or MD5; renew it, or set allowLegacyChain to accept it`);
  }
  assertKeyLength(property, index, certificate);
}

function assertKeyLength(property: string, index: number, { publicKey }: Certificate): void {
  const { asymmetricKeyType, asymmetricKeyDetails } = readKey(property, index, publicKey);
  const bits = asymmetricKeyDetails?.modulusLength;
  if (asymmetricKeyType === 'rsa' && bits! < SHORTEST_RSA) {
    throw new Error(`${place(property, index)} must have an RSA key of at least ${SHORTEST_RSA} bits, got ${bits}`);
  }
}

function readKey(property: string, index: number, publicKey: Buffer): KeyObject {
  const key = readablePublicKey(publicKey);
  if (!key) {
    throw new Error(`${place(property, index)} must have a key that OpenSSL can read, got ${describeUnsupportedKey(publicKey)}`);
  }
  return key;
}

function place(property: string, index: number): string {
  return index === 0 ? property : `${property}, certificate ${index + 1},`;
}
