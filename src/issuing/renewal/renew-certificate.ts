import { deliverRenewal, giveUp, reservedRenewal, takeBackRenewal } from './deliver-renewal';
import { renewalFact } from './renewal-fact';
import { isRenewable, recordRenewedCa, RenewableEntry } from './renewed-ca';
import { renewedDeclaration } from './renewed-declaration';
import { quote } from '../../contract/rules';
import { DAY, formatTime } from '../../contract/term';
import { OvertakenError } from '../../resource/overtaken-error';
import { assertResponseFits } from '../../resource/response-size';
import { largestData } from '../declaration/answer-data';
import { CertificateRequest } from '../declaration/certificate-request';
import { Declaration } from '../declaration/declaration';
import { completed, genuine } from '../issue-certificate';
import { IssuingCa, issuingCa } from '../issuing-ca';
import { assertPassphrases, writeBundlesOf } from '../keys/bundles';
import { custodyOf, HeldKey, keyOfCa } from '../keys/custody';
import { ownerOf } from '../keys/key-owner';
import { tagFacts } from '../keys/parameter-tags';
import { IssuedEntry } from '../ledger/genuine-entry';
import { dueAt, Holder, isTakenOver, keyVersionOf, LedgerEntry, ResourceRecord } from '../ledger/ledger';
import { isUnderWay, reservation } from '../ledger/reservation';
import { isRevoked } from '../ledger/revocation';
import { assertWanted } from '../ledger/wanted';
import { makeCertificate } from '../make-certificate';
import { Ports } from '../ports';
import { refuse } from '../refuse';
import { assertNotRetired, isRetired } from '../retire-ca';
import { assertIssues } from '../revoked-ca';

/** The request that the ledger names for what a renewal has written. */
const RENEWAL = 'renewal';

/** What a CA that is retired or revoked does not issue. */
const RENEWED = 'renewed certificate';

/** A request that has not ended after this time never will; milliseconds. */
const LOST = DAY;

/**
 * What was done about a certificate: it was renewed; an earlier renewal, which had been interrupted, was delivered; a renewal that nothing
 * declares any more was taken back; or there was nothing to do.
 */
export type RenewalOutcome = 'renewed' | 'delivered' | 'taken back' | 'nothing';

/**
 * Renews a certificate if its declaration says so and the time has come: exactly once, however often and by however many this is called, and
 * wherever an earlier call has ended. The renewed certificate has the same identity, so the next deployment confirms it and a rollback finds it.
 *
 * Each step is recorded before the next. The renewed certificate is reserved beside the one that it renews, its key is made under its serial
 * number, it is signed and recorded, and its bundles are written. Only then does it become the latest of its identity, and its key and its
 * bundles become the current ones last. A renewed CA keeps its key; what it issues has the former certificate above it until the renewed one
 * has taken its place in the CA's own ledger, in one step as well.
 *
 * A request for the resource overtakes a renewal: every write here is on the condition that the latest request for the resource is still the
 * one that was read at the beginning. A later call continues the renewal, or takes it back. After a request that has failed, the resource still
 * has what it had before, and that is renewed.
 *
 * @param found a certificate in the index of the ledger; it is read again
 * @param table the ledger of the CA
 * @throws Error if the certificate can't be renewed, with the reason, which is announced once
 */
export async function renewIfDue(found: FoundCertificate, table: string, ports: Ports): Promise<RenewalOutcome> {
  try {
    return await settle(found, table, ports);
  } catch (error) {
    if (error instanceof OvertakenError) { // a request for the resource has begun, and does what is to be done
      return 'nothing';
    }
    throw error;
  }
}

/** A certificate in the index of a ledger. */
type FoundCertificate = Pick<LedgerEntry, 'identity' | 'serialNumber'>;

async function settle(found: FoundCertificate, table: string, ports: Ports): Promise<RenewalOutcome> {
  const ledger = ports.ledger(table);
  const latest = await ledger.find(found.identity);
  const record = latest && await ledger.resource(latest);
  if (!latest || !record) {
    return 'nothing';
  }
  const { stackId, logicalResourceId, status, renewedBy } = latest;
  const holder: Holder = { stackId, logicalResourceId, requestId: record.requestId, evenIfFailed: true };
  if (status === 'WITHDRAWN' && renewedBy !== undefined) {
    return await takeBackRenewal(latest, table, holder, ports) ? 'taken back' : 'nothing';
  }
  const isWaiting = latest.renews === found.serialNumber && latest.deliveredAt === undefined;
  const isNext = latest.serialNumber === found.serialNumber && isDue(latest, ports.clock());
  if (!isDeclared(latest, record) || (!isWaiting && !isNext)
    || isRevoked(await ports.revocations(table).find(latest.issuer, latest.serialNumber))) {
    return 'nothing';
  }
  try {
    if (record.outcome === undefined) {
      return assertNotLost(record, ports.clock());
    }
    if (!isNext) {
      return await deliverRenewal(latest, table, holder, ports) ? 'delivered' : 'nothing';
    }
    const renewed = await renew(latest, table, holder, ports);
    return renewed && await deliverRenewal(renewed, table, holder, ports) ? 'renewed' : 'nothing';
  } catch (error) {
    if (!(error instanceof OvertakenError)) {
      await refuse(latest, error, [table], ports);
    }
    throw error;
  }
}

/**
 * Whether the resource has this certificate after its latest request that has succeeded. A resource that has taken a CA over declares no renewal;
 * the resource it comes from may get it back, with its own.
 */
function isDeclared(entry: LedgerEntry, { declares }: ResourceRecord): boolean {
  return entry.status === 'ISSUED' && declares === entry.identity && !isTakenOver(entry);
}

/** While a request is under way, nothing is renewed. */
function assertNotLost({ since, requestId }: ResourceRecord, now: Date): RenewalOutcome {
  if (now.getTime() - new Date(since).getTime() > LOST) {
    throw new Error(`the request ${requestId}, which began on ${since}, must have ended before a certificate of its resource can be renewed; `
      + 'deploy a change of the resource');
  }
  return 'nothing';
}

function isDue(entry: LedgerEntry, now: Date): entry is RenewableEntry {
  const due = isRenewable(entry) ? dueAt(entry) : undefined;
  return !!due && new Date(due) <= now;
}

/** Makes the next certificate. @returns `undefined` if another call, or a request for the resource, was faster */
async function renew(latest: RenewableEntry, table: string, holder: Holder, ports: Ports): Promise<LedgerEntry | undefined> {
  const ledger = ports.ledger(table);
  const declared = renewedDeclaration(latest, table);
  const request: CertificateRequest = {
    ...holder, requestId: RENEWAL, identity: latest.identity, mustExist: true, declaration: declared, onKey: () => {},
  };
  assertWanted(request, latest);
  const ca = await issuingCa(declared.issuer, ledger, ports, declared.issuerKeyIdentifier);
  await assertIssues(latest.issuer, ca, table, RENEWED, ports);
  await genuine(request, latest, ca, ports);
  if (declared.profile === 'ca') {
    const own = await recordRenewedCa(latest, table, ports);
    if (!own || isRetired(own)) { // a retired CA has issued nothing that ends later than itself
      return undefined;
    }
  }
  const declaration = await completed(declared, ports);
  const reserved = await reserve({ ...request, declaration }, latest, table, holder, ca, ports);
  const signed = reserved?.status === 'RESERVED' ? await sign({ ...request, declaration }, reserved, latest, holder, ca, ports) : reserved;
  if (!signed) {
    return undefined;
  }
  await writeBundlesOf(declaration, signed as IssuedEntry, ca, ports);
  // An earlier call may have made the reservation for what was declared then.
  const { retainKey, bundles } = declaration;
  const facts = {
    issuedAt: ports.clock().toISOString(),
    issuedBy: RENEWAL,
    retainKey,
    bundles,
    ...renewalFact(signed, declaration),
    ...tagFacts(signed, declaration),
  };
  const isLatest = await ledger.renew(signed, { ...latest, renewedBy: signed.serialNumber }, facts, holder);
  return isLatest ? { ...signed, ...facts, status: 'ISSUED' } : undefined;
}

/** The reservation of the next certificate: the one that is under way, unless its key is to be another one by now, or a new one. */
async function reserve(
  request: CertificateRequest, latest: RenewableEntry, table: string, holder: Holder, ca: IssuingCa | undefined, ports: Ports,
): Promise<LedgerEntry | undefined> {
  const standing = await reservedRenewal(latest, table, ports);
  const { renewal } = request.declaration;
  if (standing && isUnderWay(standing, ports.clock()) && isRenewable(standing) && standing.renewal.keepKey === renewal!.keepKey) {
    return standing;
  }
  if (standing) {
    await giveUp(standing, table, holder, ports);
  }
  await assertPassphrases(request.declaration.bundles, ports);
  assertCaLasts(request.declaration, latest, ca, ports.clock());
  const entry: LedgerEntry = {
    ...reservation(request, ca, ports, (pem, complete) => assertResponseFits(holder, latest.identity, largestData(pem, complete))),
    renewal,
    renewalNumber: (latest.renewalNumber ?? 0) + 1,
    renews: latest.serialNumber,
    ...latest.profile === 'ca' ? { keyVersion: keyVersionOf(latest) } : {},
  };
  if (!await ports.ledger(table).reserveRenewal(entry, latest, holder)) {
    return undefined;
  }
  const issuer = await ports.ledger(table).find(latest.issuer); // whose retirement may have begun before the reservation: see `settleRetirement`
  if (issuer && isRetired(issuer)) {
    await giveUp(entry, table, holder, ports);
    assertNotRetired(latest.issuer, issuer.retirement, RENEWED);
  }
  return entry;
}

const AFTER_CA = 'renew the CA earlier, if another CA signs it (renewal), or declare a successor of the CA, and issue the certificate with that';

/** Makes sure that the renewed certificate ends later than the present one, and not later than its CA. */
function assertCaLasts({ term, clipToIssuer }: Declaration, latest: RenewableEntry, ca: IssuingCa | undefined, now: Date): void {
  const end = ca?.issuer.validity?.notAfter;
  const wanted = new Date(now.getTime() + term!.days! * DAY);
  if (!end || wanted <= end) {
    return;
  }
  if (!clipToIssuer) {
    throw new Error(`the renewed certificate must end no later than the CA and the CAs above it, on ${quote(formatTime(end))}, got ${quote(formatTime(wanted))}; `
      + `${AFTER_CA}, or set clipToIssuer`);
  }
  if (formatTime(end) <= latest.notAfter) {
    throw new Error(`the renewed certificate must end after the present one, on ${quote(latest.notAfter)}, got ${quote(formatTime(end))}, because the CA ends then; `
      + AFTER_CA);
  }
}

/** Makes the key and the certificate of a reservation. @returns the signed entry, or `undefined` if another call was faster */
async function sign(
  { declaration }: CertificateRequest, reserved: LedgerEntry, latest: RenewableEntry, holder: Holder, ca: IssuingCa | undefined, ports: Ports,
): Promise<LedgerEntry | undefined> {
  const facts = await makeCertificate(declaration, reserved, await keyFor(declaration, reserved, latest, ports), ca);
  const isSigned = await ports.ledger(declaration.issuerLedgerTable).advance(reserved, 'SIGNED', facts, holder);
  return isSigned ? { ...reserved, ...facts, status: 'SIGNED' } : undefined;
}

/** The key of a renewed certificate: for a CA the one that it has, where it is; otherwise a new one, or a copy of the former one. */
async function keyFor(
  { renewal, keyStorage, keyAlgorithm, tags }: Declaration, reserved: LedgerEntry, latest: RenewableEntry, ports: Ports,
): Promise<HeldKey> {
  if (latest.profile === 'ca') {
    return keyOfCa(latest, ports);
  }
  const same = renewal!.keepKey ? latest.serialNumber : undefined;
  return custodyOf(keyStorage, ports).obtain(reserved.serialNumber, keyAlgorithm!, ownerOf(latest), tags, same);
}
