import { checkExportedValue } from '../../contract/cloudformation-limits';
import { CA_RESOURCE_TYPES } from '../../contract/resource-types';
import { parseTime } from '../../contract/term';
import { CliError, DeploymentError, messageOf } from '../cli-error';
import { own } from '../json';
import { Engine } from './engine';
import { generatedSecret } from './generated-secret';
import { secretId } from './given-secrets';
import { resolve, Unavailable } from './intrinsics';
import { lossOf } from './losses';
import { fleetProperties, passedParameters, plannedStandIn, PlannedResource, resolvedProperties, signingKeyAlgorithm } from './planned-resource';
import { LeftOut, ResourceReport, StackReport } from './report';
import { StackOperation } from './stack-operation';
import { planNestedStack, StackPlan } from './stack-plan';
import { isCertificate, isFleet, StackScope } from './stack-scope';
import { generatedName, SECRET_TYPE } from './stand-ins';
import { DesiredResource, StackState } from './state';

/**
 * Deploys what the template of a stack declares. If anything fails, the stack is rolled back.
 *
 * @throws CliError that says what failed, after the rollback
 */
export async function deployStack(plan: StackPlan, engine: Engine): Promise<StackReport> {
  const { stackName, stackId, region, parameters } = plan;
  const { stacks } = engine.store.state;
  const state = stacks[stackName] ??= { stackId, parameters: {}, resources: {}, exports: {}, imports: [], requests: {}, before: {}, superseded: {} };
  const operation = new StackOperation(stackName, state, engine);
  const unfinished = operation.isUnfinished;
  try {
    await operation.resume();
    const deployment = new Deployment(state, operation, engine);
    const { outputs, unavailable } = await deployment.deploy(plan);
    const { declared, exports, imports, leftOut, leftOutTypes } = deployment;
    assertExportsAllowed(stackName, state, exports, engine);
    const changes = changesOf(state, declared);
    operation.commit(declared, { region, parameters, outputs, exports, imports: [...imports].sort() });
    await operation.cleanUp();
    return {
      stackName,
      resources: [...changes, ...operation.removals],
      unchanged: declared.size - changes.length,
      kept: operation.kept.places,
      keptCas: operation.kept.cas,
      leftOut: [
        ...[...leftOutTypes].map(([what, number]) => ({ what, number })),
        ...leftOut,
        ...[...unavailable].map(([key, reason]) => ({ what: `output ${key}`, reason })),
      ],
      warnings: [...operation.notes, ...unfinished ? [`stack ${stackName}: completed what an earlier run had started`] : [], ...operation.warnings],
    };
  } catch (error) {
    engine.store.assertSound();
    throw await afterRollback(operation, messageOf(error), engine);
  }
}

async function afterRollback(operation: StackOperation, message: string, { isRehearsal }: Engine): Promise<DeploymentError> {
  if (isRehearsal || !operation.isUnfinished) {
    return new DeploymentError(isRehearsal ? `${message}; nothing was changed` : message);
  }
  try {
    await operation.rollBack();
    const kept = operation.kept.places.map(({ name, place }) => `kept from ${name}: ${place}`);
    return new DeploymentError([message, 'the stack was rolled back', ...kept, ...operation.warnings].join('; '));
  } catch (error) {
    return new DeploymentError(`${message}; the rollback failed too: ${messageOf(error)}; run again to continue from there`);
  }
}

/** Removes a stack with all its resources. */
export async function removeStack(stackName: string, engine: Engine): Promise<StackReport> {
  const { stacks } = engine.store.state;
  const state = stacks[stackName];
  assertExportsAllowed(stackName, state, {}, engine);
  const operation = new StackOperation(stackName, state, engine);
  await operation.resume();
  await operation.removeAll();
  delete stacks[stackName];
  engine.store.save();
  const { removals: resources, warnings, kept: { places: kept, cas: keptCas } } = operation;
  return { stackName, removed: true, resources, unchanged: 0, kept, keptCas, leftOut: [], warnings };
}

/** The outputs of a stack. */
interface Outputs {
  readonly outputs: { readonly [key: string]: string };
  /** Why the other outputs have no value. */
  readonly unavailable: ReadonlyMap<string, string>;
}

/** The deployment of a stack and its nested stacks, with its results so far. */
class Deployment {
  /** The logical ids, as in the state, of the declared resources. */
  public readonly declared = new Set<string>();
  public readonly exports: { [name: string]: string } = {};
  public readonly imports = new Set<string>();
  public readonly leftOutTypes = new Map<string, number>();
  public readonly leftOut: LeftOut[] = [];
  /** Why outputs of nested stacks have no value, by the logical id in the state and the attribute. */
  private readonly unavailable = new Map<string, ReadonlyMap<string, string>>();

  constructor(private readonly state: StackState, private readonly operation: StackOperation, private readonly engine: Engine) {}

  /** @param inherited the logical ids, as in the state, of the resources that a nested stack as a whole depends on */
  public async deploy(plan: StackPlan, inherited: readonly string[] = []): Promise<Outputs> {
    const { stackId, prefix, resources, nested, leftOut, leftOutByName, template } = plan;
    const scope = this.scopeOf(plan);
    this.engine.declaredCas.set(stackId, resources.filter(({ type }) => CA_RESOURCE_TYPES.includes(type)).map(({ logicalId }) => logicalId));
    for (const [index, resource] of resources.entries()) {
      const id = `${prefix}${resource.logicalId}`;
      const placed = { ...resource, dependencies: [...resource.dependencies.map(each => `${prefix}${each}`), ...inherited] };
      this.declared.add(id);
      await this.engine.progress.during(`${index + 1} of ${resources.length} resources`, () =>
        nested.has(resource.logicalId) ? this.deployNestedStack(plan, id, placed, scope) : this.deployResource(plan, id, placed, scope));
    }
    leftOut.forEach((number, type) => this.leftOutTypes.set(type, (this.leftOutTypes.get(type) ?? 0) + number));
    this.leftOut.push(...leftOutByName, ...template.leftOut.map(what => ({ what })));
    const evaluated = this.evaluateOutputs(plan, scope);
    scope.imports.forEach(name => this.imports.add(name));
    return evaluated;
  }

  private scopeOf(plan: StackPlan): StackScope {
    const { store } = this.engine;
    return new StackScope({
      ...plan,
      resource: logicalId => {
        const id = `${plan.prefix}${logicalId}`;
        const resource = own(this.state.resources, id);
        return resource && { ...resource, unavailable: this.unavailable.get(id) };
      },
      exported: name => store.others(plan.stackName).map(([, other]) => own(other.exports, name)).find(value => value !== undefined),
      stackOutput: (stackName, outputName, region = plan.region) => {
        const other = own(store.state.stacks, stackName);
        const isThere = region === undefined || other?.region === undefined || region === other.region; // an unknown Region matches too
        return isThere ? own(other?.outputs ?? {}, outputName) : undefined;
      },
    });
  }

  private async deployResource(plan: StackPlan, id: string, resource: PlannedResource, scope: StackScope): Promise<void> {
    const { secretValues, kmsKeys, ports, newId } = this.engine;
    const { logicalId, type, updateReplacePolicy } = resource;
    if (isCertificate(type)) {
      await this.operation.put(id, desired(plan, resource, resolvedProperties(resource, scope)), updateReplacePolicy);
      return;
    }
    if (isFleet(type)) {
      this.recordFleet(id, desired(plan, resource, fleetProperties(resource, scope)));
      return;
    }
    const standIn = plannedStandIn(resource, scope, own(this.state.resources, id), newId);
    const keyAlgorithm = signingKeyAlgorithm(resource, scope);
    const keyFile = keyAlgorithm && kmsKeys.declare(standIn.attributes.Arn, keyAlgorithm);
    const next = desired(plan, resource, standIn.properties);
    if (this.operation.putStandIn(id, next, standIn, updateReplacePolicy) && keyFile) {
      this.operation.notes.push(`${this.operation.place(id, next)}: this key is the file ${keyFile}, which stands in for AWS KMS; `
        + 'anyone who can read the file can copy the key, whereas a key in KMS can\'t be copied');
    }
    if (type === SECRET_TYPE) {
      const { GenerateSecretString } = resource.properties;
      secretValues.bind(secretId(plan.rootStackName, id), standIn.physicalId);
      if (GenerateSecretString !== undefined) {
        const where = scope.place(logicalId, 'GenerateSecretString');
        secretValues.generateWith(standIn.physicalId, () => generatedSecret(resolve(GenerateSecretString, scope, where), ports.random, where));
      }
    }
  }

  /** Records what a fleet declares. What it has issued stays as it is, whatever becomes of its declaration. */
  private recordFleet(id: string, fleet: DesiredResource): void {
    const { stackName } = this.operation;
    if (this.operation.putStandIn(id, fleet, { physicalId: `fleet/${stackName}/${id}`, attributes: {} }, undefined)) {
      this.operation.notes.push(`${this.operation.place(id, fleet)}: \`private-iot-ca fleet run --fleet ${stackName}/${fleet.name} --manifest <file>\` issues for its devices`);
    }
  }

  /**
   * Deploys a nested stack as part of its parent stack: its resources are changed and rolled back with those of the parent, and its
   * outputs are attributes of the nested stack's resource.
   */
  private async deployNestedStack(plan: StackPlan, id: string, resource: PlannedResource, scope: StackScope): Promise<void> {
    const { logicalId, dependencies } = resource;
    const { newId } = this.engine;
    const passed = passedParameters(resource, scope);
    const stackId = own(this.state.resources, id)?.physicalId
      ?? `${plan.stackId.split('stack/')[0]}stack/${generatedName(plan.stackName, logicalId, newId())}/${newId()}`;
    const nested = planNestedStack(plan, logicalId, stackId.split('/')[1], stackId, passed, this.state);
    const within = nested.resources.map(each => `${nested.prefix}${each.logicalId}`);
    const next = desired(plan, { ...resource, dependencies: [...dependencies, ...within] }, { Parameters: passed.values });
    this.operation.putNestedStack(id, next, stackId);
    const { outputs, unavailable } = await this.deploy(nested, dependencies);
    this.unavailable.set(id, new Map([...unavailable].map(([key, reason]) => [`Outputs.${key}`, reason])));
    this.operation.putNestedStack(id, next, stackId, Object.fromEntries(Object.entries(outputs).map(([key, value]) => [`Outputs.${key}`, value])));
  }

  private evaluateOutputs({ stackName, template }: StackPlan, scope: StackScope): Outputs {
    const outputs: { [key: string]: string } = {};
    const unavailable = new Map<string, string>();
    for (const [key, { value, condition, exportName }] of template.outputs) {
      const where = `stack ${stackName}, output ${key}`;
      if (condition !== undefined && !scope.condition(condition, where)) {
        continue;
      }
      try {
        outputs[key] = scope.text(value, where);
        if (exportName !== undefined) {
          const complaint = checkExportedValue(key, outputs[key]);
          if (complaint) {
            throw new CliError(`stack ${stackName}: ${complaint}`);
          }
          this.exports[scope.text(exportName, `${where}, Export.Name`)] = outputs[key];
        }
      } catch (error) {
        if (!(error instanceof Unavailable)) {
          throw error;
        }
        unavailable.set(key, error.reason);
      }
    }
    return { outputs, unavailable };
  }
}

function desired({ prefix, stackId }: StackPlan, { type, name, dependencies, deletionPolicy }: PlannedResource, properties: DesiredResource['properties']): DesiredResource {
  return { type, name, dependencies, deletionPolicy, ...prefix !== '' && { stackId }, properties };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html */
function assertExportsAllowed(stackName: string, state: StackState, exports: StackState['exports'], { store }: Engine): void {
  for (const [other, { exports: taken }] of store.others(stackName)) {
    const twice = Object.keys(exports).find(name => Object.hasOwn(taken, name));
    if (twice !== undefined) {
      throw new CliError(`stack ${stackName}: the export ${twice} already belongs to stack ${other}; choose another name`);
    }
  }
  for (const [name, value] of Object.entries(state.exports)) {
    const importers = store.others(stackName).filter(([, { imports }]) => imports.includes(name)).map(([other]) => other);
    if (importers.length > 0 && own(exports, name) !== value) {
      throw new CliError(`stack ${stackName}: the export ${name} must not change or be removed while stack ${importers.join(', ')} imports it; `
        + 'make that stack independent of it first');
    }
  }
}

function changesOf({ before, resources }: StackState, declared: ReadonlySet<string>): ResourceReport[] {
  return Object.entries(before).filter(([logicalId]) => declared.has(logicalId)).map(([logicalId, previous]) => {
    const { name, type, physicalId, attributes } = resources[logicalId];
    const outcome = !previous ? 'created' : previous.physicalId === physicalId ? 'updated' : 'replaced';
    const notAfter = own(attributes, 'NotAfter') ?? '';
    return {
      name,
      type,
      outcome,
      notAfter: parseTime(notAfter) ? notAfter : undefined, // a CA that waits for its certificate has words in place of the end of its validity
      ...outcome === 'replaced' && lossOf(previous!),
    };
  });
}
