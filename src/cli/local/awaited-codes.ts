import { referencesIn } from './references';
import { ResourceDeclaration, Template } from './template';
import { isMap } from '../../contract/json-map';
import { ResourceType } from '../../contract/resource-types';
import { RegistrationType } from '../../platforms/registrations';

const REGISTRATION_TYPES: readonly string[] = Object.values(RegistrationType);

/**
 * The values that a platform provides only during the deployment, which does not happen here. For each logical id, the map has the resource,
 * in words, that requests the value.
 */
export type Awaited = ReadonlyMap<string, string>;

/**
 * The verification certificates of a template whose code a platform provides only during the deployment.
 *
 * @param parameters for a nested stack, the parameters that pass such a code
 * @param nameOf returns the name of a resource
 */
export function awaitedCodes({ resources }: Template, parameters: Awaited, nameOf: (logicalId: string) => string): Awaited {
  return new Map([...resources]
    .filter(([, { type }]) => type === ResourceType.VERIFICATION_CERTIFICATE)
    .flatMap(([id, { properties }]) => sourcesIn(properties, resources, parameters, nameOf).slice(0, 1).map(source => [id, source] as const)));
}

/** The parameters of a nested stack to which the parent stack passes a value that it awaits itself. */
export function awaitedParameters(
  { properties: { Parameters } }: ResourceDeclaration, { resources }: Template, parameters: Awaited, nameOf: (logicalId: string) => string,
): Awaited {
  return new Map(Object.entries(isMap(Parameters) ? Parameters : {})
    .flatMap(([name, expression]) => sourcesIn(expression, resources, parameters, nameOf).slice(0, 1).map(source => [name, source] as const)));
}

function sourcesIn(expression: unknown, resources: Template['resources'], parameters: Awaited, nameOf: (logicalId: string) => string): string[] {
  return [...referencesIn(expression)].flatMap(name => {
    const type = resources.get(name)?.type ?? '';
    return REGISTRATION_TYPES.includes(type) ? `${nameOf(name)} (${type})` : parameters.get(name) ?? [];
  });
}
