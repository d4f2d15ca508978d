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

/**
 * A managed policy holds 6,144 characters, white space not counted, and a role takes 10 of them; all inline policies of a
 * role share 10,240. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const KEY_POLICY_CHARACTERS = 5_500;
const MAX_KEY_POLICIES = 10;
/** Each takes up to 750 characters of the inline policies. */
const MAX_CAS = 12;

/** An ARN of a secret, without the name that comes from the construct's path; with a KMS key's ARN beside it. */
const ARN_CHARACTERS = 100;
const KEY_ARN_CHARACTERS = 90;

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
  private keyPolicies = 0;
  private room = 0;
  private cas = 0;

  private constructor(stack: Stack) {
    super(stack, PROVIDER_ID);
    const logGroup = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN });
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
    const existing = this.node.tryFindChild(id) as Policy | undefined;
    if (!existing && ++this.cas > MAX_CAS) {
      throw new Error(`${this.node.path}: a stack must use at most ${MAX_CAS} CAs, since IAM limits the rights of its function, `
        + `got ${ca.node.path} as one more; put it into another stack`);
    }
    return existing ?? new Policy(this, id, { document: new PolicyDocument({ minimize: true }), roles: [this.role] });
  }

  /** Gives the function the right to keep a certificate's key, and answers what the certificate has to wait for. */
  public keepKey(secret: ISecret): IConstruct {
    const characters = ARN_CHARACTERS + secret.node.path.length + (secret.encryptionKey ? KEY_ARN_CHARACTERS : 0);
    this.room -= characters;
    if (this.room < 0) {
      if (this.keyPolicies === MAX_KEY_POLICIES) {
        throw new Error(`${secret.node.path}: a stack must not hold more keys than IAM lets its function have rights on, `
          + `${MAX_KEY_POLICIES} policies; put this certificate into another stack`);
      }
      this.room = KEY_POLICY_CHARACTERS - characters;
      new ManagedPolicy(this, `Keys${this.keyPolicies++}`, {
        description: 'Keeps the private keys of certificates of this stack',
        document: new PolicyDocument({ minimize: true }),
        roles: [this.role],
      });
    }
    const policy = this.node.findChild(`Keys${this.keyPolicies - 1}`) as ManagedPolicy;
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
