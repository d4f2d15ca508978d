import { isDeepStrictEqual } from 'node:util';
import { CertificateRequest } from './declaration/certificate-request';
import { Declaration } from './declaration/declaration';
import { withRequest } from './declaration/declared-request';
import { withSubjectCa } from './declaration/subject-ca';
import { IssuingCa, issuingCa, KnownCa } from './issuing-ca';
import { assertPassphrases, writeBundlesOf } from './keys/bundles';
import { custodyOf, isSamePlace } from './keys/custody';
import { releaseKeys } from './keys/held-keys';
import { ownerOf } from './keys/key-owner';
import { isRecorded, tagFacts } from './keys/parameter-tags';
import { assertGenuine, IssuedEntry } from './ledger/genuine-entry';
import { keyVersionOf, Ledger, LedgerEntry, LedgerFacts } from './ledger/ledger';
import { assertNameIsFree } from './ledger/name-in-use';
import { declaredContent, givenKey, isUnderWay, ownLedgerOf, reservation } from './ledger/reservation';
import { isRevoked } from './ledger/revocation';
import { KEEPS_CHANGING, MAX_TURNS } from './ledger/turns';
import { assertWanted } from './ledger/wanted';
import { verifiedCa } from './look-up-ca';
import { chainAbove, makeCertificate } from './make-certificate';
import { IssuingPorts, Ports } from './ports';
import { renewalFact } from './renewal/renewal-fact';
import { assertNotRetired } from './retire-ca';
import { assertNotRevoked } from './revocation/assert-not-revoked';
import { assertIssues, RevokedCaPorts } from './revoked-ca';

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
    const { entry, revoked } = await standing(declared, ports);
    const ca = await issuingCa(declared.declaration.issuer, ledger, ports, declared.declaration.issuerKeyIdentifier);
    const issued = entry?.status === 'ISSUED'
      ? await confirm(declared, entry, ca, ledger, ports)
      : await next({ ...declared, declaration: await completed(declared.declaration, ports) }, revoked, entry, ca, ledger, ports, assertFits);
    if (issued) {
      return issued;
    }
  }
  throw new Error(KEEPS_CHANGING);
}

/** What the ledger has for a request. */
interface Standing {
  readonly entry: LedgerEntry | undefined;
  /** Whether the certificate in it is revoked. */
  readonly revoked: boolean;
}

/** Reads what the ledger has for a request, and refuses the request if it may not have that. */
export async function standing(request: CertificateRequest, ports: Pick<Ports, 'ledger' | 'revocations'>): Promise<Standing> {
  const { identity, declaration: { issuerLedgerTable } } = request;
  const ledger = ports.ledger(issuerLedgerTable);
  const entry = await ledger.find(identity);
  assertWanted(request, entry);
  const revocation = entry?.certificate && await ports.revocations(issuerLedgerTable).find(entry.issuer, entry.serialNumber);
  if (entry?.status === 'ISSUED' && isRevoked(revocation)) {
    assertNotRevoked(request, revocation, await ledger.resource(request));
  }
  return { entry, revoked: isRevoked(revocation) };
}

/**
 * The declaration with its request from a secret, with the certificate of its subject CA, and with the place of the CA's revocation list. All
 * are read only now: an issued certificate does not depend on what they are today.
 *
 * @param caOf reads the subject CA from its entry
 */
export async function completed(declaration: Declaration, ports: IssuingPorts, caOf = verifiedCa): Promise<Declaration> {
  const { issuer, issuerLedgerTable } = declaration;
  const publication = issuer === undefined ? undefined : await ports.revocations(issuerLedgerTable).publication(issuer);
  const whole = await withSubjectCa(await withRequest(declaration, ports), ports, caOf);
  return publication?.active ? { ...whole, crlSite: publication.sites[0], ocspUrl: publication.ocspUrl } : whole;
}

/** Checks that an answer can hold a certificate of this length (PEM). The declaration includes its request. */
export type AssertFits = (pem: string, declaration: Declaration) => void;

/**
 * Completes the certificate from what the ledger has for the identity, unless it is revoked. Returns `undefined` if the ledger has to be read again: another
 * delivery got ahead, or this one has withdrawn a reservation that no request will complete.
 */
async function next(
  request: CertificateRequest, revoked: boolean, entry: LedgerEntry | undefined, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
  assertFits: AssertFits,
): Promise<IssuedEntry | undefined> {
  await refuseIfNotIssuing(request.declaration, ca, ports);
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
async function assertStillIssuing({ declaration: { issuer, profile } }: CertificateRequest, ledger: Ledger): Promise<void> {
  if (issuer !== undefined) {
    assertNotRetired(issuer, (await ledger.find(issuer))?.retirement, whatOf(profile));
  }
}

/** Refuses a certificate of a CA that issues none any more. */
export async function refuseIfNotIssuing(
  { issuer, issuerLedgerTable, profile }: Declaration, ca: KnownCa | undefined, ports: RevokedCaPorts,
): Promise<void> {
  if (issuer !== undefined) {
    await assertIssues(issuer, ca, issuerLedgerTable, whatOf(profile), ports);
  }
}

function whatOf(profile: string): string {
  return `certificate of the profile ${profile}`;
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
    && (!keyStorage || await custodyOf(keyStorage, ports).find(keyVersionOf(entry)) !== undefined);
}

/** Makes the certificate for a reservation. */
async function complete(
  request: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<IssuedEntry | undefined> {
  const { declaration } = request;
  await assertNameIsFree(request, ledger, ports);
  const given = givenKey(declaration);
  request.onKey(entry);
  const key = given ? { publicKey: given }
    : await custodyOf(declaration.keyStorage, ports).obtain(entry.serialNumber, declaration.keyAlgorithm!, ownerOf(request), declaration.tags);
  const facts = await makeCertificate(declaration, entry, key, ca);
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
  await writeBundlesOf(request.declaration, signed, ca, ports);
  const issued = { ...facts, ...issuedFacts(request, signed, ports) };
  return await ledger.advance(signed, 'ISSUED', issued, request) ? { ...signed, ...issued, status: 'ISSUED' } : undefined;
}

/** The facts that make an entry the issued certificate of a resource. */
export function issuedFacts(request: CertificateRequest, signed: LedgerEntry, { clock }: Pick<Ports, 'clock'>): LedgerFacts {
  const { declaration, stackId, logicalResourceId } = request;
  const { retainKey, bundles } = declaration;
  const now = clock().toISOString();
  const returnedAt = signed.status === 'WITHDRAWN' ? now : undefined;
  // A CA that was taken over and then released has come back to its former resource, as which it is renewed again.
  const takenFrom = signed.takenFrom === undefined ? undefined : logicalResourceId;
  const holder = { stackId, logicalResourceId, takenFrom, issuedAt: signed.issuedAt ?? now, returnedAt, issuedBy: request.requestId };
  return { ...holder, retainKey, bundles, ...renewalFact(signed, declaration), ...tagFacts(signed, declaration) };
}

/** Returns an issued certificate, after applying the delivery formats, the retention and the tags that are declared now. */
async function confirm(
  request: CertificateRequest, entry: LedgerEntry, ca: IssuingCa | undefined, ledger: Ledger, ports: Ports,
): Promise<IssuedEntry | undefined> {
  const issued = await genuine(request, entry, ca, ports);
  await writeBundlesOf(request.declaration, issued, ca, ports);
  const facts = await recordDeclared(request, entry, ledger);
  return facts && { ...issued, ...facts };
}

/** Records the delivery formats, the retention, the own ledger of a CA, the renewal and the tags that are declared now; `undefined` if the entry has changed meanwhile. */
export async function recordDeclared(request: CertificateRequest, entry: LedgerEntry, ledger: Ledger): Promise<LedgerFacts | undefined> {
  const { declaration } = request;
  const { retainKey, bundles } = declaration;
  const facts = { retainKey, bundles, ownLedgerTable: ownLedgerOf(declaration), ...renewalFact(entry, declaration), ...tagFacts(entry, declaration) };
  const same = (entry.retainKey ?? false) === retainKey && isDeepStrictEqual(entry.bundles ?? [], bundles)
    && [undefined, entry.ownLedgerTable].includes(facts.ownLedgerTable) && isDeepStrictEqual(entry.renewal, facts.renewal)
    && isRecorded(entry, facts);
  return same || await ledger.advance(entry, 'ISSUED', facts, request) ? facts : undefined;
}

/** Makes sure that the ledger has the certificate that was issued for a declaration, and that its CA has signed it for the held key. */
export async function genuine(
  { declaration }: Pick<CertificateRequest, 'declaration'>, entry: LedgerEntry, ca: IssuingCa | undefined, ports: Ports,
): Promise<IssuedEntry> {
  const { request, subject } = declaration;
  const issued = await assertGenuine(entry, {
    ca,
    subject: request?.subject || !subject ? undefined : declaredContent(declaration).subject,
    publicKey: request?.content?.publicKey,
  }, declaration.issuerLedgerTable, ports);
  return { ...issued, chain: chainAbove(declaration, ca) };
}
