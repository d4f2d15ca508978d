import { Outcome, Requests } from './requests';
import { Existing, identityIn, inOrder, Properties, resolved, Template } from './template';
import { STACK_NAME, World } from './world';
import { isSame } from '../same';

/** How an operation ended; `FAILED` is one without a rollback, `ROLLBACK_FAILED` and `DELETE_FAILED` want another try. */
export type Status = 'COMPLETE' | 'ROLLED_BACK' | 'FAILED' | 'ROLLBACK_FAILED' | 'DELETE_FAILED';

export interface DeployOptions {
  /** `false` leaves everything as it is when the operation fails. */
  readonly rollback?: boolean;
  /** After how many steps another resource, which is none of ours, fails. */
  readonly failsAfter?: number;
}

/** What an operation did to a resource, for its rollback. */
interface Change {
  readonly logicalId: string;
  /** Absent where it was created. */
  readonly before?: Existing;
  readonly after?: Existing;
  /** What was asked for; it can be there although it failed. */
  readonly type: string;
  readonly properties: Properties;
  /** What is known of what was created, or is to be deleted. */
  readonly physicalId: string;
}

/** Something that CloudFormation deletes. */
interface Removal {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Properties;
}

/** "CloudFormation tries to delete a resource three times before CloudFormation skips the resource": AWS re:Post, "stuck in the cleanup state". */
const CLEANUP_ATTEMPTS = 3;
const MAX_EXPORT = 1024;

/** A stack, by CloudFormation's rules; README.md beside this folder says which of them are assumed. */
export class Stack {
  /** The resources that there are. */
  public readonly resources = new Map<string, Existing>();
  /** What CloudFormation was told could not be removed, and gave up: by physical id, or `logicalId/` where it had invented that. */
  public readonly abandoned = new Set<string>();
  private readonly statuses = new Map<string, string>();
  private readonly types = new Map<string, string>();
  /** What was done since the last stable state. */
  private changes: Change[] = [];
  private toRollBack: Change[] = [];
  private rolledBack: Change[] = [];
  /** What is to be deleted with the next operation that ends well. */
  private left: Removal[] = [];

  /** @param complete puts in what resources of the template that are not played here would make of the properties */
  constructor(
    private readonly world: World, public readonly requests: Requests,
    private readonly complete: (properties: Properties) => Properties | Promise<Properties> = properties => properties,
  ) {
    world.stackResources = () => [...new Set([...this.resources.keys(), ...this.statuses.keys()])].map(logicalId => {
      const existing = this.resources.get(logicalId);
      // What was there at the beginning of a history has been created before it.
      const [status, type] = [this.statuses.get(logicalId) ?? 'CREATE_COMPLETE', this.types.get(logicalId) ?? existing!.type];
      return { logicalId, status, type, physicalId: existing?.physicalId };
    });
  }

  /** Whether every change has come to its end, one way or the other. */
  public get isStable(): boolean {
    return this.changes.length === 0 && this.toRollBack.length === 0 && this.left.length === 0;
  }

  /** Creates or updates the stack. */
  public async deploy(template: Template, { rollback = true, failsAfter = Infinity }: DeployOptions = {}): Promise<Status> {
    const isNew = this.resources.size === 0 && this.changes.length === 0;
    let steps = 0;
    for (const logicalId of inOrder(template)) {
      if (steps++ >= failsAfter || !await this.bring(logicalId, template)) {
        return rollback ? this.rollBack(isNew) : 'FAILED';
      }
    }
    if (steps <= failsAfter && failsAfter !== Infinity || !this.exportsFit(template)) {
      return rollback ? this.rollBack(isNew) : 'FAILED';
    }
    const replaced = this.changes.filter(({ before, physicalId }) => before && before.physicalId !== physicalId)
      .map(({ logicalId, before }) => ({ logicalId, ...before! }));
    const failed = this.changes.filter(({ before, after }) => !before && !after).map(removalOf); // of an operation that was left so
    const removed = [...this.resources].filter(([logicalId]) => !(logicalId in template.resources))
      .map(([logicalId, existing]) => ({ logicalId, ...existing }));
    removed.forEach(({ logicalId }) => this.resources.delete(logicalId));
    this.changes = [];
    await this.cleanUp([...replaced, ...failed, ...removed].reverse());
    return 'COMPLETE';
  }

  /** Rolls back what a failed operation did, or goes on with a rollback that failed. */
  public async rollBack(isNew = false): Promise<Status> {
    this.toRollBack.push(...this.changes.splice(0));
    while (this.toRollBack.length > 0) {
      const change = this.toRollBack[0];
      if (change.before && !await this.bringBack(change)) {
        return 'ROLLBACK_FAILED';
      }
      if (!change.before) {
        this.resources.delete(change.logicalId);
      }
      this.rolledBack.push(this.toRollBack.shift()!);
    }
    const removals = this.removalsOfRollback();
    if (isNew) {
      return await this.removeAll(removals) ? 'ROLLED_BACK' : 'DELETE_FAILED';
    }
    await this.cleanUp(removals);
    return 'ROLLED_BACK';
  }

  /** Deletes the stack; tried again, it deletes what is left. */
  public async delete(): Promise<Status> {
    const undone = [...this.changes.splice(0), ...this.toRollBack.splice(0)];
    const failed = undone.filter(({ before, after }) => !before && !after).map(removalOf);
    const replaced = undone.filter(({ before, after }) => before && after && before.physicalId !== after.physicalId)
      .map(({ logicalId, before }) => ({ logicalId, ...before! }));
    const removals = [...this.resources].map(([logicalId, existing]) => ({ logicalId, ...existing })).reverse();
    const all = [...this.left.splice(0), ...failed, ...removals, ...replaced, ...this.removalsOfRollback()];
    return await this.removeAll(all) ? 'COMPLETE' : 'DELETE_FAILED';
  }

  /** What the operation had made that is rolled back. */
  private removalsOfRollback(): Removal[] {
    return this.rolledBack.splice(0).filter(({ before, physicalId }) => before?.physicalId !== physicalId).map(removalOf).reverse();
  }

  /** Creates or updates a resource, if it is not as the template has it. */
  private async bring(logicalId: string, template: Template): Promise<boolean> {
    const { type, properties: declared } = template.resources[logicalId];
    const properties = await this.complete(resolved(declared, this.resources));
    const before = this.resources.get(logicalId);
    const failed = this.changes.find(change => change.logicalId === logicalId && !change.after);
    this.types.set(logicalId, type);
    if (before && !failed && isSame(before.properties, properties)) {
      return true;
    }
    const requestType = before ? 'Update' : 'Create';
    this.statuses.set(logicalId, `${requestType.toUpperCase()}_IN_PROGRESS`);
    const outcome = await this.requests.send(requestType, logicalId, type, properties, before && {
      PhysicalResourceId: before.physicalId, OldResourceProperties: withToken(failed?.properties ?? before.properties),
    });
    const { answer } = outcome;
    const after = answer?.Status === 'SUCCESS' ? { type, physicalId: answer.PhysicalResourceId, properties, data: answer.Data ?? {} } : undefined;
    this.statuses.set(logicalId, `${requestType.toUpperCase()}_${after ? 'COMPLETE' : 'FAILED'}`);
    const original = this.changes.find(change => change.logicalId === logicalId);
    const physicalId = after?.physicalId ?? before?.physicalId ?? answer?.PhysicalResourceId ?? this.inventedId(logicalId);
    const change: Change = { logicalId, before: original ? original.before : before, after, type, properties, physicalId };
    if (original && original.physicalId !== physicalId && original.physicalId !== original.before?.physicalId) {
      this.left.push(removalOf(original)); // of an operation that failed and was left so, and is another resource now
    }
    this.changes = [...this.changes.filter(each => each !== original), change];
    if (after) {
      this.resources.set(logicalId, after);
    }
    return after !== undefined;
  }

  /** The rollback of an update: the properties change places, and the physical id is that of now. */
  private async bringBack({ logicalId, before, after, properties, type }: Change): Promise<boolean> {
    this.statuses.set(logicalId, 'UPDATE_IN_PROGRESS');
    const { answer } = await this.requests.send('Update', logicalId, type, before!.properties, {
      PhysicalResourceId: after?.physicalId ?? before!.physicalId, OldResourceProperties: withToken(properties),
    });
    const isBack = answer?.Status === 'SUCCESS';
    this.statuses.set(logicalId, `UPDATE_${isBack ? 'COMPLETE' : 'FAILED'}`);
    if (isBack) {
      this.resources.set(logicalId, { ...before!, physicalId: answer.PhysicalResourceId, data: answer.Data ?? {} });
    }
    return isBack;
  }

  /** What is left of an update; what can't be deleted is left behind after three attempts, and the operation succeeds. */
  private async cleanUp(removals: readonly Removal[]): Promise<void> {
    const isCurrent = ({ logicalId, physicalId }: Removal): boolean => this.resources.get(logicalId)?.physicalId === physicalId;
    for (const removal of [...this.left.splice(0), ...removals].filter(each => !isCurrent(each))) {
      let isGone = false;
      for (let attempt = 0; attempt < CLEANUP_ATTEMPTS && !isGone; attempt++) {
        isGone = await this.remove(removal);
      }
      if (!isGone) {
        this.abandoned.add(removal.physicalId.startsWith(`${STACK_NAME}-`) ? `${removal.logicalId}/` : identityIn(removal.physicalId));
      }
    }
  }

  private async removeAll(removals: readonly Removal[]): Promise<boolean> {
    for (const removal of removals) {
      this.resources.delete(removal.logicalId);
      if (!await this.remove(removal)) {
        this.left.push(removal);
      }
    }
    return this.left.length === 0;
  }

  private async remove({ logicalId, type, physicalId, properties }: Removal): Promise<boolean> {
    if (!this.resources.has(logicalId)) {
      this.types.set(logicalId, type);
      this.statuses.set(logicalId, 'DELETE_IN_PROGRESS');
    }
    const { answer }: Outcome = await this.requests.send('Delete', logicalId, type, properties, { PhysicalResourceId: physicalId });
    if (!this.resources.has(logicalId)) {
      this.statuses.set(logicalId, answer?.Status === 'SUCCESS' ? 'DELETE_COMPLETE' : 'DELETE_FAILED');
    }
    return answer?.Status === 'SUCCESS';
  }

  private exportsFit({ exports = {} }: Template): boolean {
    const lengths = Object.entries(exports).map(([name, value]) => [name, String(resolved(value, this.resources)).length] as const);
    const tooLong = lengths.find(([, length]) => length > MAX_EXPORT);
    if (tooLong) {
      this.world.note(`  Cannot export output ${tooLong[0]} with length ${tooLong[1]}. Max length of ${MAX_EXPORT} exceeded.`);
    }
    return !tooLong;
  }

  private inventedId(logicalId: string): string {
    return `${STACK_NAME}-${logicalId}-${this.world.random.uuid().slice(0, 8).toUpperCase()}`;
  }
}

function removalOf({ logicalId, type, physicalId, properties }: Change): Removal {
  return { logicalId, type, physicalId, properties };
}

function withToken(properties: Properties): Properties {
  return { ServiceToken: 'arn:aws:lambda:eu-central-1:123456789012:function:PrivateIotCaProvider', ServiceTimeout: '1200', ...properties };
}
