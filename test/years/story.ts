import { BrokerOfTheDay } from './broker';
import { Invocation } from './faults';
import { Certificate, Fleet, WayName } from './fleet';
import { Hierarchy } from './hierarchy';
import { checkAnnouncements, checkInventory, checkPlaces, checkSerialNumbers, living } from './invariants';
import { Counts, Operators } from './operators';
import { RollOver } from './roll-over';
import { Refused, Trust, Verifier } from './verifier';
import { SimulatedCa, SimulatedWorld } from './world';
import { OpensslCas } from '../support/openssl-ca';
import { Random } from '../support/random';

/** The devices of each plant. */
const PLANT: readonly (readonly [WayName, number])[] = [
  ['renewed', 14], ['renewed with its key', 3], ['renewed in a parameter', 3], ['requested', 3], ['announced', 2],
];

/** The share of deployments that a run of the function that renews meets. */
const CONCURRENT = 0.2;

/** The share of days on which Lambda delivers an event once more. */
const STRAGGLERS = 0.03;

/** For how many days the schedule of renewals fails once. */
const OUTAGE_DAYS = 12;

/** How the ten years are played. */
export interface Plan {
  readonly seed: number;
  readonly days: number;
  /** The share of `PLANT` that there is, for a quick look. */
  readonly share: number;
  /** Of how many devices OpenSSL is asked about one on each day. */
  readonly turns: number;
  /** How many days a real broker is asked on; 0 where it is not installed. */
  readonly brokerDays: number;
}

/** Ten years of a fleet: what its operators do, what is scheduled, and what is checked on each day. */
export class Story {
  public readonly world: SimulatedWorld;
  /** What has happened, by kind. */
  public readonly happened: Counts = {};
  public readonly hierarchy: Hierarchy;
  private readonly random: Random;
  private readonly fleet: Fleet;
  private readonly rollOver: RollOver;
  private readonly operators: Operators;
  private readonly agenda = new Map<number, (() => Promise<unknown>)[]>();
  private readonly brokerDays: ReadonlySet<number>;
  private readonly outage: number;
  private readonly checked = new Set<string>();
  /** What devices used yesterday, and what brokers knew. */
  private inUse: ReadonlySet<Certificate> = new Set();
  private yesterday?: Trust;
  private day = 0;

  /**
   * @param verifier asks OpenSSL
   * @param requests makes the keys and the requests of devices that make them themselves
   */
  constructor(private readonly plan: Plan, public readonly verifier: Verifier, requests: OpensslCas) {
    this.random = new Random(plan.seed);
    this.world = new SimulatedWorld(this.random, new Date('2027-01-01T06:00:00.000Z'));
    this.hierarchy = new Hierarchy(this.world);
    this.fleet = new Fleet(this.world, requests, ca => this.rollOver.chainOf(ca));
    this.rollOver = new RollOver(this.world, this.hierarchy, this.fleet);
    this.operators = new Operators(this.world, this.fleet, this.happened, (days, act) => this.at(this.day + days, act));
    this.outage = 300 + this.random.below(900);
    this.brokerDays = new Set(Array.from({ length: plan.brokerDays }, (_, n) => Math.floor((n + this.random.next()) * plan.days / plan.brokerDays)));
  }

  /** @throws Error that says on which day an invariant was broken */
  public async play(): Promise<void> {
    try {
      await this.begin();
      for (this.day = 0; this.day < this.plan.days; this.day++) {
        await this.playDay();
      }
      this.askAboutChains([...this.inUse], this.yesterday!);
      this.verifier.flush();
    } catch (error) {
      throw new Error(`YEARS_SEED=${this.plan.seed}, day ${this.day}, ${this.world.now.toISOString()}: ${(error as Error).stack}`);
    }
  }

  private async begin(): Promise<void> {
    const [north, south] = await this.rollOver.begin();
    for (const ca of [north, south]) {
      let number = 0;
      for (const [way, count] of PLANT) {
        for (let n = 0; n < Math.ceil(count * this.plan.share); n++) {
          await this.fleet.add(`${ca.name}Sensor${++number}`, way, ca);
        }
      }
      await this.fleet.add(`${ca.name}Forgotten`, 'announced', ca, true);
    }
    await this.fleet.add('Broker', 'broker', south);
    this.at(1000, () => this.hierarchy.sign(this.world.ca('Root'), 'North')); // North lasts for 1,500 days, and its devices for up to 400
    this.rollOver.plan(1700 + this.random.below(200), (day, act) => this.at(day, act));
  }

  private async playDay(): Promise<void> {
    this.world.memory.now = new Date(Date.UTC(2027, 0, 1 + this.day, 6));
    const isCalm = await this.morning();
    this.world.memory.now = new Date(Date.UTC(2027, 0, 1 + this.day, 12));
    this.fleet.observeAll();
    this.askOpenssl();
    if (this.brokerDays.has(this.day)) {
      await this.askBroker();
    }
    this.world.memory.now = new Date(Date.UTC(2027, 0, 1 + this.day, 18));
    await this.evening(isCalm);
    if (this.day % 365 === 364) {
      this.checkYear();
    }
  }

  /** What is on the agenda, and the schedules; each may meet a fault. @returns whether nothing has disturbed the schedules */
  private async morning(): Promise<boolean> {
    this.operators.improvise();
    await this.hierarchy.refresh();
    const acts = this.agenda.get(this.day) ?? [];
    this.agenda.delete(this.day);
    let isCalm = true;
    const run = async (): Promise<void> => {
      const invocation = this.world.faults.invocation();
      const failed = await this.renew(invocation); // also because a deployment at the same time is just retiring the CA
      isCalm &&= failed.length === 0 && !invocation.wasDisturbed();
    };
    for (const act of acts) {
      await Promise.all([act(), ...this.random.chance(CONCURRENT) ? [run()] : []]);
    }
    await run();
    isCalm = await this.world.watch(() => this.world.faults.invocation()) && isCalm;
    for (const { caId } of this.world.cas) {
      await this.world.publish(caId, 'schedule', () => this.world.faults.invocation());
    }
    this.operators.readAnnouncements();
    return isCalm;
  }

  /** The next runs of the schedules heal whatever the faults of the morning have left. */
  private async evening(isCalm: boolean): Promise<void> {
    if (!isCalm) {
      const [reason] = await this.renew(this.world.faults.undisturbed());
      if (reason !== undefined) {
        throw new Error(`not renewed: ${reason}`);
      }
      await this.world.watch(() => this.world.faults.undisturbed());
      this.operators.readAnnouncements();
    }
    this.fleet.observeAll();
    checkPlaces(this.fleet, this.world, this.checked);
    if (this.random.chance(STRAGGLERS)) {
      await this.world.cloudFormation.straggle();
    }
  }

  /** A run of the function that renews, unless the function does not even start. @returns what it could not renew */
  private async renew(invocation: Invocation): Promise<string[]> {
    const isOut = this.day >= this.outage && this.day < this.outage + OUTAGE_DAYS;
    return isOut ? [] : this.world.renew(this.hierarchy.renewed, invocation);
  }

  private at(day: number, act: () => Promise<unknown>): void {
    this.agenda.set(day, [...this.agenda.get(day) ?? [], act]);
  }

  private get trust(): Trust {
    return { now: this.world.now, bundle: this.rollOver.bundle, lists: this.world.publishedLists };
  }

  /**
   * What brokers accept today, and what they refuse. That each device presents the right chain is asked on the first and on the last day of its
   * use: in between, the chain is as valid as on both.
   */
  private askOpenssl(): void {
    const { trust, refused, rollOver: { rootAlone }, plan: { turns } } = this;
    const good = new Set(living(this.fleet).filter(({ way }) => way !== 'broker').flatMap(({ used, published }) => [used, published])
      .filter(({ state }) => state === 'good'));
    const asked = [...good].filter((_, index) => index % turns === this.day % turns);
    const chains = [...good, ...refused.map(({ certificate }) => certificate)].map(({ chainPem }) => chainPem);
    this.verifier.expect('today\'s brokers', trust, chains, asked, refused);
    const moved = asked.filter(({ ca }) => this.rollOver.isNext(ca));
    if (rootAlone !== undefined && moved.length > 0) {
      const crossed = moved.map(({ chainPem }) => this.rollOver.crossChainOf(chainPem));
      this.verifier.expect('brokers that know only the old root', { ...trust, bundle: rootAlone }, crossed, moved);
    }
    this.askAboutChains([...good].filter(certificate => !this.inUse.has(certificate)), trust);
    this.askAboutChains([...this.inUse].filter(certificate => !good.has(certificate)), this.yesterday!);
    this.inUse = good;
    this.yesterday = trust;
  }

  /** Whether brokers accept certificates with no more than what their devices present. */
  private askAboutChains(certificates: readonly Certificate[], trust: Trust): void {
    for (const chain of new Set(certificates.map(({ chainPem }) => chainPem))) {
      this.verifier.expect('the chain of a device', trust, [chain], certificates.filter(({ chainPem }) => chainPem === chain));
    }
  }

  private get refused(): Refused[] {
    return [...this.fleet.certificates.values()].filter(({ state, notAfter }) => state !== 'good' && notAfter >= this.world.now)
      .map(certificate => ({ certificate, reason: this.isListed(certificate.ca) ? /certificate revoked/ : /error \d+ at/ }));
  }

  /** Whether a CA still publishes lists. */
  private isListed(ca: SimulatedCa): boolean {
    return this.world.cas.includes(ca);
  }

  private async askBroker(): Promise<void> {
    const started = await BrokerOfTheDay.start(this.trust, this.fleet.devices.get('Broker')!.used);
    try {
      const devices = living(this.fleet).filter(({ way, used }) => way !== 'broker' && used.state === 'good');
      const good: Certificate[] = Array.from({ length: 4 }, () => this.random.pick(devices).used);
      const refused = this.refused.map(({ certificate }) => certificate);
      const asked = [...good, ...refused.length > 0 ? [this.random.pick(refused)] : []];
      const letIn = started.letsIn(asked);
      const wrong = asked.filter(({ state }, index) => letIn[index] !== (state === 'good'));
      if (wrong.length > 0) {
        throw new Error(`Mosquitto ${wrong.map(({ device, state }) => `on ${device}, which is ${state}`).join(', ')}`);
      }
      this.happened['let in by Mosquitto'] = (this.happened['let in by Mosquitto'] ?? 0) + good.length;
      this.happened['refused by Mosquitto'] = (this.happened['refused by Mosquitto'] ?? 0) + asked.length - good.length;
    } finally {
      await started.stop();
    }
  }

  private checkYear(): void {
    this.happened.announced = checkAnnouncements(this.fleet, this.world);
    this.happened.certificates = checkInventory(this.fleet, this.world, this.hierarchy.all);
    this.happened['serial numbers'] = checkSerialNumbers(this.world);
  }
}
