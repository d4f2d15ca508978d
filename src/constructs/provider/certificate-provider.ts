import { Aws, CfnResource, CustomResource, Duration, Lazy, Names, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import { IGrantable, ManagedPolicy, Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';
import { functionResource } from './function-resource';
import { FULL_CORE, libraryFunction } from './library-function';
import { acknowledgeWildcard } from './nag';
import { policyId } from './policy-id';
import { largestSize } from './policy-size';
import { outermostStack } from './reach';
import { alwaysAskForRemoval, retainsKey } from './removal-policy';
import { isSynthesized, rolePolicy } from './role-policy';
import { MANAGED_POLICY_CHARACTERS, SharedPolicies } from './shared-policies';
import { CA_RESOURCE_TYPES, ResourceType } from '../../contract/resource-types';
import { quote } from '../../contract/rules';
import { isKnownToDiffer } from '../ca/cross-account';
import { arnsToIssue } from '../ca/grant-issue';
import { IPrivateIotCa } from '../ca/i-private-iot-ca';
import { exportedPems } from '../certificates/exported-pem';
import { noticeId, warn } from '../checks/notices';
import { keepPrivateKeysOut } from '../keys/private-key-guard';

/** The construct id below the stack. It is final: the function's logical ID derives from it, and a service token can't change. */
const PROVIDER_ID = 'PrivateIotCaProvider';

/**
 * A role can have 10 managed policies, and all its inline policies share 10,240 characters.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const INLINE_POLICY_CHARACTERS = 10_240;
const MAX_SHARED_POLICIES = 10;

/** The purposes of the managed policies that certificates share, by the prefixes of the policies' ids. */
const SHARED_POLICIES = {
  Keys: 'Keeps the private keys of certificates of this stack',
  Tags: 'Tags the parameters of private keys of this stack',
} as const;

/** The id of the policy with rights on the stack itself. */
const OWN_STACK = 'OwnStack';

/** With names of usual lengths, the rights on this many CAs fit. If the rights don't fit, the synthesis says so. */
const MAX_CAS = 12;

/** A right that the function needs for a certificate's resource. */
export interface NeededRight {
  /** The ARNs that the right covers. */
  readonly arns: readonly string[];
  readonly grant: (grantee: IGrantable) => void;
  /** Which of the policies that certificates share holds the right: `Keys`, unless another policy is given. */
  readonly sharedPolicy?: keyof typeof SHARED_POLICIES;
  /** The ARNs with wildcards that the right covers. */
  readonly wildcards?: readonly string[];
  /**
   * The prefix of the id of the policy that holds the right, if the removal of the certificate still needs the right. A hash of what the
   * right covers follows. All other rights are in shared policies, which lose them before the removal.
   */
  readonly policyName?: string;
}

/** What happens to a key when its certificate is removed. */
export interface RemovedKey {
  readonly removalPolicy: RemovalPolicy;
  /** The secret that holds the key, if the key is in a secret. */
  readonly secret?: IConstruct;
}

/**
 * The single function behind all certificate resources of a stack. It answers CloudFormation itself; see decisions/0002-provider.md for why
 * it is not wrapped in a `custom_resources.Provider`.
 */
export class CertificateProvider extends Construct {
  /** The provider of the stack of `scope`, made on first use. */
  public static of(scope: IConstruct): CertificateProvider {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(PROVIDER_ID) as CertificateProvider | undefined ?? new CertificateProvider(stack);
  }

  /** The function's role. */
  public readonly role: Role;
  private readonly function: Function;
  private readonly sharedPolicies: { readonly [name in keyof typeof SHARED_POLICIES]: SharedPolicies };
  /** The pairs of a policy and an ARN with a wildcard that is acknowledged in the policy. */
  private readonly acknowledged = new Set<string>();
  /** The policies with the rights on CAs, and those of them that hold the rights to issue: many certificates ask for the same. */
  private readonly rights = new Map<IPrivateIotCa, Policy>();
  private readonly issuing = new Set<Policy>();
  /** The scopes of the other functions that have the role. */
  private readonly sharers: IConstruct[] = [];
  /** The logical IDs of the CAs that the stack declares. */
  private readonly authorities: string[] = [];

  private constructor(stack: Stack) {
    super(stack, PROVIDER_ID);
    keepPrivateKeysOut(this);
    const made = libraryFunction(this, {
      description: 'Makes the certificates of this stack',
      bundle: 'handler',
      handler: 'handler',
      memorySize: FULL_CORE,
      timeout: Duration.minutes(5),
      calls: ['s3'], // where CloudFormation awaits answers
      environment: {
        STACK_ID: Aws.STACK_ID,
        CERTIFICATE_AUTHORITIES: Lazy.string({ produce: () => stack.resolve(this.authorities).join(',') }),
      },
    });
    this.role = made.role;
    this.function = made.function;
    const shared = (name: keyof typeof SHARED_POLICIES): SharedPolicies => new SharedPolicies(this, name, SHARED_POLICIES[name], made.role);
    this.sharedPolicies = { Keys: shared('Keys'), Tags: shared('Tags') };
    this.node.addValidation({ validate: () => [...this.oversizedPolicies(), ...exportedPems(stack)] });
  }

  /** Lets another function have the role. The policies in its scope count, too. @internal */
  public _share(scope: IConstruct): Role {
    this.sharers.push(scope);
    return this.role;
  }

  /**
   * The policy that holds the rights on one CA. It is deleted with the CA, and after the CA: a policy that several CAs share would lose the
   * rights on a CA before the CA's own removal is carried out.
   *
   * @param user the construct that uses the CA, which errors name
   */
  public rightsOn(ca: IPrivateIotCa, user: IConstruct): Policy {
    this.assertInReach(ca, user);
    const known = this.rights.get(ca);
    if (known) {
      return known;
    }
    if (this.rights.size === MAX_CAS) {
      throw new Error(`${user.node.path}: a stack must use at most ${MAX_CAS} CAs, because IAM limits the rights of its function, `
        + `got ${ca.node.path} as CA number ${MAX_CAS + 1}; move it to another stack`);
    }
    this.warnOfOtherAccount(ca);
    const rights = this.inlinePolicy(policyId(this, `RightsOn${Names.nodeUniqueId(ca.node)}`, arnsToIssue(ca)));
    this.rights.set(ca, rights);
    return rights;
  }

  /** The policy that holds the rights on one CA, among them the rights to issue. */
  public rightsToIssue(ca: IPrivateIotCa, user: IConstruct): Policy {
    const rights = this.rightsOn(ca, user);
    if (!this.issuing.has(rights)) {
      ca.grantIssue(rights);
      this.issuing.add(rights);
    }
    return rights;
  }

  /** The policy that holds the right to read the ledger of one CA. The right to read another ledger is in another policy. */
  public rightsToRead(ca: IPrivateIotCa): Policy {
    return this.inlinePolicy(policyId(this, `Reads${Names.nodeUniqueId(ca.node)}`, [ca.ledger.tableArn]));
  }

  /** Gives the function the rights that a certificate needs for itself, and returns what the certificate must depend on. */
  public rightsFor(certificate: Construct, needed: readonly NeededRight[]): IConstruct[] {
    const shared = new Map<string, ManagedPolicy>();
    const sharedPolicy = (name: keyof typeof SHARED_POLICIES): ManagedPolicy => {
      const others = needed.filter(({ policyName, sharedPolicy: other = 'Keys' }) => policyName === undefined && other === name);
      const policy = shared.get(name) ?? this.sharedPolicy(certificate, name, others.flatMap(({ arns }) => arns));
      shared.set(name, policy);
      return policy;
    };
    const policies = needed.map(({ policyName, sharedPolicy: name = 'Keys', arns, wildcards = [], grant }) => {
      const policy = policyName === undefined ? sharedPolicy(name) : this.inlinePolicy(policyId(this, policyName, arns));
      grant(policy);
      this.acknowledgeWildcards(policy, wildcards);
      return policy;
    });
    return [...new Set(policies)];
  }

  /** A policy with room for the rights of a certificate. */
  private sharedPolicy(certificate: Construct, name: keyof typeof SHARED_POLICIES, arns: readonly string[]): ManagedPolicy {
    const number = Object.values(this.sharedPolicies).reduce((sum, policies) => sum + policies.number, 0);
    if (number === MAX_SHARED_POLICIES && this.sharedPolicies[name].isFullFor(arns)) {
      throw new Error(`${certificate.node.path}: the rights of a stack's function on keys must fit into ${MAX_SHARED_POLICIES} managed policies; `
        + 'move this certificate to another stack');
    }
    return this.sharedPolicies[name].with(arns);
  }

  private acknowledgeWildcards(policy: IConstruct, arns: readonly string[]): void {
    for (const arn of arns) {
      const right = `${policy.node.id} ${JSON.stringify(Stack.of(this).resolve(arn))}`;
      if (!this.acknowledged.has(right)) {
        this.acknowledged.add(right);
        acknowledgeWildcard(policy, arn, 'A parameter is named after the serial number of its certificate, '
          + 'below a path that belongs to the stack or the certificate');
      }
    }
  }

  private inlinePolicy(id: string): Policy {
    return this.node.tryFindChild(id) as Policy | undefined ?? rolePolicy(this, id, this.role);
  }

  /**
   * Complaints about policies that IAM would refuse in the middle of a deployment. A role that was created beforehand is not checked: its
   * creator gives it its rights.
   */
  private oversizedPolicies(): string[] {
    if (!isSynthesized(this.role)) {
      return [];
    }
    const stack = Stack.of(this);
    const constructs = [this, ...this.sharers].flatMap(scope => scope.node.findAll());
    const sizes = (kind: typeof Policy | typeof ManagedPolicy): number[] =>
      constructs.filter((each): each is Policy | ManagedPolicy => each instanceof kind).map(({ document }) => largestSize(stack, document));
    const inline = sizes(Policy).reduce((sum, size) => sum + size, 0);
    const managed = Math.max(0, ...sizes(ManagedPolicy));
    return [
      ...inline > INLINE_POLICY_CHARACTERS ? ['the rights on CAs and on parameters with a path of their own must fit into the '
        + `${INLINE_POLICY_CHARACTERS} characters that IAM allows for the inline policies of a role, got up to ${inline}; `
        + 'move some of them to another stack'] : [],
      ...managed > MANAGED_POLICY_CHARACTERS ? [`the rights on keys must fit into the ${MANAGED_POLICY_CHARACTERS} `
        + `characters of an IAM managed policy, got up to ${managed}; use fewer KMS keys and secrets for one certificate`] : [],
    ];
  }

  /**
   * The policy that lets the function list the stack's resources. The function needs the list to notice a new CA that would displace
   * another CA by accident, and to ignore a removal by a physical ID that CloudFormation invented.
   */
  private rightsOnOwnStack(): Policy {
    const isThere = this.node.tryFindChild(OWN_STACK) !== undefined;
    const policy = this.inlinePolicy(OWN_STACK);
    if (!isThere) {
      policy.addStatements(new PolicyStatement({ actions: ['cloudformation:ListStackResources'], resources: [Aws.STACK_ID] }));
    }
    return policy;
  }

  /** A certificate resource that this function handles. It is made only after the rights that it needs. */
  public resource(
    scope: Construct, resourceType: ResourceType, properties: object, rights: readonly IConstruct[], key?: RemovedKey,
  ): CustomResource {
    const resource: CustomResource = functionResource(scope, 'Resource', this.function, {
      resourceType,
      removalPolicy: key?.removalPolicy,
      properties: { ...properties, RetainKey: key && retainsKey(() => [resource, key.secret]) },
    });
    alwaysAskForRemoval(resource);
    resource.node.addDependency(...rights, ...resourceType === ResourceType.CA_LOOKUP ? [] : [this.rightsOnOwnStack()]);
    if (CA_RESOURCE_TYPES.includes(resourceType)) {
      this.authorities.push((resource.node.defaultChild as CfnResource).logicalId);
    }
    return resource;
  }

  /**
   * For a CA of this app, granting the rights also opens the policies of its key and ledger to this account. For a CA known only
   * by its attributes, the owner of the CA must open them.
   */
  private warnOfOtherAccount(ca: IPrivateIotCa): void {
    const { account } = Stack.of(this);
    if (isKnownToDiffer(account, ca.env.account) && !Resource.isOwnedResource(ca.ledger)) {
      warn(ca, 'ca-of-another-account', `this CA belongs to the account ${ca.env.account}, and the policies of its key and its ledger `
        + `must let the account ${account} use them: in the CA's stack, call ca.grantIssue(new AccountPrincipal('${account}')), `
        + 'and deploy that stack first. Once it is deployed, acknowledge this warning: '
        + `Annotations.of(ca).acknowledgeWarning('${noticeId('ca-of-another-account')}')`);
    }
  }

  /** A key in KMS can be used from other accounts and Regions, but a secret that a stack makes can't. */
  private assertInReach(ca: IPrivateIotCa, user: IConstruct): void {
    const differences = differencesOfEnvironments(this, ca);
    const half = differences.find(({ own, other }) => Token.isUnresolved(own) !== Token.isUnresolved(other));
    if (half && !ca.signingKey && Resource.isOwnedResource(ca.ledger) && outermostStack(this) !== outermostStack(ca)) {
      const [known, unknown] = Token.isUnresolved(half.own) ? [ca.stack, Stack.of(this)] : [Stack.of(this), ca.stack];
      throw new Error(`${user.node.path}: ca must be in the ${half.what} of the stack that uses it, got ${ca.node.path}, but only the stack `
        + `${known.node.path} has an env, and ${unknown.node.path} has none; set the same env for both`);
    }
    const elsewhere = differences.find(({ own, other }) => !Token.isUnresolved(own) && !Token.isUnresolved(other));
    if (elsewhere && !ca.signingKey) {
      throw new Error(`${user.node.path}: ca must be in the ${elsewhere.what} of the stack that uses it, ${elsewhere.own}, got ${quote(elsewhere.other)} `
        + `(${ca.node.path}); only a CA whose key is in KMS can be used from another account or Region`);
    }
  }
}

/** How the environment of a CA differs, or may differ, from that of a stack: the value of a token is not known. */
function differencesOfEnvironments(scope: IConstruct, ca: IPrivateIotCa): { what: string; own: string; other: string }[] {
  const { account, region } = Stack.of(scope);
  return [{ what: 'account', own: account, other: ca.env.account }, { what: 'Region', own: region, other: ca.env.region }]
    .filter(({ own, other }) => own !== other);
}

/** The identifier by which the function gets a CA's ledger: its ARN if the ledger may be elsewhere, else its name. */
export function ledgerOf(scope: IConstruct, ca: IPrivateIotCa): string {
  return ca.signingKey ? readableLedgerOf(scope, ca) : ca.ledger.tableName;
}

/** As `ledgerOf`, for a function that only reads the ledger: it does not matter to it where the CA's key is. */
export function readableLedgerOf(scope: IConstruct, ca: IPrivateIotCa): string {
  return differencesOfEnvironments(scope, ca).length > 0 ? ca.ledger.tableArn : ca.ledger.tableName;
}
