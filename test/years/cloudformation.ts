import { Faults, Invocation } from './faults';
import { CA_RESOURCE_TYPES } from '../../src/contract/resource-types';
import { AnsweredError } from '../../src/resource/answered-error';
import { Attributes, LifecycleError, LifecycleEvent, LifecycleResult } from '../../src/resource/lifecycle-event';
import { Properties, STACK_ID } from '../support/events';
import { Gate, MemoryWorld } from '../support/memory-ports';
import { Random } from '../support/random';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How often Lambda invokes a function for one event. */
const ATTEMPTS = 3;

/** How often an operator deploys the same change; the last time, nothing disturbs it. */
const DEPLOYMENTS = 4;

/** The share of updates that are rolled back because another resource of the stack has failed. */
const ROLLBACKS = 0.04;

/** The share of events that Lambda delivers twice at the same time. */
const DUPLICATES = 0.06;

/** How many of the last events can be delivered once more. */
const REMEMBERED = 12;

/** The function that carries out the requests for a resource. */
export type Work = (event: LifecycleEvent, gate: Gate) => Promise<LifecycleResult>;

/** A resource of the stack. */
export interface Resource {
  readonly type: string;
  readonly properties: Properties;
  readonly physicalId: string;
  readonly data: Attributes;
}

/** What CloudFormation hears; `reason` if the request has failed. */
interface Answer {
  readonly physicalId: string;
  readonly data?: Attributes;
  readonly unfinished?: string;
  readonly reason?: string;
}

type Request = Pick<LifecycleEvent, 'requestType' | 'logicalResourceId' | 'resourceType' | 'physicalResourceId' | 'properties' | 'oldProperties'>;

/**
 * A stack, as CloudFormation deploys it through Lambda: with rollbacks, removals of what was replaced, several deliveries of one event, and events
 * whose process ends without an answer.
 */
export class CloudFormation {
  public readonly resources = new Map<string, Resource>();
  /** How many requests there were, and how many of them have failed. */
  public readonly counts = { requests: 0, failures: 0, rollbacks: 0, duplicates: 0, stragglers: 0 };
  private readonly events: LifecycleEvent[] = [];

  constructor(
    private readonly memory: MemoryWorld, private readonly random: Random, private readonly faults: Faults,
    private readonly workOf: (type: string) => Work,
  ) {}

  /** Creates or updates a resource, again and again until that succeeds. */
  public async deploy(logicalId: string, type: string, properties: Properties): Promise<Resource> {
    for (let turn = 1; turn <= DEPLOYMENTS; turn++) {
      const reason = await this.attempt(logicalId, type, properties, turn === DEPLOYMENTS);
      if (reason === undefined) {
        return this.resources.get(logicalId)!;
      }
      if (turn === DEPLOYMENTS) {
        throw new Error(`${logicalId} could not be deployed: ${reason}`);
      }
    }
    throw new Error('unreachable');
  }

  /** Deploys what is to be refused, and rolls it back. @returns the reason */
  public async refused(logicalId: string, type: string, properties: Properties): Promise<string> {
    const reason = await this.attempt(logicalId, type, properties, true);
    if (reason === undefined) {
      throw new Error(`${logicalId} had to be refused, and was deployed`);
    }
    return reason;
  }

  /** Removes a resource from the template. */
  public async remove(logicalId: string): Promise<void> {
    const { type, properties, physicalId } = this.resources.get(logicalId)!;
    this.list(logicalId, undefined);
    await this.untilDone({ requestType: 'Delete', logicalResourceId: logicalId, resourceType: type, properties, physicalResourceId: physicalId });
  }

  /** Delivers one of the last events once more, long after its answer: nothing may change. */
  public async straggle(): Promise<void> {
    const event = this.random.pick(this.events);
    const before = this.memory.snapshot();
    this.counts.stragglers++;
    await this.workOf(event.resourceType)(event, this.faults.undisturbed().gate).catch(() => undefined);
    if (this.memory.snapshot() !== before) {
      throw new Error(`a late delivery of the ${event.requestType} of ${event.logicalResourceId} has changed something`);
    }
  }

  /** @returns why it has failed, after everything was rolled back */
  private async attempt(logicalResourceId: string, resourceType: string, properties: Properties, undisturbed: boolean): Promise<string | undefined> {
    const standing = this.resources.get(logicalResourceId);
    const of = { logicalResourceId, resourceType };
    this.declare(logicalResourceId, resourceType);
    if (!standing) {
      const created = await this.request({ ...of, requestType: 'Create', properties }, undisturbed);
      if (created.reason !== undefined) {
        await this.untilDone({ ...of, requestType: 'Delete', properties, physicalResourceId: created.physicalId });
        this.list(logicalResourceId, undefined);
        return created.reason;
      }
      this.list(logicalResourceId, { type: resourceType, properties, physicalId: created.physicalId, data: created.data! });
      return undefined;
    }
    const updated = await this.request({
      ...of, requestType: 'Update', properties, oldProperties: standing.properties, physicalResourceId: standing.physicalId,
    }, undisturbed);
    if (updated.reason !== undefined) {
      await this.rollBack({ ...of, properties }, standing.physicalId, standing);
      return updated.reason;
    }
    const next = { type: resourceType, properties, physicalId: updated.physicalId, data: updated.data! };
    const isRolledBack = !undisturbed && this.random.chance(ROLLBACKS);
    this.list(logicalResourceId, next);
    const [gone, kept] = isRolledBack ? [next, standing] : [standing, next];
    if (isRolledBack) {
      await this.rollBack({ ...of, properties }, next.physicalId, standing);
    }
    if (gone.physicalId !== kept.physicalId) {
      await this.untilDone({ ...of, requestType: 'Delete', properties: gone.properties, physicalResourceId: gone.physicalId });
    }
    return isRolledBack ? 'another resource of the stack has failed' : undefined;
  }

  /** Brings a resource back to what it was before an update. */
  private async rollBack({ properties, ...of }: Pick<Request, 'logicalResourceId' | 'resourceType' | 'properties'>, present: string, standing: Resource): Promise<void> {
    this.counts.rollbacks++;
    const back = await this.untilDone({
      ...of, requestType: 'Update', properties: standing.properties, oldProperties: properties, physicalResourceId: present,
    });
    if (back.physicalId !== standing.physicalId) {
      throw new Error(`${of.logicalResourceId}: the rollback had to bring back ${standing.physicalId}, and has brought ${back.physicalId}`);
    }
    this.list(of.logicalResourceId, { ...standing, data: back.data! });
  }

  /** Rollbacks and removals are tried again until they succeed. */
  private async untilDone(request: Request): Promise<Answer> {
    for (let turn = 1; turn <= DEPLOYMENTS; turn++) {
      const answer = await this.request(request, turn >= DEPLOYMENTS - 1);
      if (answer.reason === undefined) {
        return answer;
      }
      if (turn === DEPLOYMENTS) {
        throw new Error(`the ${request.requestType} of ${request.logicalResourceId} does not succeed: ${answer.reason}`);
      }
    }
    throw new Error('unreachable');
  }

  /** Makes a request, and has Lambda deliver it until it is answered. */
  private async request(request: Request, undisturbed: boolean): Promise<Answer> {
    this.pass(SECOND * (1 + this.random.below(5)));
    const requestedAt = new Date(Math.floor(this.memory.now.getTime() / SECOND) * SECOND);
    const event: LifecycleEvent = { ...request, stackId: STACK_ID, requestId: this.random.uuid(), requestedAt };
    this.counts.requests++;
    this.events.push(event);
    this.events.splice(0, this.events.length - REMEMBERED);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const isCalm = undisturbed || attempt === ATTEMPTS;
      const answer = await this.deliveries(event, isCalm);
      if (answer) {
        this.counts.failures += answer.reason === undefined ? 0 : 1;
        if (answer.unfinished !== undefined) {
          await this.deliver(event, this.faults.undisturbed());
        }
        return answer;
      }
      this.pass(MINUTE * attempt);
    }
    throw new Error(`the ${event.requestType} of ${event.logicalResourceId} has got no answer`);
  }

  /** The first answer of one delivery, or of two at the same time. */
  private async deliveries(event: LifecycleEvent, isCalm: boolean): Promise<Answer | undefined> {
    const number = !isCalm && this.random.chance(DUPLICATES) ? 2 : 1;
    this.counts.duplicates += number - 1;
    let first: Answer | undefined;
    await Promise.all(Array.from({ length: number }, async () => {
      const answer = await this.deliver(event, isCalm ? this.faults.undisturbed() : this.faults.invocation());
      first ??= answer;
    }));
    return first;
  }

  /** @returns `undefined` if nobody hears an answer */
  private async deliver(event: LifecycleEvent, { gate, hasEnded }: Invocation): Promise<Answer | undefined> {
    try {
      const { physicalResourceId, data, unfinished } = await this.workOf(event.resourceType)(event, gate);
      return hasEnded() ? undefined : { physicalId: physicalResourceId, data, unfinished };
    } catch (error) {
      const { physicalResourceId, cause, message } = error as LifecycleError;
      const physicalId = event.physicalResourceId ?? physicalResourceId ?? `invented-${event.requestId}`;
      return hasEnded() || cause instanceof AnsweredError ? undefined : { physicalId, reason: message };
    }
  }

  private pass(milliseconds: number): void {
    this.memory.now = new Date(this.memory.now.getTime() + milliseconds);
  }

  /** Puts a CA into the template that is being deployed. */
  private declare(logicalId: string, type: string): void {
    if (CA_RESOURCE_TYPES.includes(type) && !this.memory.declaredCas.includes(logicalId)) {
      this.memory.declaredCas.push(logicalId);
    }
  }

  /** What CloudFormation lists from now on. A resource that is gone is also gone from the template. */
  private list(logicalResourceId: string, resource: Resource | undefined): void {
    const { stackResources, declaredCas, ledgers } = this.memory;
    if (resource) {
      this.resources.set(logicalResourceId, resource);
    } else {
      this.resources.delete(logicalResourceId);
      declaredCas.splice(0, declaredCas.length, ...declaredCas.filter(each => each !== logicalResourceId));
    }
    stackResources.splice(0, stackResources.length,
      ...[...this.resources].map(([id, { type, physicalId }]) => ({ type, logicalResourceId: id, physicalResourceId: physicalId })),
      ...[...ledgers.keys()].map(table => ({ type: 'AWS::DynamoDB::GlobalTable', logicalResourceId: `${table}Ledger`, physicalResourceId: table })));
  }
}
