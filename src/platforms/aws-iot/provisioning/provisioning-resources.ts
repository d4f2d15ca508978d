import { isMap, JsonMap } from '../../../contract/json-map';
import { checkPolicyName, checkThingAttribute, checkThingAttributes, checkThingName } from '../contract';
import { nameInPath } from '../name-in-path';
import { expressionsIn, isExpression, isTextual, ParameterValues, referencesIn, UNKNOWN, UNKNOWN_NUMBER, valueOf } from './provisioning-expressions';
import { PROVISIONING_PARAMETERS, SOME_CERTIFICATE_ID, SOME_VALUES } from './provisioning-parameters';
import { Complaint, quote } from '../../../contract/rules';

/** A rule for a string, which names the property by its path. */
type TextRule = (text: string, path: string) => Complaint;

interface PropertyRule {
  readonly form: Form;
  /** The rule for each text in it. */
  readonly rule?: TextRule;
  /** A rule for the value as it is written. */
  readonly asWritten?: (value: unknown, path: string, properties: JsonMap) => Complaint;
}

/** The form of a property: what it must be, in words; and the texts in it, by their places, or nothing if it has another form. */
interface Form {
  readonly allowed: string;
  textsOf(value: unknown): Entries | undefined;
}

type Entries = readonly (readonly [string, unknown])[];

const A_TEXT = 'a string, or a Ref or function that results in a string';

const TEXT: Form = { allowed: A_TEXT, textsOf: value => [['', value]] };

const LIST: Form = {
  allowed: 'a list of strings',
  textsOf: value => Array.isArray(value) ? value.map((each, index) => [`.${index}`, each]) : isExpression(value) ? [] : undefined,
};

const MAP: Form = {
  allowed: 'a map of names to texts',
  textsOf: value => isMap(value) ? Object.entries(value).map(([name, each]) => [`.${nameInPath(name)}`, each]) : undefined,
};

const A_DOCUMENT = 'a policy document with a Statement, as a map or as JSON text';

/** A document that is given as a map is not a string yet. */
const DOCUMENT: Form = { allowed: A_DOCUMENT, textsOf: value => isExpression(value) ? [['', value]] : [] };

/** The properties of a type of resource, and those properties of which exactly one must be given. */
interface ResourceType {
  readonly properties: { readonly [property: string]: PropertyRule };
  readonly oneOf: readonly string[];
  readonly help: string;
}

/** https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html#resources-section */
const RESOURCE_TYPES: { readonly [type: string]: ResourceType } = {
  'AWS::IoT::Thing': {
    properties: {
      ThingName: { form: TEXT, asWritten: checkIsOfDevice, rule: checkThingName },
      ThingTypeName: { form: TEXT, rule: checkThingName },
      BillingGroup: { form: TEXT, rule: checkThingName },
      ThingGroups: { form: LIST, rule: checkThingName },
      AttributePayload: { form: MAP, asWritten: checkAttributeNames, rule: checkThingAttribute },
    },
    oneOf: ['ThingName'],
    help: 'name it with a parameter, such as {"Ref": "AWS::IoT::Certificate::CommonName"}',
  },
  // The certificate is already registered at that point: a request or a PEM would be for another certificate.
  'AWS::IoT::Certificate': {
    properties: { CertificateId: { form: TEXT, asWritten: checkCertificateId }, Status: { form: TEXT, rule: checkStatus } },
    oneOf: ['CertificateId'],
    help: 'the certificate with which a device connects is {"Ref": "AWS::IoT::Certificate::Id"}',
  },
  'AWS::IoT::Policy': {
    properties: {
      PolicyName: { form: TEXT, rule: checkPolicyName },
      PolicyDocument: { form: DOCUMENT, asWritten: checkDocument, rule: checkDocumentText },
    },
    oneOf: ['PolicyName', 'PolicyDocument'],
    help: 'name an existing policy, or give the document of a policy to create',
  },
};

/** Checks the type of a resource, the properties that it must have, and their form. */
export function checkResource(name: string, resource: unknown): Complaint {
  const shownName = `the resource ${quote(name)} of the provisioning template`;
  if (!isMap(resource)) {
    return `${shownName} must be a map with Type and Properties, got ${shown(resource)}`;
  }
  const { Type: type, Properties: properties = {} } = resource;
  if (typeof type !== 'string' || !Object.hasOwn(RESOURCE_TYPES, type)) {
    return `the Type of ${shownName} must be one of ${Object.keys(RESOURCE_TYPES).join(', ')}, got ${shown(type)}`;
  }
  if (!isMap(properties)) {
    return `the Properties of ${shownName} must be a map, got ${shown(properties)}`;
  }
  const { oneOf, help } = RESOURCE_TYPES[type];
  const given = Object.keys(properties).filter(property => properties[property] !== undefined);
  return oneOf.filter(property => given.includes(property)).length !== 1
    ? `${shownName} must have a ${oneOf.join(' or a ')}${oneOf.length > 1 ? ', and not both' : ''}, got ${given.map(nameInPath).join(' and ') || 'no properties'}; ${help}`
    : first(givenOf(name, resource), ({ rule: { form, asWritten }, value, path }) => {
      const other = form.textsOf(value)?.find(([, text]) => !isTextual(text));
      return form.textsOf(value) === undefined ? `${path} must be ${form.allowed}, got ${shown(value)}`
        : other ? `${path}${other[0]} must be ${A_TEXT}, got ${shown(other[1])}` : asWritten?.(value, path, properties);
    });
}

/**
 * Checks the values that a resource gets for given values of its parameters, as far as they are known.
 *
 * @param origin says that a value is made of the given attributes of the subject
 */
export function checkResourceValues(name: string, resource: JsonMap, values: ParameterValues, origin: (sources: string) => string): Complaint {
  return first(givenOf(name, resource), ({ rule: { form, rule }, value, path }) => first(form.textsOf(value) ?? [], ([place, text]) => {
    const known = valueOf(text, values);
    const complaint = typeof known === 'string' ? rule?.(known, `${path}${place}`) : undefined;
    const sources = referencesIn(text).flatMap(parameter => PROVISIONING_PARAMETERS[parameter] ?? []).map(attribute => `subject.${attribute}`);
    return complaint && (sources.length === 0 ? complaint : `${complaint}, ${origin(sources.join(' and '))}`);
  }));
}

/** Checks that the resources contain a certificate. Otherwise, the device's certificate would stay PENDING_ACTIVATION. */
export function checkForCertificate(resources: Entries): Complaint {
  const type = 'AWS::IoT::Certificate';
  return resources.some(([, resource]) => isMap(resource) && resource.Type === type) ? undefined
    : `the Resources of a provisioning template must contain a resource of the Type ${type}, `
      + `got ${resources.map(([name]) => nameInPath(name)).join(', ')}; ${RESOURCE_TYPES[type].help}`;
}

/** Returns the first complaint. */
export function first<T>(values: readonly T[], rule: (value: T) => Complaint): Complaint {
  for (const value of values) {
    const complaint = rule(value);
    if (complaint !== undefined) {
      return complaint;
    }
  }
  return undefined;
}

/** A value as a message shows it: an expression is shown by what it refers to. */
export function shown(value: unknown): string {
  const references = isExpression(value) ? referencesIn(value) : [];
  return value === UNKNOWN ? 'a token, which is known only at deployment'
    : value === UNKNOWN_NUMBER ? 'a token for a number; convert it to a string with Token.asString()'
      : references.length > 0 ? `an expression with ${references.map(quote).join(' and ')}` : quote(value);
}

/** The given properties that have rules. */
function givenOf(name: string, resource: JsonMap): { rule: PropertyRule; value: unknown; path: string }[] {
  const { Type: type, Properties: properties } = resource;
  return Object.entries(RESOURCE_TYPES[type as string].properties)
    .map(([property, rule]) => ({
      rule, value: (properties as JsonMap | undefined)?.[property], path: `the provisioning template's Resources.${nameInPath(name)}.Properties.${property}`,
    }))
    .filter(({ value }) => value !== undefined);
}

/** Checks the names and the number of a thing's attributes. */
function checkAttributeNames(attributes: unknown, path: string, { ThingTypeName: type }: JsonMap): Complaint {
  return checkThingAttributes(Object.fromEntries(Object.keys(attributes as JsonMap).map(name => [name, UNKNOWN])), path, type !== undefined);
}

/** Checks that a name is made of values from the device's certificate. Values that CloudFormation fills in are the same for all devices. */
function checkIsOfDevice(value: unknown, path: string): Complaint {
  return referencesIn(value).length > 0 ? undefined
    : `${path} must contain a value that differs from device to device, such as {"Ref": "AWS::IoT::Certificate::CommonName"}, got ${shown(value)}: `
      + 'otherwise all devices would become one thing';
}

/** Checks that the certificate is the device's own. */
function checkCertificateId(value: unknown, path: string): Complaint {
  return isExpression(value) && valueOf(value, SOME_VALUES) === SOME_CERTIFICATE_ID ? undefined
    : `${path} must be {"Ref": "AWS::IoT::Certificate::Id"}, the certificate with which a device connects, got ${shown(value)}`;
}

/** The developer guide writes the states of a certificate as ACTIVE and as Active. */
function checkStatus(text: string, path: string): Complaint {
  return /^(in)?active$/i.test(text) ? undefined : `${path} must be ACTIVE or INACTIVE, got ${quote(text)}`;
}

/** Checks a document as it is written. AWS IoT takes "a JSON object specified as an escaped string", and fills in nothing there. */
function checkDocument(value: unknown, path: string): Complaint {
  if (typeof value === 'string') {
    return checkDocumentText(value, path);
  }
  if (isExpression(value) || value === UNKNOWN) {
    return undefined;
  }
  const [expression] = expressionsIn(value);
  return expression ? `${path} must not contain a Ref or a function, because AWS IoT treats it as a string, got ${shown(expression)}; `
      + 'use a policy variable, such as ${iot:Connection.Thing.ThingName}'
    : isDocument(value) ? undefined : `${path} must be ${A_DOCUMENT}, got ${shown(value)}`;
}

function checkDocumentText(text: string, path: string): Complaint {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // A text that is not JSON is not a document.
  }
  return isDocument(document) ? undefined : `${path} must be ${A_DOCUMENT}, got ${quote(text)}`;
}

function isDocument(value: unknown): boolean {
  return isMap(value) && value.Statement !== undefined;
}
