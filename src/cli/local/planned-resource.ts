import { isDeepStrictEqual } from 'node:util';
import { NO_VALUE, NotKnownYet, resolve, Resolved, Unavailable } from './intrinsics';
import { StackScope, Withheld } from './stack-scope';
import { generatedName, KMS_KEY_TYPE, nameProperty, PlannedStandIn, standInFor } from './stand-ins';
import { ResourceState } from './state';
import { CliError } from '../cli-error';
import { ResourceDeclaration } from './template';
import { isMap, JsonMap } from '../../contract/json-map';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { keyAlgorithmOfKeySpec } from '../../contract/kms';

/** A resource that the deployment of a stack carries out or stands in for. */
export interface PlannedResource extends ResourceDeclaration {
  readonly logicalId: string;
  /** The name that its author uses: the path of its construct in the stack, if known, otherwise the logical id. */
  readonly name: string;
  /** The resources of the plan that it depends on. */
  readonly dependencies: readonly string[];
}

type Declared = ResourceDeclaration & { readonly logicalId: string };

/** Evaluates what can be evaluated before the deployment, in order to find errors; returns `undefined` if it can't be evaluated yet. */
export function rehearse<T>(evaluate: () => T, ...passedOver: (new (...args: never[]) => Error)[]): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (![NotKnownYet, ...passedOver].some(kind => error instanceof kind)) {
      throw error;
    }
    return undefined;
  }
}

/** The properties of a custom resource that are meant for CloudFormation itself. */
const CLOUDFORMATION_PROPERTIES: readonly string[] = ['ServiceToken', 'ServiceTimeout'];

/** The properties of a certificate resource as a request contains them: every scalar is a string. */
export function resolvedProperties({ logicalId, properties }: Declared, scope: StackScope): JsonMap {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !CLOUDFORMATION_PROPERTIES.includes(name)).flatMap(([name, expression]) => {
    const value = resolve(expression, scope, scope.place(logicalId, name));
    return value === NO_VALUE ? [] : [[name, stringified(value)]];
  }));
}

/** The properties of a fleet that a local run may do without: they can lead to what only AWS has. */
const OF_RUNS_IN_AWS: readonly string[] = ['Manifest', 'Recipient'];

/** The properties of a fleet, as those of a certificate; without those that only AWS knows, if a local run may do without them. */
export function fleetProperties(resource: Declared, scope: StackScope): JsonMap {
  return Object.assign({}, ...Object.entries(resource.properties).map(([name, expression]) => {
    try {
      return resolvedProperties({ ...resource, properties: { [name]: expression } }, scope);
    } catch (error) {
      if (!(error instanceof Unavailable) || !OF_RUNS_IN_AWS.includes(name)) {
        throw error;
      }
      return {};
    }
  })) as JsonMap;
}

/** CloudFormation passes every scalar to a custom resource as a string. */
function stringified(value: Resolved): unknown {
  if (Array.isArray(value)) {
    return value.map(stringified);
  }
  return typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, stringified(member)])) : String(value);
}

/**
 * The stand-in of a resource. The resource keeps its stand-in as long as its template gives it the same name, or still gives it none;
 * otherwise it gets a new stand-in.
 *
 * @param newId makes a UUID, if a name has to be generated
 */
export function plannedStandIn(
  { logicalId, type, properties }: Declared, scope: StackScope, current: ResourceState | undefined, newId: () => string,
): PlannedStandIn {
  const property = nameProperty(type);
  const expression = property === undefined ? undefined : properties[property];
  const name = expression === undefined ? undefined : scope.text(expression, scope.place(logicalId, property));
  const declared = name === undefined ? {} : { [property!]: name };
  const { physicalId, attributes } = current && isDeepStrictEqual(current.properties, declared)
    ? current : standInFor(type, name ?? generatedName(scope.stackName, logicalId, newId()));
  return { physicalId, attributes, properties: declared };
}

/**
 * The algorithm of a KMS key that can sign certificates, or `undefined` for every other resource. Most KMS keys encrypt, and a key
 * whose usage or algorithm only AWS knows is not taken for a CA's key.
 */
export function signingKeyAlgorithm({ logicalId, type, properties }: Declared, scope: StackScope): KeyAlgorithmName | undefined {
  const property = (name: string): Resolved => resolve(properties[name] ?? '', scope, scope.place(logicalId, name));
  return rehearse(
    () => type === KMS_KEY_TYPE && property('KeyUsage') === 'SIGN_VERIFY' ? keyAlgorithmOfKeySpec(String(property('KeySpec'))) : undefined, Unavailable);
}

/** The values that a stack passes to the parameters of a nested stack. */
export interface PassedParameters {
  readonly values: { readonly [name: string]: string };
  /** The parameters whose values refer to something that only AWS has, or that does not exist yet. */
  readonly withheld: Withheld;
}

/** The parameters of a nested stack. A list is passed as one text. */
export function passedParameters({ logicalId, properties }: Declared, scope: StackScope): PassedParameters {
  const where = scope.place(logicalId, 'Parameters');
  const { Parameters: declared = {} } = properties;
  if (!isMap(declared)) {
    throw new CliError(`${where} must be a map`);
  }
  const values: { [name: string]: string } = {};
  const withheld = new Map<string, string | undefined>();
  for (const [name, expression] of Object.entries(declared)) {
    try {
      const value = resolve(expression, scope, `${where}.${name}`);
      if (value !== NO_VALUE) {
        values[name] = [value].flat().map(String).join(',');
      }
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof NotKnownYet)) {
        throw error;
      }
      withheld.set(name, error instanceof Unavailable ? error.reason : undefined);
    }
  }
  return { values, withheld };
}
