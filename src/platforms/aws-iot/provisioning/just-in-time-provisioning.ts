import { Lazy, Stack, Token } from 'aws-cdk-lib';
import { IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { CfnCACertificate } from 'aws-cdk-lib/aws-iot';
import { Construct } from 'constructs';
import { jsonCopy, NotJsonError } from './json-copy';
import { knownBody, provisioningBody, withTextDocuments } from './provisioning-body';
import { UNKNOWN } from './provisioning-expressions';
import { provisioningRole } from './provisioning-role';
import { checkProvisioningSubject, checkProvisioningTemplate, checkProvisioningTemplateLength } from './provisioning-template';
import { IPrivateIotCa } from '../../../constructs/ca/i-private-iot-ca';
import { check, having, Kinds, listOf, MAP, mapOf, oneOf, optional, TEXT } from '../../../constructs/checks/kinds';
import { complaintOfValidation } from '../../../constructs/checks/notices';
import { ROLE } from '../../../constructs/checks/object-kinds';
import { validate } from '../../../constructs/checks/validation';
import { isMap } from '../../../contract/json-map';
import { Complaint, quote } from '../../../contract/rules';
import { SubjectValues } from '../../../contract/subject-attributes';
import { devicesOf } from '../../registered-ca';
import { checkPolicyName, checkThingAttributes, checkThingName, checkThingNamePrefix } from '../contract';
import { knownValues } from '../known-values';

/**
 * A value that AWS IoT Core takes from a device's certificate when it provisions the device.
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
   * The parameter by which the thing is named.
   *
   * @default ProvisioningParameter.COMMON_NAME
   */
  readonly thingName?: ProvisioningParameter;

  /**
   * A prefix for the thing's name. The prefix and the value of `thingName` may hold only letters, digits and `: _ -`.
   *
   * @default - no prefix
   */
  readonly thingNamePrefix?: string;

  /**
   * The thing's attributes, and the parameters that they are taken from. The parameters' values may hold only letters, digits and
   * `_.,@/:#=[]-`, and no space. A thing without a type has at most three attributes.
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
   * The name of the AWS IoT policy that the certificate gets, such as the name of an `AwsIotThingPolicy`. The policy must exist when the
   * device connects. Either this or `policyDocument` must be given.
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
   * The role in which AWS IoT provisions devices. `iot.amazonaws.com` must be allowed to assume it.
   *
   * @default - a role with the rights that the template needs, and with no rights outside things, groups, certificates and policies
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
  policyDocument: optional(having('a PolicyDocument of aws-iam, such as PolicyDocument.fromJson()', 'addStatements', 'toJSON')),
  role: optional(ROLE),
};

/**
 * Just-in-time provisioning: a device that connects for the first time with a certificate of the CA gets its certificate registered, a
 * thing and a policy.
 *
 * @see https://docs.aws.amazon.com/iot/latest/developerguide/jit-provisioning.html
 */
export class JustInTimeProvisioning {
  /** Makes a thing for each device, named by the device's certificate. */
  public static forThings(options: JustInTimeProvisioningOptions): JustInTimeProvisioning {
    check('JustInTimeProvisioning.forThings()', KINDS, options);
    const complaint = complaintOf(options);
    if (complaint) {
      throw new Error(`JustInTimeProvisioning.forThings(): ${complaint}`);
    }
    return new JustInTimeProvisioning(templateOf(options), options.role);
  }

  /**
   * Provisions devices with a template of your own: at most 10,240 characters as JSON. Every parameter that the template declares must be
   * in the subject of every device's certificate, or have a `Default`. The name of a thing must be made from one of the parameters;
   * otherwise, all devices would become the same thing. A `PolicyDocument` may be a map or a `PolicyDocument` of aws-cdk-lib, and becomes
   * the JSON that AWS IoT requires.
   *
   * A token that refers to a parameter of the certificate, such as `Fn.join('-', ['dev', Fn.ref(ProvisioningParameter.COMMON_NAME)])`,
   * becomes AWS IoT's own function. CloudFormation fills in all other tokens. The template is read at synthesis, with its lazy values,
   * which must not change any more once Aspects run.
   *
   * @param template the template as a map: Parameters and Resources
   * @param role the role in which AWS IoT provisions devices; if left out, a role is made
   */
  public static fromTemplate(template: { [section: string]: any }, role?: IRole): JustInTimeProvisioning {
    check('JustInTimeProvisioning.fromTemplate()', { template: MAP, role: optional(ROLE) }, { template, role });
    return new JustInTimeProvisioning(template, role);
  }

  /**
   * Provisions devices with a template of your own, in JSON.
   *
   * @param json the template
   * @param role the role in which AWS IoT provisions devices; if left out, a role is made
   */
  public static fromJson(json: string, role?: IRole): JustInTimeProvisioning {
    check('JustInTimeProvisioning.fromJson()', { json: TEXT, role: optional(ROLE) }, { json, role });
    if (Token.isUnresolved(json)) {
      throw new Error('JustInTimeProvisioning.fromJson(): json must be known at synthesis, got a token; '
        + 'pass the template to JustInTimeProvisioning.fromTemplate()');
    }
    return new JustInTimeProvisioning(parsed(json), role);
  }

  private constructor(
    /** @internal */
    public readonly _template: object,
    private readonly role?: IRole,
  ) {}

  /**
   * Renders the configuration for a CA's registration. It also checks the template, and the device certificates of the CA in the whole app.
   *
   * The rights of the role, the check and the text that AWS IoT gets are made from the same form of the template: the form with its lazy
   * values. A template without tokens is checked at once.
   *
   * @internal
   */
  public _bind(scope: Construct, ca: IPrivateIotCa | undefined): { config: CfnCACertificate.RegistrationConfigProperty; role: IRole } {
    const template = readOr(() => jsonCopy(this._template, 'the provisioning template'), complaint => {
      throw new Error(`${scope.node.path}: ${complaint}`);
    });
    validate(scope, [template], () => checkProvisioningTemplate(template));
    const body = (): unknown => readOr(() => provisioningBody(scope, template), () => undefined);
    const text = (): string => Stack.of(scope).toJsonString(withTextDocuments(scope, body()));
    scope.node.addValidation({ validate: () => complaintsAtSynthesis(scope, template, text, ca) });
    const role = this.role ?? provisioningRole(scope, body);
    return { config: { templateBody: Lazy.uncachedString({ produce: text }), roleArn: role.roleArn }, role };
  }
}

/** Not exported. */
export const JIT_PROVISIONING = having<JustInTimeProvisioning>('a JustInTimeProvisioning, such as JustInTimeProvisioning.forThings()', '_template', '_bind');

/** Returns the value that is read, or what `otherwise` makes of the complaint that it is not JSON. */
function readOr<T>(read: () => T, otherwise: (complaint: string) => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotJsonError) {
      return otherwise(error.message);
    }
    throw error;
  }
}

function parsed(json: string): object {
  let template: unknown;
  try {
    template = JSON.parse(json);
  } catch {
    // The parser's own message contains a part of the text.
  }
  if (!isMap(template)) {
    throw new Error(`JustInTimeProvisioning.fromJson(): json must be a provisioning template in JSON, got ${quote(json)}; `
      + 'for a file, pass its content: readFileSync(path, \'utf8\')');
  }
  return template;
}

/** The complaint about the options, in the words of the options. */
function complaintOf(options: JustInTimeProvisioningOptions): Complaint {
  const { policyName, policyDocument, thingNamePrefix, thingTypeName, thingGroups = [], thingAttributes = {} } = options;
  const given = [policyName, policyDocument].filter(policy => policy !== undefined).length;
  if (given !== 1) {
    return 'either policyName or policyDocument must be given, because a device without a policy has no permissions, '
      + `got ${given === 0 ? 'neither' : 'both'}`;
  }
  const known = (value: string | undefined, rule: (value: string) => Complaint): Complaint =>
    value === undefined || Token.isUnresolved(value) ? undefined : rule(value);
  return known(policyName, value => checkPolicyName(value))
    ?? known(thingNamePrefix, checkThingNamePrefix)
    ?? known(thingTypeName, value => checkThingName(value, 'thingTypeName'))
    ?? thingGroups.map(group => known(group, value => checkThingName(value, 'thingGroups'))).find(complaint => complaint !== undefined)
    // The values of the attributes come from the devices.
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

/** Complaints about the template as AWS IoT gets it, and about the devices' certificates. */
function complaintsAtSynthesis(scope: Construct, template: unknown, text: () => string, ca: IPrivateIotCa | undefined): string[] {
  let known: unknown;
  const complaint = readOr<Complaint>(() => checkProvisioningTemplate(known = knownBody(provisioningBody(scope, template))), unread => unread)
    ?? checkProvisioningTemplateLength(knownText(Stack.of(scope).resolve(text())));
  return complaint ? complaintOfValidation(scope, scope, complaint) : (ca ? devicesOf(ca) : []).flatMap(device => {
    const subject = knownValues(device, device._subject, true) as SubjectValues | undefined;
    return complaintOfValidation(scope, device, subject && checkProvisioningSubject(known, subject));
  });
}

/** The part of a string that is known at synthesis. */
function knownText(resolved: string | { readonly 'Fn::Join': [string, unknown[]] }): string {
  return typeof resolved === 'string' ? resolved : resolved['Fn::Join'][1].filter(part => typeof part === 'string').join('');
}
