import { ISecurityGroup, ISubnet, IVpc, SubnetFilter, SubnetSelection, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { FUNCTION_PROXY_KINDS, PrivateIotCaFunctionProxy } from './function-proxy';
import { FLAG, having, Kind, Kinds, listOf, NUMBER, oneOf, optional, struct, TEXT } from '../checks/kinds';
import { KEY } from '../checks/object-kinds';

/**
 * How the functions of this library run that a stack or an app contains: their networks, logs, resources and roles. Each member that is
 * left out is what an enclosing scope sets, or the default.
 */
export interface PrivateIotCaFunctionOptions {
  /**
   * The VPC in which the functions run. Without a route to the internet, it needs a `proxy`, or an endpoint for each service that a function
   * calls; see the table in docs/operations.md. The roles get the rights with which Lambda manages network interfaces, which the code of the
   * functions can't use. A scope that sets a VPC takes no `vpcSubnets` and `securityGroups` from the scopes around it.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   * @default - no VPC: the functions reach AWS and platforms over the internet
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of `vpc` in which the functions run. Public subnets are refused, because a function has no public address there.
   *
   * @default - the private subnets of the VPC, and its isolated subnets if it has no others
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The security groups of the functions in `vpc`. They must let HTTPS (port 443), or what leads to the `proxy`, out, and nothing in.
   *
   * @default - a new security group for each function, which lets out only HTTPS; with a `proxy`, only what leads to the proxy, and HTTPS if
   * there is a `noProxy`
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * The HTTP proxy through which the functions reach AWS and platforms, for a VPC from which nothing else leads out. It takes a runtime of Node.js 24
   * or newer. Only the hosts in its `noProxy` need endpoints in the VPC.
   *
   * A function whose proxy can't be reached can't answer CloudFormation either: the deployment hangs for as long as its timeout.
   *
   * @default - no proxy
   */
  readonly proxy?: PrivateIotCaFunctionProxy;

  /**
   * How long the logs of the functions are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;

  /**
   * The KMS key that encrypts the logs. It must be symmetric and in the Region of the functions. A key of this app gets the statement in
   * its policy with which CloudWatch Logs can use it; an imported key must have that already.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   * @default - the logs are encrypted with a key of CloudWatch Logs
   */
  readonly logEncryptionKey?: IKey;

  /**
   * The memory of every function in MB, from 512 to 10240. Lambda allots CPU by memory: with less than 1769 MB, the keys of RSA
   * certificates and long revocation lists take longer.
   *
   * @default - what each function needs, up to 1769 MB
   */
  readonly memorySize?: number;

  /**
   * The processor for which the functions run.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * The runtime of the functions: Node.js 22 or newer; with a `proxy`, 24 or newer.
   *
   * @default - the newest runtime for Node.js that the Region has
   */
  readonly runtime?: Runtime;

  /**
   * How many invocations of each function run at the same time at most. These invocations are taken from the concurrency of the account.
   * The least is 2, which the delivery of events needs. Further invocations wait; requests to an OCSP responder and the questions of AWS
   * IoT Core about clients are refused, so apply a small number to other scopes than theirs.
   *
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   * @default - the concurrency of the account, which all its functions share
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * The queue that gets the scheduled invocations that fail three times, in the account and the Region of the functions. Five kinds of functions
   * have a schedule: those that publish revocation lists, give lists to a service, compare a platform with what is revoked, renew certificates, and watch
   * the ends of certificates. The others get no queue: CloudFormation learns of their failures, events wait in queues of their own, and callers get
   * an answer. Requests of CloudFormation to functions with a schedule get into the queue too if they fail, so readers of the queue can see them.
   *
   * @default - failed invocations are only in logs and in the alarms of the constructs
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * The path of the roles, which begins and ends with `/`. Policies of an organization can refer to all roles below a path. A change
   * replaces the roles.
   *
   * @default /
   */
  readonly rolePath?: string;

  /**
   * What the names of the roles begin with, up to 32 characters. The path of the construct and a hash follow. A stack that is deployed in
   * several Regions of an account needs an `env`, so that its roles have different names. A change replaces the roles.
   *
   * @default - CloudFormation names the roles
   */
  readonly roleNamePrefix?: string;
}

const RETENTION_DAYS: Kind<RetentionDays> = {
  allowed: 'a RetentionDays, such as RetentionDays.SIX_MONTHS', accepts: value => typeof value === 'number' && value in RetentionDays,
};

/** A VPC selects subnets too. */
const SUBNET_FILTER: Kind<SubnetFilter> = {
  allowed: 'a SubnetFilter, such as SubnetFilter.byIds()',
  accepts: value => typeof value === 'object' && value !== null && 'selectSubnets' in value && !('vpcId' in value),
};

const SUBNET_SELECTION_KINDS: Kinds<SubnetSelection> = {
  subnetType: optional(oneOf('SubnetType', SubnetType)),
  availabilityZones: optional(listOf(TEXT)),
  subnetGroupName: optional(TEXT),
  onePerAz: optional(FLAG),
  subnetFilters: optional(listOf(SUBNET_FILTER)),
  subnets: optional(listOf(having<ISubnet>('an ISubnet of aws-ec2, such as Subnet.fromSubnetId()', 'subnetId'))),
};

export const FUNCTION_OPTIONS_KINDS: Kinds<PrivateIotCaFunctionOptions> = {
  vpc: optional(having<IVpc>('an IVpc of aws-ec2, such as Vpc.fromLookup()', 'vpcId', 'selectSubnets')),
  vpcSubnets: optional(struct('a SubnetSelection', SUBNET_SELECTION_KINDS)),
  securityGroups: optional(listOf(having<ISecurityGroup>('an ISecurityGroup of aws-ec2, such as SecurityGroup.fromSecurityGroupId()', 'securityGroupId'))),
  proxy: optional(struct('a PrivateIotCaFunctionProxy', FUNCTION_PROXY_KINDS)),
  logRetention: optional(RETENTION_DAYS),
  logEncryptionKey: optional(KEY),
  memorySize: optional(NUMBER),
  architecture: optional(having<Architecture>('an Architecture of aws-lambda, such as Architecture.X86_64', 'name', 'dockerPlatform')),
  runtime: optional(having<Runtime>('a Runtime of aws-lambda, such as Runtime.NODEJS_22_X', 'name', 'supportsInlineCode')),
  reservedConcurrentExecutions: optional(NUMBER),
  deadLetterQueue: optional(having<IQueue>('an IQueue of aws-sqs, such as new Queue()', 'queueArn')),
  rolePath: optional(TEXT),
  roleNamePrefix: optional(TEXT),
};
