import { randomBytes } from 'node:crypto';
import { checkHashForKms } from '../../src/contract/kms';
import { Ledger, LedgerEntry, LedgerFacts, LedgerRecord, LedgerStatus, Ports, SecretValue, SecretVersions } from '../../src/handlers/ports';
import { complain } from '../../src/handlers/property-values';
import { generateKeyPair, keyAlgorithmOfPublicKey } from '../../src/pki/keys';
import { Signer, signerOf } from '../../src/pki/signer';

/** What a call of a port goes through: it may wait, fail before its effect, or fail after it. */
export type Gate = <T>(operation: string, effect: () => T) => Promise<T>;

const OPEN: Gate = async (_, effect) => effect();

/** A ledger, stores of keys and a module of keys in memory, with the promises that the ports make; calls of each user go through a gate. */
export class MemoryWorld {
  public readonly entries = new Map<string, LedgerEntry>();
  public readonly current = new Map<string, { serialNumber?: string; cancelledAt?: string }>();
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
      ledger: () => this.ledger(gate),
      secrets: this.secrets(gate),
      hsm: keyArn => gate('hsm', () => this.signer(keyArn, gate)),
      parameters: this.parameterVersions(gate),
      secretValue: secretArn => gate('secretValue', () => this.secretValues.get(secretArn)),
      clock: () => this.now,
      random: randomBytes,
      generateKeyPair,
    };
  }

  public issued(): LedgerEntry[] {
    return [...this.entries.values()].filter(({ status }) => status === 'ISSUED');
  }

  private ledger(gate: Gate): Ledger {
    return {
      find: identity => gate('find', () => this.find(identity)),
      reserve: (entry, over) => gate('reserve', () => {
        const standing = this.current.get(entry.identity);
        if (standing?.serialNumber !== over?.entry?.serialNumber || standing?.cancelledAt !== over?.cancelledAt) {
          return false;
        }
        this.entries.set(entry.serialNumber, { ...entry });
        this.current.set(entry.identity, { serialNumber: entry.serialNumber });
        return true;
      }),
      advance: (entry, to, facts) => gate('advance', () => this.advance(entry, to, facts)),
      cancel: (identity, at) => gate('cancel', () => {
        if (this.current.has(identity)) {
          return false;
        }
        this.current.set(identity, { cancelledAt: at });
        return true;
      }),
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

  private find(identity: string): LedgerRecord | undefined {
    const standing = this.current.get(identity);
    const entry = standing?.serialNumber ? { ...this.entries.get(standing.serialNumber)! } : undefined;
    return standing && { entry, cancelledAt: standing.cancelledAt };
  }

  private advance(entry: LedgerEntry, to: LedgerStatus, facts: LedgerFacts): boolean {
    const standing = this.entries.get(entry.serialNumber);
    if (standing?.status !== entry.status) {
      return false;
    }
    this.entries.set(entry.serialNumber, { ...standing, ...facts, status: to });
    return true;
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
