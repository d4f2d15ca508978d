import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, determineLatestNodeRuntime, Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundledFunction } from './bundled-function';
import { rolePolicy } from './role-policy';

/** The memory with which a function has a full core, in MB: Lambda allots CPU by memory, and RSA keys and long lists are pure computation. */
export const FULL_CORE = 1769;

/** What distinguishes a function of this library from the others. */
export interface LibraryFunctionOptions {
  readonly description: string;
  /** The folder of its bundle in `assets/`, and the name under which the bundle exports the handler. */
  readonly bundle: string;
  readonly handler: string;
  /** In MB. */
  readonly memorySize: number;
  readonly timeout: Duration;
  readonly environment: { readonly [name: string]: string };
}

/**
 * A function of this library, with a role and a log group of its own. The ids of the constructs are final: the logical IDs derive from them.
 */
export function libraryFunction(scope: Construct, options: LibraryFunctionOptions): { readonly role: Role; readonly function: Function } {
  const { description, bundle, handler, memorySize, timeout, environment } = options;
  const logGroup = new LogGroup(scope, 'Log', { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
  const logging = logGroup.grantWrite(rolePolicy(scope, 'Logging', role));
  const made = new Function(scope, 'Function', {
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
  return { role, function: made };
}
