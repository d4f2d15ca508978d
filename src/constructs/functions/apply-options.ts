import { ArnFormat, AspectPriority, Aspects, Names, Stack } from 'aws-cdk-lib';
import { CfnRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnFunction, Function } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { forbiddenByBoundary } from './boundary';
import { PrivateIotCaFunctionOptions } from './function-options';
import { joinVpc } from './join-vpc';
import { takeOptions } from './options-of-scopes';
import { setCaller } from './rights-of-caller';
import { useProxy } from './use-proxy';
import { sha256 } from '../../contract/sha256';
import { rolePolicy } from '../provider/role-policy';

/** A function of this library, and what belongs to it. */
export interface ConfigurableFunction {
  readonly function: Function;
  readonly role: Role;
  readonly logGroup: LogGroup;
  /** Whether a schedule invokes the function. */
  readonly isScheduled: boolean;
  /** What the function calls without a right that says so. */
  readonly calls: readonly string[];
  /** The identity of the CA that the function works for. Absent if it works for all CAs that its stack uses. */
  readonly caId?: string;
}

/** IAM allows 64 characters for the name of a role. https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const ROLE_NAME_CHARACTERS = 64;
const HASH_CHARACTERS = 8;

/**
 * Gives a function the options of its scopes at the synthesis, when all of them are known. The Aspect visits the scope before the resources in
 * it: every Aspect of the user sees them as they are deployed, and can change them. Where no option is set, nothing changes.
 */
export function applyOptionsAtSynthesis(scope: Construct, made: ConfigurableFunction): void {
  setCaller(scope, made);
  atSynthesis(scope, options => applyOptions(scope, made, options));
  scope.node.addValidation({ validate: () => forbiddenByBoundary(scope) });
}

/** Gives the role and the log group of something that is no function those of the options that concern them. */
export function applyRoleAndLogOptionsAtSynthesis(scope: Construct, { role, logGroup }: Pick<ConfigurableFunction, 'role' | 'logGroup'>): void {
  atSynthesis(scope, options => {
    applyLogOptions(logGroup, options);
    applyRoleOptions(role, options);
  });
}

function atSynthesis(scope: Construct, apply: (options: PrivateIotCaFunctionOptions) => void): void {
  let applied = false;
  const visit = (node: unknown): void => {
    if (node === scope && !applied) {
      applied = true;
      apply(takeOptions(scope));
    }
  };
  Aspects.of(scope).add({ visit }, { priority: AspectPriority.MUTATING });
}

function applyOptions(scope: Construct, made: ConfigurableFunction, options: PrivateIotCaFunctionOptions): void {
  const { memorySize, architecture, runtime, reservedConcurrentExecutions, deadLetterQueue, proxy } = options;
  Object.assign(made.function.node.defaultChild as CfnFunction, given({
    memorySize, architectures: architecture && [architecture.name], runtime: runtime?.name, reservedConcurrentExecutions,
  }));
  applyLogOptions(made.logGroup, options);
  if (made.role.node.scope === scope) { // a role of another function has the options of that function
    applyRoleOptions(made.role, options);
  }
  if (deadLetterQueue && made.isScheduled) {
    keepFailed(scope, made, deadLetterQueue);
  }
  if (proxy) {
    useProxy(scope, made, proxy);
  }
  joinVpc(scope, made, options);
}

function applyLogOptions(logGroup: LogGroup, { logRetention, logEncryptionKey }: PrivateIotCaFunctionOptions): void {
  const resource = logGroup.node.defaultChild as CfnLogGroup;
  if (logRetention !== undefined) {
    resource.retentionInDays = logRetention === RetentionDays.INFINITE ? undefined : logRetention;
  }
  if (logEncryptionKey) {
    resource.kmsKeyId = logEncryptionKey.keyArn;
    letLogsUse(logEncryptionKey, Stack.of(logGroup));
  }
}

function applyRoleOptions(role: Role, options: PrivateIotCaFunctionOptions): void {
  if (role.node.defaultChild) { // a role that was created beforehand has a name and a path
    Object.assign(role.node.defaultChild as CfnRole, given({ path: options.rolePath, roleName: roleName(role, options) }));
  }
}

/** The members that have a value. */
function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Lets CloudWatch Logs encrypt the logs of a stack with a key. The policy of an imported key stays as it is. */
function letLogsUse(key: IKey, stack: Stack): void {
  key.addToResourcePolicy(new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    resources: ['*'], // of a key's policy: the key itself
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  }));
}

/**
 * The name of a role. A role that moves to another path is replaced, for which it needs another name; the roles of an account share their
 * names in all Regions.
 */
function roleName(role: Role, { rolePath = '/', roleNamePrefix: prefix }: PrivateIotCaFunctionOptions): string | undefined {
  if (prefix === undefined) {
    return undefined;
  }
  const stack = Stack.of(role);
  const hash = sha256(JSON.stringify(stack.resolve([rolePath, stack.region]))).slice(0, HASH_CHARACTERS);
  const maxLength = ROLE_NAME_CHARACTERS - prefix.length - HASH_CHARACTERS - 1;
  return `${prefix}${Names.uniqueResourceName(role, { maxLength, separator: '-' })}-${hash}`;
}

/** Sends the events of scheduled invocations that fail to a queue. */
function keepFailed(scope: Construct, { function: target, role }: ConfigurableFunction, queue: IQueue): void {
  const rights = rolePolicy(scope, 'DeadLetters', role);
  rights.addStatements(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
  queue.encryptionMasterKey?.grant(rights, 'kms:Decrypt', 'kms:GenerateDataKey');
  (target.node.defaultChild as CfnFunction).deadLetterConfig = { targetArn: queue.queueArn };
  target.node.addDependency(rights); // Lambda checks the right when it makes the function
}
