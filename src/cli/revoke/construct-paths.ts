import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ResourceType } from '../../contract/resource-types';
import { quote } from '../../contract/rules';
import { CliError, messageOf } from '../cli-error';
import { AssemblyStack, readStacks } from '../local/assembly';
import { StackTemplate } from '../local/nested-templates';
import { nameOf } from '../local/stack-plan';

/** The folder that `cdk synth` writes by default. */
const DEFAULT_APP = 'cdk.out';

/** The resources with a certificate that a CA can have signed. */
const CERTIFICATE_TYPES: readonly string[] = [
  ResourceType.PRIVATE_IOT_CA, ResourceType.EXISTING_IOT_CA, ResourceType.KEPT_IOT_CA, ResourceType.CA_CERTIFICATE, ResourceType.CROSS_CERTIFICATE,
  ResourceType.DEVICE_CERTIFICATE, ResourceType.SERVER_CERTIFICATE,
];

/** A construct with a certificate. */
interface Place {
  /** Its path, as CDK has it, and with the name of the stack in CloudFormation in place of the path of the stack. */
  readonly paths: readonly string[];
  /** The name of its stack and its logical ID. Only CloudFormation knows the name of a nested stack. */
  readonly resource?: string;
}

/**
 * Finds resources by the paths of their constructs. A ledger in AWS knows stacks and logical IDs; the cloud assembly knows to which of them a path leads.
 *
 * @param app the cloud assembly; `cdk.out` if absent, which need not exist: `<stack>/<logical ID>` is taken as it is
 */
export function resourceFinder(app: string | undefined): (option: string, value: string) => string {
  let assembly: readonly Place[] | string | undefined;
  return (option, value) => {
    assembly ??= placesIn(app);
    const found = typeof assembly === 'string' ? [] : assembly.filter(({ paths }) => paths.includes(value));
    if (found.some(({ resource }) => resource === undefined)) {
      throw new CliError(`${option} must name a resource of a nested stack by the name that CloudFormation has given to the stack, a slash, and the logical ID, as a --dry-run for `
        + `its --common-name shows it, got ${quote(value)}`);
    }
    const resources = [...new Set(found.map(({ resource }) => resource!))];
    if (resources.length > 1) {
      throw new CliError(`${option} must mean one resource, got ${quote(value)}, which is any of ${resources.join(', ')}; give one of these`);
    }
    if (resources.length === 0 && !/^[^/]+\/[^/]+$/.test(value)) {
      throw new CliError(`${option} must be <stack>/<logical ID>, or the path of a construct with a certificate in the cloud assembly, with its stack, got ${quote(value)}; `
        + (typeof assembly === 'string' ? assembly : `${app ?? DEFAULT_APP} has no such construct`));
    }
    return resources[0] ?? value;
  };
}

/** @returns the reason if there is no assembly, and none was named */
function placesIn(app: string | undefined): readonly Place[] | string {
  if (app === undefined && !existsSync(join(DEFAULT_APP, 'manifest.json'))) {
    return `there is no cloud assembly ${DEFAULT_APP} here that leads to its logical ID: run \`cdk synth\`, or pass --app`;
  }
  try {
    return readStacks(app ?? DEFAULT_APP).flatMap(stack => placesOf(stack, stack, ''));
  } catch (error) {
    if (app !== undefined) {
      throw error;
    }
    return `the cloud assembly ${DEFAULT_APP} can't be read: ${messageOf(error)}`; // a revocation by stack and logical ID does not need it
  }
}

/** @param prefix empty for the root stack; otherwise, as in the state of a local deployment, the logical IDs that lead to the nested stack */
function placesOf(root: AssemblyStack, { template, nested }: StackTemplate, prefix: string): Place[] {
  const own = [...template.resources].filter(([, { type }]) => CERTIFICATE_TYPES.includes(type)).map(([logicalId, { constructPath }]): Place => ({
    paths: [`${root.name}/${nameOf(logicalId, { template, rootName: root.displayName, prefix })}`, ...constructPath === undefined ? [] : [constructPath]],
    resource: prefix === '' ? `${root.name}/${logicalId}` : undefined,
  }));
  return [...own, ...[...nested].flatMap(([logicalId, stack]) => placesOf(root, stack, `${prefix}${logicalId}.`))];
}
