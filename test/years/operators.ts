import { Device, Fleet } from './fleet';
import { living } from './invariants';
import { DAY, SimulatedWorld } from './world';

/** How often it happens on a day that a device is revoked, is put on hold, is removed, or gets other tags. */
const RATES = { revoked: 0.01, held: 0.003, removed: 0.002, tagged: 0.01 };

/** How long a hold lasts, in days. */
const HOLD_DAYS = 25;

/** How often something has happened. */
export interface Counts {
  [what: string]: number;
}

/** The operators of the fleet: what they do of themselves, and what they do because it was announced. */
export class Operators {
  /** How many announcements they have read. */
  private read = 0;
  /** The number of the next device that takes the place of another one. */
  private named = 1000;

  /** @param after plans something for a day, in days from today */
  constructor(
    private readonly world: SimulatedWorld, private readonly fleet: Fleet, private readonly happened: Counts,
    private readonly after: (days: number, act: () => Promise<void>) => void,
  ) {}

  /** What operators do on this day without having planned it. */
  public improvise(): void {
    const now = (what: keyof typeof RATES, act: (device: Device) => Promise<void>): void => {
      if (this.world.random.chance(RATES[what])) {
        const device = this.world.random.pick(living(this.fleet));
        this.after(0, async () => {
          if (device.used.state === 'good' && this.fleet.devices.has(device.name)) {
            await act(device);
          }
        });
      }
    };
    now('revoked', device => this.revoke(device));
    now('held', device => this.hold(device));
    now('removed', device => this.exchange(device));
    now('tagged', async device => {
      device.tags = `team-${this.world.random.below(1000)}`;
      await this.fleet.deploy(device);
      this.count('tagged');
    });
  }

  /** Operators act on what is announced: some at the first word, some at the last. */
  public readAnnouncements(): void {
    for (const { serialNumber, daysLeft, logicalId } of this.world.announcements.slice(this.read)) {
      const device = this.fleet.devices.get(logicalId);
      const certificate = this.fleet.certificates.get(serialNumber)!;
      if (!device || certificate.dueAt) {
        continue;
      }
      if (device.isForgotten) {
        this.count(`forgotten at ${daysLeft}`);
      } else if (daysLeft === 30 ? this.world.random.chance(0.5) : daysLeft === 7) {
        this.after(1 + this.world.random.below(4), async () => {
          if (device.published === certificate && this.fleet.devices.get(logicalId) === device) {
            this.count(`replaced at ${daysLeft}`);
            await this.fleet.replace(device);
          }
        });
      }
    }
    this.read = this.world.announcements.length;
  }

  /** A key is compromised: what the device has is revoked, and the device gets another certificate. */
  private async revoke(device: Device): Promise<void> {
    for (const certificate of new Set([device.used, device.published])) {
      if (certificate.state === 'good') {
        await this.world.revoke(certificate.ca, certificate.serialNumber, 'keyCompromise');
        Object.assign(certificate, { state: 'revoked', gone: certificate.gone ?? this.world.now });
      }
    }
    await this.fleet.replace(device);
    this.count('revoked and replaced');
  }

  /** A device is put on hold, and comes back. Its renewal must not be near. */
  private async hold(device: Device): Promise<void> {
    const certificate = device.published;
    if (device.used !== certificate || certificate.notAfter.getTime() - this.world.now.getTime() < 150 * DAY) {
      return;
    }
    await this.world.revoke(certificate.ca, certificate.serialNumber, 'certificateHold');
    Object.assign(certificate, { state: 'held', wasHeld: true });
    this.count('held');
    this.after(HOLD_DAYS, async () => {
      if (certificate.state === 'held') {
        await this.world.revoke(certificate.ca, certificate.serialNumber, 'removeFromCRL');
        certificate.state = 'good';
        this.count('released');
      }
    });
  }

  /** A device leaves the stack, and another one comes. */
  private async exchange(device: Device): Promise<void> {
    if (device.way === 'broker') {
      return;
    }
    await this.fleet.remove(device);
    await this.world.publish(device.ca.caId, 'revocation', () => this.world.faults.invocation());
    await this.fleet.add(`${device.ca.name}Sensor${this.named++}`, device.way, device.ca);
    this.count('removed');
  }

  private count(what: string): void {
    this.happened[what] = (this.happened[what] ?? 0) + 1;
  }
}
