import { Complaint, quote } from './rules';
import { SubjectAttribute } from './subject-attributes';

/** The longest template, in characters. API reference, RegistrationConfig, templateBody. */
export const MAX_PROVISIONING_TEMPLATE = 10_240;

/**
 * What AWS IoT takes from a device's certificate into a just-in-time provisioning template, and the attribute of the subject
 * that it takes it from; none for the certificate's own id.
 * https://docs.aws.amazon.com/iot/latest/developerguide/jit-provisioning.html
 */
export const PROVISIONING_PARAMETERS: { readonly [parameter: string]: SubjectAttribute | undefined } = {
  'AWS::IoT::Certificate::Country': 'country',
  'AWS::IoT::Certificate::Organization': 'organization',
  'AWS::IoT::Certificate::OrganizationalUnit': 'organizationalUnit',
  'AWS::IoT::Certificate::DistinguishedNameQualifier': 'distinguishedNameQualifier',
  'AWS::IoT::Certificate::StateName': 'stateOrProvince',
  'AWS::IoT::Certificate::CommonName': 'commonName',
  'AWS::IoT::Certificate::SerialNumber': 'serialNumber',
  'AWS::IoT::Certificate::Id': undefined,
};

type JsonMap = { readonly [name: string]: unknown };

function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(template: unknown, section: string): [string, unknown][] {
  return Object.entries(isMap(template) && isMap(template[section]) ? template[section] : {});
}

/** The parameters that a template declares. */
export function declaredParameters(template: unknown): string[] {
  return entriesOf(template, 'Parameters').map(([name]) => name);
}

/**
 * Checks a template of just-in-time provisioning. A device fails, and stays PENDING_ACTIVATION, where a parameter can't be
 * filled; a policy without name and document is refused with an InvalidRequestException.
 */
export function checkProvisioningTemplate(template: unknown): Complaint {
  const resources = entriesOf(template, 'Resources');
  if (resources.length === 0) {
    return 'the provisioning template must be a map with Resources';
  }
  const parameters = declaredParameters(template);
  const unknown = parameters.find(name => !Object.hasOwn(PROVISIONING_PARAMETERS, name));
  if (unknown !== undefined) {
    return `the Parameters of a provisioning template must be of ${Object.keys(PROVISIONING_PARAMETERS).join(', ')}, got ${quote(unknown)}`;
  }
  const names = [...parameters, ...resources.map(([name]) => name)];
  const undeclared = referencesIn(resources).find(name => !names.includes(name));
  if (undeclared !== undefined) {
    return `every Ref in a provisioning template must be to one of its Parameters or Resources, got ${quote(undeclared)}`;
  }
  const bare = resources.find(([, resource]) => isMap(resource) && resource.Type === 'AWS::IoT::Policy'
    && !(isMap(resource.Properties) && (resource.Properties.PolicyName ?? resource.Properties.PolicyDocument) !== undefined));
  return bare && `the resource ${quote(bare[0])} of the provisioning template must have a PolicyName or a PolicyDocument`;
}

/** Checks the length of a template as it is sent. */
export function checkProvisioningTemplateLength(body: string): Complaint {
  return body.length <= MAX_PROVISIONING_TEMPLATE ? undefined
    : `the provisioning template must be at most ${MAX_PROVISIONING_TEMPLATE} characters long, got ${body.length}; `
      + 'keep the policy in a resource of its own, and name it in the template';
}

/** Checks that the certificate of a device has what a template takes from it. */
export function checkProvisioningSubject(template: unknown, subject: { readonly [A in SubjectAttribute]?: unknown }): Complaint {
  const missing = declaredParameters(template).find(name => {
    const attribute = PROVISIONING_PARAMETERS[name];
    return attribute && subject[attribute] === undefined;
  });
  return missing && `subject.${PROVISIONING_PARAMETERS[missing]} must be there, since the just-in-time provisioning template of the CA declares ${missing}`;
}

function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) {
    return expression.flatMap(referencesIn);
  }
  return !isMap(expression) ? [] : Object.entries(expression)
    .flatMap(([name, value]) => name === 'Ref' && typeof value === 'string' ? [value] : referencesIn(value));
}
