import { Serve, WireReply, WireRequest } from '../aws/endpoint';
import { AwsCall, readCall } from '../aws/fake-aws';
import { ANSWER, Fault, faultyReply, hasEffect, Plan, Step } from '../faults';
import { Ended } from './lambda';

/** What a delivery does to the world around it. */
export interface Surroundings {
  /** Carries out a call, and answers it. */
  readonly call: (step: Step) => WireReply;
  /** Takes the answer to CloudFormation. */
  readonly answer: (request: WireRequest) => void;
  /** The present time, milliseconds since the epoch. */
  readonly now: () => number;
}

/** One delivery of an event to the function: it runs until it ends, or is held at a step until it is released. */
export class Delivery {
  /** The steps so far, by their actions. */
  public readonly actions: string[] = [];
  /** What befell it. */
  public readonly faults: { readonly step: Step; readonly fault: Fault }[] = [];
  public ended?: Ended;
  private dead = false;
  /** The calls that are held: more than one where the function makes them at the same time. */
  private held: (() => void)[] = [];

  constructor(public readonly name: string, private readonly plan: Plan, private readonly surroundings: Surroundings) {}

  private changed: () => void = () => undefined;

  public get isHeld(): boolean {
    return this.held.length > 0;
  }

  public get isDead(): boolean {
    return this.dead;
  }

  /** Resolves when it is held, or has ended. */
  public async settled(): Promise<void> {
    while (!this.isHeld && !this.ended) {
      await new Promise<void>(resolve => {
        this.changed = resolve;
      });
    }
  }

  /** Lets it go on from where it was held. */
  public async release(): Promise<void> {
    this.held.splice(0).forEach(goOn => goOn());
    await this.settled();
  }

  public end(ended: Ended): void {
    this.ended = ended;
    this.changed();
  }

  public readonly serve: Serve = async request => {
    const action = request.method === 'PUT' ? ANSWER : readCall(request.target, request.body).action;
    return this.pass({ action, body: request.body }, step => this.effect(step, request),
      (fault, step, reply) => action === ANSWER ? this.refusedAnswer(fault) : this.timed(faultyReply(fault, step, reply)));
  };

  /**
   * Passes a call on, unless a fault keeps it from its effect.
   *
   * @param faulty what goes back where it is struck by a fault, in place of the reply
   */
  public async pass(
    { action, body }: AwsCall, effect: (step: Step) => WireReply, faulty: (fault: Fault, step: Step, reply: WireReply) => WireReply,
  ): Promise<WireReply> {
    const step: Step = { action, body, index: this.actions.length };
    if (this.dead) {
      return this.refusal(action);
    }
    this.actions.push(action);
    let fault = this.plan(step);
    if (fault === 'hold') {
      await this.hold();
      const then = this.plan(step);
      fault = then === 'hold' ? undefined : then;
    }
    if (fault) {
      this.faults.push({ step, fault });
      this.dead = fault === 'diesBefore' || fault === 'diesAfter';
    }
    const reply = hasEffect(fault) && !(action === ANSWER && fault === 'lost') ? effect(step) : 'cut';
    return fault ? faulty(fault, step, reply) : reply;
  }

  private async hold(): Promise<void> {
    await new Promise<void>(resolve => {
      this.held.push(resolve);
      this.changed();
    });
  }

  private effect(step: Step, request: WireRequest): WireReply {
    if (step.action === ANSWER) {
      this.surroundings.answer(request);
      return this.timed({ status: 200, headers: {}, body: '' });
    }
    return this.timed(this.surroundings.call(step));
  }

  private refusedAnswer(fault: Fault): WireReply {
    return fault === 'refused' || fault === 'denied' || this.dead ? this.refusal(ANSWER) : 'cut';
  }

  /** What has died sends nothing: here it is told at once that nothing will be taken, so that it does not try for long. */
  private refusal(action: string): WireReply {
    return action === ANSWER ? this.timed({ status: 403, headers: {}, body: '' }) : 'cut';
  }

  /** Tells the execution environment the present time along with an answer. */
  public timed(reply: WireReply): WireReply {
    return reply === 'cut' ? 'cut' : { ...reply, headers: { ...reply.headers, 'x-virtual-time': String(this.surroundings.now()) } };
  }
}
