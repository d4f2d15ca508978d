import { PrivateIotCaFunctionOptions } from './function-options';
import { checkProxy } from './proxy-rules';
import { Complaint, quote } from '../../contract/rules';

/** The least memory in which the largest bundle handles long revocation lists, and the most that Lambda has; MB. */
const MEMORY = { min: 512, max: 10_240 };

/** The least that an event source mapping with a limit of its own works with: src/constructs/revocation/on-ca-event.ts. */
const MIN_CONCURRENCY = 2;

/** AWS Lambda creates no functions with older runtimes. decisions/0006-aws-cdk-lib-floor.md */
const OLDEST_NODE = 22;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const ROLE_PATH = /^\/([\x21-\x7e]{1,510}\/)?$/;
const ROLE_NAME_PREFIX = /^[\w+=,.@-]{1,32}$/;

type Rules = { readonly [name in keyof PrivateIotCaFunctionOptions]?: (value: NonNullable<PrivateIotCaFunctionOptions[name]>) => Complaint };

/** What is allowed besides the kind of each option. Values that are tokens are left for the deployment to check. */
export const FUNCTION_RULES: Rules = {
  securityGroups: groups => groups.length > 0 ? undefined : 'securityGroups must have at least one security group, got an empty list; leave it out for a new one',
  proxy: checkProxy,
  memorySize: number => isWhole(number, MEMORY.min) && number <= MEMORY.max ? undefined
    : `memorySize must be a whole number of MB from ${MEMORY.min} to ${MEMORY.max}, got ${number}`,
  runtime: ({ name }) => nodeVersion(name) >= OLDEST_NODE ? undefined
    : `runtime must be Node.js ${OLDEST_NODE} or newer, for which the functions are made, got ${quote(name)}`,
  reservedConcurrentExecutions: number => isWhole(number, MIN_CONCURRENCY) ? undefined
    : `reservedConcurrentExecutions must be a whole number of at least ${MIN_CONCURRENCY}, which the delivery of events needs, got ${number}`,
  rolePath: path => ROLE_PATH.test(path) ? undefined
    : `rolePath must be / or a path that begins and ends with /, up to 512 characters without spaces, got ${quote(path)}`,
  roleNamePrefix: prefix => ROLE_NAME_PREFIX.test(prefix) ? undefined
    : `roleNamePrefix must be 1 to 32 letters, digits and characters of _+=,.@-, got ${quote(prefix)}`,
};

/** The major version of Node.js in the name of a runtime; `NaN` if it is none. */
export function nodeVersion(runtime: string | undefined): number {
  return Number(/^nodejs(\d+)\.x$/.exec(runtime ?? '')?.[1]);
}

function isWhole(value: number, min: number): boolean {
  return Number.isInteger(value) && value >= min;
}
