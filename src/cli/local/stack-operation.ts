import { isDeepStrictEqual } from 'node:util';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { LifecycleEvent, LifecycleResult } from '../../resource/lifecycle-event';
import { CliError, messageOf } from '../cli-error';
import { own } from '../json';
import { assertTaken } from './answers';
import { dependentsFirst } from './dependencies';
import { Engine } from './engine';
import { KeptResources, removeStandIn } from './kept-resources';
import { lossOf } from './losses';
import { ownId, retainedWith, staysBehind, withoutOwnId } from './nested-ids';
import { ResourceReport } from './report';
import { isCertificate } from './stack-scope';
import { PlannedStandIn } from './stand-ins';
import { PendingRequest, ResourceState, StackState, SupersededResource } from './state';

/** The desired state of a resource. */
export type DesiredResource = PendingRequest['resource'];

/** The request for a resource has failed, so the operation has to be rolled back. */
export class ResourceFailure extends CliError {}

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

  constructor(private readonly stackName: string, private readonly state: StackState, private readonly engine: Engine) {
    this.kept = new KeptResources(stackName, state, engine);
  }

  /** Whether an earlier run was stopped in the middle. */
  public get isUnfinished(): boolean {
    return this.state.request !== undefined || this.state.superseded.length > 0 || Object.keys(this.state.before).length > 0;
  }

  /** Finishes the request during which an earlier run was stopped, so that nothing that it made is forgotten. */
  public async resume(): Promise<void> {
    if (this.state.request) {
      try {
        await this.perform(this.state.request);
      } catch (error) {
        if (!(error instanceof ResourceFailure)) {
          throw error;
        }
        // What the request may have made is marked for deletion. If the resource is still declared, it is requested again.
      }
    }
  }

  /** Creates or updates a certificate resource, unless it is already as desired. */
  public async put(logicalId: string, resource: DesiredResource, updateReplacePolicy: string | undefined): Promise<void> {
    const current = own(this.state.resources, logicalId);
    if (current && isDeepStrictEqual(current.properties, resource.properties)) {
      const { name, dependencies, deletionPolicy } = resource;
      this.state.resources[logicalId] = { ...current, name, dependencies, deletionPolicy }; // the next save includes them
      return;
    }
    await this.perform({
      requestType: current ? 'Update' : 'Create',
      requestId: this.engine.newId(),
      logicalId,
      physicalId: current?.physicalId,
      resource,
      retainReplaced: updateReplacePolicy === 'Retain',
    });
  }

  /**
   * Puts a stand-in in place; nothing happens outside the state.
   *
   * @param keyAlgorithm for a KMS key that signs
   */
  public putStandIn(
    logicalId: string, resource: DesiredResource, standIn: PlannedStandIn, keyAlgorithm: KeyAlgorithmName | undefined,
    updateReplacePolicy: string | undefined,
  ): void {
    const current = own(this.state.resources, logicalId);
    const keyFile = keyAlgorithm && this.engine.kmsKeys.declare(standIn.attributes.Arn, keyAlgorithm);
    if (current?.physicalId !== standIn.physicalId) {
      this.kept.assertNone(standIn.physicalId, this.place(logicalId, resource));
      this.remember(logicalId);
      if (current) {
        this.discard(logicalId, current, updateReplacePolicy === 'Retain');
      }
      if (keyFile) {
        this.notes.push(`${this.place(logicalId, resource)}: this key is the file ${keyFile}, which stands in for AWS KMS; `
          + 'anyone who can read the file can copy the key, whereas a key in KMS can\'t be copied');
      }
    }
    this.state.resources[logicalId] = { ...resource, ...standIn };
  }

  /**
   * Puts a nested stack in place before its resources, because their requests name its id.
   *
   * @param outputs absent until its resources are in place
   */
  public putNestedStack(logicalId: string, resource: DesiredResource, stackId: string, outputs?: ResourceState['attributes']): void {
    const current = own(this.state.resources, logicalId);
    const attributes = outputs ?? current?.attributes ?? {};
    if (!current || !isDeepStrictEqual([current.properties, current.attributes], [resource.properties, attributes])) {
      this.remember(logicalId);
    }
    this.state.resources[logicalId] = { ...resource, physicalId: stackId, attributes };
  }

  /** Ends the operation: it removes resources that the template does not declare, and saves the state from which the next operation starts. */
  public commit(declared: ReadonlySet<string>, facts: Pick<StackState, 'region' | 'parameters' | 'outputs' | 'exports' | 'imports'>): void {
    this.removeEach(logicalId => !declared.has(logicalId));
    Object.assign(this.state, facts, { before: {} });
    this.engine.store.save();
  }

  /** Undoes the changes of the operation, latest first. */
  public async rollBack(): Promise<void> {
    for (const [logicalId, previous] of Object.entries(this.state.before).reverse()) {
      const current = own(this.state.resources, logicalId);
      if (!previous) {
        if (current) {
          this.remove(logicalId, current, true);
        }
      } else if (!isCertificate(previous.type)) {
        if (current && current.physicalId !== previous.physicalId) {
          this.supersede(logicalId, current);
        }
        this.state.resources[logicalId] = previous;
        this.kept.restore(previous);
      } else {
        const physicalId = this.failedIds.get(logicalId) ?? current!.physicalId;
        const result = await this.send('Update', logicalId, previous, this.engine.newId(), physicalId);
        this.record(logicalId, previous, result, false);
      }
      delete this.state.before[logicalId];
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
    const current = new Set(Object.values(this.state.resources).map(({ physicalId }) => physicalId));
    for (const resource of dependentsFirst(this.state.superseded)) {
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
      this.state.superseded = this.state.superseded.filter(each => each !== resource);
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

  private async perform(request: PendingRequest): Promise<void> {
    const { requestType, logicalId, resource, requestId, physicalId } = request;
    this.remember(logicalId);
    this.state.request = request; // reaches the disk with the first effect of the request
    let result: LifecycleResult;
    try {
      result = await this.send(requestType, logicalId, resource, requestId, physicalId);
    } catch (error) {
      this.engine.store.assertSound();
      delete this.state.request;
      this.supersedeFailed(request, error);
      this.engine.store.save();
      throw new ResourceFailure(`${this.place(logicalId, resource)}: ${withoutOwnId(messageOf(error), logicalId)}`);
    }
    delete this.state.request;
    this.record(logicalId, resource, result, request.retainReplaced);
    this.engine.store.save();
  }

  private send(
    requestType: 'Create' | 'Update' | 'Delete', logicalId: string, resource: DesiredResource, requestId: string, physicalId: string | undefined,
  ): Promise<LifecycleResult> {
    const { lifecycle, ports, progress } = this.engine;
    const event: LifecycleEvent = {
      requestType,
      requestId,
      stackId: resource.stackId ?? this.state.stackId,
      logicalResourceId: ownId(logicalId),
      resourceType: resource.type,
      physicalResourceId: physicalId,
      properties: resource.properties,
      oldProperties: requestType === 'Update' ? own(this.state.resources, logicalId)?.properties : undefined,
    };
    return progress.during(`${requestType.toLowerCase()} ${resource.name} (${resource.type})`,
      async () => assertTaken(event, await lifecycle(event, ports)));
  }

  private record(logicalId: string, resource: DesiredResource, result: LifecycleResult, retainReplaced: boolean): void {
    const current = own(this.state.resources, logicalId);
    if (current && current.physicalId !== result.physicalResourceId && !retainReplaced) {
      this.supersede(logicalId, current);
    }
    this.state.resources[logicalId] = { ...resource, physicalId: result.physicalResourceId, attributes: { ...result.data } };
  }

  /** As CloudFormation does, marks what a failed creation or update may have made for deletion, by the returned id or by an invented id. */
  private supersedeFailed({ logicalId, resource, requestId }: PendingRequest, error: unknown): void {
    const current = own(this.state.resources, logicalId);
    const answered = (error as { physicalResourceId?: string }).physicalResourceId;
    const physicalId = answered ?? current?.physicalId ?? `${this.stackName}-${ownId(logicalId)}-${requestId}`;
    const failed = { ...resource, physicalId, attributes: {} };
    if (!current) {
      delete this.state.before[logicalId];
      this.remove(logicalId, failed, true);
    } else if (physicalId !== current.physicalId) {
      this.failedIds.set(logicalId, physicalId);
      this.supersede(logicalId, failed);
    }
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
    if (!isKept) {
      this.supersede(logicalId, resource);
    } else {
      this.kept.keep(resource);
    }
  }

  private place(logicalId: string, { name, type }: DesiredResource): string {
    return `stack ${this.stackName}, resource ${logicalId} (${name === logicalId ? type : `${name}, ${type}`})`;
  }

  private supersede(logicalId: string, resource: ResourceState): void {
    this.state.superseded.push({ ...resource, logicalId, requestId: this.engine.newId() });
  }

  private async delete(resource: SupersededResource): Promise<void> {
    if (isCertificate(resource.type)) {
      await this.send('Delete', resource.logicalId, resource, resource.requestId, resource.physicalId);
      this.kept.noteKey(resource);
      this.kept.noteCa(resource);
    } else {
      removeStandIn(resource, this.engine);
    }
  }
}
