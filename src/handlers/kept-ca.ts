import { chainData } from './answer-data';
import { DeclaredRequestFacts } from './certificate-request';
import { platformsProperty, replacesProperty } from './declaration';
import { IssuedEntry } from './genuine-entry';
import { issuingCa } from './issuing-ca';
import { LedgerEntry } from './ledger';
import { LifecycleEvent } from './lifecycle-event';
import { parsePhysicalId } from './physical-id';
import { Ports } from './ports';
import { complain, optionalText, RawProperties, text } from './property-values';
import { isOf } from './withdraw-certificate';
import { PlatformId } from '../contract/platforms';
import { KeptCaAttributes } from '../contract/properties';
import { checkCaForPlatform, checkCaId } from '../contract/rules';
import { certificateAttributes } from '../pki/certificate';

/** A CA whose key and ledger have outlived its resource, as another resource declares it. */
export interface KeptCaDeclaration {
  readonly ledgerTable: string;
  /** The ledger in which its own certificate is recorded: that of the CA above it, or its own. */
  readonly issuerLedgerTable: string;
  readonly caId: string;
  readonly platforms: readonly PlatformId[];
  readonly replaces?: string;
}

/** Parses and checks the properties of a kept CA. */
export function parseKeptCa(properties: RawProperties): KeptCaDeclaration {
  const caId = text('caId', properties.CaId);
  complain(checkCaId(caId));
  const ledgerTable = text('ledgerTable', properties.LedgerTable);
  return {
    ledgerTable,
    issuerLedgerTable: optionalText('ledgerTable of the issuer', properties.IssuerLedgerTable) ?? ledgerTable,
    caId,
    platforms: platformsProperty(properties.Platforms),
    replaces: replacesProperty(properties.Replaces),
  };
}

/**
 * Makes sure that a kept CA stays in its ledger: its removal from the former one, which ends such an update, would take it away from
 * the resource that still declares it.
 */
export function assertSameLedger({ physicalResourceId }: LifecycleEvent, { caId, ledgerTable }: KeptCaDeclaration): void {
  const standing = parsePhysicalId(physicalResourceId);
  if (standing?.identity === caId && standing.ledgerTable !== ledgerTable) {
    throw new Error(`ledgerTableArn must stay that of the table ${standing.ledgerTable} for the CA ${caId}, got ${ledgerTable}; `
      + 'to go on with the CA in another ledger, take it in there under another id of its construct');
  }
}

/** A request to take a kept CA back in. */
export interface KeptCaRequest extends DeclaredRequestFacts {
  readonly declaration: KeptCaDeclaration;
}

/**
 * Makes a CA that its ledger still has a resource's own again: with its identity, so that what it has issued stays as it is.
 * Its key is where the ledger says, and has to be the key of its certificate.
 *
 * @param assertFits is asked, before anything is recorded, whether the attributes can be answered
 * @throws Error where the ledger has no such CA, or where another resource declares it
 */
export async function takeBackCa(
  request: KeptCaRequest, ports: Ports, assertFits: (data: KeptCaAttributes) => void,
): Promise<{ entry: IssuedEntry; data: KeptCaAttributes }> {
  const { declaration } = request;
  const entry = await entryIn(declaration.ledgerTable, declaration, ports);
  const ca = (await issuingCa(declaration.caId, ports.ledger(declaration.ledgerTable), ports))!;
  declaration.platforms.forEach(platform => complain(checkCaForPlatform(ca.keyAlgorithm, platform, 'keyAlgorithm of the CA')));
  await assertFree(entry, request, ports);
  const certificate = ca.chain[0];
  const data = { CaId: declaration.caId, ...certificateAttributes(certificate), ...chainData(entry) };
  assertFits(data);
  for (const table of new Set([declaration.issuerLedgerTable, declaration.ledgerTable])) {
    await takeOver(table, request, ports);
  }
  const { stackId, logicalResourceId } = request;
  return { entry: { ...entry, stackId, logicalResourceId, status: 'ISSUED', certificate }, data };
}

/** Refuses a CA that somebody else has: it would have two resources, and go with the first of them. */
async function assertFree(entry: LedgerEntry, request: KeptCaRequest, ports: Ports): Promise<void> {
  if (isOf(entry, request) || entry.status === 'WITHDRAWN') {
    return;
  }
  const { stackId, logicalResourceId } = entry;
  const isLeaving = stackId === request.stackId && !(await ports.stack(stackId)).declaredCas.includes(logicalResourceId);
  const record = await ports.ledger(request.declaration.issuerLedgerTable).resource(entry);
  if (!isLeaving && record?.declares === entry.identity) {
    throw new Error(`caId must be that of a CA which no other resource declares, got ${entry.identity}, which is ${logicalResourceId} of the stack `
      + `${stackId}; remove it there, or use it from here by PrivateIotCa.fromPrivateIotCaAttributes`);
  }
}

async function entryIn(table: string, { caId }: KeptCaDeclaration, ports: Ports): Promise<LedgerEntry> {
  const entry = await ports.ledger(table).find(caId);
  if (!entry) {
    throw new Error(`caId must be that of a CA which the ledger ${table} holds, got ${caId}; take caId, ledgerTableArn and the key's ARN from one stack`);
  }
  return entry;
}

async function takeOver(table: string, request: KeptCaRequest, ports: Ports): Promise<void> {
  const ledger = ports.ledger(table);
  const entry = await entryIn(table, request.declaration, ports);
  if (entry.status === 'ISSUED' && isOf(entry, request) && entry.retainKey) {
    return;
  }
  const { stackId, logicalResourceId, requestId } = request;
  const takenFrom = entry.status === 'ISSUED' && entry.stackId === stackId && entry.logicalResourceId !== logicalResourceId ? entry.logicalResourceId : undefined;
  if (!await ledger.advance(entry, 'ISSUED', { stackId, logicalResourceId, takenFrom, retainKey: true, issuedBy: requestId }, request)) {
    throw new Error(`the ledger ${table} has changed under this request; deploy again`);
  }
}
