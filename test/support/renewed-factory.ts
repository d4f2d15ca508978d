import { X509Certificate } from 'node:crypto';
import { failingAt } from './crashes';
import { caProperties, deviceProperties, Properties, request, SECRET, STACK_ID, subordinateProperties } from './events';
import { Gate, MemoryWorld } from './memory-ports';
import { openssl, temporaryFiles } from './openssl';
import { RenewedCa } from '../../src/contract/renewal';
import { LedgerEntry } from '../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { renewDue } from '../../src/issuing/renewal/renew-due';
import { splitCertificates } from '../../src/pki/certificate-list';
import { toPem } from '../../src/pki/pem';
import { LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';

const DAY = 86_400_000;
const WINDOW = 365;

/** The ledger of the CA that is renewed; that of the root is the usual one. */
export const FACTORY = 'factory';

/** The secret that holds the key of the CA that is renewed. */
export const FACTORY_KEY = `${SECRET}${FACTORY}-AbCdEf`;

/** What differs from the usual factory. */
export interface FactoryOptions {
  readonly root?: Properties;
  readonly factory?: Properties;
  /** What to do with the world before the CAs are made. */
  readonly prepare?: (world: MemoryWorld) => void;
}

/** A root, and a CA below it that a schedule renews. */
export class RenewedFactory {
  public static async start({ root = {}, factory = {}, prepare = () => {} }: FactoryOptions = {}): Promise<RenewedFactory> {
    const world = new MemoryWorld();
    prepare(world);
    const made = await handleLifecycleEvent(request('ca', 'Create', caProperties({ PathLength: '1', ...root })), world.ports());
    const Renewal = { BeforeDays: String(WINDOW), KeepKey: 'true' };
    const properties = subordinateProperties(made.physicalResourceId, FACTORY, { Renewal, ...factory });
    const first = await handleLifecycleEvent(request('subordinate', 'Create', properties), world.ports());
    return new RenewedFactory(world, made, first, properties);
  }

  public readonly told: string[] = [];
  private devices = 0;

  private constructor(
    public readonly world: MemoryWorld,
    public readonly root: LifecycleResult,
    public readonly first: LifecycleResult,
    public readonly properties: Properties,
  ) {}

  public get caId(): string {
    return this.first.physicalResourceId;
  }

  public get rootId(): string {
    return this.root.physicalResourceId;
  }

  public get cas(): RenewedCa[] {
    return [{ caId: this.rootId, ledgerTable: 'ledger', beforeDays: WINDOW }, { caId: this.caId, ledgerTable: FACTORY, beforeDays: 30 }];
  }

  /** The CA in the ledger of its issuer. */
  public get latest(): LedgerEntry {
    return this.world.entry(this.caId)!;
  }

  /** The CA in its own ledger. */
  public get own(): LedgerEntry {
    return this.world.entry(this.caId, FACTORY)!;
  }

  /** The certificates of the CA that were issued, by their numbers. */
  public issued(table = 'ledger'): LedgerEntry[] {
    return this.world.issued(table).filter(({ identity }) => identity === this.caId)
      .sort((one, other) => (one.renewalNumber ?? 0) - (other.renewalNumber ?? 0));
  }

  /** The versions in which the secret holds a key. */
  public get keyVersions(): string[] {
    return [...this.world.versions.keys()].filter(version => version.startsWith(FACTORY_KEY)).map(version => version.slice(FACTORY_KEY.length + 1));
  }

  public pass(days: number): void {
    this.world.now = new Date(this.world.now.getTime() + days * DAY);
  }

  /** Until the certificate in force is due. */
  public passUntilDue(): void {
    this.world.now = new Date(new Date(this.latest.notAfter).getTime() - (WINDOW - 1) * DAY);
  }

  public update(changes: Properties = {}): LifecycleEvent {
    return request('subordinate', 'Update', { ...this.properties, ...changes }, this.caId);
  }

  public deploy(changes: Properties = {}, gate?: Gate): Promise<LifecycleResult> {
    return handleLifecycleEvent(this.update(changes), this.world.ports(gate));
  }

  public async run(gate?: Gate): Promise<number> {
    const { failed } = await renewDue(this.cas, STACK_ID, Infinity, this.world.ports(gate), (about, outcome) => {
      if (outcome instanceof Error) {
        this.told.push(outcome.message);
      } else if (outcome !== 'nothing') {
        this.told.push(`${outcome} ${'caId' in about ? about.caId : about.serialNumber}`);
      }
    });
    return failed;
  }

  /** Has a run end between the two ledgers: the root's has the renewed certificate, and the CA's own does not. */
  public async dieBetweenLedgers(): Promise<void> {
    this.passUntilDue();
    await this.run(failingAt('reserve'));
    expect([this.latest, this.own].map(({ renewalNumber }) => renewalNumber)).toEqual([1, undefined]);
  }

  /** A certificate for another device, with the chain that the CA has in its ledger. */
  public async issueDevice(changes: Properties = {}): Promise<{ readonly certificatePem: string; readonly chainPem: string }> {
    const name = `sensor-${++this.devices}`;
    const event = request('device', 'Create', deviceProperties(this.caId, {
      LedgerTable: FACTORY, Subject: { CommonName: name }, KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${name}-AbCdEf` }, ...changes,
    }));
    const { data } = await handleLifecycleEvent({ ...event, logicalResourceId: `Device${this.devices}` }, this.world.ports());
    return { certificatePem: data!.CertificatePem, chainPem: chainPemOf(this.own) };
  }

  /** Both ledgers have the same certificate, for the one key that the secret holds, with what is above it. */
  public expectConsistent(): void {
    const { serialNumber, certificate, chain } = this.latest;
    const { deliveredAt: _, renewedBy: __, reservedBy: ___, ...own } = this.own;
    expect(own).toMatchObject({ status: 'ISSUED', serialNumber, certificate, chain });
    const [present, above] = [certificate!, ...splitCertificates(chain!)].map(der => new X509Certificate(der));
    expect(present.verify(above.publicKey)).toBe(true);
    expect(above.raw).toEqual(new X509Certificate(this.root.data!.CertificatePem).raw);
    expect(this.keyVersions).toEqual([this.first.data!.SerialNumber]);
    expect(this.world.currentVersion.get(FACTORY_KEY)).toBe(this.first.data!.SerialNumber);
  }
}

/** The certificates of a CA and of those above it except the root, PEM. */
export function chainPemOf({ certificate, chain }: LedgerEntry): string {
  return [certificate!, ...splitCertificates(chain!).slice(0, -1)].map(der => toPem('CERTIFICATE', der)).join('');
}

/** What OpenSSL thinks of a certificate at a time, below a root and above a chain. */
export function verifier(): (certificatePem: string, chainPem: string, rootPem: string, at: Date) => string {
  const file = temporaryFiles();
  let files = 0;
  return (certificatePem, chainPem, rootPem, at) => {
    const count = ++files;
    const { stdout, stderr } = openssl([
      'verify', '-x509_strict', '-purpose', 'sslclient', '-attime', String(Math.floor(at.getTime() / 1000)),
      '-CAfile', file(`root-${count}.pem`, rootPem), '-untrusted', file(`chain-${count}.pem`, chainPem),
    ], certificatePem);
    return `${stdout}${stderr}`.trim();
  };
}
