import { randomUUID } from 'node:crypto';
import { decide, Decision, NamedPolicy } from './authorization';
import { AwsWorld } from './aws-world';
import { NeededRight, rightsNeededFor } from './needed-rights';
import { closureOf, dependenciesIn, evaluate, inOrder, Template, Values } from './template-values';
import { asCloudFormationSends } from '../cloudformation';

/** A right that a function needed for a request, and what IAM says of it. */
export interface UsedRight extends NeededRight {
  /** As in `Delete Custom::IotDeviceCertificate Sensor`. */
  readonly request: string;
  readonly decision: Decision;
}

/** What a statement of a policy allows. */
export interface Allowing {
  readonly Action: string | string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | string[] } | undefined };
}

/** A resource that is there. */
interface Standing {
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Record<string, string>;
  readonly properties: any;
}

/** CloudFormation took an answer as a failure. */
export class DeploymentFailed extends Error {}

/**
 * CloudFormation, as far as rights are concerned: it makes the resources of a template in their order, asks the shipped bundles for
 * custom resources, removes in the cleanup what is no longer wanted, in the reverse order of the template that wanted it, and knows
 * which policies there are at each of these moments. Each right that a function needs is put to IAM with the policies that the
 * resource depends on, and with no other.
 */
export class PlayedStack {
  /** What was needed, request by request. */
  public readonly used: UsedRight[] = [];
  /** The statements of functions' roles that ever were, by the name of their policy and as text. */
  public readonly statements = new Map<string, Allowing>();
  public readonly id: string;
  private template: Template = { Resources: {} };
  private standing = new Map<string, Standing>();

  constructor(private readonly world: AwsWorld, public readonly name: string) {
    this.id = `arn:${world.partition}:cloudformation:${world.region}:${world.account}:stack/${name}/${randomUUID()}`;
  }

  /**
   * Creates or updates the stack.
   *
   * @param failing the resource that fails once it was carried out, so that everything is rolled back
   */
  public async deploy(template: Template, failing?: string): Promise<void> {
    const before = { template: this.template, standing: new Map(this.standing) };
    const replaced: [string, Standing][] = [];
    try {
      for (const id of inOrder(template)) {
        await this.put(id, template, replaced);
        if (id === failing) {
          throw new DeploymentFailed(`${id} fails`);
        }
      }
    } catch (error) {
      if (failing === undefined || !(error instanceof DeploymentFailed)) {
        throw error;
      }
      await this.rollBack(before, template, replaced.map(([id]) => id));
      return;
    }
    this.template = template;
    await this.cleanUp(before.template, replaced, id => !(id in template.Resources));
    this.publish();
  }

  /** The physical id of the custom resource whose logical id begins so, if it is there. */
  public idOf(beginning: string): string | undefined {
    return [...this.standing].find(([id, { type }]) => id.startsWith(beginning) && type.startsWith('Custom::'))?.[1].physicalId;
  }

  /** The physical ids of the resources of a type, by their logical ids. */
  public names(type: string): Map<string, string> {
    return new Map([...this.standing].filter(([, standing]) => standing.type === type).map(([id, { physicalId }]) => [id, physicalId]));
  }

  /** The certificate of the custom resource whose logical id begins so. */
  public certificateOf(beginning: string): { readonly pem: string; readonly serialNumber: string } {
    const [, { attributes }] = [...this.standing].find(([id, { type }]) => id.startsWith(beginning) && type.startsWith('Custom::'))!;
    return { pem: attributes.CertificatePem, serialNumber: attributes.SerialNumber };
  }

  /** CloudFormation has got no answer to a creation, and knows the resource by an id that it invents. */
  public loseAnswer(beginning: string): void {
    const [id, standing] = [...this.standing].find(([each, { type }]) => each.startsWith(beginning) && type.startsWith('Custom::'))!;
    this.standing.set(id, { ...standing, physicalId: `${this.name}-${id}-1AB2CD3EF4GHI` });
  }

  /** Deletes the stack, with what it would retain. */
  public async delete(): Promise<void> {
    await this.cleanUp(this.template, [], () => true);
    this.template = { Resources: {} };
  }

  /** The policies of a role that is there. */
  public policiesOf(role: string, among: (policyId: string) => boolean = () => true): NamedPolicy[] {
    return [...this.standing]
      .filter(([id, { type, properties }]) => /^AWS::IAM::(Managed)?Policy$/.test(type) && among(id) && properties.Roles.includes(role))
      .map(([id, { properties }]) => ({ name: id, policy: properties.PolicyDocument }));
  }

  /** The physical ids of the roles of functions. */
  public get roles(): string[] {
    return [...this.standing.values()].filter(({ type }) => type === 'AWS::IAM::Role').map(({ physicalId }) => physicalId);
  }

  /** Whether functions have a role: services use the others. */
  private isOfFunctions(role: string): boolean {
    const found = [...this.standing.values()].find(({ type, physicalId }) => type === 'AWS::IAM::Role' && physicalId === role);
    return JSON.stringify(found?.properties.AssumeRolePolicyDocument ?? '').includes('lambda.');
  }

  public sessionOf(role: string): string {
    return `arn:${this.world.partition}:sts::${this.world.account}:assumed-role/${role}/function`;
  }

  /** The resources of a type that are there: their properties as the template has them, with what its references stand for. */
  public resourcesOf(wanted: string): { readonly id: string; readonly physicalId: string; readonly properties: any }[] {
    return [...this.standing].filter(([, { type }]) => type === wanted).map(([id, { physicalId, properties }]) => ({ id, physicalId, properties }));
  }

  public physicalIdOf(logicalId: string): string | undefined {
    return this.standing.get(logicalId)?.physicalId;
  }

  public attributeOf(logicalId: string, name: string): string {
    return this.standing.get(logicalId)!.attributes[name];
  }

  /** CloudFormation restores the old properties, what is depended on first, and then removes what the update had made. */
  private async rollBack(
    before: { template: Template; standing: Map<string, Standing> }, failed: Template, replaced: readonly string[],
  ): Promise<void> {
    const undone: [string, Standing][] = [];
    for (const id of inOrder(before.template)) {
      const { properties } = before.standing.get(id)!;
      if (JSON.stringify(this.standing.get(id)?.properties) !== JSON.stringify(properties) || replaced.includes(id)) {
        await this.put(id, before.template, undone, properties);
      }
    }
    await this.cleanUp(failed, undone, id => !(id in before.template.Resources) && this.standing.has(id));
  }

  private async put(id: string, template: Template, replaced: [string, Standing][], restored?: any): Promise<void> {
    const { Type } = template.Resources[id];
    const properties = restored ?? evaluate(template.Resources[id].Properties ?? {}, this.values);
    const old = this.standing.get(id);
    if (old && JSON.stringify(old.properties) === JSON.stringify(properties)) {
      return;
    }
    if (!Type.startsWith('Custom::')) {
      const made = await this.world.make(Type, id, this.name, properties, old?.physicalId);
      this.standing.set(id, { type: Type, properties, ...made });
      if (/^AWS::IAM::(Managed)?Policy$/.test(Type) && properties.Roles.some((role: string) => this.isOfFunctions(role))) {
        properties.PolicyDocument.Statement.forEach((statement: any) => this.statements.set(`${id} ${JSON.stringify(statement)}`, statement));
      }
      return;
    }
    const more = old ? { PhysicalResourceId: old.physicalId, OldResourceProperties: asCloudFormationSends(old.properties) } : {};
    const answer = await this.ask(old ? 'Update' : 'Create', id, Type, properties, template, more);
    if (old && old.physicalId !== answer.PhysicalResourceId) {
      replaced.push([id, old]);
    }
    this.standing.set(id, { type: Type, properties, physicalId: answer.PhysicalResourceId, attributes: answer.Data ?? {} });
  }

  /** Removes what is no longer there, or was replaced: what depends on others first, by the template that declared it. */
  private async cleanUp(template: Template, replaced: readonly [string, Standing][], isGone: (id: string) => boolean): Promise<void> {
    for (const id of inOrder(template).reverse()) {
      const gone = [...replaced.filter(([each]) => each === id).map(([, old]) => old), ...isGone(id) ? [this.standing.get(id)!] : []];
      for (const { type, properties, physicalId } of gone) {
        if (type.startsWith('Custom::')) {
          await this.ask('Delete', id, type, properties, template, { PhysicalResourceId: physicalId });
        }
      }
      if (isGone(id)) {
        this.standing.delete(id);
      }
    }
  }

  private async ask(RequestType: string, id: string, ResourceType: string, properties: any, template: Template, more: object) {
    const token = template.Resources[id].Properties.ServiceToken['Fn::GetAtt'][0];
    const RequestId = randomUUID();
    const { aws } = this.world;
    aws.own = (operation, input) => operation === 'ListStackResources' ? { status: 200, body: this.listed() } : this.world.answer(operation, input);
    await this.invoke(token, `${RequestType} ${ResourceType} ${id}`, template, id, {
      RequestType,
      RequestId,
      ResourceType,
      ResponseURL: `${aws.url}/cfn/${RequestId}`,
      ServiceToken: properties.ServiceToken,
      StackId: this.id,
      LogicalResourceId: id,
      ResourceProperties: asCloudFormationSends(properties),
      ...more,
    });
    const answer = aws.answerTo(RequestId);
    if (answer.Status !== 'SUCCESS') {
      throw new Error(`${RequestType} ${id}: ${answer.Reason}`);
    }
    return answer;
  }

  /** Invokes a function, as something other than CloudFormation does, once everything is there. */
  public async use(beginning: string, event: object): Promise<void> {
    const [id] = [...this.standing].find(([each, { type }]) => each.startsWith(beginning) && type === 'AWS::Lambda::Function')!;
    await this.invoke(id, `invocation of ${id}`, this.template, undefined, event);
  }

  /** Invokes a function, and puts the rights that it needs to IAM: with the policies that the function and the resource depend on, or with all of them. */
  private async invoke(
    functionId: string, request: string, template: Template, resource: string | undefined,
    event: object,
  ): Promise<void> {
    const fn = this.standing.get(functionId)!;
    this.world.aws.calls = [];
    await this.world.invoke(fn.properties, event, fn.physicalId);
    const role = fn.properties.Role.split('/').pop();
    const waitsFor = dependenciesIn(template);
    const dependedOn = resource === undefined ? undefined : new Set([...closureOf(resource, waitsFor), ...closureOf(functionId, waitsFor)]);
    const policies = this.policiesOf(role, each => dependedOn?.has(each) ?? true);
    const needed = [...this.world.aws.calls.flatMap(call => rightsNeededFor(call, this.world)), ...this.world.otherCalls()];
    for (const right of needed) {
      const decision = await decide(this.sessionOf(role), policies, right, this.world.policies.get(right.resource));
      this.used.push({ ...right, request, decision });
    }
  }

  private get values(): Values {
    const { partition, account, region } = this.world;
    const pseudo: Record<string, string> = {
      'AWS::Partition': partition,
      'AWS::AccountId': account,
      'AWS::Region': region,
      'AWS::StackId': this.id,
      'AWS::StackName': this.name,
      'AWS::URLSuffix': partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com',
    };
    return {
      ref: name => pseudo[name] ?? this.standing.get(name)!.physicalId,
      attribute: (id, name) => this.standing.get(id)!.attributes[name],
      imported: (name, stackName) => this.world.exported.get(stackName === undefined ? name : `${stackName}.${name}`),
    };
  }

  private publish(): void {
    for (const [name, { Value, Export }] of Object.entries(this.template.Outputs ?? {})) {
      const value = evaluate(Value, this.values);
      this.world.exported.set(`${this.name}.${name}`, value);
      if (Export) {
        this.world.exported.set(evaluate(Export.Name, this.values), value);
      }
    }
  }

  private listed(): string {
    const members = [...this.standing].map(([id, { type, physicalId }]) => `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${physicalId
    }</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>`
      + '<LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>').join('');
    return `<ListStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><ListStackResourcesResult><StackResourceSummaries>${members
    }</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
  }
}
