import { expressionsIn, misspelling, referencesIn, UNKNOWN } from './provisioning-expressions';
import { PROVISIONING_PARAMETERS, SOME_VALUES } from './provisioning-parameters';
import { checkForCertificate, checkResource, checkResourceValues, first, shown } from './provisioning-resources';
import { isMap } from '../../../contract/json-map';
import { isPrivateKey } from '../../../contract/private-keys';
import { Complaint, quote } from '../../../contract/rules';
import { SubjectAttribute } from '../../../contract/subject-attributes';

/** The longest template, in characters. API reference, RegistrationConfig, templateBody. */
const MAX_PROVISIONING_TEMPLATE = 10_240;

type Entries = readonly [string, unknown][];

/** The entries of a map within a map; none if there is no such map. */
function entriesOf(map: unknown, name: string): Entries {
  const held = isMap(map) ? map[name] : undefined;
  return Object.entries(isMap(held) ? held : {});
}

/** The resources of a template, by their names. */
export function resourcesOf(template: unknown): Entries {
  return entriesOf(template, 'Resources');
}

/** The value of a parameter that the certificate does not provide: a string, UNKNOWN, or nothing. */
function defaultOf(declaration: unknown): unknown {
  return isMap(declaration) ? declaration.Default : undefined;
}

/**
 * Checks a template of just-in-time provisioning, in which UNKNOWN stands for values that are known only at deployment. The provisioning of
 * a device fails, and its certificate stays PENDING_ACTIVATION, if a parameter can't be filled in, or if a value that is made from it is
 * refused.
 */
export function checkProvisioningTemplate(template: unknown): Complaint {
  return checkForPrivateKey(template)
    ?? checkSections(template)
    ?? checkExpressions(template)
    ?? first(resourcesOf(template), ([name, resource]) => checkResource(name, resource))
    ?? checkForCertificate(resourcesOf(template))
    ?? checkReferences(template)
    ?? checkValues(template, () => undefined, () => 'where x stands for a value from a certificate')
    ?? checkValues(template, defaultOf, () => 'where each parameter with a Default has that value');
}

/** Checks the length of a template as it is sent. */
export function checkProvisioningTemplateLength(body: string): Complaint {
  return body.length <= MAX_PROVISIONING_TEMPLATE ? undefined
    : `the provisioning template must be at most ${MAX_PROVISIONING_TEMPLATE} characters long, got ${body.length}; `
      + 'keep the policy in a resource of its own, and name it in the template';
}

/** Checks that a device's certificate has the values that a template takes from it, and that AWS IoT accepts what is made of them. */
export function checkProvisioningSubject(template: unknown, subject: { readonly [A in SubjectAttribute]?: unknown }): Complaint {
  const given = (parameter: string): unknown => {
    const attribute = PROVISIONING_PARAMETERS[parameter];
    return attribute && subject[attribute];
  };
  const missing = entriesOf(template, 'Parameters')
    .find(([name, declaration]) => PROVISIONING_PARAMETERS[name] && given(name) === undefined && defaultOf(declaration) === undefined);
  return missing
    ? `subject.${PROVISIONING_PARAMETERS[missing[0]]} must be given, `
      + `because the just-in-time provisioning template of the CA declares ${missing[0]} without a Default`
    : checkValues(template, (declaration, name) => given(name) ?? defaultOf(declaration),
      sources => `made of ${sources}; change that, or what the just-in-time provisioning template of the CA makes of it`);
}

function checkForPrivateKey(template: unknown): Complaint {
  return isPrivateKey(JSON.stringify(template) ?? '')
    ? 'the provisioning template must not hold a private key; take the key out of it, and consider it disclosed' : undefined;
}

function checkSections(template: unknown): Complaint {
  if (resourcesOf(template).length === 0) {
    return `the provisioning template must be a map with Resources, got ${isMap(template) ? quote(Object.keys(template).join(', ')) : shown(template)}`;
  }
  const { Parameters: parameters = {} } = template as { readonly Parameters?: unknown };
  if (!isMap(parameters)) {
    return `the Parameters of a provisioning template must be a map, got ${shown(parameters)}`;
  }
  return first(Object.entries(parameters), ([name, declaration]) => {
    if (!Object.hasOwn(PROVISIONING_PARAMETERS, name)) {
      return `each parameter of a provisioning template must be one of ${Object.keys(PROVISIONING_PARAMETERS).join(', ')}, got ${quote(name)}`;
    }
    if (!isMap(declaration)) {
      return `the parameter ${name} of a provisioning template must be a map with Type, got ${shown(declaration)}`;
    }
    const value = defaultOf(declaration);
    return ['string', 'undefined'].includes(typeof value) || value === UNKNOWN ? undefined
      : `the Default of the parameter ${name} of a provisioning template must be a string, got ${shown(value)}`;
  });
}

function checkExpressions(template: unknown): Complaint {
  return first(resourcesOf(template), ([name, resource]) => first(expressionsIn(resource), expression => {
    const wrong = misspelling(expression);
    return wrong && `each ${wrong.of} in the resource ${quote(name)} of the provisioning template must ${wrong.allowed}, got ${shown(wrong.got)}`;
  }));
}

function checkReferences(template: unknown): Complaint {
  const names = [...entriesOf(template, 'Parameters'), ...resourcesOf(template)].map(([name]) => name);
  const undeclared = resourcesOf(template).flatMap(([, resource]) => referencesIn(resource)).find(name => !names.includes(name));
  return undeclared === undefined ? undefined
    : `every Ref and Fn::Sub in a provisioning template must refer to one of its Parameters or Resources, got ${quote(undeclared)}`;
}

/**
 * Checks the values that a template makes of its parameters.
 *
 * @param given the value that a certificate has for a parameter; if it is nothing, a value that any certificate may have is checked
 */
function checkValues(template: unknown, given: (declaration: unknown, name: string) => unknown, origin: (sources: string) => string): Complaint {
  const declarations = new Map(entriesOf(template, 'Parameters'));
  const values = new Map([...SOME_VALUES].map(([name, some]) => [name, given(declarations.get(name), name) ?? some]));
  return first(resourcesOf(template), ([name, resource]) => isMap(resource) ? checkResourceValues(name, resource, values, origin) : undefined);
}
