import { CliError } from '../cli-error';
import { own } from '../json';
import { AssemblyStack, isNamed } from './assembly';
import { Awaited, awaitedCodes, awaitedParameters } from './awaited-codes';
import { inDependencyOrder } from './dependencies';
import { resolve, Unavailable } from './intrinsics';
import { LeftOut } from './left-out';
import { NESTED_STACK_TYPE, StackTemplate } from './nested-templates';
import { GivenParameter, parameterValues } from './parameters';
import { passedParameters, PassedParameters, plannedStandIn, PlannedResource, resolvedProperties } from './planned-resource';
import { referencesIn } from './references';
import { notKnownYet, rehearse } from './rehearsed';
import { secretReferencesIn } from './secret-references';
import { isCertificate, isDeployed, ReferencedResource, StackScope, StackScopeProps, Withheld } from './stack-scope';
import { generatedName } from './stand-ins';
import { StackState } from './state';
import { ResourceDeclaration, Template } from './template';

/** A stack whose template and parameters have been checked as far as possible before anything is deployed. */
export interface StackPlan extends StackTemplate {
  readonly stackName: string;
  readonly stackId: string;
  /** The Region that the stack is meant for, if its app says so. */
  readonly region?: string;
  readonly parameters: { readonly [name: string]: string };
  /** The parameters that have no value here; only in a nested stack. */
  readonly withheld: Withheld;
  /** The parameters of a nested stack that pass a code which only the platform has. */
  readonly awaitedParameters: Awaited;
  /** The verification certificates whose code only the platform has. */
  readonly awaited: Awaited;
  /** In the order in which they are deployed. */
  readonly resources: readonly PlannedResource[];
  /** The number of resources that are left out, by type. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** The nested stacks and the certificates that are left out, although a local deployment carries out other resources of their types. */
  readonly leftOutByName: readonly LeftOut[];
  /** The ARNs and names of the secrets that its certificates read; `undefined` for a secret that is known only during the deployment. */
  readonly secrets: readonly (string | undefined)[];
  /** The path of the root stack, which is not nested. Names in messages are relative to it. */
  readonly rootName: string;
  /** The name of the root stack. */
  readonly rootStackName: string;
  /** The prefix of logical ids in the state. For a nested stack, it consists of the logical ids that lead to it, as in `Devices.`. */
  readonly prefix: string;
}

/** A placeholder for the id in a name that is generated only when a resource is made. */
const UNKNOWN_ID = 'xxxxxx';

type StackToPlan = Omit<StackPlan, 'awaited' | 'resources' | 'leftOut' | 'leftOutByName' | 'secrets'>;

/** What the plan of a nested stack needs to know about its parent stack. */
type ParentStack = Pick<StackPlan, 'template' | 'nested' | 'awaitedParameters' | 'region' | 'rootName' | 'rootStackName' | 'prefix'>;

/**
 * Plans the deployment of a stack.
 *
 * @throws CliError for every error in the template that can be found without deploying
 */
export function planStack(stack: AssemblyStack, stackId: string, given: readonly GivenParameter[], previous: StackState | undefined): StackPlan {
  const { name: stackName, displayName, region, template, nested, reads } = stack;
  const parameters = parameterValues(stackName, template.parameters, {
    given: givenTo(stack, given),
    assembly: stack.parameters,
    previous: previous?.parameters ?? {},
  });
  return plan({
    stackName,
    stackId,
    displayName,
    region,
    template,
    nested,
    reads,
    parameters,
    withheld: new Map(),
    awaitedParameters: new Map(),
    rootName: displayName,
    rootStackName: stackName,
    prefix: '',
  }, previous);
}

/** Plans the deployment of a nested stack. */
export function planNestedStack(
  parent: ParentStack, logicalId: string, stackName: string, stackId: string, { values, withheld }: PassedParameters,
  previous: StackState | undefined,
): StackPlan {
  const stack = parent.nested.get(logicalId)!;
  const declared = new Map([...stack.template.parameters].filter(([name]) => !withheld.has(name)));
  const parameters = parameterValues(stackName, declared, { given: values, assembly: {}, previous: {} });
  const { region, rootName, rootStackName } = parent;
  return plan({
    ...stack,
    stackName,
    stackId,
    region,
    parameters,
    withheld,
    awaitedParameters: awaitedParameters(parent.template.resources.get(logicalId)!, parent.template, parent.awaitedParameters, namesIn(parent)),
    rootName,
    rootStackName,
    prefix: `${parent.prefix}${logicalId}.`,
  }, previous);
}

function plan(stack: StackToPlan, previous: StackState | undefined): StackPlan {
  const { stackName, template, prefix } = stack;
  const currentOf = (logicalId: string) => previous && own(previous.resources, `${prefix}${logicalId}`);
  const awaited = awaitedCodes(template, stack.awaitedParameters, namesIn(stack));
  const scope: StackScope = new StackScope({
    ...stack,
    awaited,
    resource: logicalId => {
      const declaration = template.resources.get(logicalId)!;
      return isCertificate(declaration.type) || stack.nested.has(logicalId)
        ? notKnownYet() : plannedStandIn(stackName, logicalId, declaration, scope, currentOf(logicalId), () => UNKNOWN_ID);
    },
    exported: notKnownYet,
    stackOutput: notKnownYet,
  });
  const exists = ({ condition }: { condition?: string }, where: string): boolean =>
    condition === undefined || (rehearse(() => scope.condition(condition, where)) ?? true);
  const existing = [...template.resources].filter(([id, resource]) => exists(resource, `stack ${stackName}, resource ${id}`));
  const { resources, leftOutByName } = inOrder(stack, awaited, existing);
  existing.forEach(([id, { type }]) => checkType(stackName, id, type, currentOf(id)?.type));
  const secrets = resources.flatMap(resource => checkResource(stack, resource, scope, previous));
  for (const [key, output] of template.outputs) {
    const where = `stack ${stackName}, output ${key}`;
    if (exists(output, where)) {
      rehearse(() => resolve(output.value, scope, where), Unavailable); // such an output is left out
    }
  }
  return { ...stack, awaited, resources, leftOut: leftOutTypes(existing), leftOutByName, secrets };
}

/** The scope in which a planned stack is deployed. */
export function deploymentScope(planned: StackPlan, lookUp: Pick<StackScopeProps, 'exported' | 'stackOutput'> & {
  resource: (logicalId: string) => ReferencedResource | undefined;
}): StackScope {
  return new StackScope({ ...planned, ...lookUp });
}

/** Whether a value from the command line is for this stack. */
export function isGivenTo(stack: AssemblyStack, { stack: target, name }: GivenParameter): boolean {
  return (target === undefined || isNamed(stack, target)) && stack.template.parameters.has(name);
}

function givenTo(stack: AssemblyStack, given: readonly GivenParameter[]): { [name: string]: string } {
  // A value that names the stack takes precedence over a value that does not.
  const ordered = [...given.filter(each => each.stack === undefined), ...given.filter(each => each.stack !== undefined)];
  return Object.fromEntries(ordered.filter(each => isGivenTo(stack, each)).map(({ name, value }) => [name, value]));
}

function inOrder(stack: StackToPlan, awaited: Awaited, existing: [string, ResourceDeclaration][]): Pick<StackPlan, 'resources' | 'leftOutByName'> {
  const { stackName, template, nested } = stack;
  const references = new Map(existing.map(([id, resource]) => [id, directDependencies(stackName, template, id, resource)]));
  const order = inDependencyOrder([...references.keys()], id => references.get(id)!, cycle => {
    throw new CliError(`stack ${stackName}: the resources ${cycle.join(' → ')} depend on each other`);
  });
  const nameOf = namesIn(stack);
  const isPlanned = (id: string): boolean => (isDeployed(template.resources.get(id)!.type) && !awaited.has(id)) || nested.has(id);
  const planned = order.filter(isPlanned);
  return {
    resources: planned.map(logicalId => ({
      ...template.resources.get(logicalId)!,
      logicalId,
      name: nameOf(logicalId),
      dependencies: planned.filter(id => references.get(logicalId)!.has(id)),
    })),
    leftOutByName: existing.filter(([id, { type }]) => awaited.has(id) || (type === NESTED_STACK_TYPE && !nested.has(id))).map(([id, { type }]) => {
      const source = awaited.get(id);
      const reason = source === undefined ? 'its template is not in the assembly, so the certificates that it may declare are not made'
        : `its code comes from the platform, in the deployment of ${source}`;
      return { what: `${nameOf(id)} (${type})`, reason };
    }),
  };
}

/**
 * The path of a resource's construct in its stack, if known, otherwise its logical id.
 *
 * @param prefix for a resource in a nested stack, the prefix of its logical id in the state
 */
export function nameInStack(logicalId: string, { constructPath = '' }: ResourceDeclaration, rootName: string, prefix: string): string {
  return constructPath.startsWith(`${rootName}/`) ? constructPath.slice(rootName.length + 1) : `${prefix.replaceAll('.', '/')}${logicalId}`;
}

/** The names of the resources of a stack. */
function namesIn({ template, rootName, prefix }: Pick<StackPlan, 'template' | 'rootName' | 'prefix'>): (logicalId: string) => string {
  return logicalId => nameInStack(logicalId, template.resources.get(logicalId)!, rootName, prefix);
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
    throw new CliError(`stack ${stackName}, resource ${logicalId}: CloudFormation does not allow the type to change, from ${previous} to ${type}; `
      + 'give the construct another id');
  }
}

/** @returns the secrets that the resource, or a certificate in it, reads; as in `StackPlan.secrets` */
function checkResource(
  stack: StackToPlan, resource: PlannedResource, scope: StackScope, previous: StackState | undefined,
): readonly (string | undefined)[] {
  const { stackName, prefix } = stack;
  const { logicalId } = resource;
  if (isCertificate(resource.type)) {
    for (const [name, expression] of Object.entries(resource.properties)) {
      rehearse(() => resolvedProperties(stackName, { ...resource, properties: { [name]: expression } }, scope));
    }
    return secretReferencesIn(resource.properties).filter(({ isWritten }) => !isWritten)
      .map(({ expression }) => rehearse(() => scope.text(expression, `stack ${stackName}, resource ${logicalId}`), CliError));
  }
  if (!stack.nested.has(logicalId)) {
    rehearse(() => plannedStandIn(stackName, logicalId, resource, scope, undefined, () => UNKNOWN_ID));
    return [];
  }
  const name = generatedName(stackName, logicalId, UNKNOWN_ID);
  const stackId = previous && own(previous.resources, `${prefix}${logicalId}`)?.physicalId;
  const nested = rehearse(() => planNestedStack(stack, logicalId, name, stackId ?? name, passedParameters(stackName, resource, scope), previous));
  return nested ? nested.secrets : [undefined];
}

function leftOutTypes(existing: [string, ResourceDeclaration][]): Map<string, number> {
  const counts = new Map<string, number>();
  const types = existing.map(([, { type }]) => type).filter(type => !isDeployed(type) && type !== NESTED_STACK_TYPE);
  types.sort().forEach(type => counts.set(type, (counts.get(type) ?? 0) + 1));
  return counts;
}
