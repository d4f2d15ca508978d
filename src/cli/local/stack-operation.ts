import { isDeepStrictEqual } from 'node:util';
import { checkAnswer } from '../../contract/cloudformation-limits';
import { LifecycleError, LifecycleEvent } from '../../resource/lifecycle-event';
import { successBody } from '../../resource/response-size';
import { CliError, messageOf } from '../cli-error';
import { own } from '../json';
import { dependentsFirst } from './dependencies';
import { Engine } from './engine';
import { KeptResources, removeStandIn } from './kept-resources';
import { lossOf } from './losses';
import { ownId, retainedWith, staysBehind, withoutOwnId } from './nested-ids';
import { ResourceReport } from './report';
import { isCertificate } from './stack-scope';
import { StandIn } from './stand-ins';
import { DesiredResource, PendingRequest, ResourceState, StackState, SupersededResource } from './state';

/**
 * The steps that change one stack. Each step ends with a state on the disk from which another run can continue.
 *
 * They follow CloudFormation's rules for custom resources. A resource whose properties did not change gets no request. If a
 * request returns a new physical id, the old one is deleted after everything else has succeeded. In a rollback, an updated
 * resource gets another update with its old properties, and a created resource is deleted.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requesttypes.html
 */
export class StackOperation {
  /** The resources that were removed or kept; `warnings` tells which could not be removed. */
  public readonly removals: ResourceReport[] = [];
  public readonly warnings: string[] = [];
  public readonly kept: KeptResources;
  /** What will be different in AWS. */
  public readonly notes: string[] = [];
  /** The physical ids that failed updates have returned. */
  private readonly failedIds = new Map<string, string>();

  constructor(public readonly stackName: string, private readonly state: StackState, private readonly engine: Engine) {
    this.kept = new KeptResources(stackName, state, engine);
  }

  /** Whether the operation, or an earlier run that was stopped in the middle, has changed something. */
  public get isUnfinished(): boolean {
    const { requests, before, superseded } = this.state;
    return Object.keys({ ...requests, ...before, ...superseded }).length > 0;
  }

  /** Finishes the request during which an earlier run was stopped, so that nothing that it made is forgotten. */
  public async resume(): Promise<void> {
    for (const [logicalId, request] of Object.entries(this.state.requests)) {
      // What a failed request may have made is marked for deletion. If the resource is still declared, it is requested again.
      await this.request(logicalId, request).catch(() => this.engine.store.assertSound());
    }
  }

  /** Creates or updates a certificate resource, unless it is already as desired. */
  public async put(logicalId: string, resource: DesiredResource, updateReplacePolicy: string | undefined): Promise<void> {
    const { resources } = this.state;
    const current = own(resources, logicalId);
    if (current && isDeepStrictEqual(current.properties, resource.properties)) {
      resources[logicalId] = { ...current, ...resource }; // the next save includes its name and the like
      return;
    }
    await this.request(logicalId, { requestId: this.engine.newId(), resource, updateReplacePolicy });
  }

  /**
   * Puts a stand-in in place; nothing happens outside the state.
   *
   * @returns whether it is a new stand-in
   */
  public putStandIn(logicalId: string, resource: DesiredResource, standIn: StandIn, updateReplacePolicy: string | undefined): boolean {
    const isNew = own(this.state.resources, logicalId)?.physicalId !== standIn.physicalId;
    if (isNew) {
      this.kept.assertNone(standIn.physicalId, this.place(logicalId, resource));
    }
    this.set(logicalId, resource, standIn, updateReplacePolicy);
    return isNew;
  }

  /** Puts a nested stack in place: first without its outputs, because the requests for its resources name its id, and then with them. */
  public putNestedStack(logicalId: string, resource: DesiredResource, stackId: string, outputs?: ResourceState['attributes']): void {
    this.set(logicalId, resource, { physicalId: stackId, attributes: outputs ?? own(this.state.resources, logicalId)?.attributes ?? {} });
  }

  /** Ends the operation: it removes resources that the template does not declare, and saves the state from which the next operation starts. */
  public commit(declared: ReadonlySet<string>, facts: Pick<StackState, 'region' | 'parameters' | 'outputs' | 'exports' | 'imports'>): void {
    this.removeEach(logicalId => !declared.has(logicalId));
    Object.assign(this.state, facts, { before: {} });
    this.engine.store.save();
  }

  /** Undoes the changes of the operation, latest first. */
  public async rollBack(): Promise<void> {
    const { before, resources } = this.state;
    for (const [logicalId, previous] of Object.entries(before).reverse()) {
      const current = own(resources, logicalId);
      if (previous && isCertificate(previous.type)) {
        const physicalId = this.failedIds.get(logicalId) ?? current!.physicalId;
        this.set(logicalId, previous, await this.send('Update', logicalId, previous, this.engine.newId(), physicalId));
      } else if (previous) {
        this.set(logicalId, previous, previous);
        this.kept.restore(previous);
      } else if (current) {
        this.remove(logicalId, current, true);
      }
      delete before[logicalId];
      this.engine.store.save();
    }
    await this.cleanUp();
  }

  /**
   * Deletes superseded resources, dependents first. A resource that can't be deleted is reported and abandoned, as in the
   * clean-up of an update by CloudFormation.
   *
   * @param abandon `false` if a failure ends the operation instead: CloudFormation abandons nothing when it deletes a stack
   */
  public async cleanUp(abandon = true): Promise<void> {
    const { resources, superseded } = this.state;
    const current = new Set(Object.values(resources).map(({ physicalId }) => physicalId));
    for (const resource of dependentsFirst(Object.values(superseded))) {
      if (!current.has(resource.physicalId)) {
        try {
          await this.delete(resource);
        } catch (error) {
          this.engine.store.assertSound();
          const message = `${this.place(resource.logicalId, resource)}: ${resource.physicalId} could not be deleted: `
            + withoutOwnId(messageOf(error), resource.logicalId);
          if (!abandon) {
            throw new CliError(message);
          }
          this.warnings.push(message);
        }
      }
      delete superseded[resource.requestId];
      this.engine.store.save();
    }
  }

  /** Removes all resources, for the removal of the stack. */
  public async removeAll(): Promise<void> {
    this.removeEach(() => true);
    Object.assign(this.state, { before: {}, outputs: undefined, exports: {}, imports: [] });
    this.engine.store.save();
    await this.cleanUp(false);
  }

  /** Where a resource is, for messages. */
  public place(logicalId: string, { name, type }: DesiredResource): string {
    return `stack ${this.stackName}, resource ${logicalId} (${name === logicalId ? type : `${name}, ${type}`})`;
  }

  private async request(logicalId: string, request: PendingRequest): Promise<void> {
    const { requestId, resource, updateReplacePolicy } = request;
    const current = own(this.state.resources, logicalId);
    this.remember(logicalId);
    this.state.requests[logicalId] = request; // reaches the disk with the first effect of the request
    try {
      const answer = await this.send(current ? 'Update' : 'Create', logicalId, resource, requestId, current?.physicalId);
      this.set(logicalId, resource, answer, updateReplacePolicy);
    } catch (error) {
      this.giveUp(logicalId, request, (error as { physicalResourceId?: string }).physicalResourceId);
      throw new CliError(`${this.place(logicalId, resource)}: ${withoutOwnId(messageOf(error), logicalId)}`);
    } finally {
      delete this.state.requests[logicalId];
      this.engine.store.save();
    }
  }

  /** As CloudFormation does, gives up what a failed creation or update may have made, by the id that it returned or by an invented id. */
  private giveUp(logicalId: string, { resource, requestId }: PendingRequest, returnedId: string | undefined): void {
    const current = own(this.state.resources, logicalId);
    const physicalId = returnedId ?? current?.physicalId ?? `${this.stackName}-${ownId(logicalId)}-${requestId}`;
    const made = { ...resource, physicalId, attributes: {} };
    if (!current) {
      delete this.state.before[logicalId];
      this.remove(logicalId, made, true);
    } else if (physicalId !== current.physicalId) {
      this.failedIds.set(logicalId, physicalId);
      this.supersede(logicalId, made);
    }
  }

  private async send(
    requestType: LifecycleEvent['requestType'], logicalId: string, { name, type, stackId, properties }: DesiredResource, requestId: string,
    physicalResourceId: string | undefined,
  ): Promise<StandIn> {
    const { lifecycle, ports, progress } = this.engine;
    const event: LifecycleEvent = {
      requestType,
      requestId,
      stackId: stackId ?? this.state.stackId,
      logicalResourceId: ownId(logicalId),
      resourceType: type,
      physicalResourceId,
      properties,
      oldProperties: requestType === 'Update' ? own(this.state.resources, logicalId)?.properties : undefined,
    };
    const { physicalResourceId: physicalId, data } = await progress.during(`${requestType.toLowerCase()} ${name} (${type})`, () => lifecycle(event, ports));
    const complaint = checkAnswer(successBody(event, physicalId, data));
    if (complaint) {
      throw new LifecycleError(complaint, physicalId, undefined);
    }
    return { physicalId, attributes: { ...data } };
  }

  /** Changes the state of a resource, and gives up a physical resource that it no longer has. */
  private set(logicalId: string, desired: DesiredResource, { physicalId, attributes }: StandIn, updateReplacePolicy?: string): void {
    const current = own(this.state.resources, logicalId);
    const next = { ...desired, physicalId, attributes };
    if (!current || !isDeepStrictEqual(factsOf(current), factsOf(next))) {
      this.remember(logicalId);
    }
    if (current && current.physicalId !== physicalId) {
      this.discard(logicalId, current, updateReplacePolicy === 'Retain');
    }
    this.state.resources[logicalId] = next;
  }

  private remember(logicalId: string): void {
    if (!Object.hasOwn(this.state.before, logicalId)) {
      this.state.before[logicalId] = own(this.state.resources, logicalId) ?? null;
    }
  }

  private removeEach(isGone: (logicalId: string) => boolean): void {
    const gone = Object.entries(this.state.resources).filter(([logicalId]) => isGone(logicalId));
    const retained = retainedWith(gone);
    gone.forEach(([logicalId, resource]) => this.remove(logicalId, retained(logicalId) ? { ...resource, deletionPolicy: 'Retain' } : resource, false));
  }

  /** @param creation whether the operation that is being undone created the resource */
  private remove(logicalId: string, resource: ResourceState, creation: boolean): void {
    delete this.state.resources[logicalId];
    const { deletionPolicy, name, type } = resource;
    const isKept = staysBehind(deletionPolicy, creation);
    this.discard(logicalId, resource, isKept);
    this.removals.push({ name, type, outcome: isKept ? 'kept' : 'removed', ...isKept ? {} : lossOf(resource) });
  }

  /** Gives up a former physical resource: it is deleted later, or it stays, owned by no stack, as in AWS. */
  private discard(logicalId: string, resource: ResourceState, isKept: boolean): void {
    if (isKept) {
      this.kept.keep(resource);
    } else {
      this.supersede(logicalId, resource);
    }
  }

  private supersede(logicalId: string, resource: ResourceState): void {
    const requestId = this.engine.newId();
    this.state.superseded[requestId] = { ...resource, logicalId, requestId };
  }

  private async delete(resource: SupersededResource): Promise<void> {
    if (isCertificate(resource.type)) {
      await this.send('Delete', resource.logicalId, resource, resource.requestId, resource.physicalId);
      this.kept.noteCertificate(resource);
    } else {
      removeStandIn(resource, this.engine);
    }
  }
}

function factsOf({ properties, physicalId, attributes }: ResourceState): unknown[] {
  return [properties, physicalId, attributes];
}
