import { Stack, Token } from 'aws-cdk-lib';
import { IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { CfnCACertificate } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { checkPolicyName, checkThingAttributes, checkThingName, checkThingNamePrefix } from './contract/aws-iot';
import { isMap } from './contract/json-map';
import { isExpression, referencesIn, UNKNOWN } from './contract/provisioning-expressions';
import { checkProvisioningSubject, checkProvisioningTemplate, checkProvisioningTemplateLength } from './contract/provisioning-template';
import { Complaint, quote } from './contract/rules';
import { SubjectValues } from './contract/subject-attributes';
import { IPrivateIotCa } from './i-private-iot-ca';
import { check, having, Kinds, listOf, MAP, mapOf, oneOf, optional, TEXT } from './private/kinds';
import { knownValues } from './private/known-values';
import { ROLE } from './private/object-kinds';
import { provisioningRole } from './private/provisioning-role';
import { devicesOf } from './private/registered-ca';
import { validate } from './private/validation';

/**
 * What AWS IoT Core takes from a device's certificate when it provisions the device.
 */
export enum ProvisioningParameter {
  /** The country (C) of the subject. */
  COUNTRY = 'AWS::IoT::Certificate::Country',
  /** The organization (O) of the subject. */
  ORGANIZATION = 'AWS::IoT::Certificate::Organization',
  /** The organizational unit (OU) of the subject. */
  ORGANIZATIONAL_UNIT = 'AWS::IoT::Certificate::OrganizationalUnit',
  /** The distinguished name qualifier of the subject. */
  DISTINGUISHED_NAME_QUALIFIER = 'AWS::IoT::Certificate::DistinguishedNameQualifier',
  /** The state or province (ST) of the subject. */
  STATE_NAME = 'AWS::IoT::Certificate::StateName',
  /** The common name (CN) of the subject. */
  COMMON_NAME = 'AWS::IoT::Certificate::CommonName',
  /** The serial number in the subject: the device's, not the certificate's. */
  SERIAL_NUMBER = 'AWS::IoT::Certificate::SerialNumber',
  /** The certificate's own id: SHA-256 of its DER. */
  ID = 'AWS::IoT::Certificate::Id',
}

/**
 * How a device is provisioned when it first connects.
 */
export interface JustInTimeProvisioningOptions {
  /**
   * What the thing is named by.
   *
   * @default ProvisioningParameter.COMMON_NAME
   */
  readonly thingName?: ProvisioningParameter;

  /**
   * What stands before it in the thing's name. Both may hold letters, digits and `: _ -` only.
   *
   * @default - nothing
   */
  readonly thingNamePrefix?: string;

  /**
   * The thing's attributes, and what they are taken from. That may hold letters, digits and `_.,@/:#=[]-` only, and no space.
   * A thing without a type has at most three.
   *
   * @default - none
   */
  readonly thingAttributes?: { [name: string]: ProvisioningParameter };

  /**
   * The name of the thing's type.
   *
   * @default - none
   */
  readonly thingTypeName?: string;

  /**
   * The names of the groups that the thing joins.
   *
   * @default - none
   */
  readonly thingGroups?: string[];

  /**
   * The name of the AWS IoT policy that the certificate gets, such as that of an `AwsIotThingPolicy`. It must exist when the
   * device connects. Either this or `policyDocument` has to be given.
   *
   * @default - a policy is made from `policyDocument`
   */
  readonly policyName?: string;

  /**
   * The AWS IoT policy that is made for the certificate.
   *
   * @default - the certificate gets the policy `policyName`
   */
  readonly policyDocument?: PolicyDocument;

  /**
   * The role in which AWS IoT provisions. `iot.amazonaws.com` must be allowed to assume it.
   *
   * @default - a role that is allowed what the template asks for, and nothing outside things, groups, certificates and policies
   */
  readonly role?: IRole;
}

const PARAMETER = oneOf('ProvisioningParameter', ProvisioningParameter);

const KINDS: Kinds<JustInTimeProvisioningOptions> = {
  thingName: optional(PARAMETER),
  thingNamePrefix: optional(TEXT),
  thingAttributes: optional(mapOf(PARAMETER)),
  thingTypeName: optional(TEXT),
  thingGroups: optional(listOf(TEXT)),
  policyName: optional(TEXT),
  policyDocument: optional(having('a PolicyDocument of aws-iam, as in PolicyDocument.fromJson()', 'addStatements', 'toJSON')),
  role: optional(ROLE),
};

/**
 * Just-in-time provisioning: a device that connects for the first time, with a certificate of the CA, gets its certificate
 * registered, a thing and a policy.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/jit-provisioning.html
 */
export class JustInTimeProvisioning {
  /** Makes a thing for each device, named by its certificate. */
  public static forThings(options: JustInTimeProvisioningOptions): JustInTimeProvisioning {
    check('JustInTimeProvisioning.forThings()', KINDS, options);
    const complaint = complaintOf(options);
    if (complaint) {
      throw new Error(complaint);
    }
    return new JustInTimeProvisioning(templateOf(options), options.role);
  }

  /**
   * Provisions by a template of your own: at most 10,240 characters as JSON. Every parameter that it declares must be in the
   * subject of every device's certificate, or have a `Default`. A `PolicyDocument` may be a map or a `PolicyDocument` of
   * aws-cdk-lib, of which the JSON is made that AWS IoT wants.
   *
   * @param template the template as a map: Parameters and Resources
   * @param role the role in which AWS IoT provisions; one is made where it is left out
   */
  public static fromTemplate(template: { [section: string]: any }, role?: IRole): JustInTimeProvisioning {
    check('JustInTimeProvisioning.fromTemplate()', { template: MAP, role: optional(ROLE) }, { template, role });
    return new JustInTimeProvisioning(template, role);
  }

  /**
   * Provisions by a template of your own, in JSON.
   *
   * @param json the template
   * @param role the role in which AWS IoT provisions; one is made where it is left out
   */
  public static fromJson(json: string, role?: IRole): JustInTimeProvisioning {
    check('JustInTimeProvisioning.fromJson()', { json: TEXT, role: optional(ROLE) }, { json, role });
    if (Token.isUnresolved(json)) {
      throw new Error('json must be known at synthesis, got a token; give the template to JustInTimeProvisioning.fromTemplate()');
    }
    let template: { [section: string]: unknown };
    try {
      template = JSON.parse(json);
    } catch (error) {
      throw new Error(`json must be a provisioning template in JSON, got ${(error as Error).message}; of a file, give what it holds: readFileSync(path, 'utf8')`);
    }
    check('JustInTimeProvisioning.fromJson()', { json: MAP }, { json: template });
    return new JustInTimeProvisioning(template, role);
  }

  private constructor(
    /** @internal */
    public readonly _template: object,
    private readonly role?: IRole,
  ) {}

  /**
   * Renders it for a CA's registration, and checks the template, and the device certificates of the CA in the whole app.
   *
   * @internal
   */
  public _bind(scope: Construct, ca: IPrivateIotCa | undefined): { config: CfnCACertificate.RegistrationConfigProperty; role: IRole } {
    const stack = Stack.of(scope);
    const template = withTextDocuments(this._template, scope);
    const known = knownValues(scope, template, false);
    validate(scope, [], () => checkProvisioningTemplate(known));
    const templateBody = stack.toJsonString(template);
    scope.node.addValidation({
      validate: () => [
        ...described(scope, checkProvisioningTemplateLength(knownText(stack.resolve(templateBody)))),
        ...complaintsAtSynthesis(scope, knownValues(scope, template, true), ca),
      ],
    });
    const role = this.role ?? provisioningRole(scope, known, policyNames(template));
    return { config: { templateBody, roleArn: role.roleArn }, role };
  }
}

/** Not exported. */
export const JIT_PROVISIONING = having<JustInTimeProvisioning>('a JustInTimeProvisioning, as in JustInTimeProvisioning.forThings()', '_template', '_bind');

/**
 * A template in which each policy document is a text: "a JSON object specified as an escaped string".
 * https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html
 */
function withTextDocuments<T extends object>(template: T, scope: Construct): T {
  const { Resources } = template as { Resources?: unknown };
  if (!isMap(Resources) || Token.isUnresolved(Resources)) {
    return template;
  }
  const resources = Object.entries(Resources).map(([name, resource]) => {
    const document = isMap(resource) && isMap(resource.Properties) ? resource.Properties.PolicyDocument : undefined;
    if (!isMap(document) || isExpression(document)) {
      return [name, resource];
    }
    const [reference] = Token.isUnresolved(document) ? [] : referencesIn(document);
    validate(scope, [], () => reference && `the PolicyDocument of the resource ${quote(name)} of the provisioning template must be without Ref and Fn::Sub, for AWS IoT `
      + `takes it as a text, got one to ${quote(reference)}; use a policy variable, such as \${iot:Connection.Thing.ThingName}`);
    const { Properties, ...rest } = resource as { Properties: object };
    return [name, { ...rest, Properties: { ...Properties, PolicyDocument: Stack.of(scope).toJsonString(document) } }];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** The names of the policies that a template gives to devices; `undefined` where one of them has none, or may have another. */
function policyNames(template: { readonly Resources?: unknown }): string[] | undefined {
  const { Resources } = template;
  if (Token.isUnresolved(Resources) || typeof Resources !== 'object') {
    return undefined;
  }
  const policies = Object.values<any>({ ...Resources }).filter(resource => Token.isUnresolved(resource) || resource?.Type === 'AWS::IoT::Policy');
  const names = policies.map(resource => Token.isUnresolved(resource.Properties) ? undefined : resource.Properties?.PolicyName);
  return names.every(name => typeof name === 'string') ? names : undefined;
}

/** What is wrong with the options, in the words of the options. */
function complaintOf(options: JustInTimeProvisioningOptions): Complaint {
  const { policyName, policyDocument, thingNamePrefix, thingTypeName, thingGroups = [], thingAttributes = {} } = options;
  const given = [policyName, policyDocument].filter(policy => policy !== undefined).length;
  if (given !== 1) {
    return `either policyName or policyDocument must be given, for a device without a policy may do nothing, got ${given === 0 ? 'neither' : 'both'}`;
  }
  const known = (value: string | undefined, rule: (value: string) => Complaint): Complaint =>
    value === undefined || Token.isUnresolved(value) ? undefined : rule(value);
  return known(policyName, value => checkPolicyName(value))
    ?? known(thingNamePrefix, checkThingNamePrefix)
    ?? known(thingTypeName, value => checkThingName(value, 'thingTypeName'))
    ?? thingGroups.map(group => known(group, value => checkThingName(value, 'thingGroups'))).find(complaint => complaint !== undefined)
    // Their values are of the devices.
    ?? checkThingAttributes(Object.fromEntries(Object.keys(thingAttributes).map(name => [name, UNKNOWN])), 'thingAttributes', thingTypeName !== undefined);
}

function templateOf(options: JustInTimeProvisioningOptions): object {
  const { thingName = ProvisioningParameter.COMMON_NAME, thingNamePrefix, thingAttributes = {}, policyName, policyDocument } = options;
  const parameters = new Set([thingName, ...Object.values(thingAttributes), ProvisioningParameter.ID]);
  return {
    Parameters: Object.fromEntries([...parameters].map(parameter => [parameter, { Type: 'String' }])),
    Resources: {
      thing: {
        Type: 'AWS::IoT::Thing',
        Properties: {
          ThingName: thingNamePrefix === undefined ? { Ref: thingName } : { 'Fn::Join': ['', [thingNamePrefix, { Ref: thingName }]] },
          ThingTypeName: options.thingTypeName,
          ThingGroups: options.thingGroups,
          AttributePayload: Object.keys(thingAttributes).length === 0 ? undefined
            : Object.fromEntries(Object.entries(thingAttributes).map(([name, parameter]) => [name, { Ref: parameter }])),
        },
      },
      certificate: {
        Type: 'AWS::IoT::Certificate',
        Properties: { CertificateId: { Ref: ProvisioningParameter.ID }, Status: 'ACTIVE' },
      },
      policy: {
        Type: 'AWS::IoT::Policy',
        Properties: policyDocument ? { PolicyDocument: policyDocument } : { PolicyName: policyName },
      },
    },
  };
}

/** Of the template, with what is lazy in it, and of the devices' certificates. */
function complaintsAtSynthesis(scope: Construct, template: unknown, ca: IPrivateIotCa | undefined): string[] {
  const complaints = described(scope, checkProvisioningTemplate(template));
  return complaints.length > 0 || !ca ? complaints : devicesOf(ca).flatMap(device => {
    const subject = knownValues(device, device._subject, true) as SubjectValues | undefined;
    return described(device, subject && checkProvisioningSubject(template, subject));
  });
}

function described(scope: Construct, complaint: Complaint): string[] {
  return complaint === undefined ? [] : [`${scope.node.path}: ${complaint}`];
}

/** A text as far as it is known at synthesis. */
function knownText(resolved: string | { readonly 'Fn::Join': [string, unknown[]] }): string {
  return typeof resolved === 'string' ? resolved : resolved['Fn::Join'][1].filter(part => typeof part === 'string').join('');
}
