import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { keyAlgorithmOfKeySpec } from '../../contract/kms';
import { CliError } from '../cli-error';
import { JsonMap, own } from '../json';
import { AssemblyStack, isNamed } from './assembly';
import { awaitedCodes } from './awaited-codes';
import { inDependencyOrder } from './dependencies';
import { NO_VALUE, resolve, Resolved, Unavailable } from './intrinsics';
import { GivenParameter, parameterValues } from './parameters';
import { referencesIn } from './references';
import { isCertificate, isDeployed, ReferencedResource, StackScope, StackScopeProps } from './stack-scope';
import { defaultName, KMS_KEY_TYPE, nameProperty, StandIn, standInFor } from './stand-ins';
import { StackState } from './state';
import { ResourceDeclaration, Template } from './template';

/** A resource that a deployment of a stack carries out or stands in for. */
export interface PlannedResource extends ResourceDeclaration {
  readonly logicalId: string;
  /** What its author calls it: the path of its construct in the stack, where that is known, else the logical id. */
  readonly name: string;
  /** The resources of the plan it has to wait for. */
  readonly dependencies: readonly string[];
}

/** A stack whose template and parameters are checked, as far as that can be done before anything is deployed. */
export interface StackPlan {
  readonly stackName: string;
  readonly stackId: string;
  /** The Region that the stack is meant for, where its app says so. */
  readonly region?: string;
  readonly template: Template;
  readonly parameters: { readonly [name: string]: string };
  /** In the order in which they are deployed. */
  readonly resources: readonly PlannedResource[];
  /** How many resources of which types are left out. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** The certificates that are left out because only a platform has the code for them, in words. */
  readonly awaited: readonly string[];
}

/** The properties of a custom resource that CloudFormation keeps to itself. */
const CLOUDFORMATION_PROPERTIES: readonly string[] = ['ServiceToken', 'ServiceTimeout'];

/** The check before a deployment has met what only the deployment will know. */
class NotKnownYet extends Error {}

/**
 * Plans the deployment of a stack.
 *
 * @throws CliError for everything in the template that can be found wrong without deploying
 */
export function planStack(stack: AssemblyStack, stackId: string, given: readonly GivenParameter[], previous: StackState | undefined): StackPlan {
  const { name: stackName, template } = stack;
  const parameters = parameterValues(stackName, template.parameters, {
    given: givenTo(stack, given),
    assembly: stack.parameters,
    previous: previous?.parameters ?? {},
  });
  const scope: StackScope = new StackScope({
    stackName,
    stackId,
    template,
    parameters,
    resource: logicalId => {
      const declaration = template.resources.get(logicalId)!;
      return isCertificate(declaration.type) ? notKnownYet() : plannedStandIn(stackName, logicalId, declaration, scope);
    },
    exported: notKnownYet,
    stackOutput: notKnownYet,
  });
  const exists = ({ condition }: { condition?: string }, where: string): boolean => condition === undefined || scope.condition(condition, where);
  const existing = [...template.resources].filter(([id, resource]) => exists(resource, `stack ${stackName}, resource ${id}`));
  const resources = inOrder(stack, existing);
  existing.forEach(([id, { type }]) => checkType(stackName, id, type, previous && own(previous.resources, id)?.type));
  resources.forEach(resource => checkResource(stackName, resource, scope));
  for (const [key, output] of template.outputs) {
    const where = `stack ${stackName}, output ${key}`;
    if (exists(output, where)) {
      rehearse(() => resolve(output.value, scope, where), Unavailable); // such an output is left out
    }
  }
  const leftOut = leftOutTypes(existing.map(([, { type }]) => type));
  return { stackName, stackId, region: stack.region, template, parameters, resources, leftOut, awaited: awaitedIn(stack, existing) };
}

/** The properties of a certificate resource as they are sent: every scalar as a string. */
export function resolvedProperties(stackName: string, { logicalId, properties }: PlannedResource, scope: StackScope): JsonMap {
  const resolved: { [name: string]: unknown } = {};
  for (const [name, expression] of Object.entries(properties)) {
    if (!CLOUDFORMATION_PROPERTIES.includes(name)) {
      const value = resolve(expression, scope, `stack ${stackName}, resource ${logicalId}, property ${name}`);
      if (value !== NO_VALUE) {
        resolved[name] = stringified(value);
      }
    }
  }
  return resolved;
}

/** The stand-in of a resource, under the name its template gives it. */
export function plannedStandIn(stackName: string, logicalId: string, { type, properties }: ResourceDeclaration, scope: StackScope): StandIn {
  const property = nameProperty(type);
  const name = property !== undefined && properties[property] !== undefined
    ? scope.text(properties[property], `stack ${stackName}, resource ${logicalId}, property ${property}`)
    : defaultName(stackName, logicalId);
  return standInFor(type, name);
}

/**
 * The algorithm of a KMS key that certificates can be signed with, or `undefined` for every other resource: most KMS keys
 * encrypt, and what only AWS knows of a key does not make it a CA's.
 */
export function signingKeyAlgorithm(
  stackName: string, { logicalId, type, properties }: PlannedResource, scope: StackScope,
): KeyAlgorithmName | undefined {
  const property = (name: string): Resolved => resolve(properties[name] ?? '', scope, `stack ${stackName}, resource ${logicalId}, property ${name}`);
  try {
    return type === KMS_KEY_TYPE && property('KeyUsage') === 'SIGN_VERIFY' ? keyAlgorithmOfKeySpec(String(property('KeySpec'))) : undefined;
  } catch (error) {
    if (error instanceof Unavailable) {
      return undefined;
    }
    throw error;
  }
}

/** The scope in which a planned stack is deployed. */
export function deploymentScope(plan: StackPlan, lookUp: Pick<StackScopeProps, 'exported' | 'stackOutput'> & {
  resource: (logicalId: string) => ReferencedResource | undefined;
}): StackScope {
  return new StackScope({ ...plan, ...lookUp });
}

/** Whether a value that was given on the command line is for this stack. */
export function isGivenTo(stack: AssemblyStack, { stack: target, name }: GivenParameter): boolean {
  return (target === undefined || isNamed(stack, target)) && stack.template.parameters.has(name);
}

function givenTo(stack: AssemblyStack, given: readonly GivenParameter[]): { [name: string]: string } {
  // What names the stack wins over what does not.
  const ordered = [...given.filter(each => each.stack === undefined), ...given.filter(each => each.stack !== undefined)];
  return Object.fromEntries(ordered.filter(each => isGivenTo(stack, each)).map(({ name, value }) => [name, value]));
}

function inOrder({ name: stackName, displayName, template }: AssemblyStack, existing: [string, ResourceDeclaration][]): PlannedResource[] {
  const references = new Map(existing.map(([id, resource]) => [id, directDependencies(stackName, template, id, resource)]));
  const order = inDependencyOrder([...references.keys()], id => references.get(id)!, cycle => {
    throw new CliError(`stack ${stackName}: the resources ${cycle.join(' → ')} depend on each other`);
  });
  const awaited = awaitedCodes(template);
  const planned = order.filter(id => isDeployed(template.resources.get(id)!.type) && !awaited.has(id));
  return planned.map(logicalId => ({
    ...template.resources.get(logicalId)!,
    logicalId,
    name: nameInStack(logicalId, template.resources.get(logicalId)!, displayName),
    dependencies: planned.filter(id => references.get(logicalId)!.has(id)),
  }));
}

/** The path of a resource's construct in its stack, where that is known, else its logical id. */
export function nameInStack(logicalId: string, { constructPath = '' }: ResourceDeclaration, displayName: string): string {
  return constructPath.startsWith(`${displayName}/`) ? constructPath.slice(displayName.length + 1) : logicalId;
}

function directDependencies(stackName: string, template: Template, logicalId: string, resource: ResourceDeclaration): Set<string> {
  const unknown = resource.dependsOn.find(id => !template.resources.has(id));
  if (unknown !== undefined) {
    throw new CliError(`stack ${stackName}, resource ${logicalId}: DependsOn must name resources of the template, got ${JSON.stringify(unknown)}`);
  }
  return new Set([...referencesIn(resource.properties), ...resource.dependsOn]);
}

function checkType(stackName: string, logicalId: string, type: string, previous: string | undefined): void {
  if (previous !== undefined && previous !== type) {
    throw new CliError(`stack ${stackName}, resource ${logicalId}: CloudFormation does not let the type change, from ${previous} to ${type}; `
      + 'give the construct another id');
  }
}

function checkResource(stackName: string, resource: PlannedResource, scope: StackScope): void {
  if (isCertificate(resource.type)) {
    for (const [name, expression] of Object.entries(resource.properties)) {
      rehearse(() => resolvedProperties(stackName, { ...resource, properties: { [name]: expression } }, scope));
    }
  } else {
    rehearse(() => plannedStandIn(stackName, resource.logicalId, resource, scope));
  }
}

function leftOutTypes(types: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  types.filter(type => !isDeployed(type)).sort().forEach(type => counts.set(type, (counts.get(type) ?? 0) + 1));
  return counts;
}

function awaitedIn({ template, displayName }: AssemblyStack, existing: [string, ResourceDeclaration][]): string[] {
  const awaited = awaitedCodes(template);
  const nameOf = (id: string): string => nameInStack(id, template.resources.get(id)!, displayName);
  return existing.filter(([id]) => awaited.has(id)).map(([id, { type }]) => {
    const source = awaited.get(id)!;
    return `${nameOf(id)} (${type}): its code comes from the platform, which ${nameOf(source)} (${template.resources.get(source)!.type}) asks`;
  });
}

function notKnownYet(): never {
  throw new NotKnownYet();
}

/** Evaluates what can be evaluated already, for the sake of its errors. */
function rehearse(evaluate: () => unknown, ...passedOver: (new (...args: never[]) => Error)[]): void {
  try {
    evaluate();
  } catch (error) {
    if (![NotKnownYet, ...passedOver].some(kind => error instanceof kind)) {
      throw error;
    }
  }
}

/** CloudFormation hands every scalar to a custom resource as a string. */
function stringified(value: Resolved): unknown {
  if (Array.isArray(value)) {
    return value.map(stringified);
  }
  return typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, stringified(member)]))
    : String(value);
}
