import { isOf } from './declaration/identity';
import { Ledger, ignoreGone } from './ledger/ledger';
import { ledgerTables } from './ledger/ledger-tables';
import { describeCertificate, livingCertificates, MAX_COUNTED } from './ledger/living-certificates';
import { Ports } from './ports';
import { CA_RESOURCE_TYPES } from '../contract/resource-types';
import { LifecycleEvent } from '../resource/lifecycle-event';
import { identityIn, parsePhysicalId, PhysicalId } from '../resource/physical-id';

/** The part of a CA's declaration that decides whether it may replace another CA. */
export interface Successor {
  readonly identity: string;
  /** The ledger of the certificates that it issues. */
  readonly ledgerTable: string;
  /** The identity of the CA that it is declared to replace. */
  readonly replaces?: string;
}

/**
 * Makes sure that a CA with living certificates is replaced only if the replacement is declared and names that CA. A changed word in its
 * subject, or another construct ID, makes another CA, which also means other certificates and keys below it.
 *
 * A CA that comes back in a rollback replaces nothing, because the resource had it before and it was never withdrawn.
 *
 * @throws Error that says what would be lost, and what to do
 */
export async function assertReplaceable(event: LifecycleEvent, successor: Successor, ports: Ports): Promise<void> {
  const { identity, ledgerTable, replaces } = successor;
  if (event.requestType === 'Create') {
    const leaving = (await leavingCas(event, ports)).filter(({ caId, table }) => caId !== identity || table !== ledgerTable);
    if (leaving.length > 0 && !leaving.some(({ caId }) => caId === replaces)) {
      const { caId, living } = leaving[0];
      throw new Error(`this update would remove the CA ${caId}, which has ${living}; if you renamed or moved its construct, restore its former id, `
        + `or keep the CA with PrivateIotCa.fromKeptCa; ${wayOut(caId, replaces)}`);
    }
    return;
  }
  const predecessor = identityIn(event.physicalResourceId);
  if (predecessor === undefined || predecessor === identity || predecessor === replaces) {
    return;
  }
  if (await comesBack(event, successor, ports)) {
    return;
  }
  for (const table of new Set([ledgerTable, ...ledgerTables(event).left])) {
    const living = await describeLiving(ports.ledger(table), predecessor, ports).catch(ignoreGone);
    if (living !== undefined) {
      throw new Error(`this update would replace the CA ${predecessor}, which has ${living}; undo the change (subject, keyAlgorithm, hashAlgorithm, `
        + 'validity, notBefore, notAfter, pathLength, extensions, issuer, signedElsewhere, kind of keyStorage or generation), or, '
        + wayOut(predecessor, replaces));
    }
  }
}

async function comesBack(event: LifecycleEvent, { identity, ledgerTable }: Successor, ports: Ports): Promise<boolean> {
  const ledger = ports.ledger(ledgerTable);
  const standing = await ledger.find(identity);
  return standing?.status === 'ISSUED' && isOf(standing, event) && (await ledger.resource(event))?.had.includes(identity) === true;
}

function wayOut(caId: string, replaces: string | undefined): string {
  return `to replace the CA and everything below it, declare replaces: '${caId}'${replaces === undefined ? '' : `, got '${replaces}'`}`;
}

const TABLE_TYPES: readonly string[] = ['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table'];

/** A CA that a stack is about to lose. */
interface LeavingCa {
  readonly caId: string;
  /** The ledger of the certificates that it issues. */
  readonly table: string;
  /** The living certificates that it has issued, in words. */
  readonly living: string;
}

/**
 * The CAs with living certificates that the stack has but its template no longer declares, except those that a declared resource has taken
 * over. Their ledgers are tables of the stack; the ledger of a kept CA is the table that its physical ID names.
 */
async function leavingCas({ logicalResourceId, stackId }: LifecycleEvent, ports: Ports): Promise<LeavingCa[]> {
  const { resources, declaredCas } = await ports.stack(stackId);
  const cas = resources
    .filter(each => CA_RESOURCE_TYPES.includes(each.type) && each.logicalResourceId !== logicalResourceId)
    .filter(each => !declaredCas.includes(each.logicalResourceId))
    .map(({ physicalResourceId }) => parsePhysicalId(physicalResourceId)).filter((each): each is PhysicalId => each !== undefined);
  const tables = resources.filter(({ type }) => TABLE_TYPES.includes(type)).map(({ physicalResourceId }) => physicalResourceId);
  const leaving: LeavingCa[] = [];
  for (const { identity: caId, ledgerTable } of cas) {
    for (const table of ledgerTable === undefined ? tables : [ledgerTable]) {
      const ledger = ports.anyTable(table);
      const living = await describeLiving(ledger, caId, ports).catch(ignoreGone);
      const owner = living === undefined ? undefined : await ledger.find(caId);
      const isTakenOver = owner?.status === 'ISSUED' && owner.stackId === stackId && declaredCas.includes(owner.logicalResourceId);
      if (living !== undefined && !isTakenOver) {
        leaving.push({ caId, living, table });
      }
    }
  }
  return leaving;
}

/** Describes the living certificates that a CA has issued; `undefined` if there are none, or if the CA is retired and may go, whatever it has issued. */
async function describeLiving(ledger: Ledger, caId: string, ports: Ports): Promise<string | undefined> {
  if ((await ledger.find(caId))?.retirement === 'retired') {
    return undefined;
  }
  const [first, ...others] = await livingCertificates(ledger, caId, { now: ports.clock() });
  if (!first) {
    return undefined;
  }
  const more = others.length >= MAX_COUNTED ? `more than ${MAX_COUNTED - 1} others` : `${others.length} more`;
  return `living certificates: ${describeCertificate(first)}${others.length > 0 ? ` and ${more}` : ''}`;
}
