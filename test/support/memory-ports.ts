import { randomBytes } from 'node:crypto';
import { checkHashForKms } from '../../src/contract/kms';
import {
  Ledger, LedgerEntry, LedgerFacts, LedgerGoneError, LedgerRecord, LedgerStatus, Ports, SecretValue, SecretVersions,
} from '../../src/handlers/ports';
import { complain } from '../../src/handlers/property-values';
import { generateKeyPair, keyAlgorithmOfPublicKey } from '../../src/pki/keys';
import { Signer, signerOf } from '../../src/pki/signer';

/** What a call of a port goes through: it may wait, fail before its effect, or fail after it. */
export type Gate = <T>(operation: string, effect: () => T) => Promise<T>;

const OPEN: Gate = async (_, effect) => effect();

/** The table that declarations name unless they say another. */
const TABLE = 'ledger';

/** What a ledger holds, as in DynamoDB: certificates by issuer and serial number, and what is the latest of an identity. */
class MemoryLedger {
  public static keyOf({ issuer, serialNumber }: LedgerEntry): string {
    return `${issuer}/${serialNumber}`;
  }

  public readonly entries = new Map<string, LedgerEntry>();
  public readonly current = new Map<string, { key?: string; cancelledAt?: string }>();

  public find(identity: string): LedgerRecord | undefined {
    const standing = this.current.get(identity);
    return standing && { entry: standing.key === undefined ? undefined : { ...this.entries.get(standing.key)! }, cancelledAt: standing.cancelledAt };
  }

  public reserve(entry: LedgerEntry, over: LedgerRecord | undefined): boolean {
    const key = MemoryLedger.keyOf(entry);
    const standing = this.find(entry.identity);
    if (this.entries.has(key) || standing?.cancelledAt !== over?.cancelledAt
      || standing?.entry?.serialNumber !== over?.entry?.serialNumber || standing?.entry?.status !== over?.entry?.status) {
      return false;
    }
    this.entries.set(key, { ...entry });
    this.current.set(entry.identity, { key });
    return true;
  }

  public advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): boolean {
    const key = MemoryLedger.keyOf(entry);
    const standing = this.entries.get(key);
    if (standing?.status !== entry.status || this.current.get(entry.identity)?.key !== key) {
      return false;
    }
    this.entries.set(key, { ...standing, ...facts, status: to });
    return true;
  }

  public cancel(identity: string, at: string): boolean {
    if (this.current.has(identity)) {
      return false;
    }
    this.current.set(identity, { cancelledAt: at });
    return true;
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
  public readonly parameters = new Map<string, { readonly value: string; readonly encryptionKey?: string }>();
  /** What secrets hold that somebody else writes, by ARN. */
  public readonly secretValues = new Map<string, SecretValue>();
  public now = new Date('2026-03-01T12:00:00.000Z');

  /** The ports as one delivery of a request sees them. */
  public ports(gate: Gate = OPEN): Ports {
    return {
      ledger: table => this.ledger(table, gate),
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
    return this.table(table).find(identity)?.entry;
  }

  /** All that is kept anywhere, as one text: it is the same where nothing was written. */
  public snapshot(): string {
    return JSON.stringify([
      [...this.ledgers].filter(([, { current }]) => current.size > 0).map(([name, { entries, current }]) => [name, [...entries], [...current]]),
      [...this.versions], [...this.currentVersion], [...this.parameters],
    ]);
  }

  private table(name: string): MemoryLedger {
    if (this.goneTables.has(name)) {
      throw new LedgerGoneError(`the ledger ${name} does not exist`);
    }
    const ledger = this.ledgers.get(name) ?? new MemoryLedger();
    this.ledgers.set(name, ledger);
    return ledger;
  }

  private ledger(table: string, gate: Gate): Ledger {
    return {
      find: identity => gate('find', () => this.table(table).find(identity)),
      reserve: (entry, over) => gate('reserve', () => this.table(table).reserve(entry, over)),
      advance: (entry, to, facts) => gate('advance', () => this.table(table).advance(entry, to, facts)),
      cancel: (identity, at) => gate('cancel', () => this.table(table).cancel(identity, at)),
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
      write: (arn, version, value) => gate('write', () => {
        const key = `${arn}/${version}`;
        if (!this.versions.has(key)) {
          this.versions.set(key, value);
        }
        return this.versions.get(key)!;
      }),
      makeCurrent: (arn, version) => gate('makeCurrent', () => void this.currentVersion.set(arn, version)),
      release: (arn, version) => gate('release', () => void this.versions.delete(`${arn}/${version}`)),
    };
  }

  private parameterVersions(gate: Gate): SecretVersions {
    return {
      read: (path, version) => gate('read', () => this.parameters.get(`${path}/${version}`)?.value),
      write: (path, version, value, encryptionKey) => gate('write', () => {
        const name = `${path}/${version}`;
        if (!this.parameters.has(name)) {
          this.parameters.set(name, { value, encryptionKey });
        }
        return this.parameters.get(name)!.value;
      }),
      makeCurrent: () => gate('makeCurrent', () => undefined),
      release: (path, version) => gate('release', () => void this.parameters.delete(`${path}/${version}`)),
    };
  }
}
