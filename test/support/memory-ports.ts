import { randomBytes } from 'node:crypto';
import { comparableCommonName } from '../../src/contract/common-names';
import { checkHashForKms } from '../../src/contract/kms';
import {
  dueAt, EndingCertificate, Holder, Ledger, LedgerEntry, LedgerFacts, LedgerGoneError, LedgerStatus, isAsRead, present, ResourceRecord, takesBack,
} from '../../src/issuing/ledger/ledger';
import { Refusal, Refusals, saysTheSame } from '../../src/issuing/ledger/refusals';
import { CrlPublication, CrlRecord, Publications, PublishedCrl, Revocation } from '../../src/issuing/ledger/revocation';
import { NOTHING_TO_PUT_BACK, ParameterVersions, Ports, SecretValue, SecretVersions, StackResource } from '../../src/issuing/ports';
import { generateKeyPair, keyAlgorithmOfPublicKey } from '../../src/pki/keys';
import { Signer, signerOf } from '../../src/pki/signer';
import { Requester } from '../../src/resource/lifecycle-event';
import { OvertakenError } from '../../src/resource/overtaken-error';
import { complain } from '../../src/resource/property-values';

/** What a call of a port goes through: it may wait, fail before its effect, or fail after it. */
export type Gate = <T>(operation: string, effect: () => T) => Promise<T>;

const OPEN: Gate = async (_, effect) => effect();

/** The table that declarations name unless they say another. */
const TABLE = 'ledger';

/** What a ledger holds, as in DynamoDB: certificates by issuer and serial number, what is the latest of an identity, and what each resource declares. */
class MemoryLedger {
  public static keyOf({ issuer, serialNumber }: Pick<LedgerEntry, 'issuer' | 'serialNumber'>): string {
    return `${issuer}/${serialNumber}`;
  }

  private static pathOf({ stackId, logicalResourceId }: Requester): string {
    return `${stackId}/${logicalResourceId}`;
  }

  public readonly entries = new Map<string, LedgerEntry>();
  /** The keys of the latest entries, by identity. */
  public readonly current = new Map<string, string>();
  public readonly resources = new Map<string, ResourceRecord>();

  public readonly revoked = new Map<string, Revocation>();
  public readonly crls = new Map<string, CrlRecord>();

  public readonly publications = new Map<string, CrlPublication>();

  public publishAt(issuer: string, publication: CrlPublication, over: CrlPublication | undefined): boolean {
    if (this.publications.get(issuer)?.revision !== over?.revision) {
      return false;
    }
    this.publications.set(issuer, publication);
    return true;
  }

  public revoke(revocation: Revocation, over: Revocation | undefined): boolean {
    const key = MemoryLedger.keyOf(revocation);
    if (this.revoked.get(key)?.revision !== over?.revision) {
      return false;
    }
    this.revoked.set(key, revocation);
    return true;
  }

  public takeCrlNumber(issuer: string): CrlRecord {
    const taken = { ...this.crls.get(issuer), number: (this.crls.get(issuer)?.number ?? 0) + 1 };
    this.crls.set(issuer, taken);
    return { number: taken.number, publishedAt: taken.publishedAt };
  }

  public skipCrlNumbers(issuer: string, number: number): void {
    const record = this.crls.get(issuer)!;
    this.crls.set(issuer, { ...record, number: Math.max(record.number, number) });
  }

  public publishedCrl(issuer: string, { number, publishedAt }: PublishedCrl): void {
    const record = this.crls.get(issuer)!;
    if (number > (record.published ?? 0)) {
      this.crls.set(issuer, { ...record, published: number, publishedAt });
    }
  }

  public find(identity: string): LedgerEntry | undefined {
    const key = this.current.get(identity);
    return key === undefined ? undefined : { ...this.entries.get(key)! };
  }

  public resource(requester: Requester): ResourceRecord | undefined {
    return this.resources.get(MemoryLedger.pathOf(requester));
  }

  public record(requester: Requester, record: ResourceRecord, over: ResourceRecord | undefined): boolean {
    if (this.resource(requester)?.revision !== over?.revision) {
      return false;
    }
    this.resources.set(MemoryLedger.pathOf(requester), record);
    return true;
  }

  public reserve(entry: LedgerEntry, over: LedgerEntry | undefined, holder: Holder): boolean {
    this.assertHeld(holder, false);
    const key = MemoryLedger.keyOf(entry);
    const standing = this.find(entry.identity);
    if (this.entries.has(key) || !isAsRead(standing, over)) {
      return false;
    }
    this.entries.set(key, { ...entry });
    this.current.set(entry.identity, key);
    return true;
  }

  public advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts, holder: Holder): boolean {
    this.assertHeld(holder, takesBack(to, facts));
    const key = MemoryLedger.keyOf(entry);
    const standing = this.entries.get(key);
    if (!standing || !isAsRead(standing, entry) || this.isSuperseded(standing)) {
      return false;
    }
    this.entries.set(key, { ...standing, ...present(facts), status: to });
    return true;
  }

  public reserveRenewal(entry: LedgerEntry, over: LedgerEntry, holder: Holder): boolean {
    this.assertHeld(holder, false);
    const key = MemoryLedger.keyOf(entry);
    if (this.entries.has(key) || !this.isRenewed(over, over.renewedBy)) {
      return false;
    }
    this.entries.set(key, { ...entry });
    this.entries.set(MemoryLedger.keyOf(over), { ...this.entries.get(MemoryLedger.keyOf(over))!, renewedBy: entry.serialNumber });
    return true;
  }

  public renew(entry: LedgerEntry, over: LedgerEntry, facts: LedgerFacts, holder: Holder): boolean {
    this.assertHeld(holder, false);
    const key = MemoryLedger.keyOf(entry);
    const standing = this.entries.get(key);
    const { state = 'RELEASED' } = this.revoked.get(MemoryLedger.keyOf(over)) ?? {};
    if (standing?.status !== entry.status || !this.isRenewed(over, entry.serialNumber) || state !== 'RELEASED') {
      return false;
    }
    this.entries.set(key, { ...standing, ...present(facts), status: 'ISSUED' });
    this.current.set(entry.identity, key);
    return true;
  }

  public latest(isWanted: (entry: LedgerEntry) => boolean): LedgerEntry[] {
    return [...this.current.keys()].map(identity => this.find(identity)!).filter(isWanted);
  }

  public ending(issuer: string, after: Date, until: Date): EndingCertificate[] {
    const ends = (entry: LedgerEntry): number => new Date(entry.notAfter).getTime();
    return [...this.entries.values()]
      .filter(entry => entry.issuer === issuer && entry.profile !== 'signature' && ends(entry) >= after.getTime() && ends(entry) <= until.getTime())
      .sort((one, other) => ends(one) - ends(other))
      .map(entry => {
        const latest = this.current.get(entry.identity)!;
        const supersededBy = latest === MemoryLedger.keyOf(entry) ? undefined : this.entries.get(latest)!.serialNumber;
        return { ...entry, supersededBy, dueAt: dueAt(entry) };
      });
  }

  private isRenewed(over: LedgerEntry, renewedBy: string | undefined): boolean {
    const key = MemoryLedger.keyOf(over);
    const standing = this.entries.get(key);
    return isAsRead(standing, over) && standing?.renewedBy === renewedBy && this.current.get(over.identity) === key;
  }

  /** A certificate is superseded once the latest of its identity is another one, unless that one is still to renew it. */
  private isSuperseded(entry: LedgerEntry): boolean {
    const latest = this.entries.get(this.current.get(entry.identity) ?? '');
    return latest?.serialNumber !== entry.serialNumber && latest?.renewedBy !== entry.serialNumber;
  }

  private assertHeld(holder: Holder, mayHaveFailed: boolean): void {
    const record = this.resource(holder);
    if (record?.requestId !== holder.requestId || (record.outcome === 'FAILED' && !mayHaveFailed && !holder.evenIfFailed)) {
      throw new OvertakenError();
    }
  }
}

/** Ledgers, stores of keys and a module of keys in memory, with the promises that the ports make; calls of each user go through a gate. */
export class MemoryWorld {
  /** By the names of their tables; one that is not there yet is made by its first use. */
  public readonly ledgers = new Map<string, MemoryLedger>();
  /** Tables that somebody has deleted. */
  public readonly goneTables = new Set<string>();
  public readonly versions = new Map<string, string>();
  public readonly currentVersion = new Map<string, string>();
  /** The keys of the module by ARN, PKCS#8 in PEM. */
  public readonly hsmKeys = new Map<string, string>();
  /** By name, `<path>/<serial number>`. */
  public readonly parameters = new Map<string, { readonly value: string; readonly encryptionKey?: string; readonly tags: Record<string, string> }>();
  /** What secrets hold that somebody else writes, by ARN. */
  public readonly secretValues = new Map<string, SecretValue>();
  /** Whose keys a secret holds, by ARN. */
  private readonly owners = new Map<string, string>();
  /** What the stack has, and the CAs that its template declares. */
  public readonly stackResources: StackResource[] = [];
  public readonly declaredCas: string[] = [];
  /** What was refused, and of which resources. */
  public readonly refused: (Refusal & { readonly logicalResourceId: string })[] = [];
  private readonly refusals: Refusals = {
    refusal: async ({ logicalResourceId }) => this.refused.filter(each => each.logicalResourceId === logicalResourceId).at(-1),
    record: async (requester, refusal) => {
      const latest = await this.refusals.refusal(requester);
      if (!latest || !saysTheSame(latest, refusal)) {
        this.refused.push({ ...refusal, logicalResourceId: requester.logicalResourceId });
      }
    },
  };

  public now = new Date('2026-03-01T12:00:00.000Z');

  /** The ports as one delivery of a request sees them. */
  public ports(gate: Gate = OPEN): Ports {
    return {
      ledger: table => this.ledger(table, gate),
      revocations: table => this.revocations(table, gate),
      refusals: () => this.refusals,
      anyTable: table => this.ledger(table, gate),
      anyRevocations: table => this.revocations(table, gate),
      stack: () => gate('stack', () => ({ resources: this.stackResources, declaredCas: this.declaredCas })),
      secrets: this.secrets(gate),
      hsm: keyArn => gate('hsm', () => this.signer(keyArn, gate)),
      parameters: this.parameterVersions(gate),
      secretValue: secretArn => gate('secretValue', () => this.secretValues.get(secretArn)),
      clock: () => this.now,
      random: randomBytes,
      generateKeyPair,
    };
  }

  /** What the ledger of the usual table holds, by issuer and serial number. */
  public get entries(): Map<string, LedgerEntry> {
    return this.table(TABLE).entries;
  }

  /** What is the latest of each identity in the ledger of the usual table. */
  public get current(): MemoryLedger['current'] {
    return this.table(TABLE).current;
  }

  public issued(table = TABLE): LedgerEntry[] {
    return [...this.table(table).entries.values()].filter(({ status }) => status === 'ISSUED');
  }

  /** The latest entry of an identity. */
  public entry(identity: string, table = TABLE): LedgerEntry | undefined {
    return this.table(table).find(identity);
  }

  /** All that is kept anywhere, as one text: it is the same where nothing was written. */
  public snapshot(): string {
    return JSON.stringify([
      [...this.ledgers].filter(([, { current }]) => current.size > 0).map(([name, { entries, current }]) => [name, [...entries], [...current]]),
      [...this.versions], [...this.currentVersion], [...this.parameters],
    ]);
  }

  private table(name: string | undefined): MemoryLedger {
    if (name === undefined) {
      throw new Error('a ledger must have a table');
    }
    if (this.goneTables.has(name)) {
      throw new LedgerGoneError(`the ledger ${name} does not exist`);
    }
    const ledger = this.ledgers.get(name) ?? new MemoryLedger();
    this.ledgers.set(name, ledger);
    return ledger;
  }

  private ledger(table: string, gate: Gate): Ledger {
    const here = (): MemoryLedger => this.table(table);
    return {
      find: identity => gate('find', () => here().find(identity)),
      resource: requester => gate('resource', () => here().resource(requester)),
      record: (requester, record, over) => gate('record', () => here().record(requester, record, over)),
      reserve: (entry, over, holder) => gate('reserve', () => here().reserve(entry, over, holder)),
      advance: (entry, to, facts, holder) => gate('advance', () => here().advance(entry, to, facts, holder)),
      reserveRenewal: (entry, over, holder) => gate('reserveRenewal', () => here().reserveRenewal(entry, over, holder)),
      renew: (entry, over, facts, holder) => gate('renew', () => here().renew(entry, over, facts, holder)),
      async *ending(issuer, after, until) {
        yield* await gate('ending', () => here().ending(issuer, after, until));
      },
      named: (issuer, name, now) => gate('named', () => here().latest(entry => entry.issuer === issuer
        && entry.commonName !== undefined && comparableCommonName(entry.commonName) === comparableCommonName(name)
        && new Date(entry.notAfter) > now)),
      async *certificates(issuer, status) {
        yield* await gate('certificates', () => [...here().entries.values()]
          .filter(entry => entry.issuer === issuer && (status === undefined || entry.status === status)));
      },
    };
  }

  public revocations(table: string, gate: Gate = OPEN): Publications {
    const here = (): MemoryLedger => this.table(table);
    return {
      certificate: (issuer, serialNumber) => gate('certificate', () => here().entries.get(MemoryLedger.keyOf({ issuer, serialNumber }))),
      find: (issuer, serialNumber) => gate('findRevocation', () => here().revoked.get(MemoryLedger.keyOf({ issuer, serialNumber }))),
      record: (revocation, over) => gate('recordRevocation', () => here().revoke(revocation, over)),
      async *list(issuer) {
        yield* await gate('listRevocations', () => [[...here().revoked.values()].filter(each => each.issuer === issuer)
          .sort((one, other) => one.serialNumber < other.serialNumber ? -1 : 1)]);
      },
      takeCrlNumber: issuer => gate('takeCrlNumber', () => here().takeCrlNumber(issuer)),
      skipCrlNumbers: (issuer, number) => gate('skipCrlNumbers', () => here().skipCrlNumbers(issuer, number)),
      crl: issuer => gate('crl', () => here().crls.get(issuer)),
      publication: issuer => gate('publication', () => here().publications.get(issuer)),
      publishAt: (issuer, publication, over) => gate('publishAt', () => here().publishAt(issuer, publication, over)),
      publishedCrl: (issuer, crl) => gate('publishedCrl', () => here().publishedCrl(issuer, crl)),
    };
  }

  private signer(keyArn: string, gate: Gate): Signer {
    const privateKey = this.hsmKeys.get(keyArn);
    if (privateKey === undefined) {
      throw new Error(`kms:GetPublicKey on ${keyArn} failed: NotFoundException`);
    }
    const signer = signerOf(privateKey);
    const algorithm = keyAlgorithmOfPublicKey(signer.publicKey)!;
    return {
      publicKey: signer.publicKey,
      sign: async (data, hash) => gate('sign', () => {
        complain(checkHashForKms(algorithm, hash));
        return signer.sign(data, hash) as Buffer;
      }),
    };
  }

  private secrets(gate: Gate): SecretVersions {
    return {
      read: (arn, version) => gate('read', () => this.versions.get(`${arn}/${version}`)),
      write: (arn, version, value, owner) => gate('write', () => {
        this.assertOwner(arn, owner);
        const key = `${arn}/${version}`;
        if (!this.versions.has(key)) {
          this.versions.set(key, value);
        }
        return this.versions.get(key)!;
      }),
      makeCurrent: (arn, version, owner) => gate('makeCurrent', () => {
        this.assertOwner(arn, owner);
        const before = this.currentVersion.get(arn);
        this.currentVersion.set(arn, version);
        return before === undefined ? NOTHING_TO_PUT_BACK : async () => {
          if (this.currentVersion.get(arn) === version) {
            this.currentVersion.set(arn, before);
          }
        };
      }),
      release: (arn, version) => gate('release', () => { this.versions.delete(`${arn}/${version}`); return true; }),
    };
  }

  private assertOwner(arn: string, owner: string): void {
    const standing = this.owners.get(arn) ?? owner;
    if (standing !== owner) {
      throw new Error(`the secret ${arn} must hold only keys of this resource, got a key of another certificate; declare a separate secret`);
    }
    this.owners.set(arn, owner);
  }

  private parameterVersions(gate: Gate): ParameterVersions {
    return {
      read: (path, version) => gate('read', () => this.parameters.get(`${path}/${version}`)?.value),
      write: (path, version, value, _owner, { encryptionKey, tags = [] } = {}) => gate('write', () => {
        const name = `${path}/${version}`;
        if (!this.parameters.has(name)) {
          this.parameters.set(name, { value, encryptionKey, tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) });
        }
        return this.parameters.get(name)!.value;
      }),
      tag: (path, version, tags, formerKeys) => gate('tag', () => {
        const parameter = this.parameters.get(`${path}/${version}`);
        if (!parameter) {
          throw new Error(`ssm:AddTagsToResource on the parameter ${path}/${version} failed: InvalidResourceId`);
        }
        formerKeys.forEach(key => delete parameter.tags[key]);
        tags.forEach(({ Key, Value }) => { parameter.tags[Key] = Value; });
      }),
      makeCurrent: () => gate('makeCurrent', () => NOTHING_TO_PUT_BACK),
      release: (path, version) => gate('release', () => { this.parameters.delete(`${path}/${version}`); return true; }),
    };
  }
}
