import { randomUUID } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { StrictIot } from './strict-iot';
import { assertThing } from './strict-iot-provisioning';
import { StrictIotState } from './strict-iot-state';
import { resolve, Resolved, Scope } from '../../../src/cli/local/intrinsics';
import { referencesIn } from '../../../src/cli/local/references';
import { checkTemplate } from '../../../src/contract/cloudformation-limits';
import { ResourceType } from '../../../src/contract/resource-types';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { IotApi } from '../../../src/platforms/aws-iot/registrar/iot-api';
import { RegistrationCode } from '../../../src/platforms/aws-iot/registrar/registration-code';
import { HttpApi } from '../../../src/platforms/registrar/http-api';
import { carryOut } from '../../../src/platforms/registrar/registrar';
import { RegistrationType } from '../../../src/platforms/registrations';
import { LifecycleResult } from '../../../src/resource/lifecycle-event';
import { NO_DEADLINE } from '../../support/deadline';
import { STACK_ID } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';

type Json = { readonly [name: string]: any };

/** A resource as it was last declared. */
export interface Deployed {
  readonly type: string;
  readonly properties: Json;
  readonly physicalId: string;
  readonly attributes: { readonly [name: string]: string };
  /** The resources that have to go after it. */
  readonly needs: readonly string[];
}

/** How CloudFormation's own resources of AWS IoT are made and deleted: by the API's operations, and by nothing else. */
interface NativeType {
  /** A change of these makes another resource. */
  readonly replacing: readonly string[];
  create(state: StrictIotState, properties: Json, logicalId: string): { physicalId: string; arn?: string };
  remove(state: StrictIotState, physicalId: string, properties: Json): void;
}

const arnOf = (kind: string, id: string): string => `arn:aws:iot:eu-central-1:111111111111:${kind}/${id}`;
const idIn = (arn: string): string => arn.split('/')[1];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IoT.html */
const NATIVE_TYPES: { readonly [type: string]: NativeType } = {
  'AWS::IoT::CACertificate': {
    replacing: ['CACertificatePem', 'CertificateMode', 'VerificationCertificatePem'],
    create: (state, properties) => {
      const { CACertificatePem, VerificationCertificatePem, CertificateMode, Status, AutoRegistrationStatus } = properties;
      const config = properties.RegistrationConfig;
      const query = `setAsActive=${Status === 'ACTIVE'}&allowAutoRegistration=${AutoRegistrationStatus === 'ENABLE'}`;
      const { certificateId, certificateArn } = state.carryOut('POST', `/cacertificate?${query}`, {
        caCertificate: CACertificatePem,
        verificationCertificate: VerificationCertificatePem,
        certificateMode: CertificateMode,
        registrationConfig: config && { templateBody: config.TemplateBody, roleArn: config.RoleArn },
      });
      return { physicalId: certificateId, arn: certificateArn };
    },
    // As AWS's own handler does it: aws-cloudformation/aws-cloudformation-resource-providers-iot, DeleteHandler of AWS::IoT::CACertificate
    remove: (state, id) => {
      state.carryOut('PUT', `/cacertificate/${id}?newStatus=INACTIVE`);
      state.carryOut('DELETE', `/cacertificate/${id}`);
    },
  },
  'AWS::IoT::Certificate': {
    replacing: ['CertificatePem', 'CACertificatePem', 'CertificateMode'],
    create: (state, { CertificatePem, CACertificatePem, CertificateMode, Status }) => {
      // "Valid options are DEFAULT with CaCertificatePem and CertificatePem, SNI_ONLY with CertificatePem"
      expect(CertificateMode).toBe(CACertificatePem === undefined ? 'SNI_ONLY' : 'DEFAULT');
      const id = state.registerCertificate({
        certificatePem: CertificatePem, caCertificatePem: CACertificatePem, certificateMode: CertificateMode, status: Status,
      });
      return { physicalId: id, arn: arnOf('cert', id) };
    },
    remove: (state, id) => {
      state.certificates.get(id)!.status = 'INACTIVE';
      state.deleteCertificate(id);
    },
  },
  'AWS::IoT::Thing': holder(state => state.things, 'ThingName', ({ ThingName, AttributePayload }) => assertThing(ThingName, AttributePayload?.Attributes ?? {})),
  'AWS::IoT::Policy': holder(state => state.policies, 'PolicyName'),
  'AWS::IoT::ThingPrincipalAttachment': attachment(state => state.things, 'ThingName'),
  'AWS::IoT::PolicyPrincipalAttachment': attachment(state => state.policies, 'PolicyName'),
};

function holder(
  of: (state: StrictIotState) => Map<string, Set<string>>, nameProperty: string, check: (properties: Json) => void = () => undefined,
): NativeType {
  return {
    replacing: [nameProperty],
    create: (state, properties, logicalId) => {
      check(properties);
      const name = properties[nameProperty] ?? logicalId;
      of(state).set(name, new Set());
      return { physicalId: name };
    },
    remove: (state, name) => state.deleteHolder(of(state), name),
  };
}

function attachment(of: (state: StrictIotState) => Map<string, Set<string>>, nameProperty: string): NativeType {
  return {
    replacing: [nameProperty, 'Principal'],
    create: (state, properties) => {
      of(state).get(properties[nameProperty])!.add(idIn(properties.Principal));
      return { physicalId: randomUUID() };
    },
    remove: (state, _, properties) => void of(state).get(properties[nameProperty])!.delete(idIn(properties.Principal)),
  };
}

/**
 * Deploys templates as CloudFormation does: in the order of their dependencies, the old of a replacement deleted after all
 * went well, and everything deleted the other way round. The library's resources are carried out by its own use cases, those
 * of AWS IoT by the operations of the strict AWS IoT.
 */
export class AwsIotStack {
  public readonly resources = new Map<string, Deployed>();
  private readonly world = new MemoryWorld();

  constructor(private readonly iot: StrictIot) {
    iot.state.now = this.world.now;
  }

  public async deploy(stack: Stack): Promise<void> {
    const template = Template.fromStack(stack).toJSON();
    expect(checkTemplate(template, JSON.stringify(template).length)).toBeUndefined();
    const declared: Json = template.Resources;
    const replaced: [string, Deployed][] = [];
    for (const logicalId of inOrder(declared)) {
      const before = this.resources.get(logicalId);
      const after = await this.put(logicalId, declared[logicalId], before);
      this.resources.set(logicalId, after);
      if (before && before.physicalId !== after.physicalId) {
        replaced.unshift([logicalId, before]);
      }
    }
    const removed = [...this.resources].reverse().filter(([logicalId]) => !Object.hasOwn(declared, logicalId));
    for (const [logicalId, resource] of [...replaced, ...removed]) {
      await this.remove(logicalId, resource);
    }
    removed.forEach(([logicalId]) => this.resources.delete(logicalId));
  }

  public async delete(): Promise<void> {
    for (const logicalId of inOrder(Object.fromEntries([...this.resources].map(([id, { needs }]) => [id, { DependsOn: needs }]))).reverse()) {
      await this.remove(logicalId, this.resources.get(logicalId)!);
    }
    this.resources.clear();
  }

  private async put(logicalId: string, resource: Json, before: Deployed | undefined): Promise<Deployed> {
    const properties = resolve(resource.Properties ?? {}, this.scope(), logicalId) as Json;
    const common = { type: resource.Type as string, properties, needs: needsOf(resource) };
    const native = NATIVE_TYPES[resource.Type];
    if (native) {
      const same = before && native.replacing.every(name => before.properties[name] === properties[name]);
      const { physicalId, arn = '' } = same ? { physicalId: before.physicalId, arn: before.attributes.Arn } : native.create(this.iot.state, properties, logicalId);
      return { ...common, physicalId, attributes: { Arn: arn } };
    }
    if (!resource.Type.startsWith('Custom::')) {
      return { ...common, ...standIn(resource.Type, logicalId) };
    }
    if (before && JSON.stringify(before.properties) === JSON.stringify(properties)) {
      return before;
    }
    const { physicalResourceId, data = {} } = await this.request(before ? 'Update' : 'Create', logicalId, common, before?.physicalId);
    return { ...common, physicalId: physicalResourceId, attributes: data };
  }

  private async remove(logicalId: string, resource: Deployed): Promise<void> {
    const native = NATIVE_TYPES[resource.type];
    if (native) {
      native.remove(this.iot.state, resource.physicalId, resource.properties);
    } else if (resource.type.startsWith('Custom::')) {
      await this.request('Delete', logicalId, resource, resource.physicalId);
    }
  }

  private request(
    requestType: 'Create' | 'Update' | 'Delete',
    logicalResourceId: string,
    { type, properties }: Pick<Deployed, 'type' | 'properties'>,
    physicalResourceId?: string,
  ): Promise<LifecycleResult> {
    const event = {
      requestType,
      requestId: randomUUID(),
      resourceType: type,
      logicalResourceId,
      stackId: STACK_ID,
      physicalResourceId,
      properties: stringified(properties) as Json,
    };
    const { url, pem, region, credentials } = this.iot;
    const api = (_: string, signal: AbortSignal): IotApi => new IotApi(new HttpApi(signal, pem), { endpoint: url, region, credentials, patience: 0 });
    return (Object.values(ResourceType) as string[]).includes(type) ? handleLifecycleEvent(event, this.world.ports()) : carryOut({
      [RegistrationType.AWS_IOT_REGISTRATION_CODE]: new RegistrationCode(api),
    }, { ...event, signal: NO_DEADLINE });
  }

  private scope(): Scope {
    const pseudo: Json = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-central-1', 'AWS::AccountId': '111111111111', 'AWS::URLSuffix': 'amazonaws.com', 'AWS::StackId': STACK_ID };
    const unexpected = (): never => {
      throw new Error('these templates have none');
    };
    return {
      reference: name => (pseudo[name] ?? this.resources.get(name)!.physicalId) as Resolved,
      attribute: (logicalId, name) => this.resources.get(logicalId)!.attributes[name],
      condition: unexpected,
      mapped: () => 'nodejs24.x',
      imported: unexpected,
      stackOutput: unexpected,
      unavailable: unexpected,
    };
  }
}

/** What other resources refer to in those that are not deployed here. */
function standIn(type: string, logicalId: string): Pick<Deployed, 'physicalId' | 'attributes'> {
  const physicalId = type === 'AWS::SecretsManager::Secret' ? `arn:aws:secretsmanager:eu-central-1:111111111111:secret:${logicalId}-AbCdEf` : logicalId;
  return { physicalId, attributes: { Arn: `arn:aws:iam::111111111111:role/${logicalId}` } };
}

/** The resources that have to be there before a resource is. */
export function needsOf({ Properties = {}, DependsOn = [] }: Json): string[] {
  return [...new Set([...referencesIn(Properties), ...[DependsOn].flat()])];
}

function inOrder(declared: Json): string[] {
  const ordered = new Set<string>();
  const visit = (logicalId: string): void => {
    if (Object.hasOwn(declared, logicalId) && !ordered.has(logicalId)) {
      needsOf(declared[logicalId]).forEach(visit);
      ordered.add(logicalId);
    }
  };
  Object.keys(declared).forEach(visit);
  return [...ordered];
}

/** CloudFormation hands every scalar to a custom resource as a string. */
function stringified(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(stringified);
  }
  return typeof value !== 'object' || value === null ? String(value)
    : Object.fromEntries(Object.entries(value).filter(([name]) => !['ServiceToken', 'ServiceTimeout'].includes(name)).map(([name, member]) => [name, stringified(member)]));
}
