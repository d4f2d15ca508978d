import { checkExportedValue } from '../../contract/cloudformation-limits';
import { CA_RESOURCE_TYPES } from '../../contract/resource-types';
import { CliError, messageOf } from '../cli-error';
import { own } from '../json';
import { Engine } from './engine';
import { generatedSecret } from './generated-secret';
import { resolve, Unavailable } from './intrinsics';
import { ResourceReport, StackReport } from './report';
import { StackOperation } from './stack-operation';
import { deploymentScope, plannedStandIn, PlannedResource, resolvedProperties, signingKeyAlgorithm, StackPlan } from './stack-plan';
import { isCertificate, StackScope } from './stack-scope';
import { SECRET_TYPE } from './stand-ins';
import { StackState } from './state';

/**
 * Brings a stack to what its template declares. If anything fails, the stack is brought back to what it was.
 *
 * @throws CliError with what failed, after the rollback
 */
export async function deployStack(plan: StackPlan, engine: Engine): Promise<StackReport> {
  const { stackName } = plan;
  const { stacks } = engine.store.state;
  const state = stacks[stackName] ??= newStack(plan.stackId);
  const operation = new StackOperation(stackName, state, engine);
  const unfinished = operation.isUnfinished;
  engine.declaredCas.set(state.stackId, plan.resources.filter(({ type }) => CA_RESOURCE_TYPES.includes(type)).map(({ logicalId }) => logicalId));
  try {
    await operation.resume();
    const scope = scopeOf(plan, state, engine);
    for (const resource of plan.resources) {
      await deployResource(plan, resource, scope, operation, engine);
    }
    const { outputs, exports, leftOut } = evaluateOutputs(plan, scope);
    assertExportsAllowed(stackName, state, exports, engine);
    const declared = new Set(plan.resources.map(({ logicalId }) => logicalId));
    const changes = changesOf(state, declared);
    operation.commit(declared, {
      region: plan.region, parameters: plan.parameters, outputs, exports, imports: [...scope.imports].sort(),
    });
    await operation.cleanUp();
    return {
      stackName,
      resources: [...changes, ...operation.removals],
      unchanged: plan.resources.length - changes.length,
      leftOut: [...describeTypes(plan.leftOut), ...plan.awaited, ...plan.template.leftOut, ...leftOut],
      warnings: [...operation.notes, ...unfinished ? [`stack ${stackName}: finished what an earlier run had begun`] : [], ...operation.warnings],
    };
  } catch (error) {
    engine.store.assertSound();
    throw await afterRollback(operation, error);
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
  return { stackName, removed: true, resources: operation.removals, unchanged: 0, leftOut: [], warnings: operation.warnings };
}

function newStack(stackId: string): StackState {
  return { stackId, parameters: {}, resources: {}, exports: {}, imports: [], before: {}, superseded: [] };
}

function scopeOf(plan: StackPlan, state: StackState, { store }: Engine): StackScope {
  return deploymentScope(plan, {
    resource: logicalId => own(state.resources, logicalId),
    exported: name => store.others(plan.stackName).map(([, other]) => own(other.exports, name)).find(value => value !== undefined),
    stackOutput: (stackName, outputName, region = plan.region) => {
      const other = own(store.state.stacks, stackName);
      return other && isIn(region, other) ? own(other.outputs ?? {}, outputName) : undefined;
    },
  });
}

/** Whether a stack is in a Region, as far as that is known of both. */
function isIn(region: string | undefined, { region: its }: StackState): boolean {
  return region === undefined || its === undefined || region === its;
}

async function deployResource(
  plan: StackPlan, resource: PlannedResource, scope: StackScope, operation: StackOperation, { ports, secretValues }: Engine,
): Promise<void> {
  const { logicalId, name, type, dependencies, deletionPolicy } = resource;
  if (isCertificate(type)) {
    const properties = resolvedProperties(plan.stackName, resource, scope);
    await operation.put(logicalId, { type, name, properties, dependencies, deletionPolicy }, resource.updateReplacePolicy);
  } else {
    const standIn = plannedStandIn(plan.stackName, logicalId, resource, scope);
    const keyAlgorithm = signingKeyAlgorithm(plan.stackName, resource, scope);
    operation.putStandIn(logicalId, { type, name, properties: {}, dependencies, deletionPolicy }, standIn, keyAlgorithm);
    const { GenerateSecretString } = resource.properties;
    if (type === SECRET_TYPE && GenerateSecretString !== undefined) {
      const where = `stack ${plan.stackName}, resource ${logicalId}, property GenerateSecretString`;
      secretValues.generateWith(standIn.physicalId, () => generatedSecret(resolve(GenerateSecretString, scope, where), ports.random, where));
    }
  }
}

function evaluateOutputs({ stackName, template }: StackPlan, scope: StackScope): Pick<StackState, 'exports'> & {
  outputs: { [key: string]: string };
  leftOut: string[];
} {
  const outputs: { [key: string]: string } = {};
  const exports: { [name: string]: string } = {};
  const leftOut: string[] = [];
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
        leftOut.push(`output ${key}: ${error.reason}`);
      }
    }
  }
  return { outputs, exports, leftOut };
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
      throw new CliError(`stack ${stackName}: the export ${twice} is already one of stack ${other}; the name must be another one`);
    }
  }
  for (const [name, value] of Object.entries(state.exports)) {
    const importers = store.importersOf(stackName, name);
    if (importers.length > 0 && own(exports, name) !== value) {
      throw new CliError(`stack ${stackName}: the export ${name} must not change or go while stack ${importers.join(', ')} imports it; `
        + 'make that stack independent of it first');
    }
  }
}

function changesOf({ before, resources }: StackState, declared: ReadonlySet<string>): ResourceReport[] {
  return Object.entries(before).filter(([logicalId]) => declared.has(logicalId)).map(([logicalId, previous]) => {
    const { name, type, physicalId, attributes } = resources[logicalId];
    return {
      name,
      type,
      outcome: !previous ? 'created' : previous.physicalId === physicalId ? 'updated' : 'replaced',
      notAfter: own(attributes, 'NotAfter'),
    };
  });
}

function describeTypes(types: ReadonlyMap<string, number>): string[] {
  return [...types].map(([type, number]) => `${number} × ${type}`);
}

async function afterRollback(operation: StackOperation, error: unknown): Promise<CliError> {
  const message = messageOf(error);
  if (!operation.isUnfinished) {
    return new CliError(message);
  }
  try {
    await operation.rollBack();
    return new CliError([message, 'the stack was rolled back', ...operation.warnings].join('; '));
  } catch (rollbackError) {
    return new CliError(`${message}; the rollback failed too: ${messageOf(rollbackError)}; run again to go on from there`);
  }
}
