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
import { passedParameters, plannedStandIn, PlannedResource, resolvedProperties, signingKeyAlgorithm } from './planned-resource';
import { LeftOut, ResourceReport, StackReport } from './report';
import { StackOperation } from './stack-operation';
import { planNestedStack, StackPlan } from './stack-plan';
import { isCertificate, StackScope } from './stack-scope';
import { generatedName, localArn, SECRET_TYPE } from './stand-ins';
import { StackState } from './state';

/** The deployment of a stack and its nested stacks, with its results so far. */
interface Deployment {
  readonly state: StackState;
  readonly operation: StackOperation;
  readonly engine: Engine;
  /** The logical ids, as in the state, of the declared resources. */
  readonly declared: Set<string>;
  readonly exports: { [name: string]: string };
  readonly imports: Set<string>;
  readonly leftOutTypes: Map<string, number>;
  readonly leftOut: LeftOut[];
  /** Why outputs of nested stacks have no value, by the logical id in the state and the attribute. */
  readonly unavailable: Map<string, ReadonlyMap<string, string>>;
}

/**
 * Deploys what the template of a stack declares. If anything fails, the stack is rolled back.
 *
 * @throws CliError that says what failed, after the rollback
 */
export async function deployStack(plan: StackPlan, engine: Engine): Promise<StackReport> {
  const { stackName } = plan;
  const { stacks } = engine.store.state;
  const state = stacks[stackName] ??= newStack(plan.stackId);
  const operation = new StackOperation(stackName, state, engine);
  const unfinished = operation.isUnfinished;
  try {
    await operation.resume();
    const deployment: Deployment = {
      state, operation, engine, declared: new Set(), exports: {}, imports: new Set(), leftOutTypes: new Map(), leftOut: [], unavailable: new Map(),
    };
    const { outputs, unavailable } = await deployResources(plan, deployment);
    const unavailableOutputs = [...unavailable].map(([key, reason]) => ({ what: `output ${key}`, reason }));
    const { declared, exports, imports, leftOut, leftOutTypes } = deployment;
    assertExportsAllowed(stackName, state, exports, engine);
    const changes = changesOf(state, declared);
    operation.commit(declared, {
      region: plan.region, parameters: plan.parameters, outputs, exports, imports: [...imports].sort(),
    });
    await operation.cleanUp();
    return {
      stackName,
      resources: [...changes, ...operation.removals],
      unchanged: declared.size - changes.length,
      kept: operation.kept.places,
      keptCas: operation.kept.cas,
      leftOut: [...[...leftOutTypes].map(([what, number]) => ({ what, number })), ...leftOut, ...unavailableOutputs],
      warnings: [...operation.notes, ...unfinished ? [`stack ${stackName}: completed what an earlier run had started`] : [], ...operation.warnings],
    };
  } catch (error) {
    engine.store.assertSound();
    throw await afterRollback(operation, error, engine);
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

function newStack(stackId: string): StackState {
  return { stackId, parameters: {}, resources: {}, exports: {}, imports: [], requests: {}, before: {}, superseded: {} };
}

function scopeOf(plan: StackPlan, { state, engine: { store }, unavailable }: Deployment): StackScope {
  return new StackScope({
    ...plan,
    resource: logicalId => {
      const id = `${plan.prefix}${logicalId}`;
      const resource = own(state.resources, id);
      return resource && { ...resource, unavailable: unavailable.get(id) };
    },
    exported: name => store.others(plan.stackName).map(([, other]) => own(other.exports, name)).find(value => value !== undefined),
    stackOutput: (stackName, outputName, region = plan.region) => {
      const other = own(store.state.stacks, stackName);
      return other && isIn(region, other) ? own(other.outputs ?? {}, outputName) : undefined;
    },
  });
}

/** Whether a stack is in a Region. If either Region is unknown, the stack counts as being in it. */
function isIn(region: string | undefined, { region: its }: StackState): boolean {
  return region === undefined || its === undefined || region === its;
}

/** The outputs of a stack. */
interface Outputs {
  readonly outputs: { readonly [key: string]: string };
  /** Why the other outputs have no value. */
  readonly unavailable: ReadonlyMap<string, string>;
}

/** @param inherited the logical ids, as in the state, of the resources that a nested stack as a whole depends on */
async function deployResources(plan: StackPlan, deployment: Deployment, inherited: readonly string[] = []): Promise<Outputs> {
  const scope = scopeOf(plan, deployment);
  const cas = plan.resources.filter(({ type }) => CA_RESOURCE_TYPES.includes(type));
  deployment.engine.declaredCas.set(plan.stackId, cas.map(({ logicalId }) => logicalId));
  for (const [index, resource] of plan.resources.entries()) {
    const dependencies = [...resource.dependencies.map(id => `${plan.prefix}${id}`), ...inherited];
    deployment.declared.add(`${plan.prefix}${resource.logicalId}`);
    const deploy = plan.nested.has(resource.logicalId) ? deployNestedStack : deployResource;
    await deployment.engine.progress.during(`${index + 1} of ${plan.resources.length} resources`,
      () => deploy(plan, { ...resource, dependencies }, scope, deployment));
  }
  plan.leftOut.forEach((number, type) => deployment.leftOutTypes.set(type, (deployment.leftOutTypes.get(type) ?? 0) + number));
  deployment.leftOut.push(...plan.leftOutByName, ...plan.template.leftOut.map(what => ({ what })));
  const evaluated = evaluateOutputs(plan, scope, deployment);
  scope.imports.forEach(name => deployment.imports.add(name));
  return evaluated;
}

async function deployResource(
  plan: StackPlan, resource: PlannedResource, scope: StackScope, { state, operation, engine: { ports, secretValues, kmsKeys, newId } }: Deployment,
): Promise<void> {
  const { logicalId, name, type, dependencies, deletionPolicy, updateReplacePolicy } = resource;
  const id = `${plan.prefix}${logicalId}`;
  const common = { type, name, dependencies, deletionPolicy, ...plan.prefix !== '' && { stackId: plan.stackId } };
  if (isCertificate(type)) {
    await operation.put(id, { ...common, properties: resolvedProperties(resource, scope) }, updateReplacePolicy);
    return;
  }
  const standIn = plannedStandIn(resource, scope, own(state.resources, id), newId);
  const keyAlgorithm = signingKeyAlgorithm(resource, scope);
  const keyFile = keyAlgorithm && kmsKeys.declare(standIn.attributes.Arn, keyAlgorithm);
  if (operation.putStandIn(id, { ...common, properties: standIn.properties }, standIn, updateReplacePolicy) && keyFile) {
    operation.notes.push(`${operation.place(id, resource)}: this key is the file ${keyFile}, which stands in for AWS KMS; `
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

/**
 * Deploys a nested stack as part of its parent stack: its resources are changed and rolled back with those of the parent, and its
 * outputs are attributes of the nested stack's resource.
 */
async function deployNestedStack(plan: StackPlan, resource: PlannedResource, scope: StackScope, deployment: Deployment): Promise<void> {
  const { logicalId, name, type, deletionPolicy } = resource;
  const { state, operation, engine, unavailable } = deployment;
  const id = `${plan.prefix}${logicalId}`;
  const passed = passedParameters(resource, scope);
  const stackId = own(state.resources, id)?.physicalId
    ?? localArn('cloudformation', `stack/${generatedName(plan.stackName, logicalId, engine.newId())}/${engine.newId()}`);
  const nested = planNestedStack(plan, logicalId, stackId.split('/')[1], stackId, passed, state);
  const declared = {
    type,
    name,
    deletionPolicy,
    properties: { Parameters: passed.values },
    dependencies: [...resource.dependencies, ...nested.resources.map(each => `${nested.prefix}${each.logicalId}`)],
    ...plan.prefix !== '' && { stackId: plan.stackId },
  };
  operation.putNestedStack(id, declared, stackId);
  const evaluated = await deployResources(nested, deployment, resource.dependencies);
  const attributes = (outputs: Iterable<readonly [string, string]>) => [...outputs].map(([key, value]) => [`Outputs.${key}`, value] as const);
  unavailable.set(id, new Map(attributes(evaluated.unavailable)));
  operation.putNestedStack(id, declared, stackId, Object.fromEntries(attributes(Object.entries(evaluated.outputs))));
}

function evaluateOutputs({ stackName, template }: StackPlan, scope: StackScope, { exports }: Deployment): Outputs {
  const outputs: { [key: string]: string } = {};
  const unavailable = new Map<string, string>();
  for (const [key, { value, condition, exportName }] of template.outputs) {
    const where = `stack ${stackName}, output ${key}`;
    if (condition === undefined || scope.condition(condition, where)) {
      try {
        outputs[key] = scope.text(value, where);
        if (exportName !== undefined) {
          assertExportable(stackName, key, outputs[key]);
          exports[scope.text(exportName, `${where}, Export.Name`)] = outputs[key];
        }
      } catch (error) {
        if (!(error instanceof Unavailable)) {
          throw error;
        }
        unavailable.set(key, error.reason);
      }
    }
  }
  return { outputs, unavailable };
}

function assertExportable(stackName: string, key: string, value: string): void {
  const complaint = checkExportedValue(key, value);
  if (complaint) {
    throw new CliError(`stack ${stackName}: ${complaint}`);
  }
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
    const importers = store.importersOf(stackName, name);
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
    return {
      name,
      type,
      outcome,
      notAfter: timeIn(own(attributes, 'NotAfter')),
      ...outcome === 'replaced' && lossOf(previous!),
    };
  });
}

/** Drops a text that is not a time: a CA that waits for its certificate has words in place of the end of its validity. */
function timeIn(notAfter: string | undefined): string | undefined {
  return notAfter !== undefined && parseTime(notAfter) ? notAfter : undefined;
}

async function afterRollback(operation: StackOperation, error: unknown, { isRehearsal }: Engine): Promise<DeploymentError> {
  const message = messageOf(error);
  if (isRehearsal) {
    return new DeploymentError(`${message}; nothing was changed`);
  }
  if (!operation.isUnfinished) {
    return new DeploymentError(message);
  }
  try {
    await operation.rollBack();
    const kept = operation.kept.places.map(({ name, place }) => `kept from ${name}: ${place}`);
    return new DeploymentError([message, 'the stack was rolled back', ...kept, ...operation.warnings].join('; '));
  } catch (rollbackError) {
    return new DeploymentError(`${message}; the rollback failed too: ${messageOf(rollbackError)}; run again to continue from there`);
  }
}
