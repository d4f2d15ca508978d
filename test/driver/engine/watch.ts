import { X509Certificate } from 'node:crypto';
import { entriesIn, Entry, entryIn } from './ledgers';
import { Outcome } from './requests';
import { Stack } from './stack';
import { World } from './world';

/** What was found to be wrong. */
export interface Violation {
  readonly kind: 'duplicated' | 'other bytes' | 'stale' | 'unanswered' | 'refused' | 'left behind' | 'lost' | 'wrong key' | 'wrong tags' | 'key left' | 'unfinished'
  | 'shown' | 'not rolled back' | 'unknown call';
  readonly text: string;
}

/** A certificate begins so long before it is issued at most; the library backdates by less. */
const LONGEST_BACKDATE = 36 * 3_600_000;

/** Looks at every write and every answer of a history while it goes on. */
export class Watch {
  public readonly violations: Violation[] = [];
  /** What was issued at some time, by table, issuer and serial number. */
  public readonly everIssued = new Set<string>();
  /** The certificates that were not issued here, base64. */
  public readonly foreign = new Set<string>();
  /** The certificates that were issued at some time, base64. That of a CA may reach its own ledger with a later request only. */
  private readonly certificates = new Set<string>();
  /** Requests that may fail, since what they declare is wrong. */
  public readonly mayFail = new Set<string>();
  private readonly owners = new Map<string, string>();
  private readonly bytes = new Map<string, string>();

  constructor(private readonly world: World, stack: Stack) {
    entriesIn(world.state).forEach(entry => this.remember(entry));
    world.onWrite.push((table, item, now) => {
      const entry = entryIn(table, item);
      if (entry) {
        this.see(entry, now);
      }
    });
    stack.requests.onOutcome.push(outcome => this.hear(outcome));
    stack.requests.onSilence.push(({ number, requestType, logicalId }) => this.find('unanswered', `#${number} ${requestType} ${logicalId} got no answer`));
  }

  public find(kind: Violation['kind'], text: string): void {
    this.violations.push({ kind, text });
    this.world.note(`!! ${kind}: ${text}`);
  }

  private remember(entry: Entry): void {
    this.owners.set(`${entry.table} ${entry.serialNumber}`, entry.identity);
    if (entry.status === 'ISSUED') {
      this.everIssued.add(keyOf(entry));
      if (entry.certificate) {
        this.certificates.add(entry.certificate);
      }
    }
  }

  private see(entry: Entry, now: number): void {
    const { table, serialNumber, identity, certificate } = entry;
    const owner = this.owners.get(`${table} ${serialNumber}`);
    if (owner !== undefined && owner !== identity) {
      this.find('duplicated', `serial number ${serialNumber} is that of ${owner} and of ${identity}`);
    }
    if (entry.status === 'ISSUED' && certificate && !this.certificates.has(certificate) && !this.foreign.has(certificate)) {
      const { validFrom, validTo } = new X509Certificate(Buffer.from(certificate, 'base64'));
      if (Date.parse(validFrom) < now - LONGEST_BACKDATE || Date.parse(validTo) <= now) {
        this.find('stale', `${identity} is issued at ${new Date(now).toISOString()} and valid from ${validFrom} to ${validTo}`);
      }
    }
    this.remember(entry);
  }

  private hear({ request: { number, requestType, logicalId, event }, answer, disturbed }: Outcome): void {
    if (requestType === 'Delete' && answer?.Status === 'SUCCESS') {
      this.bytes.delete(event.PhysicalResourceId as string);
    }
    if (answer?.Status === 'FAILED' && !disturbed && !this.mayFail.has(logicalId)) {
      this.find('refused', `#${number} ${requestType} ${logicalId}: ${answer.Reason}`);
    }
    const bytes = answer?.Data?.CertificatePem ?? answer?.Data?.Signature;
    if (answer && bytes !== undefined) {
      const before = this.bytes.get(answer.PhysicalResourceId);
      if (before !== undefined && before !== bytes) {
        this.find('other bytes', `#${number} answers another certificate for ${answer.PhysicalResourceId} of ${logicalId}`);
      }
      this.bytes.set(answer.PhysicalResourceId, bytes);
    }
  }
}

export function keyOf({ table, issuer, serialNumber }: Pick<Entry, 'table' | 'issuer' | 'serialNumber'>): string {
  return `${table} ${issuer} ${serialNumber}`;
}
