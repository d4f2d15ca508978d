import { chainData } from './declaration/answer-data';
import { DeclaredRequestFacts } from './declaration/certificate-request';
import { isOf } from './declaration/identity';
import { platformsProperty } from './declaration/parse-declaration';
import { Succession, successionProperties } from './declaration/succession';
import { chainOf, issuingCa, KnownCa } from './issuing-ca';
import { formerCertificates, isRenewedTo } from './ledger/former-certificates';
import { IssuedEntry } from './ledger/genuine-entry';
import { isTakenOver, Ledger, LedgerEntry, LedgerFacts } from './ledger/ledger';
import { Ports } from './ports';
import { KeptCaAttributes } from '../contract/properties';
import { checkCaId, quote } from '../contract/rules';
import { checkFormerStackId } from '../contract/stack-id';
import { certificateAttributes, parseCertificate } from '../pki/certificate';
import { LifecycleEvent } from '../resource/lifecycle-event';
import { complain, optionalText, RawProperties, text } from '../resource/property-values';
import { Revocations } from './ledger/revocation';
import { KEEPS_CHANGING, MAX_TURNS } from './ledger/turns';
import { assertForPlatforms } from './usable-ca';
import { isStillThere } from './withdraw-certificate';
import { PlatformId } from '../platforms/registry';
import { parsePhysicalId, TABLE_NAME } from '../resource/physical-id';

/** A CA whose key and ledger have outlived its resource, as declared by another resource. */
export interface KeptCaDeclaration extends Succession {
  readonly ledgerTable: string;
  /** The ledger of the CA above it, which also records its certificate; absent if no CA of this library is above it. */
  readonly issuerLedgerTable?: string;
  readonly caId: string;
  /** The stack that declared the CA before and that is gone, according to this declaration. */
  readonly formerStackId?: string;
  readonly platforms: readonly PlatformId[];
}

/** Parses and checks the properties of a kept CA. */
export function parseKeptCa(properties: RawProperties): KeptCaDeclaration {
  const caId = text('caId', properties.CaId);
  complain(checkCaId(caId));
  const formerStackId = optionalText('formerStackId', properties.FormerStackId);
  complain(formerStackId === undefined ? undefined : checkFormerStackId(formerStackId));
  const ledgerTable = text('ledgerTable', properties.LedgerTable);
  if (!TABLE_NAME.test(ledgerTable)) {
    throw new Error(`ledgerTable must be the name of a table in the account and the Region of the stack, got ${quote(ledgerTable)}; `
      + 'use a CA from elsewhere with PrivateIotCa.fromPrivateIotCaAttributes');
  }
  return {
    ledgerTable,
    issuerLedgerTable: optionalText('ledgerTable of the issuer', properties.IssuerLedgerTable),
    caId,
    formerStackId,
    platforms: platformsProperty(properties.Platforms),
    ...successionProperties(properties),
  };
}

/**
 * Makes sure that a kept CA stays in its ledger. CloudFormation would end an update to another ledger with the removal of the former
 * physical ID, which would take the CA away from the resource that still declares it.
 */
export function assertSameLedger({ physicalResourceId }: LifecycleEvent, { caId, ledgerTable }: KeptCaDeclaration): void {
  const standing = parsePhysicalId(physicalResourceId);
  if (standing?.identity === caId && standing.ledgerTable !== ledgerTable) {
    throw new Error(`ledgerTableArn must stay the ARN of the table ${standing.ledgerTable} for the CA ${caId}, got ${quote(ledgerTable)}; `
      + 'to continue the CA in another ledger, declare it with fromKeptCa under a new construct id');
  }
}

/** A request to take back a kept CA. */
export interface KeptCaRequest extends DeclaredRequestFacts {
  readonly declaration: KeptCaDeclaration;
}

/**
 * Takes back a CA that its ledger still has, so that it belongs to a resource again. The CA keeps its identity, so the certificates that
 * it has issued stay as they are. Its key is where the ledger says, and must be the key of its certificate.
 *
 * @param assertFits checks, before anything is recorded, that an answer can hold the attributes
 * @param findCa looks up the CA, with its key unless the request is only foreseen
 * @throws Error if the ledger has no such CA, or if another resource declares it
 */
export async function takeBackCa(
  request: KeptCaRequest, ports: Ports, assertFits: (data: KeptCaAttributes) => void,
  findCa: (caId: string, ledger: Ledger) => Promise<KnownCa | undefined> = (caId, ledger) => issuingCa(caId, ledger, ports),
): Promise<{ entry: IssuedEntry; data: KeptCaAttributes }> {
  const { declaration } = request;
  const entry = await completeRenewal(await entryIn(declaration.ledgerTable, declaration, ports), request, ports);
  const ca = (await findCa(declaration.caId, ports.ledger(declaration.ledgerTable)))!;
  assertForPlatforms(ca.keyAlgorithm, declaration.platforms);
  if (entry.issuer !== declaration.caId && declaration.issuerLedgerTable === undefined) {
    throw new Error(`issuer must be the CA ${entry.issuer}, which signed ${declaration.caId}, got none; pass that CA as issuer`);
  }
  await assertFree(entry, declaration.ledgerTable, request, ports);
  const [certificate, ...above] = ca.chain;
  const data = { CaId: declaration.caId, ...certificateAttributes(certificate), ...chainData({ chain: Buffer.concat(above) }) };
  assertFits(data);
  const { ledgerTable, issuerLedgerTable = ledgerTable } = declaration;
  for (const table of new Set([issuerLedgerTable, ledgerTable])) {
    await takeOver(table, entry.serialNumber, request, ports);
  }
  const { stackId, logicalResourceId } = request;
  return { entry: { ...entry, stackId, logicalResourceId, status: 'ISSUED', certificate }, data };
}

/**
 * Completes a renewal of the CA that has ended between the ledgers of its issuer and of the CA itself: see `recordRenewedCa`.
 *
 * @param entry the CA in its own ledger
 */
async function completeRenewal(entry: LedgerEntry, request: KeptCaRequest, ports: Ports): Promise<LedgerEntry> {
  const { ledgerTable, issuerLedgerTable, caId } = request.declaration;
  const renewed = issuerLedgerTable === undefined ? undefined : await ports.ledger(issuerLedgerTable).find(caId);
  if (!renewed || renewed.serialNumber === entry.serialNumber || !await isRenewalOf(renewed, entry, ports.revocations(issuerLedgerTable!))) {
    return entry;
  }
  await assertFree(entry, ledgerTable, request, ports);
  const { status, stackId, logicalResourceId, retainKey, retirement } = entry;
  const completed = { ...renewed, status, stackId, logicalResourceId, retainKey, retirement, issuerLedgerTable };
  await ports.ledger(ledgerTable).reserve(completed, entry, request);
  return entryIn(ledgerTable, request.declaration, ports);
}

async function isRenewalOf(renewed: LedgerEntry, { serialNumber, certificate }: LedgerEntry, revocations: Pick<Revocations, 'certificate'>): Promise<boolean> {
  const [present, signer] = renewed.certificate ? chainOf(renewed).map(parseCertificate) : [];
  for await (const former of formerCertificates(renewed, revocations)) {
    if (former.serialNumber === serialNumber) {
      return certificate !== undefined && signer !== undefined && isRenewedTo(certificate, present, signer);
    }
  }
  return false;
}

/**
 * Refuses a CA that another resource has: the CA would have two resources, and would be removed with the first of them. A CA that is being
 * replaced is refused too, because a rollback brings it back. If a stack retained its resource, CloudFormation never requested the
 * removal, so only the owner of that stack can say that it is gone.
 */
async function assertFree(entry: LedgerEntry, table: string, request: KeptCaRequest, ports: Ports): Promise<void> {
  const { stackId, logicalResourceId } = entry;
  const isHere = stackId === request.stackId;
  if (isOf(entry, request) || entry.status === 'WITHDRAWN' || (!isHere && stackId === request.declaration.formerStackId)) {
    return;
  }
  const isLeaving = isHere && !(await ports.stack(stackId)).declaredCas.includes(logicalResourceId);
  const { wants, outcome, declares, holds = [] } = await ports.ledger(table).resource(entry) ?? {};
  const isBeingDeclared = wants === entry.identity && outcome === undefined;
  if (isBeingDeclared || (!isLeaving && [declares, ...holds].includes(entry.identity))) {
    throw new Error(`caId must name a CA that no other resource declares, got ${quote(entry.identity)}, which belongs to ${logicalResourceId} `
      + `of the stack ${stackId}; remove it there, or use it here with PrivateIotCa.fromPrivateIotCaAttributes`
      + (isHere ? '' : '; if that stack was deleted, or has retained the resource, declare the id of the stack as formerStackId'));
  }
}

async function entryIn(table: string, { caId }: KeptCaDeclaration, ports: Ports): Promise<LedgerEntry> {
  const entry = await ports.ledger(table).find(caId);
  if (!entry) {
    throw new Error(`caId must name a CA in the ledger ${table}, got ${quote(caId)}; `
      + 'take caId, ledgerTableArn and the key\'s ARN from the same stack');
  }
  return entry;
}

/** @param serialNumber the CA's serial number in its own ledger: the ledger of the CA above it may have a later CA of the same declaration */
async function takeOver(table: string, serialNumber: string, request: KeptCaRequest, ports: Ports): Promise<void> {
  const ledger = ports.ledger(table);
  const { stackId, logicalResourceId, requestId: issuedBy, declaration: { ledgerTable, issuerLedgerTable } } = request;
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const entry = await entryIn(table, request.declaration, ports);
    if (entry.serialNumber !== serialNumber) {
      throw new Error(`ledgerTableArn must be the ARN of the ledger with the latest certificate of the CA ${entry.identity}, `
        + `got a ledger with serial number ${serialNumber}, while the ledger ${table} has ${entry.serialNumber} `
        + `for the resource ${entry.logicalResourceId}`);
    }
    await assertFree(entry, table, request, ports);
    const isOwn = entry.status === 'ISSUED' && isOf(entry, request);
    const declarer = isTakenOver(entry) ? entry.takenFrom : entry.logicalResourceId;
    const takenFrom = isOwn ? isTakenOver(entry) ? declarer : undefined : await formerOwner(entry, request, ledger, ports);
    // This resource declares no renewal. If it gives the CA back to the resource that does, that one still does.
    const renewal = entry.renewal && takenFrom !== declarer ? false : undefined;
    const links = {
      issuerLedgerTable: table === ledgerTable ? issuerLedgerTable : undefined,
      ownLedgerTable: table === issuerLedgerTable && table !== ledgerTable ? ledgerTable : undefined,
    };
    const isLinked = Object.entries(links).every(([name, value]) => value === undefined || entry[name as keyof typeof links] === value);
    if (isOwn && entry.retainKey && isLinked && renewal === undefined) {
      return;
    }
    const returnedAt = entry.status === 'WITHDRAWN' ? ports.clock().toISOString() : undefined;
    // The retirement that this resource declares is not that of the one which may get the CA back.
    const isFromHolder = table === ledgerTable && takenFrom === entry.logicalResourceId;
    const formerRetirement = isFromHolder ? entry.retirement ?? 'active' : undefined;
    const facts: LedgerFacts = { stackId, logicalResourceId, takenFrom, formerRetirement, retainKey: true, issuedBy, returnedAt, renewal, ...links };
    if (await ledger.advance(entry, 'ISSUED', facts, request)) {
      return;
    }
  }
  throw new Error(KEEPS_CHANGING);
}

/**
 * The resource of the stack that gets a CA back if the takeover is taken back: the one that has it now, or the one that this one has taken it from
 * and has not given back, because CloudFormation has retained it in a rollback.
 */
async function formerOwner(
  entry: LedgerEntry, { stackId, logicalResourceId }: KeptCaRequest, ledger: Ledger, ports: Ports,
): Promise<string | undefined> {
  if (entry.status !== 'ISSUED' || entry.stackId !== stackId || entry.logicalResourceId === logicalResourceId) {
    return undefined;
  }
  const isFormerThere = isTakenOver(entry) && !await isStillThere(entry.logicalResourceId, entry, ledger, ports)
    && await isStillThere(entry.takenFrom!, entry, ledger, ports);
  return isFormerThere ? entry.takenFrom : entry.logicalResourceId;
}
