import { complain, Declaration } from './declaration';
import { Requester } from './identity';
import { IssuingCa, issuingCa } from './issuing-ca';
import { KEY_ALGORITHMS } from '../contract/key-algorithms';
import { checkCaForPlatform } from '../contract/rules';
import { Certificate, parseCertificate, verifyCertificate } from '../pki/certificate';
import { issue, largestCertificate, selfIssuer } from '../pki/issue';
import { keyAlgorithmOfPublicKey, publicKeyOf } from '../pki/keys';
import { encodeName, formatName } from '../pki/name';
import { toPem } from '../pki/pem';
import { PROFILES } from '../pki/profile';
import { newSerialNumber } from '../pki/serial-number';
import { signerOf } from '../pki/signer';
import { formatTime } from '../contract/term';
import { validityFrom } from '../pki/validity';
import { Ledger, LedgerEntry, LedgerRecord, Ports } from './ports';

/** A certificate that a resource declares. */
export interface CertificateRequest extends Requester {
  readonly declaration: Declaration;
  readonly identity: string;
  readonly requestId: string;
  /** When this delivery of the request began. */
  readonly startedAt: Date;
  /** Whether the resource has this certificate already, so that the ledger must hold it. */
  readonly mustExist: boolean;
}

/** Concurrent requests for one identity: each turn, one of them gets ahead. More turns than deliveries means a fault. */
const MAX_TURNS = 8;

/**
 * Issues the declared certificate exactly once: the first call makes it, every other call answers the same bytes.
 *
 * The steps are recorded so that a crash between any two of them leaves a state from which the next call goes on with
 * the same serial number and the same key: what is unique is reserved first, then the key is made under that serial
 * number, then the certificate is signed, checked and recorded, and only one record of it can win.
 *
 * @param assertFits is asked, before anything is written, whether a certificate of this length (PEM) can be answered
 * @returns the certificate, DER
 */
export async function issueCertificate(request: CertificateRequest, ports: Ports, assertFits: (pem: string) => void): Promise<Buffer> {
  const ledger = ports.ledger(request.declaration.ledgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.find(request.identity);
    const entry = record?.entry;
    assertWanted(request, record);
    if (entry?.status === 'ISSUED') {
      return deliver(request, entry, ports);
    }
    const ca = await issuingCa(request.declaration.issuer, ledger, ports);
    if (entry?.status === 'RESERVED') {
      return complete(request, entry, ca, ledger, ports);
    }
    if (entry && await isReinstatable(entry, request.declaration, ports)) {
      if (await ledger.advance(entry, 'ISSUED', {})) {
        return deliver(request, entry, ports);
      }
      continue;
    }
    const reserved = reservation(request, ca, ports, assertFits);
    if (await ledger.reserve(reserved, record)) {
      return complete(request, reserved, ca, ledger, ports);
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}

/** Refuses what must not be issued, whatever the ledger still allows. */
function assertWanted(request: CertificateRequest, record: LedgerRecord | undefined): void {
  const entry = record?.entry;
  if (request.mustExist && entry?.status !== 'ISSUED') {
    throw new Error(`the ledger ${request.declaration.ledgerTable} does not hold the certificate ${request.identity} that this resource has; `
      + 'restore the table from its point-in-time recovery, or raise `generation` for a new certificate');
  }
  const removedAt = entry ? entry.status === 'WITHDRAWN' && entry.withdrawnAt : record?.cancelledAt;
  if (removedAt && (new Date(removedAt) >= request.startedAt || entry?.reservedBy === request.requestId)) {
    throw new Error('the resource was removed while its certificate was being issued');
  }
  const declared = request.declaration.keyStorage?.SecretArn;
  if (entry && entry.status !== 'WITHDRAWN' && entry.keyStorage?.SecretArn !== declared) {
    throw new Error(`keyStorage must stay ${entry.keyStorage?.SecretArn}, where the key of this certificate is held, got ${declared}; `
      + 'raise `generation` for a new certificate with a key in the new place');
  }
}

/** A withdrawn certificate that is declared again comes back while it is valid and its key is still there. */
async function isReinstatable(entry: LedgerEntry, { keyStorage }: Declaration, ports: Ports): Promise<boolean> {
  return entry.certificate !== undefined
    && new Date(entry.notAfter) > ports.clock()
    && entry.keyStorage?.SecretArn === keyStorage?.SecretArn
    && (!keyStorage || await ports.secrets.read(keyStorage.SecretArn, entry.serialNumber) !== undefined);
}

/** Checks all that can be checked before the first write, and fixes what is unique. */
function reservation(request: CertificateRequest, ca: IssuingCa | undefined, ports: Ports, assertFits: (pem: string) => void): LedgerEntry {
  const { declaration, identity } = request;
  const profile = PROFILES[declaration.profile];
  const now = ports.clock();
  const validity = validityFrom(now, profile, declaration.validityDays, ca?.issuer.validity, declaration.clipToIssuer);
  if (ca) {
    declaration.platforms.forEach(platform => complain(checkCaForPlatform(ca.keyAlgorithm, platform, 'keyAlgorithm of the CA')));
  }
  assertFits(toPem('CERTIFICATE', largestCertificate(profile, { ...declaration, subject: encodeName(declaration.subject), validity },
    ca && { ...ca.issuer, keyAlgorithm: ca.keyAlgorithm })));
  return {
    identity,
    issuer: declaration.issuer ?? identity,
    serialNumber: newSerialNumber(ports.random),
    status: 'RESERVED',
    profile: profile.name,
    subject: formatName(declaration.subject),
    keyAlgorithm: declaration.keyAlgorithm,
    keyStorage: declaration.keyStorage,
    notBefore: formatTime(validity.notBefore),
    notAfter: formatTime(validity.notAfter),
    stackId: request.stackId,
    logicalResourceId: request.logicalResourceId,
    reservedAt: now.toISOString(),
    reservedBy: request.requestId,
  };
}

/** Takes a reservation to its certificate. */
async function complete(
  request: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<Buffer> {
  const { declaration } = request;
  const privateKey = await subjectKey(declaration, entry, ports);
  const publicKey = publicKeyOf(privateKey);
  const subject = encodeName(declaration.subject);
  const issuer = ca?.issuer ?? selfIssuer(subject, signerOf(privateKey));
  const content = {
    serialNumber: entry.serialNumber,
    validity: { notBefore: new Date(entry.notBefore), notAfter: new Date(entry.notAfter) },
    subject,
    publicKey,
    hashAlgorithm: declaration.hashAlgorithm,
    pathLength: declaration.pathLength,
  };
  const certificate = await issue(PROFILES[declaration.profile], content, issuer);
  const parsed = parseCertificate(certificate);
  assertAsReserved(parsed, entry, publicKey);
  verifyCertificate(parsed, issuer.signer.publicKey);
  if (declaration.keyStorage) {
    // Before the record: nothing that can fail follows it, so that a failed update leaves no certificate that nobody declares.
    await ports.secrets.makeCurrent(declaration.keyStorage.SecretArn, entry.serialNumber);
  }

  if (await ledger.advance(entry, 'ISSUED', { certificate, issuedAt: ports.clock().toISOString() })) {
    return deliver(request, { ...entry, certificate }, ports);
  }
  const winner = (await ledger.find(request.identity))?.entry;
  if (winner?.status === 'ISSUED') {
    return deliver(request, winner, ports);
  }
  throw new Error('the resource was removed while its certificate was being issued');
}

/** The stored key of a reservation, made now where it is not there yet; or a fresh one that nobody keeps. */
async function subjectKey({ keyStorage, keyAlgorithm }: Declaration, entry: LedgerEntry, ports: Ports): Promise<string> {
  const stored = keyStorage && await ports.secrets.read(keyStorage.SecretArn, entry.serialNumber);
  if (stored !== undefined) {
    return assertAlgorithm(stored, keyAlgorithm, keyStorage!.SecretArn);
  }
  const { privateKeyPem } = await ports.generateKeyPair(keyAlgorithm);
  return keyStorage
    ? assertAlgorithm(await ports.secrets.write(keyStorage.SecretArn, entry.serialNumber, privateKeyPem), keyAlgorithm, keyStorage.SecretArn)
    : privateKeyPem;
}

function assertAlgorithm(privateKey: string, algorithm: Declaration['keyAlgorithm'], secretArn: string): string {
  const found = keyAlgorithmOfPublicKey(publicKeyOf(privateKey));
  if (found !== algorithm) {
    throw new Error(`the secret ${secretArn} must hold a key of ${KEY_ALGORITHMS[algorithm].bits} bits (${algorithm}), got ${found ?? 'another one'}`);
  }
  return privateKey;
}

/** What was signed is what was reserved: no signer and no encoder is trusted with that. */
function assertAsReserved(certificate: Certificate, entry: LedgerEntry, publicKey: Buffer): void {
  const { notBefore, notAfter } = certificate.validity;
  if (certificate.serialNumber !== entry.serialNumber || !certificate.publicKey.equals(publicKey)
    || formatTime(notBefore) !== entry.notBefore || formatTime(notAfter) !== entry.notAfter) {
    throw new Error(`the certificate that was signed is not the one reserved under serial number ${entry.serialNumber}`);
  }
}

/** Answers an issued certificate, and makes its key the current one: after a rollback, the old one is again. */
async function deliver({ declaration }: CertificateRequest, entry: LedgerEntry, ports: Ports): Promise<Buffer> {
  if (!entry.certificate) {
    throw new Error(`the ledger ${declaration.ledgerTable} has lost the certificate with serial number ${entry.serialNumber}; `
      + 'restore the table from its point-in-time recovery');
  }
  if (declaration.keyStorage) {
    await ports.secrets.makeCurrent(declaration.keyStorage.SecretArn, entry.serialNumber);
  }
  return entry.certificate;
}
