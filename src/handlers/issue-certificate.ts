import { assertPassphrases, deliverBundles } from './bundles';
import { custodyOf, HeldKey, isSamePlace } from './custody';
import { Declaration } from './declaration';
import { requestOutcome, withRequest } from './declared-request';
import { Requester } from './identity';
import { chainBelow, IssuingCa, issuingCa } from './issuing-ca';
import { describePlace, describeStorage } from './key-storage';
import { Ledger, LedgerEntry, LedgerFacts, LedgerRecord, Ports } from './ports';
import { complain } from './property-values';
import { checkHashForKms } from '../contract/kms';
import { checkCaForPlatform } from '../contract/rules';
import { formatTime } from '../contract/term';
import { Certificate, parseCertificate, verifyCertificate } from '../pki/certificate';
import { assertMayIssue, CertificateContent, issue, largestCertificate, selfIssuer } from '../pki/issue';
import { assertLinted } from '../pki/lint/lint-errors';
import { encodeName, formatName } from '../pki/name';
import { toPem } from '../pki/pem';
import { PROFILES } from '../pki/profile';
import { newSerialNumber } from '../pki/serial-number';
import { describePublicKey } from '../pki/subject-key';
import { validityFrom } from '../pki/validity';

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
export const MAX_TURNS = 8;

/**
 * Issues the declared certificate exactly once: the first call makes it, every other call answers the same bytes.
 *
 * The steps are recorded so that a crash between any two of them leaves a state from which the next call goes on with
 * the same serial number and the same key: what is unique is reserved first, then the key is made under that serial
 * number, then the certificate is signed, checked and recorded, and only one record of it can win. Where bundles are to hold
 * the certificate, it is recorded before the first of them is written: signed again it would be another one.
 *
 * @param assertFits is asked, before anything is written, whether a certificate of this length (PEM) can be answered
 * @returns the ledger's entry, with the certificate
 */
export async function issueCertificate(declared: CertificateRequest, ports: Ports, assertFits: AssertFits): Promise<IssuedEntry> {
  const ledger = ports.ledger(declared.declaration.issuerLedgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const record = await ledger.find(declared.identity);
    const entry = record?.entry;
    assertWanted(declared, record);
    if (entry?.status === 'ISSUED') {
      return deliver(declared, entry, ledger, ports);
    }
    if (entry?.status === 'SIGNED') {
      return finish(declared, entry, {}, ledger, ports);
    }
    // Only now, since it may be in a secret: what was issued does not depend on what is there today.
    const request = { ...declared, declaration: await withRequest(declared.declaration, ports) };
    const ca = await issuingCa(request.declaration.issuer, ledger, ports);
    if (entry?.status === 'RESERVED') {
      return complete(request, entry, ca, ledger, ports);
    }
    if (entry && await isReinstatable(entry, request.declaration, ports)) {
      if (await ledger.advance(entry, 'ISSUED', {})) {
        return deliver(request, entry, ledger, ports);
      }
      continue;
    }
    await assertPassphrases(request.declaration.bundles, ports);
    const reserved = reservation(request, ca, ports, assertFits);
    if (await ledger.reserve(reserved, record)) {
      return complete(request, reserved, ca, ledger, ports);
    }
  }
  throw new Error('the ledger keeps changing under this request; deploy again');
}

/** Whether a certificate of this length (PEM) can be answered; by the declaration with its request. */
type AssertFits = (pem: string, declaration: Declaration) => void;

/** An entry whose certificate is there. */
export type IssuedEntry = LedgerEntry & { readonly certificate: Buffer };

/** What of a request decides whether it is still wanted. */
export type WantedRequest = Pick<CertificateRequest, 'identity' | 'requestId' | 'startedAt' | 'mustExist'> & {
  readonly declaration: Pick<Declaration, 'issuerLedgerTable' | 'keyStorage'>;
};

/** Refuses what must not be issued, whatever the ledger still allows. */
export function assertWanted(
  request: WantedRequest, record: LedgerRecord | undefined, standing: readonly LedgerEntry['status'][] = ['ISSUED'],
): void {
  const entry = record?.entry;
  if (request.mustExist && !(entry && standing.includes(entry.status))) {
    throw new Error(`the ledger ${request.declaration.issuerLedgerTable} does not hold the certificate ${request.identity} that this resource has; `
      + 'restore the table from its point-in-time recovery, or raise `generation` for a new certificate');
  }
  const removedAt = entry ? entry.status === 'WITHDRAWN' && entry.withdrawnAt : record?.cancelledAt;
  if (removedAt && (new Date(removedAt) >= request.startedAt || entry?.reservedBy === request.requestId)) {
    throw new Error('the resource was removed while its certificate was being issued');
  }
  const { keyStorage } = request.declaration;
  if (entry && entry.status !== 'WITHDRAWN' && !isSamePlace(entry.keyStorage, keyStorage)) {
    throw new Error(`keyStorage must stay ${describeStorage(entry.keyStorage)}, where the key of this certificate is held, got ${describeStorage(keyStorage)}; `
      + 'raise `generation` for a new certificate with a key in the new place');
  }
}

/** A withdrawn certificate that is declared again comes back while it is valid and its key is still there. */
async function isReinstatable(entry: LedgerEntry, { keyStorage }: Declaration, ports: Ports): Promise<boolean> {
  return entry.certificate !== undefined && entry.issuedAt !== undefined
    && new Date(entry.notAfter) > ports.clock()
    && isSamePlace(entry.keyStorage, keyStorage)
    && (!keyStorage || await custodyOf(keyStorage, ports).find(entry.serialNumber) !== undefined);
}

/** Checks all that can be checked before the first write, and fixes what is unique. */
function reservation(request: CertificateRequest, ca: IssuingCa | undefined, ports: Ports, assertFits: AssertFits): LedgerEntry {
  const { declaration, identity } = request;
  const profile = PROFILES[declaration.profile];
  const now = ports.clock();
  const validity = validityFrom(now, profile, declaration.term!, ca?.issuer.validity, declaration.clipToIssuer);
  if (ca) {
    declaration.platforms.forEach(platform => complain(checkCaForPlatform(ca.keyAlgorithm, platform, 'keyAlgorithm of the CA')));
  }
  if (ca?.inKms ?? declaration.keyStorage?.Type === 'Kms') {
    complain(checkHashForKms(ca?.keyAlgorithm ?? declaration.keyAlgorithm!, declaration.hashAlgorithm));
  }
  const publicKey = declaration.request?.content?.publicKey;
  const planned = { ...declaredContent(declaration), keyAlgorithm: declaration.keyAlgorithm, publicKey, validity };
  assertMayIssue(profile, planned, ca?.issuer ?? {});
  assertFits(toPem('CERTIFICATE', largestCertificate(profile, planned, ca && { ...ca.issuer, keyAlgorithm: ca.keyAlgorithm })), declaration);
  return newEntry(request, ports, {
    issuer: declaration.issuer ?? identity,
    keyAlgorithm: declaration.keyAlgorithm ?? describePublicKey(publicKey!),
    notBefore: formatTime(validity.notBefore),
    notAfter: formatTime(validity.notAfter),
    reservedAt: now.toISOString(),
  });
}

/** A reservation under a new serial number. */
export function newEntry(
  { declaration, identity, stackId, logicalResourceId, requestId }: CertificateRequest, ports: Ports,
  facts: Pick<LedgerEntry, 'issuer' | 'keyAlgorithm' | 'notBefore' | 'notAfter' | 'reservedAt'>,
): LedgerEntry {
  return {
    identity,
    serialNumber: newSerialNumber(ports.random),
    status: 'RESERVED',
    profile: declaration.profile,
    subject: formatName(declaration.subject!),
    keyStorage: declaration.keyStorage,
    stackId,
    logicalResourceId,
    reservedBy: requestId,
    ...facts,
  };
}

/** What of a certificate's content follows from its declaration alone. */
export function declaredContent(declaration: Declaration): Pick<CertificateContent, 'subject' | 'hashAlgorithm' | 'pathLength' | 'extensions'> {
  const { request, subject, hashAlgorithm, pathLength } = declaration;
  const { names } = requestOutcome(declaration);
  const extensions = { ...declaration.extensions, subjectAlternativeNames: names };
  return {
    // The subject of a request is taken as it is encoded there.
    subject: request?.content && request.subject ? request.content.subject : encodeName(subject!),
    hashAlgorithm,
    pathLength,
    extensions: Object.values(extensions).some(value => value !== undefined) ? extensions : undefined,
  };
}

/** Takes a reservation to its certificate. */
async function complete(
  request: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<IssuedEntry> {
  const { declaration } = request;
  const custody = custodyOf(declaration.keyStorage, ports);
  const requested = declaration.request?.content;
  const key: Pick<HeldKey, 'publicKey'> & Partial<HeldKey> = requested ?? await custody.obtain(entry.serialNumber, declaration.keyAlgorithm!);
  const { publicKey } = key;
  const declared = declaredContent(declaration);
  const issuer = ca?.issuer ?? selfIssuer(declared.subject, key.signer!());
  const content = {
    ...declared,
    serialNumber: entry.serialNumber,
    validity: { notBefore: new Date(entry.notBefore), notAfter: new Date(entry.notAfter) },
    publicKey,
  };
  const certificate = await issue(PROFILES[declaration.profile], content, issuer);
  const parsed = parseCertificate(certificate);
  assertAsReserved(parsed, entry, publicKey);
  verifyCertificate(parsed, issuer.signer.publicKey);
  assertLinted(certificate, declaration.platforms, ca?.chain[0]);
  const facts = {
    certificate,
    ...declaration.profile === 'ca' && ca ? { chain: Buffer.concat(ca.chain) } : {},
    ...requested ? { ignoredRequests: requestOutcome(declaration).ignored! } : {},
  };
  if (declaration.bundles.length === 0) {
    return finish(request, entry, facts, ledger, ports);
  }
  return await ledger.advance(entry, 'SIGNED', facts)
    ? finish(request, { ...entry, ...facts, status: 'SIGNED' }, {}, ledger, ports)
    : followWinner(request, ledger, ports);
}

/**
 * Takes a signed certificate to whoever gets it, and records it as issued. Nothing that can fail follows that record, so that a
 * failed update leaves no issued certificate that nobody declares.
 */
async function finish(request: CertificateRequest, entry: LedgerEntry, facts: LedgerFacts, ledger: Ledger, ports: Ports): Promise<IssuedEntry> {
  const signed = withCertificate(request, { ...entry, ...facts });
  await deliverBundlesOf(request, signed, ledger, ports);
  await custodyOf(request.declaration.keyStorage, ports).makeCurrent(entry.serialNumber);
  const issued = { ...facts, issuedAt: ports.clock().toISOString() };
  return await ledger.advance(entry, 'ISSUED', issued)
    ? { ...signed, ...issued, certificate: signed.certificate, status: 'ISSUED' }
    : followWinner(request, ledger, ports);
}

/** Goes on with the certificate of another delivery, which was recorded first. */
async function followWinner(request: CertificateRequest, ledger: Ledger, ports: Ports): Promise<IssuedEntry> {
  const winner = (await ledger.find(request.identity))?.entry;
  switch (winner?.status) {
    case 'ISSUED': return deliver(request, winner, ledger, ports);
    case 'SIGNED': return finish(request, winner, {}, ledger, ports);
    default: throw new Error('the resource was removed while its certificate was being issued');
  }
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
async function deliver(request: CertificateRequest, entry: LedgerEntry, ledger: Ledger, ports: Ports): Promise<IssuedEntry> {
  const issued = withCertificate(request, entry);
  await deliverBundlesOf(request, issued, ledger, ports);
  await custodyOf(request.declaration.keyStorage, ports).makeCurrent(entry.serialNumber);
  return issued;
}

function withCertificate({ declaration }: CertificateRequest, entry: LedgerEntry): IssuedEntry {
  const { certificate, serialNumber } = entry;
  if (!certificate) {
    throw new Error(`the ledger ${declaration.issuerLedgerTable} has lost the certificate with serial number ${serialNumber}; `
      + 'restore the table from its point-in-time recovery');
  }
  return { ...entry, certificate };
}

async function deliverBundlesOf({ declaration }: CertificateRequest, entry: IssuedEntry, ledger: Ledger, ports: Ports): Promise<void> {
  const { serialNumber, certificate } = entry;
  await deliverBundles(declaration.bundles, serialNumber, async () => {
    const key = await custodyOf(declaration.keyStorage, ports).find(serialNumber);
    if (!key?.privateKeyPem) {
      throw new Error(`${describePlace(declaration.keyStorage!, serialNumber)} does not hold the key of the certificate ${serialNumber} any more; raise \`generation\``);
    }
    const chain = declaration.issuer === undefined ? [] : await chainBelow(declaration.issuer, ledger);
    return { privateKeyPem: key.privateKeyPem, certificate, chain, friendlyName: declaration.subject!.commonName! };
  }, ports);
}
