import { createPrivateKey, X509Certificate } from 'node:crypto';
import { caProperties, deviceProperties, Properties, request, SECRET, STACK_ID } from './events';
import { Gate, MemoryWorld } from './memory-ports';
import { RenewedCa } from '../../src/contract/renewal';
import { LedgerEntry } from '../../src/issuing/ledger/ledger';
import { handleLifecycleEvent } from '../../src/issuing/lifecycle';
import { renewDue } from '../../src/issuing/renewal/renew-due';
import { LifecycleEvent } from '../../src/resource/lifecycle-event';

export const DAY = 86_400_000;
export const KEY = `${SECRET}Device-AbCdEf`;
export const COMBINED = `${SECRET}DeviceCombined-AbCdEf`;
const RENEWED: Properties = { Renewal: { BeforeDays: '30', KeepKey: 'false' }, Bundles: [{ Type: 'CombinedPem', SecretArn: COMBINED }] };

/** A CA and a device whose certificate is renewed. */
export class RenewingFleet {
  public static async start(changes: Properties = {}, caChanges: Properties = {}): Promise<RenewingFleet> {
    const world = new MemoryWorld();
    const { physicalResourceId: caId } = await handleLifecycleEvent(request('ca', 'Create', caProperties(caChanges)), world.ports());
    const creation = request('device', 'Create', deviceProperties(caId, { ...RENEWED, ...changes }));
    const { physicalResourceId: device } = await handleLifecycleEvent(creation, world.ports());
    return new RenewingFleet(world, caId, device, creation.properties);
  }

  public readonly told: string[] = [];

  private constructor(
    public readonly world: MemoryWorld, public readonly caId: string, public readonly device: string, public readonly properties: Properties,
  ) {}

  public get cas(): RenewedCa[] {
    return [{ caId: this.caId, ledgerTable: 'ledger', beforeDays: 30 }];
  }

  public get latest(): LedgerEntry {
    return this.world.entry(this.device)!;
  }

  /** The certificates of the device that were issued, by their numbers. */
  public get issued(): LedgerEntry[] {
    return this.world.issued().filter(({ identity }) => identity === this.device)
      .sort((one, other) => (one.renewalNumber ?? 0) - (other.renewalNumber ?? 0));
  }

  public pass(days: number): void {
    this.world.now = new Date(this.world.now.getTime() + days * DAY);
  }

  public update(changes: Properties = {}): LifecycleEvent {
    return request('device', 'Update', { ...this.properties, ...changes }, this.device);
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

  /** What the places hold belongs together: key, certificate and chain in one value, and the same key in the secret of the key. */
  public expectConsistent(): void {
    const { serialNumber, certificate } = this.latest;
    expect(this.world.currentVersion.get(KEY)).toBe(serialNumber);
    expect(this.world.currentVersion.get(COMBINED)).toBe(serialNumber);
    const combined = this.world.versions.get(`${COMBINED}/${serialNumber}`)!;
    const found = new X509Certificate(combined.slice(combined.indexOf('-----BEGIN CERTIFICATE')));
    expect(found.raw).toEqual(certificate);
    expect(found.checkPrivateKey(createPrivateKey(combined))).toBe(true);
    expect(found.checkPrivateKey(createPrivateKey(this.world.versions.get(`${KEY}/${serialNumber}`)!))).toBe(true);
  }
}
