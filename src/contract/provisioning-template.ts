import { checkPolicyName, checkThingAttributes, checkThingName } from './aws-iot';
import { isMap } from './json-map';
import { ParameterValues, referencesIn, UNKNOWN, valueOf } from './provisioning-expressions';
import { Complaint, quote } from './rules';
import { SubjectAttribute } from './subject-attributes';

/** The longest template, in characters. API reference, RegistrationConfig, templateBody. */
const MAX_PROVISIONING_TEMPLATE = 10_240;

/**
 * What AWS IoT takes from a device's certificate into a just-in-time provisioning template, and the attribute of the subject
 * that it takes it from; none for the certificate's own id.
 * https://docs.aws.amazon.com/iot/latest/developerguide/jit-provisioning.html
 */
const PROVISIONING_PARAMETERS: { readonly [parameter: string]: SubjectAttribute | undefined } = {
  'AWS::IoT::Certificate::Country': 'country',
  'AWS::IoT::Certificate::Organization': 'organization',
  'AWS::IoT::Certificate::OrganizationalUnit': 'organizationalUnit',
  'AWS::IoT::Certificate::DistinguishedNameQualifier': 'distinguishedNameQualifier',
  'AWS::IoT::Certificate::StateName': 'stateOrProvince',
  'AWS::IoT::Certificate::CommonName': 'commonName',
  'AWS::IoT::Certificate::SerialNumber': 'serialNumber',
  'AWS::IoT::Certificate::Id': undefined,
};

/** Of the properties of a resource, the one that has to be given, and how. */
interface ResourceType {
  readonly oneOf: readonly string[];
  readonly help: string;
}

/** https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html#resources-section */
const RESOURCE_TYPES: { readonly [type: string]: ResourceType } = {
  'AWS::IoT::Thing': { oneOf: ['ThingName'], help: 'name it by a parameter, such as {"Ref": "AWS::IoT::Certificate::CommonName"}' },
  // The certificate is registered by then: a request or a PEM would be for another one.
  'AWS::IoT::Certificate': { oneOf: ['CertificateId'], help: 'the one that a device connects with is {"Ref": "AWS::IoT::Certificate::Id"}' },
  'AWS::IoT::Policy': { oneOf: ['PolicyName', 'PolicyDocument'], help: 'name a policy that exists, or give the document of one that is made' },
};

/** The rules for the values of properties. */
const VALUE_RULES: { readonly [property: string]: (value: unknown, property: string) => Complaint } = {
  ThingName: checkThingName,
  ThingTypeName: checkThingName,
  BillingGroup: checkThingName,
  PolicyName: checkPolicyName,
};

/** What any certificate may give; the certificate's own id has 64 digits. */
const SOME_VALUES: ParameterValues = new Map(Object.entries(PROVISIONING_PARAMETERS)
  .map(([parameter, attribute]) => [parameter, attribute ? 'x' : '0'.repeat(64)]));

type Entries = readonly [string, unknown][];

/** What a map holds; nothing where it is known only at deployment. */
function entriesOf(map: unknown): Entries {
  return Object.entries(isMap(map) ? map : {});
}

/** A member of a map; what is known only at deployment has members that are. */
function memberOf(map: unknown, name: string): unknown {
  return isMap(map) ? map[name] : map;
}

function resourcesOf(template: unknown): Entries {
  return entriesOf(memberOf(template, 'Resources'));
}

/** The parameters that a template declares. */
function declaredParameters(template: unknown): string[] {
  return entriesOf(memberOf(template, 'Parameters')).map(([name]) => name);
}

/** What stands for a parameter that a certificate has nothing for: a text, UNKNOWN, or nothing. */
function defaultOf(template: unknown, parameter: string): unknown {
  const declaration = memberOf(memberOf(template, 'Parameters'), parameter);
  return declaration === undefined ? undefined : memberOf(declaration, 'Default');
}

/** Whether a resource of a template has a property, or may have it, as far as is known. */
export function mayHaveProperty(template: unknown, property: string): boolean {
  const properties = resourcesOf(template).map(([, resource]) => memberOf(resource, 'Properties'));
  return [memberOf(template, 'Resources'), ...properties].includes(UNKNOWN) || properties.some(each => isMap(each) && each[property] !== undefined);
}

/**
 * Checks a template of just-in-time provisioning, in which UNKNOWN stands for what is known only at deployment. A device
 * fails, and stays PENDING_ACTIVATION, where a parameter can't be filled, or where what is made of it is refused.
 */
export function checkProvisioningTemplate(template: unknown): Complaint {
  return checkSections(template)
    ?? first(resourcesOf(template), ([name, resource]) => checkResource(name, resource))
    ?? checkForCertificate(resourcesOf(template))
    ?? checkReferences(template)
    ?? checkValues(template, SOME_VALUES, () => 'where x is what a certificate may give')
    ?? checkDefaults(template);
}

/** Checks the length of a template as it is sent. */
export function checkProvisioningTemplateLength(body: string): Complaint {
  return body.length <= MAX_PROVISIONING_TEMPLATE ? undefined
    : `the provisioning template must be at most ${MAX_PROVISIONING_TEMPLATE} characters long, got ${body.length}; `
      + 'keep the policy in a resource of its own, and name it in the template';
}

/** Checks what a template makes of its defaults: that of a certificate which has nothing for their parameters. */
function checkDefaults(template: unknown): Complaint {
  const wrong = declaredParameters(template).find(name => !['string', 'undefined', 'symbol'].includes(typeof defaultOf(template, name)));
  const values = new Map([...SOME_VALUES].map(([parameter, value]) => [parameter, defaultOf(template, parameter) ?? value]));
  return wrong ? `the Default of the parameter ${wrong} of a provisioning template must be a text, got ${JSON.stringify(defaultOf(template, wrong))}`
    : checkValues(template, values, () => 'where each parameter that has a Default stands for that');
}

/** Checks that the certificate of a device has what a template takes from it, and that AWS IoT takes what is made of it. */
export function checkProvisioningSubject(template: unknown, subject: { readonly [A in SubjectAttribute]?: unknown }): Complaint {
  const missing = declaredParameters(template).find(name => {
    const attribute = PROVISIONING_PARAMETERS[name];
    return attribute && subject[attribute] === undefined && defaultOf(template, name) === undefined;
  });
  if (missing !== undefined) {
    return `subject.${PROVISIONING_PARAMETERS[missing]} must be there, since the just-in-time provisioning template of the CA declares ${missing} without a Default`;
  }
  const values = new Map(Object.entries(PROVISIONING_PARAMETERS)
    .map(([parameter, attribute]) => [parameter, attribute ? subject[attribute] ?? defaultOf(template, parameter) : SOME_VALUES.get(parameter)]));
  return checkValues(template, values, sources => `made of ${sources}; change that, or what the just-in-time provisioning template of the CA takes`);
}

function first<T>(values: readonly T[], rule: (value: T) => Complaint): Complaint {
  return values.map(rule).find(complaint => complaint !== undefined);
}

function checkSections(template: unknown): Complaint {
  if (memberOf(template, 'Resources') !== UNKNOWN && resourcesOf(template).length === 0) {
    return `the provisioning template must be a map with Resources, got ${isMap(template) ? quote(Object.keys(template).join(', ')) : quote(template)}`;
  }
  const unknown = declaredParameters(template).find(name => !Object.hasOwn(PROVISIONING_PARAMETERS, name));
  return unknown && `the Parameters of a provisioning template must be of ${Object.keys(PROVISIONING_PARAMETERS).join(', ')}, got ${quote(unknown)}`;
}

function checkResource(name: string, resource: unknown): Complaint {
  if (resource === UNKNOWN) {
    return undefined;
  }
  if (!isMap(resource)) {
    return `the resource ${quote(name)} of the provisioning template must be a map with Type and Properties, got ${quote(resource)}`;
  }
  const { Type: type, Properties: properties } = resource;
  if (type === UNKNOWN) {
    return undefined;
  }
  if (!Object.hasOwn(RESOURCE_TYPES, String(type))) {
    return `the Type of the resource ${quote(name)} of the provisioning template must be one of ${Object.keys(RESOURCE_TYPES).join(', ')}, got ${quote(type)}`;
  }
  const { oneOf, help } = RESOURCE_TYPES[String(type)];
  const given = entriesOf(properties).filter(([, value]) => value !== undefined).map(([property]) => property);
  return properties === UNKNOWN || oneOf.filter(property => given.includes(property)).length === 1 ? undefined
    : `the resource ${quote(name)} of the provisioning template must have a ${oneOf.join(' or a ')}${oneOf.length > 1 ? ', and not both' : ''}, `
      + `got ${given.join(' and ') || 'no properties'}; ${help}`;
}

/** Without it the certificate would stay PENDING_ACTIVATION. */
function checkForCertificate(resources: Entries): Complaint {
  const type = 'AWS::IoT::Certificate';
  const may = resources.length === 0 || resources.some(([, resource]) => !isMap(resource) || [type, UNKNOWN].includes(resource.Type as string));
  return may ? undefined : `the Resources of a provisioning template must hold one of the Type ${type}, got ${resources.map(([name]) => name).join(', ')}; `
    + RESOURCE_TYPES[type].help;
}

function checkReferences(template: unknown): Complaint {
  const names = [...declaredParameters(template), ...resourcesOf(template).map(([name]) => name)];
  const undeclared = memberOf(template, 'Parameters') === UNKNOWN ? undefined
    : referencesIn(memberOf(template, 'Resources')).find(name => !names.includes(name));
  return undeclared && `every Ref and Fn::Sub in a provisioning template must be to one of its Parameters or Resources, got ${quote(undeclared)}`;
}

/** Checks the names and attributes that a template makes of the values of its parameters, as far as they are known. */
function checkValues(template: unknown, values: ParameterValues, origin: (sources: string) => string): Complaint {
  /** Says where a value comes from that isn't in the template as it is. */
  const check = (expression: unknown, rule: (value: unknown) => Complaint): Complaint => {
    const sources = referencesIn(expression).flatMap(parameter => PROVISIONING_PARAMETERS[parameter] ?? []).map(attribute => `subject.${attribute}`);
    const complaint = rule(valueOf(expression, values));
    return complaint && (sources.length === 0 ? complaint : `${complaint}, ${origin(sources.join(' and '))}`);
  };
  return first(resourcesOf(template), ([name, resource]) => {
    const properties = memberOf(resource, 'Properties');
    const path = (property: string): string => `the provisioning template's Resources.${name}.Properties.${property}`;
    const checkAttributes = (attributes: Entries): Complaint =>
      checkThingAttributes(Object.fromEntries(attributes), path('AttributePayload'), memberOf(properties, 'ThingTypeName') !== undefined);
    const attributes = entriesOf(memberOf(properties, 'AttributePayload'));
    return first(entriesOf(properties), ([property, expression]) =>
      check(expression, value => typeof value === 'string' && Object.hasOwn(VALUE_RULES, property) ? VALUE_RULES[property](value, path(property)) : undefined))
      ?? checkAttributes(attributes.map(([attribute]) => [attribute, UNKNOWN]))
      ?? first(attributes, ([attribute, expression]) => check(expression, value => checkAttributes([[attribute, value]])));
  });
}
