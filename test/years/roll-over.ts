import { Fleet } from './fleet';
import { Hierarchy } from './hierarchy';
import { SimulatedCa, SimulatedWorld } from './world';
import { deviceProperties } from '../support/events';

type At = (day: number, act: () => Promise<unknown>) => void;

/** The CAs that replace those of each plant. */
const NEXT: { readonly [name: string]: string } = { North: 'North2', South: 'South2' };

const END_CERTIFICATE = '-----END CERTIFICATE-----\n';

/** From the first root with its two CAs to the second, in deployments of their own, with no device cut off. */
export class RollOver {
  /** The roots that brokers trust. */
  private trusted: string[] = [];
  private crossPem?: string;

  constructor(private readonly world: SimulatedWorld, private readonly hierarchy: Hierarchy, private readonly fleet: Fleet) {}

  /** Declares the first hierarchy. Its path leaves room for a cross-certificate and a CA below the next root. */
  public async begin(): Promise<[north: SimulatedCa, south: SimulatedCa]> {
    const root = await this.hierarchy.root('Root', 2);
    this.trusted = [this.hierarchy.pemOf('Root')];
    return [await this.hierarchy.signedElsewhere(root, 'North'), await this.hierarchy.below(root, 'South')];
  }

  /** Plans the deployments from a day on. */
  public plan(start: number, at: At): void {
    at(start, () => this.declareNext());
    [...this.fleet.devices.values()].forEach(({ name }, index) => at(start + 30 + index * 3, () => this.move(name)));
    at(start + 60, () => this.expectRefusal('North', /retirement must wait until nothing depends on the CA/));
    const moved = start + 30 + this.fleet.devices.size * 3;
    at(moved, () => this.moveAll());
    ['North', 'South'].forEach(name => at(moved + 20, () => this.retire(name)));
    at(moved + 25, () => this.expectNoDevice('North'));
    ['North', 'South'].forEach(name => at(moved + 40, () => this.hierarchy.remove(name)));
    at(moved + 60, () => this.retire('Root'));
    at(moved + 61, () => this.expectNoCa());
    at(moved + 80, () => this.forgetRoot());
  }

  /** The PEM of what brokers trust. */
  public get bundle(): string {
    return this.trusted.join('');
  }

  /** The first root, while there are brokers that know only that, and devices that were moved. */
  public get rootAlone(): string | undefined {
    return this.crossPem === undefined ? undefined : this.trusted[0];
  }

  public isNext({ name }: SimulatedCa): boolean {
    return Object.values(NEXT).includes(name);
  }

  /** The certificates of a CA and of its root, as the outputs of the stack have them. */
  public chainOf({ name }: SimulatedCa): string {
    return this.hierarchy.pemOf(name) + this.hierarchy.pemOf(name in NEXT ? 'Root' : 'Root2');
  }

  /** The chain that a device presents to a broker that knows only the first root: with the cross-certificate in place of its own root. */
  public crossChainOf(chainPem: string): string {
    return `${chainPem.slice(0, chainPem.indexOf(END_CERTIFICATE))}${END_CERTIFICATE}${this.crossPem}`;
  }

  private async declareNext(): Promise<void> {
    const root = await this.hierarchy.root('Root2', 1);
    await this.hierarchy.below(root, 'North2');
    await this.hierarchy.below(root, 'South2');
    await this.hierarchy.cross(this.world.ca('Root'), root);
    this.crossPem = this.hierarchy.pemOf('Cross');
    this.trusted = [...this.trusted, this.hierarchy.pemOf('Root2')];
  }

  private async move(name: string): Promise<void> {
    const device = this.fleet.devices.get(name);
    const next = device && NEXT[device.ca.name];
    if (next !== undefined) {
      device!.ca = this.world.ca(next);
      await this.fleet.deploy(device!);
    }
  }

  /** Moves the devices that have come in the meantime. */
  private async moveAll(): Promise<void> {
    for (const name of this.fleet.devices.keys()) {
      await this.move(name);
    }
  }

  private async retire(name: string): Promise<void> {
    await this.world.cloudFormation.deploy(name, 'Custom::PrivateIotCa', this.hierarchy.retired(name));
  }

  private async expectRefusal(name: string, expected: RegExp): Promise<void> {
    expectReason(await this.world.cloudFormation.refused(name, 'Custom::PrivateIotCa', this.hierarchy.retired(name)), expected);
  }

  private async expectNoDevice(name: string): Promise<void> {
    const { caId, table } = this.world.ca(name);
    const properties = deviceProperties(caId, { LedgerTable: table, Subject: { CommonName: 'late' } });
    expectReason(await this.world.cloudFormation.refused('Late', 'Custom::IotDeviceCertificate', properties), /is retired: it issues no certificate of the profile device any more/);
  }

  private async expectNoCa(): Promise<void> {
    const properties = this.hierarchy.belowProperties(this.world.ca('Root'), 'Late');
    expectReason(await this.world.cloudFormation.refused('Late', 'Custom::PrivateIotCa', properties), /is retired: it issues no certificate of the profile ca any more/);
  }

  /** Brokers drop the first root, and it leaves the stack. */
  private async forgetRoot(): Promise<void> {
    this.trusted = this.trusted.slice(1);
    this.crossPem = undefined;
    await this.world.cloudFormation.remove('Cross');
    await this.hierarchy.remove('Root');
  }
}

function expectReason(reason: string, expected: RegExp): void {
  if (!expected.test(reason)) {
    throw new Error(`the reason had to be ${expected}, and is ${reason}`);
  }
}
