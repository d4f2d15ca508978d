import { TransactionCanceledException, TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { entryFrom, Item, revocationFrom } from './ledger-item';
import { certificateKey, pointerKey, revocationKey } from './ledger-keys';
import { CONDITION_FAILED, LedgerTable } from './ledger-table';
import { added, broughtBack, faultOf, named, pointed, superseded, unmetConditions, unrevoked } from './ledger-writes';
import { errorName } from '../../lambda/aws/aws-calls';
import { FleetEntry, FleetLedger, MadeEntry, RevokedCertificates } from '../fleet/fleet-ledger';
import { TABLE_WAS_CHANGED } from '../ledger/ledger';
import { isRevoked } from '../ledger/revocation';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MOST_WRITES = 100;

/** How many transactions run at once: the time of each is waiting. */
const AT_ONCE = 4;

/** What the DynamoDB table of a ledger knows about fleets, whose certificates are items like all others. */
export class DynamoDbFleetLedger implements FleetLedger {
  constructor(private readonly table: LedgerTable) {}

  public async latest(issuer: string, identities: readonly string[]): Promise<Map<string, FleetEntry>> {
    const pointers = (await this.table.getAll(identities.map(pointerKey))).filter(({ issuer: ca }) => ca?.S === issuer);
    const entries = await this.certificates(issuer, pointers.map(({ serialNumber }) => String(serialNumber?.S)));
    return new Map([...entries.values()].map(entry => [entry.identity, entry]));
  }

  public async certificates(issuer: string, serialNumbers: readonly string[]): Promise<Map<string, FleetEntry>> {
    const items = await this.table.getAll(serialNumbers.map(serialNumber => certificateKey({ issuer, serialNumber })));
    return new Map(items.map(item => this.entryIn(item)).map(entry => [entry.serialNumber, entry]));
  }

  public async revoked(issuer: string, serialNumbers: readonly string[]): Promise<RevokedCertificates> {
    const items = await this.table.getAll(serialNumbers.map(serialNumber => revocationKey({ issuer, serialNumber })));
    return new Map(items.map(item => revocationFrom(item, issuer)).filter(isRevoked).map(({ serialNumber, reason }) => [serialNumber, reason]));
  }

  public async record(made: readonly MadeEntry[]): Promise<ReadonlySet<string>> {
    const recorded = new Set<string>();
    const chunks = chunksOf(made.map(each => ({ identity: each.entry.identity, writes: this.writesOf(each) })));
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
        await this.recordChunk(chunk, recorded);
      }
    }));
    return recorded;
  }

  /** One transaction for several devices. If the condition of one is not met, the others are written without it. */
  private async recordChunk(chunk: readonly Recording[], recorded: Set<string>): Promise<void> {
    for (let rest = chunk; rest.length > 0;) {
      const unmet = await this.transact(rest.flatMap(({ writes }) => writes));
      if (!unmet) {
        rest.forEach(({ identity }) => recorded.add(identity));
        return;
      }
      let at = 0;
      rest = rest.filter(({ writes }) => {
        const begin = at;
        at += writes.length;
        return !unmet.slice(begin, at).includes(true);
      });
    }
  }

  /** @returns which conditions were not met, or nothing if all was written */
  private async transact(TransactItems: TransactWriteItem[]): Promise<boolean[] | undefined> {
    let unmet: boolean[] = [];
    try {
      await this.table.write('dynamodb:TransactWriteItems', async (client, options) => {
        try {
          return await client.send(new TransactWriteItemsCommand({ TransactItems }), options);
        } catch (error) {
          unmet = error instanceof TransactionCanceledException ? unmetConditions(error) : [];
          throw !(error instanceof TransactionCanceledException) ? error : unmet.includes(true) ? named(CONDITION_FAILED) : faultOf(error);
        }
      }, [CONDITION_FAILED]);
      return undefined;
    } catch (error) {
      if (errorName(error) !== CONDITION_FAILED) {
        throw error;
      }
      return unmet;
    }
  }

  private writesOf({ entry, over, isBack }: MadeEntry): TransactWriteItem[] {
    const { name } = this.table;
    const own = isBack ? [broughtBack(name, entry), unrevoked(name, entry)] : added(name, entry);
    const isRenewal = !isBack && entry.renews !== undefined; // a revoked certificate is not renewed
    const former = over ? [superseded(name, over, entry.serialNumber), ...isRenewal ? [unrevoked(name, over)] : []] : [];
    return [...own, pointed(name, entry, over), ...former];
  }

  private entryIn(item: Item): FleetEntry {
    const entry = entryFrom(item);
    if (!entry.certificate || entry.deviceId === undefined || entry.declared === undefined) {
      throw new Error(`the ledger ${this.table.name} must have a certificate, a deviceId and what was declared in the item of the serial number ${entry.serialNumber}; `
        + TABLE_WAS_CHANGED);
    }
    return entry as FleetEntry;
  }
}

interface Recording {
  readonly identity: string;
  readonly writes: TransactWriteItem[];
}

/** As many devices in each chunk as one transaction can take. */
function chunksOf(all: readonly Recording[]): Recording[][] {
  const chunks: Recording[][] = [];
  let room = 0;
  for (const each of all) {
    if (each.writes.length > room) {
      chunks.push([]);
      room = MOST_WRITES;
    }
    chunks.at(-1)!.push(each);
    room -= each.writes.length;
  }
  return chunks;
}
