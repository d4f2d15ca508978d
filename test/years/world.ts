import { CloudFormation, Work } from './cloudformation';
import { Faults, Invocation } from './faults';
import { CaEvent, CaEventType, CertificateExpiringDetail } from '../../src/contract/ca-events';
import { expiryPartition, serialKey } from '../../src/contract/ledger-keys';
import { RenewedCa } from '../../src/contract/renewal';
import { RevocationReason } from '../../src/contract/revocation';
import { watchExpiry } from '../../src/issuing/expiry/watch-expiry';
import { ExpiryMark, ExpiryMarks } from '../../src/issuing/ledger/expiry-marks';
import { InventoryEntry, isCertificate } from '../../src/issuing/ledger/inventory';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { renewDue } from '../../src/issuing/renewal/renew-due';
import { announce, AnnouncingPorts } from '../../src/issuing/revocation/announce';
import { CrlFile, PublishingPorts } from '../../src/issuing/revocation/publish-crls';
import { carryOutPublication, Occasion, Publisher, publishOn } from '../../src/issuing/revocation/publisher';
import { answerRevocation } from '../../src/issuing/revocation/revoker';
import { STACK_ID } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { Random } from '../support/random';

export const DAY = 86_400_000;

/** At how many days before its end a certificate is announced, and 0 after its end. */
export const THRESHOLDS = [30, 7, 1] as const;

/** How long a revocation list is valid. */
const LIST_LIFE = 30 * DAY;

/** The share of invocations that meet a fault. */
const FAULT_RATE = 0.12;

/** A CA of the stack: its id, its ledger, and its key identifier, if its declaration knows it. */
export interface SimulatedCa {
  readonly name: string;
  readonly caId: string;
  readonly table: string;
  readonly keyIdentifier?: string;
}

/** An event `Certificate Expiring`, and when it came. */
export interface Announcement extends Pick<CertificateExpiringDetail, 'ca' | 'serialNumber' | 'daysLeft' | 'logicalId'> {
  readonly at: Date;
}

/** Everything in AWS: the stack, the ledgers, the places of keys, the published lists, the event bus; and the functions with their schedules. */
export class SimulatedWorld {
  public readonly memory = new MemoryWorld();
  public readonly faults: Faults;
  public readonly cloudFormation: CloudFormation;
  /** The CAs whose certificates are renewed and watched, and whose lists are published. */
  public readonly cas: SimulatedCa[] = [];
  /** What was announced. */
  public readonly announcements: Announcement[] = [];
  private readonly lists = new Map<string, CrlFile>();
  private readonly marks = new Map<string, ExpiryMark>();

  constructor(public readonly random: Random, start: Date) {
    this.faults = new Faults(random, FAULT_RATE);
    this.memory.now = start;
    const work: { readonly [type: string]: Work } = {
      'Custom::IotRevocationPublication': async (event, gate) => carryOutPublication(event, this.publisher(String(event.properties.CaId)), this.publishing(String(event.properties.CaId), gate)),
    };
    const issuing: Work = (event, gate) => handleLifecycleEvent(event, this.memory.ports(gate));
    this.cloudFormation = new CloudFormation(this.memory, random, this.faults, type => work[type] ?? issuing);
  }

  public get now(): Date {
    return this.memory.now;
  }

  public ca(name: string): SimulatedCa {
    return this.cas.find(each => each.name === name)!;
  }

  /** The URL below which a CA publishes its lists. */
  public urlOf(name: string): string {
    return `http://pki.acme.example/${name.toLowerCase()}`;
  }

  /** All published lists, PEM. */
  public get publishedLists(): string {
    return [...this.lists].filter(([name]) => name.endsWith('complete.pem')).map(([, { content }]) => content.toString()).join('');
  }

  /** A run of the function that renews. @returns what it could not renew, with the reasons */
  public async renew(cas: readonly RenewedCa[], { gate }: Invocation): Promise<string[]> {
    const failed: string[] = [];
    await renewDue(cas, STACK_ID, Infinity, this.memory.ports(gate), (about, outcome) => {
      if (outcome instanceof Error) {
        failed.push(`${'caId' in about ? about.caId : about.logicalResourceId}: ${outcome.message}`);
      }
    });
    return failed;
  }

  /** A run of the function that watches the ends of the certificates of each CA, and what the stream of its ledger has announced. */
  public async watch(invocation: () => Invocation): Promise<boolean> {
    let isCalm = true;
    for (const { caId, table } of this.cas) {
      const { gate, wasDisturbed } = invocation();
      const [marked, ports] = [new Set<string>(), this.memory.ports(gate)];
      const marks: ExpiryMarks = {
        mark: (_, serialNumber) => gate('mark', () => this.marks.get(serialNumber)),
        record: (_, serialNumber, mark) => gate('recordMark', () => {
          const isNext = (this.marks.get(serialNumber)?.daysLeft ?? Infinity) > mark.daysLeft;
          if (isNext) {
            this.marks.set(serialNumber, mark);
            marked.add(serialNumber);
          }
          return isNext;
        }),
      };
      const watching = { ledger: ports.ledger(table), revocations: ports.revocations(table), marks, clock: ports.clock, metric: () => {} };
      await watchExpiry({ caId, announcedDays: THRESHOLDS, windowDays: 180 }, watching).catch(() => undefined);
      await this.announce(caId, table, [...marked]);
      isCalm &&= !wasDisturbed();
    }
    return isCalm;
  }

  /** Revokes a certificate, as an operator does by the function of its CA, and publishes the lists, as the stream of the ledger has it done. */
  public async revoke({ caId, table }: SimulatedCa, serialNumber: string, reason: RevocationReason): Promise<void> {
    const ports = this.memory.ports();
    const { anyRevocations, clock } = ports;
    const revoking = { ledger: ports.ledger(table), revocations: this.memory.revocations(table), anyRevocations, clock };
    const event = { serialNumbers: [serialNumber], reason, orderedBy: 'an operator' };
    const { changed, failed } = await answerRevocation({ caId, table, reach: [] }, event, this.random.uuid(), revoking);
    if (changed !== 1 || failed !== 0) {
      throw new Error(`${serialNumber} could not be revoked (${reason}): ${changed} changed, ${failed} failed`);
    }
    await this.publish(caId, 'revocation', () => this.faults.invocation());
  }

  /** Runs of the function that publishes: Lambda invokes it again until it succeeds. */
  public async publish(caId: string, occasion: Occasion, invocation: () => Invocation): Promise<void> {
    for (const each of [invocation(), invocation(), this.faults.undisturbed()]) {
      try {
        await publishOn(occasion, this.publisher(caId), this.publishing(caId, each.gate));
        return;
      } catch (error) {
        if (!each.wasDisturbed()) {
          throw error;
        }
      }
    }
  }

  /** Everything that the ledger of a CA has about the certificates that the CA has signed. */
  public inventory({ caId, table }: SimulatedCa): InventoryEntry[] {
    const { entries, current, revoked } = this.memory.ledgers.get(table)!;
    return [...entries].filter(([, entry]) => entry.issuer === caId && isCertificate(entry))
      .map(([key, entry]) => ({ entry, superseded: current.get(entry.identity) !== key, revocation: revoked.get(key) }));
  }

  private publisher(caId: string): Publisher {
    const { name, table } = this.cas.find(each => each.caId === caId)!;
    return { caId, table, life: LIST_LIFE, site: { url: this.urlOf(name), partitions: 1 } };
  }

  private publishing(caId: string, gate: Gate): PublishingPorts {
    return {
      ...this.memory.ports(gate),
      revocations: table => this.memory.revocations(table, gate),
      files: {
        replace: file => gate('replace', () => {
          const place = `${caId}/${file.name}`;
          if ((this.lists.get(place)?.number ?? 0) < file.number) {
            this.lists.set(place, file);
          }
          return this.lists.get(place)!.number;
        }),
      },
    };
  }

  private async announce(caId: string, table: string, serialNumbers: readonly string[]): Promise<void> {
    let waiting = serialNumbers.map((serialNumber, index) => ({
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: { pk: { S: expiryPartition(caId) }, sk: { S: serialKey(serialNumber) } }, SequenceNumber: String(index) },
    }));
    while (waiting.length > 0) {
      const ports = this.memory.ports();
      const announcing: AnnouncingPorts = {
        ledger: ports.ledger(table),
        revocations: this.memory.revocations(table),
        marks: { mark: async (_, serialNumber) => this.marks.get(serialNumber) },
        refusals: ports.refusals(table),
        events: { put: async events => events.map(event => this.random.chance(0.8) && this.take(event)) },
      };
      const { batchItemFailures } = await announce(caId, { Records: waiting }, announcing);
      waiting = waiting.filter(({ dynamodb }) => batchItemFailures.some(({ itemIdentifier }) => itemIdentifier === dynamodb.SequenceNumber));
    }
  }

  /** What the event bus does with an event, unless it is busy. */
  private take({ type, detail }: CaEvent): boolean {
    if (type === CaEventType.CERTIFICATE_EXPIRING) {
      const { ca, serialNumber, daysLeft, logicalId } = detail;
      this.announcements.push({ ca, serialNumber, daysLeft, logicalId, at: this.now });
    }
    return true;
  }
}
