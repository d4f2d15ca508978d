import { isMap } from '../../contract/json-map';
import { ResourceType } from '../../contract/resource-types';
import { CliError } from '../cli-error';
import { own } from '../json';
import { NO_VALUE, NotKnownYet, resolve, resolveCondition, Resolved, Scope, Unavailable, Value } from './intrinsics';
import { referencedValue } from './parameters';
import { hasStandIn, LOCAL_ACCOUNT, LOCAL_PARTITION, LOCAL_REGION } from './stand-ins';
import { Template } from './template';

/** What an expression can refer to in an existing resource. */
export interface ReferencedResource {
  readonly physicalId: string;
  readonly attributes: { readonly [name: string]: string };
  /** Why attributes that would have a value in AWS have none here. */
  readonly unavailable?: ReadonlyMap<string, string>;
}

/**
 * The values that a platform provides only during the deployment, which does not happen here. For each logical id, the map has the resource,
 * in words, that requests the value.
 */
export type Awaited = ReadonlyMap<string, string>;

/** The parameters that have no value, each with the reason; `undefined` for a parameter whose value only the deployment will know. */
export type Withheld = ReadonlyMap<string, string | undefined>;

/** The facts about a stack that its expressions refer to. */
export interface StackFacts {
  readonly stackName: string;
  readonly stackId: string;
  readonly template: Template;
  /** The nested stacks that are deployed too, by the logical ids of their resources. */
  readonly nested: ReadonlyMap<string, unknown>;
  /** The values of the parameters. */
  readonly parameters: { readonly [name: string]: string };
  /** The parameters that have no value here; only in a nested stack. */
  readonly withheld: Withheld;
  /** The verification certificates that are left out, because only the platform has their code. */
  readonly awaited: Awaited;
  /**
   * Names a value that only AWS knows, in a comparison with stacks in AWS. Absent in a local deployment, in which an expression with such a
   * value is an error, or an output that is left out.
   */
  readonly unknown?: (name: string) => string;
}

type OptionalFacts = 'nested' | 'withheld' | 'awaited' | 'unknown';

/** What the expressions of a stack are evaluated with. */
export interface StackScopeProps extends Omit<StackFacts, OptionalFacts>, Partial<Pick<StackFacts, OptionalFacts>> {
  /** Finds a resource that this deployment carries out; may throw if the resource does not exist yet. */
  readonly resource: (logicalId: string) => ReferencedResource | undefined;
  /** Finds the value of an export of another stack. */
  readonly exported: (name: string) => string | undefined;
  /** Finds an output of another stack in this Region. A stack whose Region is not known matches too. */
  readonly stackOutput: (stackName: string, outputName: string, region: string | undefined) => string | undefined;
}

const CERTIFICATE_TYPES: readonly string[] = Object.values(ResourceType);

/** Whether the code that runs in the function deploys resources of this type. */
export function isCertificate(type: string): boolean {
  return CERTIFICATE_TYPES.includes(type) && !isFleet(type);
}

/** Whether a resource of this type is a fleet: a local deployment only records what it declares, and `private-iot-ca fleet run` issues for it. */
export function isFleet(type: string): boolean {
  return type === ResourceType.DEVICE_CERTIFICATE_FLEET;
}

/** Whether a local deployment carries out resources of this type, or stands in for them. */
export function isDeployed(type: string): boolean {
  return isCertificate(type) || isFleet(type) || hasStandIn(type);
}

const STACK_ARN = /^arn:([\w-]+):cloudformation:([\w-]+):(\d{12}):/;

/** Looks up the names in the expressions of one stack. */
export class StackScope implements Scope {
  /** The names of the exports that have been imported so far. */
  public readonly imports = new Set<string>();
  public readonly stackName: string;
  private readonly pseudoParameters: { readonly [name: string]: Resolved };
  private readonly conditions = new Map<string, boolean | 'evaluating'>();

  constructor(private readonly props: StackScopeProps) {
    this.stackName = props.stackName;
    const [, partition = LOCAL_PARTITION, region = LOCAL_REGION, account = LOCAL_ACCOUNT] = STACK_ARN.exec(props.stackId) ?? [];
    this.pseudoParameters = {
      'AWS::AccountId': account,
      'AWS::NoValue': NO_VALUE,
      'AWS::NotificationARNs': [],
      'AWS::Partition': partition,
      'AWS::Region': region,
      'AWS::StackId': props.stackId,
      'AWS::StackName': props.stackName,
      'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    };
  }

  /** Where a resource or its property is, for messages. */
  public place(logicalId: string, property?: string): string {
    return `stack ${this.stackName}, resource ${logicalId}${property === undefined ? '' : `, property ${property}`}`;
  }

  public reference(name: string, where: string): Resolved {
    const { template, withheld, parameters } = this.props;
    const pseudoParameter = own(this.pseudoParameters, name);
    const parameter = template.parameters.get(name);
    if (pseudoParameter !== undefined || !parameter) {
      return pseudoParameter ?? this.resource(name, where)?.physicalId ?? this.leftOut(name, where, name);
    }
    if (withheld?.has(name)) {
      const reason = withheld.get(name);
      if (reason === undefined) {
        throw new NotKnownYet();
      }
      return this.unavailable(where, `it refers to the parameter ${name}, which has no value here: ${reason}`, name);
    }
    const value = own(parameters, name);
    if (value === undefined) {
      return this.unavailable(where, `it refers to the parameter ${name}, whose value is kept in the Systems Manager Parameter Store; `
        + `give it with --parameters ${this.stackName}:${name}=VALUE`, name);
    }
    return referencedValue(parameter, value);
  }

  public attribute(logicalId: string, name: string, where: string): Value {
    const resource = this.resource(logicalId, where);
    if (!resource) {
      return this.leftOut(logicalId, where, `${logicalId}.${name}`);
    }
    if (isFleet(this.props.template.resources.get(logicalId)!.type)) {
      return this.unavailable(where, `it refers to ${logicalId}.${name}, which tells of a run in AWS; here, \`private-iot-ca fleet run\` issues for a fleet`, `${logicalId}.${name}`);
    }
    const { attributes, unavailable } = resource;
    const value = own(attributes, name);
    const reason = unavailable?.get(name);
    if (reason !== undefined) {
      return this.unavailable(where, `it refers to ${logicalId}.${name}, which is left out: ${reason}`, `${logicalId}.${name}`);
    }
    if (value === undefined && this.props.unknown) {
      return this.props.unknown(`${logicalId}.${name}`);
    }
    if (value === undefined) {
      throw new CliError(`${where}: ${logicalId} has no attribute ${JSON.stringify(name)}; it has ${Object.keys(attributes).join(', ')}`);
    }
    return value;
  }

  public condition(name: string, where: string): boolean {
    const { conditions } = this.props.template;
    const known = this.conditions.get(name);
    if (known === 'evaluating') {
      throw new CliError(`stack ${this.stackName}, condition ${name}: refers to itself`);
    }
    if (known !== undefined) {
      return known;
    }
    if (!conditions.has(name)) {
      throw new CliError(`${where}: the template has no condition ${JSON.stringify(name)}`);
    }
    this.conditions.set(name, 'evaluating');
    try {
      const value = resolveCondition(conditions.get(name), this, `stack ${this.stackName}, condition ${name}`);
      this.conditions.set(name, value);
      return value;
    } catch (error) {
      this.conditions.delete(name); // a parameter of a nested stack may be known later
      throw error;
    }
  }

  public mapped(map: string, first: string, second: string): unknown {
    const level = own(this.props.template.mappings.get(map) ?? {}, first);
    return isMap(level) ? own(level, second) : undefined;
  }

  public imported(exportName: string, where: string): Value {
    const value = this.props.exported(exportName);
    if (value === undefined && this.props.unknown) {
      return this.props.unknown(`the export ${exportName}`);
    }
    if (value === undefined) {
      throw new CliError(`${where}: no stack that is deployed here exports ${JSON.stringify(exportName)}`);
    }
    this.imports.add(exportName);
    return value;
  }

  public stackOutput(stackName: string, outputName: string, region: string | undefined, where: string): Value {
    const elsewhere = region === LOCAL_REGION ? undefined : region;
    const value = this.props.stackOutput(stackName, outputName, elsewhere);
    if (value === undefined && this.props.unknown) {
      return this.props.unknown(`the output ${outputName} of the stack ${stackName}`);
    }
    if (value === undefined) {
      throw elsewhere === undefined ? new CliError(`${where}: no stack ${stackName} with an output ${outputName} is deployed here`)
        : new Unavailable(where, `it reads the output ${outputName} of a stack ${stackName} in the Region ${elsewhere}, which is not deployed here`);
    }
    return value;
  }

  public unavailable(where: string, reason: string, name: string): string {
    if (!this.props.unknown) {
      throw new Unavailable(where, reason);
    }
    return this.props.unknown(name);
  }

  /** The value of a scalar expression as CloudFormation passes it on. */
  public text(expression: unknown, where: string): string {
    const value = resolve(expression, this, where);
    if (typeof value === 'object' || typeof value === 'symbol') {
      throw new CliError(`${where}: must be a string`);
    }
    return String(value);
  }

  /** @returns `undefined` for a resource that is left out */
  private resource(logicalId: string, where: string): ReferencedResource | undefined {
    const declaration = this.props.template.resources.get(logicalId);
    if (!declaration) {
      throw new CliError(`${where}: the template has no parameter or resource ${JSON.stringify(logicalId)}`);
    }
    if ([...this.conditions.values()].includes('evaluating')) {
      throw new CliError(`${where}: must not refer to a resource, got ${logicalId}`); // conditions are evaluated before any resource exists
    }
    if (declaration.condition !== undefined && !this.condition(declaration.condition, where)) {
      throw new CliError(`${where}: refers to ${logicalId}, which does not exist because its condition ${declaration.condition} is false`);
    }
    if (!(isDeployed(declaration.type) || this.props.nested?.has(logicalId)) || this.props.awaited?.has(logicalId)) {
      return undefined;
    }
    const resource = this.props.resource(logicalId);
    if (!resource) {
      throw new CliError(`${where}: ${logicalId} does not exist yet`);
    }
    return resource;
  }

  private leftOut(logicalId: string, where: string, name: string): string {
    const { type } = this.props.template.resources.get(logicalId)!;
    return this.unavailable(where, `it refers to ${logicalId} (${type}), which a local deployment leaves out`, name);
  }
}
