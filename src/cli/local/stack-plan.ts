import { isMap } from '../../contract/json-map';
import { ResourceType } from '../../contract/resource-types';
import { RegistrationType } from '../../platforms/registrations';
import { CliError } from '../cli-error';
import { own } from '../json';
import { AssemblyStack, isNamed } from './assembly';
import { inDependencyOrder } from './dependencies';
import { NotKnownYet, resolve, Unavailable } from './intrinsics';
import { NESTED_STACK_TYPE, StackTemplate } from './nested-templates';
import { GivenParameter, parameterValues } from './parameters';
import { fleetProperties, passedParameters, PassedParameters, plannedStandIn, PlannedResource, rehearse, resolvedProperties } from './planned-resource';
import { referencesIn, secretReferencesIn } from './references';
import { LeftOut } from './report';
import { Awaited, isCertificate, isDeployed, isFleet, StackFacts, StackScope } from './stack-scope';
import { generatedName } from './stand-ins';
import { StackState } from './state';
import { ResourceDeclaration, Template } from './template';

/** A stack whose template and parameters have been checked as far as possible before anything is deployed. */
export interface StackPlan extends StackTemplate, Omit<StackFacts, keyof StackTemplate> {
  /** The Region that the stack is meant for, if its app says so. */
  readonly region?: string;
  /** The parameters of a nested stack that pass a code which only the platform has. */
  readonly awaitedParameters: Awaited;
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

/**
 * Plans the deployment of a stack.
 *
 * @param unknown names the values that only AWS knows, in a comparison with stacks in AWS
 * @throws CliError for every error in the template that can be found without deploying
 */
export function planStack(
  stack: AssemblyStack, stackId: string, given: readonly GivenParameter[], previous: StackState | undefined, unknown?: StackFacts['unknown'],
): StackPlan {
  const { name: stackName, displayName: rootName, template } = stack;
  const parameters = parameterValues(stackName, template.parameters, {
    given: givenTo(stack, given),
    assembly: stack.parameters,
    previous: previous?.parameters ?? {},
  });
  return plan({
    ...stack, stackName, stackId, parameters, withheld: new Map(), awaitedParameters: new Map(), rootName, rootStackName: stackName, prefix: '', unknown,
  }, previous);
}

/** Plans the deployment of a nested stack. */
export function planNestedStack(
  parent: StackToPlan, logicalId: string, stackName: string, stackId: string, { values, withheld }: PassedParameters, previous?: StackState,
): StackPlan {
  const stack = parent.nested.get(logicalId)!;
  const declared = new Map([...stack.template.parameters].filter(([name]) => !withheld.has(name)));
  const { Parameters: passed } = parent.template.resources.get(logicalId)!.properties;
  return plan({
    ...parent,
    ...stack,
    stackName,
    stackId,
    parameters: parameterValues(stackName, declared, { given: values, assembly: {}, previous: {} }),
    withheld,
    awaitedParameters: awaitedIn(Object.entries(isMap(passed) ? passed : {}), parent),
    prefix: `${parent.prefix}${logicalId}.`,
  }, previous);
}

function plan(stack: StackToPlan, previous: StackState | undefined): StackPlan {
  const { stackName, template, prefix, nested } = stack;
  const currentOf = (logicalId: string) => previous && own(previous.resources, `${prefix}${logicalId}`);
  const awaited = awaitedIn([...template.resources].filter(([, { type }]) => type === ResourceType.VERIFICATION_CERTIFICATE)
    .map(([logicalId, { properties }]) => [logicalId, properties]), stack);
  const scope: StackScope = new StackScope({
    ...stack,
    awaited,
    resource: logicalId => {
      const declaration = template.resources.get(logicalId)!;
      return isCertificate(declaration.type) || isFleet(declaration.type) || nested.has(logicalId)
        ? notKnownYet() : plannedStandIn({ ...declaration, logicalId }, scope, currentOf(logicalId), () => UNKNOWN_ID);
    },
    exported: notKnownYet,
    stackOutput: notKnownYet,
  });
  const exists = ({ condition }: { condition?: string }, where: string): boolean =>
    condition === undefined || (rehearse(() => scope.condition(condition, where)) ?? true);
  const existing = [...template.resources].filter(([id, resource]) => exists(resource, scope.place(id)));
  const resources = inOrder(stack, awaited, existing);
  for (const [id, { type }] of existing) {
    const former = currentOf(id)?.type ?? type;
    if (former !== type) {
      throw new CliError(`${scope.place(id)}: CloudFormation does not allow the type to change, from ${former} to ${type}; give the construct another id`);
    }
  }
  const secrets = resources.flatMap(resource => checkResource(stack, resource, scope, previous));
  for (const [key, output] of template.outputs) {
    const where = `stack ${stackName}, output ${key}`;
    if (exists(output, where)) {
      rehearse(() => resolve(output.value, scope, where), Unavailable); // such an output is left out
    }
  }
  const leftOutTypes = existing.map(([, { type }]) => type).filter(type => !isDeployed(type) && type !== NESTED_STACK_TYPE).sort();
  return {
    ...stack,
    awaited,
    resources,
    secrets,
    leftOut: new Map([...new Set(leftOutTypes)].map(type => [type, leftOutTypes.filter(each => each === type).length])),
    leftOutByName: existing.filter(([id, { type }]) => awaited.has(id) || (type === NESTED_STACK_TYPE && !nested.has(id))).map(([id, { type }]) => ({
      what: `${nameOf(id, stack)} (${type})`,
      reason: awaited.has(id) ? `its code comes from the platform, in the deployment of ${awaited.get(id)}`
        : 'its template is not in the assembly, so the certificates that it may declare are not made',
    })),
  };
}

/** Stands in for a value that only the deployment will know. */
function notKnownYet(): never {
  throw new NotKnownYet();
}

const REGISTRATION_TYPES: readonly string[] = Object.values(RegistrationType);

/** Finds the expressions that refer to a value which a platform provides only during the deployment, which does not happen here. */
function awaitedIn(expressions: readonly (readonly [name: string, expression: unknown])[], stack: StackToPlan): Awaited {
  if (stack.unknown) { // AWS provides them
    return new Map();
  }
  const sourcesOf = (name: string): readonly string[] => {
    const type = stack.template.resources.get(name)?.type ?? '';
    return REGISTRATION_TYPES.includes(type) ? [`${nameOf(name, stack)} (${type})`] : [stack.awaitedParameters.get(name) ?? []].flat();
  };
  return new Map(expressions.flatMap(([name, expression]) =>
    [...referencesIn(expression)].flatMap(sourcesOf).slice(0, 1).map(source => [name, source] as const)));
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

function inOrder(stack: StackToPlan, awaited: Awaited, existing: [string, ResourceDeclaration][]): PlannedResource[] {
  const { stackName, template, nested } = stack;
  const references = new Map(existing.map(([id, resource]) => [id, directDependencies(stackName, template, id, resource)]));
  const order = inDependencyOrder([...references.keys()], id => references.get(id)!, cycle => {
    throw new CliError(`stack ${stackName}: the resources ${cycle.join(' → ')} depend on each other`);
  });
  const planned = order.filter(id => (isDeployed(template.resources.get(id)!.type) && !awaited.has(id)) || nested.has(id));
  return planned.map(logicalId => ({
    ...template.resources.get(logicalId)!,
    logicalId,
    name: nameOf(logicalId, stack),
    dependencies: planned.filter(id => references.get(logicalId)!.has(id)),
  }));
}

/** The path of a resource's construct in its root stack, if known, otherwise its logical ids. */
export function nameOf(logicalId: string, { template, rootName, prefix }: Pick<StackPlan, 'template' | 'rootName' | 'prefix'>): string {
  const { constructPath = '' } = template.resources.get(logicalId)!;
  return constructPath.startsWith(`${rootName}/`) ? constructPath.slice(rootName.length + 1) : `${prefix.replaceAll('.', '/')}${logicalId}`;
}

function directDependencies(stackName: string, template: Template, logicalId: string, resource: ResourceDeclaration): Set<string> {
  const unknown = resource.dependsOn.find(id => !template.resources.has(id));
  if (unknown !== undefined) {
    throw new CliError(`stack ${stackName}, resource ${logicalId}: DependsOn must name resources of the template, got ${JSON.stringify(unknown)}`);
  }
  return new Set([...referencesIn(resource.properties), ...resource.dependsOn]);
}

/** @returns the secrets that the resource, or a certificate in it, reads; as in `StackPlan.secrets` */
function checkResource(
  stack: StackToPlan, resource: PlannedResource, scope: StackScope, previous: StackState | undefined,
): readonly (string | undefined)[] {
  const { stackName, prefix } = stack;
  const { logicalId, properties } = resource;
  if (isCertificate(resource.type)) {
    Object.entries(properties).map(([name, expression]) => ({ ...resource, properties: { [name]: expression } }))
      .forEach(each => rehearse(() => resolvedProperties(each, scope)));
    return secretReferencesIn(properties).filter(({ isWritten }) => !isWritten)
      .map(({ expression }) => rehearse(() => scope.text(expression, scope.place(logicalId)), CliError));
  }
  if (isFleet(resource.type)) {
    rehearse(() => fleetProperties(resource, scope));
    return [];
  }
  if (!stack.nested.has(logicalId)) {
    rehearse(() => plannedStandIn(resource, scope, undefined, () => UNKNOWN_ID));
    return [];
  }
  const name = generatedName(stackName, logicalId, UNKNOWN_ID);
  const stackId = previous && own(previous.resources, `${prefix}${logicalId}`)?.physicalId;
  return rehearse(() => planNestedStack(stack, logicalId, name, stackId ?? name, passedParameters(resource, scope), previous).secrets) ?? [undefined];
}
