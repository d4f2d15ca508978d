import { ANSWER, Plan, UNDISTURBED } from '../faults';
import { Properties } from './template';
import { Answer, STACK_ID, World } from './world';
import { Delivery } from '../lambda/delivery';
import { FUNCTION_ARN } from '../lambda/lambda';

/** A request that CloudFormation makes. */
export interface Request {
  /** Its place among the requests of the history, from 1 on. */
  readonly number: number;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly logicalId: string;
  readonly event: Properties;
}

/** What happens to a request on its way. */
export interface Direction {
  /** What each of Lambda's attempts meets, by its number from 1 on. */
  readonly plan?: (attempt: number) => Plan;
  /** Where a delivery is held: another one is made, or CloudFormation waits no longer. */
  readonly whenHeld?: 'again' | 'given up';
  /** After how many further requests a held delivery goes on. */
  readonly heldFor?: number;
  /** Whether it is delivered twice at the same time. */
  readonly twice?: boolean;
  /** After how many further requests it is delivered again. */
  readonly again?: readonly number[];
}

export type Director = (request: Request) => Direction;

/** What became of a request. */
export interface Outcome {
  readonly request: Request;
  readonly answer?: Answer;
  /** Whether anything befell it that excuses a failure. */
  readonly disturbed: boolean;
}

/** Lambda tries an event that failed two more times, after one minute and after two. lambda/latest/dg/invocation-async-error-handling.html */
const ATTEMPTS = 3;
const MINUTE = 60_000;
/** `ServiceTimeout` of the resources. */
const SERVICE_TIMEOUT = 20 * MINUTE;

interface Later {
  readonly due: number;
  readonly what: string;
  readonly happen: () => Promise<void>;
}

/** Sends CloudFormation's requests to the function, through everything that Lambda and the network do to them. */
export class Requests {
  /** Told of each outcome. */
  public readonly onOutcome: ((outcome: Outcome) => void)[] = [];
  /** Told that a request got no answer although nothing befell it. */
  public readonly onSilence: ((request: Request) => void)[] = [];
  /** Requests that had success, and of which every delivery told that it could not take everything back. */
  public readonly unfinished: Request[] = [];
  /** The resources whose latest request died in every attempt: nothing ran any more that could put a key back. */
  public readonly died = new Set<string>();
  private count = 0;
  private later: Later[] = [];

  constructor(private readonly world: World) {}

  /** Says what happens to each request. */
  public director: Director = () => ({});

  /** How many requests have been made. */
  public get made(): number {
    return this.count;
  }

  /** Whether a delivery is held, or to come again. */
  public get isQuiet(): boolean {
    return this.later.length === 0;
  }

  /** Sends one request until it is answered, or nobody waits for its answer any longer. */
  public async send(requestType: Request['requestType'], logicalId: string, type: string, properties: Properties, more: Properties = {}): Promise<Outcome> {
    const requestId = this.world.random.uuid();
    this.world.pass(2_000); // every request is made in a second of its own
    const event = {
      RequestType: requestType,
      ServiceToken: FUNCTION_ARN,
      ResponseURL: this.world.responseUrl(requestId),
      StackId: STACK_ID,
      RequestId: requestId,
      LogicalResourceId: logicalId,
      ResourceType: type,
      ResourceProperties: { ServiceToken: FUNCTION_ARN, ServiceTimeout: '1200', ...properties },
      ...more,
    };
    const request: Request = { number: ++this.count, requestType, logicalId, event };
    const givenUpAt = this.world.now + SERVICE_TIMEOUT;
    const direction = this.director(request);
    const deliveries = await (direction.twice ? this.deliverTwice(request) : this.deliver(request, direction));
    const givenUp = deliveries.some(({ isHeld }) => isHeld) && direction.whenHeld === 'given up';
    const answer = givenUp ? undefined : this.world.answers.get(requestId)?.[0];
    const disturbed = deliveries.some(({ faults, isHeld }) => isHeld || faults.length > 0);
    const outcome = { request, answer, disturbed };
    if (!answer) {
      this.world.pass(Math.max(0, givenUpAt - this.world.now) + 1_000);
      if (!deliveries.some(({ faults, isDead, isHeld }) => isHeld || isDead || faults.some(({ step }) => step.action === ANSWER))) {
        this.onSilence.forEach(told => told(request));
      }
    }
    this.died[!answer && deliveries.every(({ isDead }) => isDead) ? 'add' : 'delete'](logicalId);
    if (answer?.Status === 'SUCCESS' && deliveries.every(({ ended, isDead }) => ended?.error !== undefined && !isDead)) {
      this.unfinished.push(request);
    }
    this.note(request, deliveries, answer);
    this.onOutcome.forEach(told => told(outcome));
    this.later.push(...(direction.again ?? []).map(after => ({ due: this.count + after, what: `again #${request.number}`, happen: () => this.deliverAgain(request) })));
    await this.happenUntil(this.count);
    return outcome;
  }

  /** Lets everything that is held go on, and everything that is to come again come. */
  public async drain(): Promise<void> {
    await this.happenUntil(Infinity);
  }

  private async happenUntil(count: number): Promise<void> {
    for (const each of [...this.later].filter(({ due }) => due <= count)) {
      this.later.splice(this.later.indexOf(each), 1);
      await each.happen();
    }
  }

  private async deliver(request: Request, { plan = () => UNDISTURBED, heldFor = 1, whenHeld }: Direction): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const delivery = await this.world.deliver(`#${request.number}.${attempt}`, request.event, plan(attempt));
      deliveries.push(delivery);
      if (delivery.isHeld) {
        this.later.push({ due: this.count + heldFor, what: `on with #${request.number}`, happen: () => this.goOn(request, delivery) });
        if (whenHeld === 'given up') {
          break;
        }
      } else if (delivery.ended!.error === undefined && !delivery.isDead) {
        break;
      }
      this.world.pass(attempt * MINUTE);
    }
    return deliveries;
  }

  /** Two deliveries at the same time: at each step, chance says which of them goes on. */
  private async deliverTwice(request: Request): Promise<Delivery[]> {
    const both = await Promise.all([1, 2].map(each => this.world.deliver(`#${request.number}.${each}`, request.event, () => 'hold')));
    for (let held = both; held.length > 0; held = both.filter(({ isHeld }) => isHeld)) {
      await this.world.random.pick(held).release();
    }
    return both;
  }

  private async goOn(request: Request, delivery: Delivery): Promise<void> {
    const answers = this.world.answers.get(request.event.RequestId as string)?.length ?? 0;
    await delivery.release();
    const answer = this.world.answers.get(request.event.RequestId as string)?.[answers];
    this.world.note(`    ${delivery.name} goes on and answers, to nobody, ${said(answer)}`);
  }

  private async deliverAgain(request: Request): Promise<void> {
    const delivery = await this.world.deliver(`#${request.number}.again`, request.event, UNDISTURBED);
    const answers = this.world.answers.get(request.event.RequestId as string) ?? [];
    this.world.note(`    ${delivery.name} (${request.requestType} ${request.logicalId}) is delivered again and answers, to nobody, ${said(answers.at(-1))}`);
  }

  private note({ number, requestType, logicalId, event }: Request, deliveries: readonly Delivery[], answer: Answer | undefined): void {
    const happened = deliveries.flatMap(({ name, faults, isHeld, actions }) => [
      ...faults.filter(({ step, fault }, index) => step.action !== faults[index - 1]?.step.action || fault !== faults[index - 1].fault)
        .map(({ step, fault }) => `${name} ${fault} at ${step.index} ${step.action}`),
      ...isHeld ? [`${name} held at ${actions.length - 1} ${actions.at(-1)}`] : [],
    ]);
    this.world.note(`  #${number} ${requestType} ${logicalId} ${event.PhysicalResourceId ?? ''} -> ${said(answer)}${[...new Set(happened)].map(text => `\n      ${text}`).join('')}`);
  }
}

function said(answer: Answer | undefined): string {
  return answer ? `${answer.Status} ${answer.PhysicalResourceId} ${answer.Data?.SerialNumber?.slice(0, 8) ?? ''}${answer.Reason ?? ''}` : 'no answer';
}
