import { DeployedReader, DeployedStack } from './deployed-stack';
import { foreseenAttributes } from './foresight';
import { Ports } from '../../issuing/ports';
import { own } from '../json';
import { AssemblyStack } from '../local/assembly';
import { inDependencyOrder } from '../local/dependencies';
import { NESTED_STACK_TYPE, StackTemplate } from '../local/nested-templates';
import { ParameterDeclaration } from '../local/parameters';
import { fleetProperties, passedParameters, resolvedProperties } from '../local/planned-resource';
import { referencesIn } from '../local/references';
import { nameOf } from '../local/stack-plan';
import { isCertificate, isDeployed, isFleet, StackScope } from '../local/stack-scope';
import { KMS_KEY_TYPE, nameProperty, SECRET_TYPE } from '../local/stand-ins';
import { ResourceState, StackState } from '../local/state';
import { parseTemplate, ResourceDeclaration, Template } from '../local/template';
import { unknownValue } from '../local/unknown-values';

/** A deployed stack with its template parsed, in which the values that CloudFormation masks are named as unknown. */
interface ParsedStack extends Omit<DeployedStack, 'template'> {
  readonly name: string;
  readonly template: Template;
}

/** The place of a stack in the stack that is not nested. */
interface Place {
  /** The path of the construct of the stack that is not nested. */
  readonly rootName: string;
  readonly prefix: string;
}

/**
 * The stacks of an app as they are deployed in AWS, in the form in which a local deployment has them. The properties of the certificates are
 * computed from the deployed templates, as CloudFormation has computed them; a value that only AWS knows is named in place of its value.
 */
export class DeployedStates {
  private readonly deployed: (readonly [AssemblyStack, ParsedStack])[] = [];
  /** The logical ids of the resources that the app refers to, in any of its stacks. */
  private readonly referenced = new Set<string>();

  /**
   * @param reader reads what is deployed
   * @param ports the ports with which what a certificate resource has is looked up, by the id of its stack
   */
  constructor(private readonly reader: DeployedReader, private readonly ports: (stackId: string) => Ports) {}

  /** @returns the stacks that are deployed, by name */
  public async read(stacks: readonly AssemblyStack[]): Promise<{ [name: string]: StackState }> {
    stacks.forEach(stack => this.noteReferences(stack));
    for (const stack of stacks) {
      const found = await this.stack(stack.name, stack.region, unknownValue);
      if (found) {
        this.deployed.push([stack, found]);
      }
    }
    const states: { [name: string]: StackState } = {};
    for (const [{ name, displayName }, stack] of this.deployed) {
      const { stackId, parameters, outputs } = stack;
      const resources = await this.resources(stack, { rootName: displayName, prefix: '' });
      states[name] = {
        stackId,
        region: regionOf(stackId),
        parameters,
        resources: Object.fromEntries(resources),
        exports: exportsOf(stack),
        imports: [],
        outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
        requests: {},
        before: {},
        superseded: {},
      };
    }
    return states;
  }

  private noteReferences({ template, nested }: StackTemplate): void {
    referencedIn(template, new Map([...template.resources].map(([id, { properties }]) => [id, referencesIn(properties)])))
      .forEach(id => this.referenced.add(id));
    nested.forEach(stack => this.noteReferences(stack));
  }

  /** @param unmasked the value of a parameter that CloudFormation masks */
  private async stack(
    nameOrId: string, region: string | undefined, unmasked: (name: string, declaration: ParameterDeclaration) => string,
  ): Promise<ParsedStack | undefined> {
    const found = await this.reader.stack(nameOrId, region);
    if (!found) {
      return undefined;
    }
    const name = found.stackId.split('/')[1];
    const template = parseTemplate(`the deployed template of ${name}`, found.template);
    return { ...found, name, template, parameters: knownParameters(template, found.parameters, unmasked) };
  }

  /** A nested stack. It gets its parameters from the stack that declares it, and otherwise has their defaults. */
  private async nestedStack(
    stackId: string, logicalId: string, declaration: ResourceDeclaration, scope: StackScope,
  ): Promise<ParsedStack | undefined> {
    const { values } = passedParameters({ ...declaration, logicalId }, scope);
    return this.stack(stackId, regionOf(stackId), (name, parameter) => own(values, name) ?? parameter.default ?? unknownValue(name));
  }

  private async resources(stack: ParsedStack, place: Place): Promise<[string, ResourceState][]> {
    const { name: stackName, stackId, parameters, template } = stack;
    const physicalIds = new Map(stack.resources.map(each => [each.logicalResourceId, each.physicalResourceId]));
    const isRead = (type: string): boolean => isDeployed(type) || type === NESTED_STACK_TYPE;
    const declarations = [...template.resources].filter(([id, { type }]) => physicalIds.has(id) && isRead(type));
    const known = new Map<string, ResourceState>();
    const scope = new StackScope({
      stackName,
      stackId,
      template,
      parameters,
      nested: new Map(declarations.filter(([, { type }]) => type === NESTED_STACK_TYPE)),
      resource: logicalId => known.get(logicalId),
      exported: name => this.deployed.map(([, other]) => own(exportsOf(other), name)).find(value => value !== undefined),
      stackOutput: (name, key) => this.deployed.find(([other]) => other.name === name)?.[1].outputs.find(each => each.key === key)?.value,
      unknown: unknownValue,
    });
    const references = new Map(declarations.map(([id, { properties, dependsOn }]) => [id, new Set([...referencesIn(properties), ...dependsOn])]));
    const referenced = referencedIn(template, references);
    const all: [string, ResourceState][] = [];
    for (const id of inDependencyOrder([...references.keys()], each => references.get(each)!, () => undefined)) {
      const declaration = template.resources.get(id)!;
      const { type, deletionPolicy } = declaration;
      const dependencies = [...references.get(id)!].filter(each => references.has(each)).map(each => `${place.prefix}${each}`);
      const facts = {
        type,
        deletionPolicy,
        dependencies,
        name: nameOf(id, { ...place, template }),
        physicalId: physicalIds.get(id)!,
        ...place.prefix !== '' && { stackId },
      };
      const where = { stackId, physicalId: facts.physicalId, scope, isReferenced: referenced.has(id) || this.referenced.has(id) };
      const nested = type === NESTED_STACK_TYPE ? await this.nestedStack(facts.physicalId, id, declaration, scope) : undefined;
      const state = { ...facts, ...type === NESTED_STACK_TYPE ? contentOfNested(nested) : await this.content(id, declaration, where) };
      known.set(id, state);
      all.push([`${place.prefix}${id}`, state]);
      all.push(...nested ? await this.resources(nested, { ...place, prefix: `${place.prefix}${id}.` }) : []);
    }
    return all;
  }

  private async content(
    logicalId: string, declaration: ResourceDeclaration,
    { stackId, physicalId, scope, isReferenced }: { stackId: string; physicalId: string; scope: StackScope; isReferenced: boolean },
  ): Promise<Content> {
    const { type } = declaration;
    if (isFleet(type)) {
      return { properties: fleetProperties({ ...declaration, logicalId }, scope), attributes: {} };
    }
    if (!isCertificate(type)) {
      const property = nameProperty(type);
      const expression = property === undefined ? undefined : declaration.properties[property];
      return {
        properties: expression === undefined ? {} : { [property!]: scope.text(expression, scope.place(logicalId, property)) },
        attributes: attributesInAws(type, physicalId, stackId),
      };
    }
    const properties = resolvedProperties({ ...declaration, logicalId }, scope);
    const attributes = isReferenced ? await foreseenAttributes({
      stackId, logicalResourceId: logicalId, resourceType: type, physicalResourceId: physicalId, properties,
    }, this.ports(stackId)) : {};
    return { properties, attributes: { ...attributes } };
  }
}

/** The properties of a resource, and the attributes that other resources can refer to. */
type Content = Pick<ResourceState, 'properties' | 'attributes'>;

function contentOfNested(nested: ParsedStack | undefined): Content {
  return { properties: {}, attributes: Object.fromEntries((nested?.outputs ?? []).map(({ key, value }) => [`Outputs.${key}`, value])) };
}

/**
 * The values of the parameters of a deployed stack. CloudFormation shows `****` in place of the value of a parameter with `NoEcho`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
function knownParameters(
  { parameters }: Template, shown: DeployedStack['parameters'], unmasked: (name: string, declaration: ParameterDeclaration) => string,
): DeployedStack['parameters'] {
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => {
    const declaration = parameters.get(name);
    return [name, declaration?.noEcho ? unmasked(name, declaration) : value];
  }));
}

/** The resources whose attributes other resources, or the outputs that leave the stack, refer to. */
function referencedIn({ outputs }: Template, references: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const leaving = [...outputs.values()].filter(({ exportName }) => exportName !== undefined);
  return new Set([...[...references.values()].flatMap(each => [...each]), ...leaving.flatMap(({ value }) => [...referencesIn(value)])]);
}

function exportsOf({ outputs }: Pick<DeployedStack, 'outputs'>): { [name: string]: string } {
  return Object.fromEntries(outputs.flatMap(({ exportName, value }) => exportName === undefined ? [] : [[exportName, value]]));
}

/** The Region in the id of a stack. */
export function regionOf(stackId: string): string {
  return stackId.split(':')[3];
}

/** The attributes of a resource in AWS that follow from its physical id. */
function attributesInAws(type: string, physicalId: string, stackId: string): { [name: string]: string } {
  const [, partition, , region, account] = stackId.split(':');
  const arn = (service: string, resource: string): string => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  switch (type) {
    case SECRET_TYPE: return { Id: physicalId };
    case KMS_KEY_TYPE: return { Arn: arn('kms', `key/${physicalId}`), KeyId: physicalId };
    default: return { Arn: arn('dynamodb', `table/${physicalId}`) };
  }
}
