import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, determineLatestNodeRuntime, Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundledFunction } from './bundled-function';
import { rolePolicy } from './role-policy';
import { applyOptionsAtSynthesis } from '../functions/apply-options';

/** The memory with which a function has a full core, in MB: Lambda allots CPU by memory, and RSA keys and long lists are pure computation. */
export const FULL_CORE = 1769;

/** What distinguishes a function of this library from the others. */
export interface LibraryFunctionOptions {
  /** Its name. It is final for a stack, and must be another one for every function of an account and a Region. By default, CloudFormation makes one. */
  readonly functionName?: string;
  readonly description: string;
  /** The folder of its bundle in `assets/`, and the name under which the bundle exports the handler. */
  readonly bundle: string;
  readonly handler: string;
  /** In MB. */
  readonly memorySize: number;
  readonly timeout: Duration;
  /** `CA_ID` is the identity of the CA that the function works for, if it works for one alone. */
  readonly environment: { readonly [name: string]: string };
  /** Whether a schedule invokes the function. */
  readonly isScheduled?: boolean;
  /** The role of another function that needs the same rights; without it, the function gets a role of its own. */
  readonly role?: Role;
  /** What the function calls besides the services on which it has rights, as src/constructs/functions/vpc-endpoints.ts names it. */
  readonly calls?: readonly string[];
}

/**
 * A function of this library, with a log group and usually a role of its own, and with the options that its scopes set for all functions. The ids of the
 * constructs are final: the logical IDs derive from them.
 */
export function libraryFunction(scope: Construct, options: LibraryFunctionOptions): { readonly role: Role; readonly function: Function } {
  const { functionName, description, bundle, handler, memorySize, timeout, environment, isScheduled = false, calls = [] } = options;
  const logGroup = new LogGroup(scope, 'Log', { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
  const role = options.role ?? new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
  const logging = logGroup.grantWrite(rolePolicy(scope, 'Logging', role));
  const made = new Function(scope, 'Function', {
    functionName,
    description,
    code: bundledFunction(bundle),
    handler: `index.${handler}`,
    runtime: determineLatestNodeRuntime(scope),
    architecture: Architecture.ARM_64,
    memorySize,
    timeout,
    role,
    logGroup,
    environment: { ...environment },
  });
  logging.applyBefore(made);
  applyOptionsAtSynthesis(scope, { function: made, role, logGroup, isScheduled, calls, caId: environment.CA_ID });
  return { role, function: made };
}
