import { isDeepStrictEqual } from 'node:util';
import { CertificateRequest } from './declaration/certificate-request';
import { Declaration } from './declaration/declaration';
import { requestOutcome, withRequest } from './declaration/declared-request';
import { withSubjectCa } from './declaration/subject-ca';
import { IssuingCa, issuingCa } from './issuing-ca';
import { assertPassphrases, writeBundles } from './keys/bundles';
import { custodyOf, HeldKey, isSamePlace } from './keys/custody';
import { releaseKeys } from './keys/held-keys';
import { ownerOf } from './keys/key-owner';
import { describePlace } from './keys/key-storage';
import { isRecorded, tagFacts } from './keys/parameter-tags';
import { assertGenuine, IssuedEntry } from './ledger/genuine-entry';
import { Ledger, LedgerEntry, LedgerFacts } from './ledger/ledger';
import { assertNameIsFree } from './ledger/name-in-use';
import { contentFor, declaredContent, givenKey, isUnderWay, reservation } from './ledger/reservation';
import { isRevoked, Revocations } from './ledger/revocation';
import { KEEPS_CHANGING, MAX_TURNS } from './ledger/turns';
import { assertWanted } from './ledger/wanted';
import { Ports } from './ports';
import { assertNotRetired } from './retire-ca';
import { assertNotRevoked } from './revocation/assert-not-revoked';
import { formatTime } from '../contract/term';
import { Certificate, parseCertificate, verifyCertificate } from '../pki/certificate';
import { issue, selfIssuer } from '../pki/issue';
import { assertLinted } from '../pki/lint/lint-errors';
import { PROFILES } from '../pki/profile';

/**
 * Issues the declared certificate exactly once: the first call makes it, and every other call returns the same bytes.
 *
 * The steps are recorded, so a crash between any two of them leaves a state from which the next call continues with the same serial number
 * and the same key. The unique values are reserved first. Then the key is made under that serial number, and the certificate is signed,
 * checked and recorded; only one record of it can win. If bundles are to hold the certificate, it is recorded before the first bundle is
 * written, because signing again would give another certificate.
 *
 * @param assertFits checks, before anything is written, that an answer can hold a certificate of this length (PEM)
 * @returns the ledger's entry, with the certificate
 */
export async function issueCertificate(declared: CertificateRequest, ports: Ports, assertFits: AssertFits): Promise<IssuedEntry> {
  const ledger = ports.ledger(declared.declaration.issuerLedgerTable);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await ledger.find(declared.identity);
    assertWanted(declared, entry);
    const revocations = ports.revocations(declared.declaration.issuerLedgerTable);
    const revocation = entry?.certificate && await revocations.find(entry.issuer, entry.serialNumber);
    if (entry?.status === 'ISSUED' && isRevoked(revocation)) {
      assertNotRevoked(revocation, declared.mustExist, await ledger.resource(declared));
    }
    const ca = await issuingCa(declared.declaration.issuer, ledger, ports, declared.declaration.issuerKeyIdentifier);
    const issued = entry?.status === 'ISSUED'
      ? await confirm(declared, entry, ca, ledger, ports)
      : await next({ ...declared, declaration: await completed(declared.declaration, revocations, ports) },
        isRevoked(revocation), entry, ca, ledger, ports, assertFits);
    if (issued) {
      return issued;
    }
  }
  throw new Error(KEEPS_CHANGING);
}

/**
 * The declaration with its request from a secret, with the certificate of its subject CA, and with the place of the CA's revocation list. All are read only now: an issued
 * certificate does not depend on what they are today.
 */
async function completed(declaration: Declaration, revocations: Revocations, ports: Ports): Promise<Declaration> {
  const publication = declaration.issuer === undefined ? undefined : await revocations.publication(declaration.issuer);
  const whole = await withSubjectCa(await withRequest(declaration, ports), ports);
  return publication?.active ? { ...whole, crlSite: publication.sites[0], ocspUrl: publication.ocspUrl } : whole;
}

/** Checks that an answer can hold a certificate of this length (PEM). The declaration includes its request. */
type AssertFits = (pem: string, declaration: Declaration) => void;

/**
 * Completes the certificate from what the ledger has for the identity, unless it is revoked. Returns `undefined` if the ledger has to be read again: another
 * delivery got ahead, or this one has withdrawn a reservation that no request will complete.
 */
async function next(
  request: CertificateRequest, revoked: boolean, entry: LedgerEntry | undefined, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
  assertFits: AssertFits,
): Promise<IssuedEntry | undefined> {
  refuseIfRetired(request.declaration, ca?.retirement);
  if (entry && !revoked && await isReinstatable(entry, request.declaration, ports)) {
    await assertNameIsFree(request, ledger, ports);
    const back = await record(request, await genuine(request, entry, ca, ports), {}, ca, ledger, ports);
    await assertStillIssuing(request, ledger);
    return back;
  }
  if (entry && !revoked && isGoodReservation(entry, request, ports)) {
    return entry.status === 'SIGNED' ? record(request, await genuine(request, entry, ca, ports), {}, ca, ledger, ports)
      : complete(request, entry, ca, ledger, ports);
  }
  if (entry && entry.status !== 'WITHDRAWN') {
    await giveUp(entry, request, ledger, ports);
    return undefined;
  }
  await assertNameIsFree(request, ledger, ports);
  await assertPassphrases(request.declaration.bundles, ports);
  const reserved = reservation(request, ca, ports, assertFits);
  if (!await ledger.reserve(reserved, entry, request)) {
    return undefined;
  }
  await assertStillIssuing(request, ledger);
  return complete(request, reserved, ca, ledger, ports);
}

/**
 * Looks once more for a retirement of the CA, which may have begun before the ledger knew of the certificate: see `settleRetirement`. What the
 * request has written so far is taken back, as after any failure.
 */
async function assertStillIssuing({ declaration }: CertificateRequest, ledger: Ledger): Promise<void> {
  if (declaration.issuer !== undefined) {
    refuseIfRetired(declaration, (await ledger.find(declaration.issuer))?.retirement);
  }
}

function refuseIfRetired({ issuer, profile }: Declaration, retirement: LedgerEntry['retirement']): void {
  if (issuer !== undefined) {
    assertNotRetired(issuer, retirement, `certificate of the profile ${profile}`);
  }
}

/** Whether an earlier delivery of this same request made the reservation, and it is still under way. */
function isGoodReservation(entry: LedgerEntry, { requestId }: CertificateRequest, ports: Ports): boolean {
  return entry.reservedBy === requestId && isUnderWay(entry, ports.clock());
}

/** Withdraws a reservation that no request will complete any more. */
async function giveUp(entry: LedgerEntry, request: CertificateRequest, ledger: Ledger, ports: Ports): Promise<void> {
  const facts = { withdrawnAt: ports.clock().toISOString(), withdrawnBy: request.requestId };
  if (await ledger.advance(entry, 'WITHDRAWN', facts, request)) {
    await releaseKeys(entry, ports);
  }
}

/** A withdrawn certificate that is declared again comes back if it is still valid and its key still exists. */
async function isReinstatable(entry: LedgerEntry, { keyStorage }: Declaration, ports: Ports): Promise<boolean> {
  return entry.status === 'WITHDRAWN' && entry.certificate !== undefined && entry.issuedAt !== undefined
    && new Date(entry.notAfter) > ports.clock()
    && isSamePlace(entry.keyStorage, keyStorage)
    && (!keyStorage || await custodyOf(keyStorage, ports).find(entry.serialNumber) !== undefined);
}

/** Makes the certificate for a reservation. */
async function complete(
  request: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<IssuedEntry | undefined> {
  const { declaration } = request;
  await assertNameIsFree(request, ledger, ports);
  const given = givenKey(declaration);
  request.onKey(entry);
  const key: Pick<HeldKey, 'publicKey'> & Partial<HeldKey> = given ? { publicKey: given }
    : await custodyOf(declaration.keyStorage, ports).obtain(entry.serialNumber, declaration.keyAlgorithm!, ownerOf(request), declaration.tags);
  const { publicKey } = key;
  const declared = contentFor(entry.serialNumber, declaration);
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
    chain: chainAbove(declaration, ca),
    ...declaration.request?.content ? { ignoredRequests: requestOutcome(declaration).ignored! } : {},
  };
  if (declaration.bundles.length === 0) {
    return record(request, { ...entry, ...facts }, facts, ca, ledger, ports);
  }
  return await ledger.advance(entry, 'SIGNED', facts, request)
    ? record(request, { ...entry, ...facts, status: 'SIGNED' }, {}, ca, ledger, ports) : undefined;
}

/**
 * Writes the bundles of a signed certificate and records it as issued. Its key and its bundles become current only after that, so no
 * consumer reads the key of a certificate that is not issued yet.
 */
async function record(
  request: CertificateRequest, signed: IssuedEntry, facts: LedgerFacts, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<IssuedEntry | undefined> {
  const { declaration: { retainKey, bundles }, stackId, logicalResourceId } = request;
  await writeBundlesOf(request, signed, ca, ports);
  // A CA that was taken over and then released has come back to its former resource.
  const holder = { stackId, logicalResourceId, issuedAt: signed.issuedAt ?? ports.clock().toISOString(), issuedBy: request.requestId };
  const issued = { ...facts, ...holder, retainKey, bundles, ...tagFacts(signed, request.declaration) };
  return await ledger.advance(signed, 'ISSUED', issued, request) ? { ...signed, ...issued, status: 'ISSUED' } : undefined;
}

/** Makes sure that the signed certificate is the reserved one: neither the signer nor the encoder is trusted with that. */
function assertAsReserved(certificate: Certificate, entry: LedgerEntry, publicKey: Buffer): void {
  const { notBefore, notAfter } = certificate.validity;
  if (certificate.serialNumber !== entry.serialNumber || !certificate.publicKey.equals(publicKey)
    || formatTime(notBefore) !== entry.notBefore || formatTime(notAfter) !== entry.notAfter) {
    throw new Error(`the certificate that was signed is not the one reserved under serial number ${entry.serialNumber}`);
  }
}

/** Returns an issued certificate, after applying the delivery formats, the retention and the tags that are declared now. */
async function confirm(
  request: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<IssuedEntry | undefined> {
  const issued = await genuine(request, entry, ca, ports);
  const { retainKey, bundles } = request.declaration;
  await writeBundlesOf(request, issued, ca, ports);
  const facts = { retainKey, bundles, ...tagFacts(entry, request.declaration) };
  const same = (entry.retainKey ?? false) === retainKey && isDeepStrictEqual(entry.bundles ?? [], bundles) && isRecorded(entry, facts);
  return same || await ledger.advance(entry, 'ISSUED', facts, request) ? { ...issued, ...facts } : undefined;
}

async function genuine({ declaration }: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ports: Ports): Promise<IssuedEntry> {
  const { request, subject } = declaration;
  const issued = await assertGenuine(entry, {
    ca,
    subject: request?.subject || !subject ? undefined : declaredContent(declaration).subject,
    publicKey: request?.content?.publicKey,
  }, declaration.issuerLedgerTable, ports);
  return { ...issued, chain: chainAbove(declaration, ca) };
}

/** The certificates above a CA, taken from the CA that signs it: they were checked up to the root, whatever else the ledger holds. */
function chainAbove({ profile }: Declaration, ca: IssuingCa | undefined): Buffer | undefined {
  return profile === 'ca' && ca ? Buffer.concat(ca.chain) : undefined;
}

async function writeBundlesOf({ declaration }: CertificateRequest, entry: IssuedEntry, ca: IssuingCa | undefined, ports: Ports): Promise<void> {
  const { serialNumber, certificate } = entry;
  await writeBundles(declaration.bundles, entry, async () => {
    const key = await custodyOf(declaration.keyStorage, ports).find(serialNumber);
    if (!key?.privateKeyPem) {
      throw new Error(`${describePlace(declaration.keyStorage!, serialNumber)} no longer holds the key of the certificate ${serialNumber}; `
        + 'raise `generation`');
    }
    return { privateKeyPem: key.privateKeyPem, certificate, chain: ca?.chain ?? [], friendlyName: declaration.subject!.commonName! };
  }, ports);
}
