import * as path from 'node:path';
import { CustomResource, Duration, IResource, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { ManagedPolicy, Policy, PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, determineLatestNodeRuntime, Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { grantKeepKey } from './private-key';
import { ResourceType } from '../contract/resource-types';

/** The id below the stack. The function's logical id comes from it, and a service token can't change: final. */
const PROVIDER_ID = 'PrivateIotCaProvider';

const ASSET = path.join(__dirname, '..', '..', 'assets', 'handler');

/** The function answers long before; this bounds the wait where it can't be invoked at all. CloudFormation's own default is an hour. */
const SERVICE_TIMEOUT = Duration.minutes(20);

/** A managed policy holds 6,144 characters; the ARN of a secret takes up to 130 of them. */
const KEYS_PER_POLICY = 40;

/**
 * The one function behind all certificate resources of a stack. It answers CloudFormation itself; see
 * decisions/0002-provider.md for why it is not wrapped in a `custom_resources.Provider`.
 */
export class CertificateProvider extends Construct {
  /** The provider of the stack of `scope`, made on first use. */
  public static of(scope: IConstruct): CertificateProvider {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(PROVIDER_ID) as CertificateProvider | undefined ?? new CertificateProvider(stack);
  }

  private readonly role: Role;
  private readonly function: Function;
  private keys = 0;

  private constructor(stack: Stack) {
    super(stack, PROVIDER_ID);
    const logGroup = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Makes the certificates of this stack',
    });
    const logging = logGroup.grantWrite(this.role);
    this.function = new Function(this, 'Function', {
      description: 'Makes the certificates of this stack',
      code: Code.fromAsset(ASSET),
      handler: 'index.handler',
      runtime: determineLatestNodeRuntime(this),
      architecture: Architecture.ARM_64,
      // Making an RSA key is pure computing, and Lambda gives processor time by memory: a whole core from 1,769 MB on.
      memorySize: 1769,
      timeout: Duration.minutes(5),
      role: this.role,
      logGroup,
    });
    logging.applyBefore(this.function);
  }

  /**
   * The policy in which rights on one CA are kept. It goes when the CA goes, and after it: rights that are kept in a policy
   * shared by several CAs would be taken away before the CA's own removal is carried out.
   */
  public rightsOn(ca: IResource): Policy {
    this.assertInReach(ca);
    const id = `RightsOn${Names.nodeUniqueId(ca.node)}`;
    return this.node.tryFindChild(id) as Policy | undefined
      ?? new Policy(this, id, { document: new PolicyDocument({ minimize: true }), roles: [this.role] });
  }

  /** Gives the function the right to keep a certificate's key, and answers what the certificate has to wait for. */
  public keepKey(secret: ISecret): IConstruct {
    const id = `Keys${Math.floor(this.keys++ / KEYS_PER_POLICY)}`;
    const policy = this.node.tryFindChild(id) as ManagedPolicy | undefined
      ?? new ManagedPolicy(this, id, {
        description: 'Keeps the private keys of certificates of this stack',
        document: new PolicyDocument({ minimize: true }),
        roles: [this.role],
      });
    grantKeepKey(secret, policy);
    return policy;
  }

  /** A certificate resource behind which this function stands, made only after the rights it needs. */
  public resource(scope: Construct, resourceType: ResourceType, properties: object, rights: readonly IConstruct[]): CustomResource {
    const resource = new CustomResource(scope, 'Resource', {
      resourceType,
      serviceToken: this.function.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { ...properties },
    });
    resource.node.addDependency(...rights);
    return resource;
  }

  /** The function speaks to the services of its own account and Region. */
  private assertInReach(ca: IResource): void {
    const { account, region } = Stack.of(this);
    for (const [what, own, other] of [['account', account, ca.env.account], ['Region', region, ca.env.region]]) {
      if (!Token.isUnresolved(own) && !Token.isUnresolved(other) && own !== other) {
        throw new Error(`${this.node.path}: ca must be in the ${what} of the stack that uses it, ${own}, got ${other} (${ca.node.path})`);
      }
    }
  }
}
