import { Arn, ArnFormat, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { keepUpToDate, validCheckInterval } from './keep-up-to-date';
import { assertInEnvironment, isKnownToDiffer } from '../constructs/ca/cross-account';
import { grantRead } from '../constructs/ca/ledger-table';
import { Kinds, optional } from '../constructs/checks/kinds';
import { DURATION, PUBLICATION, REMOVAL_POLICY } from '../constructs/checks/object-kinds';
import { validate } from '../constructs/checks/validation';
import { keepPrivateKeysOut } from '../constructs/keys/private-key-guard';
import { readableLedgerOf } from '../constructs/provider/certificate-provider';
import { functionResource } from '../constructs/provider/function-resource';
import { libraryFunction } from '../constructs/provider/library-function';
import { policyId } from '../constructs/provider/policy-id';
import { validRemovalPolicy } from '../constructs/provider/removal-policy';
import { rolePolicy } from '../constructs/provider/role-policy';
import { RevocationPublication } from '../constructs/revocation/revocation-publication';
import { CaEventType } from '../contract/ca-events';
import { COMPLETE_LIST_PEM } from '../contract/crl-places';
import { GivenListEnvironment, GivenListProperties } from '../contract/given-lists';
import { Complaint, quote } from '../contract/rules';

/**
 * Which revocation list a service is given, and how often that is checked.
 */
export interface ListRevocationProps {
  /**
   * The publication of the CA's lists, which `publishRevocation` of a CA returns, in the account and the Region of the stack.
   */
  readonly publication: RevocationPublication;

  /**
   * How often the list of the service is compared with the published one, from 5 minutes to one day in whole minutes. This makes up for what
   * went wrong when a list was published.
   *
   * @default Duration.hours(1)
   */
  readonly checkInterval?: Duration;

  /**
   * What happens to the list at the service when this construct leaves the stack, or gives the list to another place. A list that stays is
   * no longer renewed.
   *
   * @default RemovalPolicy.DESTROY: the service no longer refuses revoked certificates
   */
  readonly removalPolicy?: RemovalPolicy;
}

export const LIST_REVOCATION_KINDS: Kinds<ListRevocationProps> = {
  publication: PUBLICATION, checkInterval: optional(DURATION), removalPolicy: optional(REMOVAL_POLICY),
};

/** The service, and its function. */
export interface ListRevocationService {
  readonly name: string;
  /** The type of the custom resource. */
  readonly resourceType: string;
  readonly handler: string;
  /** The ARN of what the list is given to, and the rule for it. */
  readonly target: string;
  readonly rule: (target: unknown) => Complaint;
  /** The properties of the custom resource in addition to `GivenListProperties`. */
  readonly properties: { readonly [name: string]: string };
  /** Lets the function call the service. */
  readonly grant: (rights: Policy) => void;
}

/** The time limit of the function. The calls of IAM Roles Anywhere are limited to one a second. */
const TIMEOUT = Duration.minutes(5);

/** The longest list is read as a whole. */
const MEMORY = 512;

/**
 * Gives the list of all revoked certificates of a CA to a service that checks clients against it, and replaces it with each list that is
 * published. The classes that extend this class show its members as their own.
 *
 * @internal
 */
export abstract class ListRevocation extends Construct {
  /**
   * The alarm that goes off when two checks in a row have failed or were not made, when something has not been delivered for an hour, or when
   * changes of the ledger could not be announced. Tell somebody: `alarm.addAlarmAction(new SnsAction(topic))`. It is absent for a CA that awaits its certificate, of which there are no lists.
   *
   * @default - the CA awaits its certificate
   */
  public readonly alarm?: CompositeAlarm;

  private readonly publication: RevocationPublication;
  private readonly target: string;

  /** @internal */
  protected constructor(scope: Construct, id: string, props: ListRevocationProps, serviceOf: (construct: Construct) => ListRevocationService) {
    super(scope, id);
    keepPrivateKeysOut(this);
    const service = serviceOf(this);
    const { publication } = props;
    const checkInterval = validCheckInterval(this, props.checkInterval);
    const removalPolicy = validRemovalPolicy(this, props.removalPolicy, RemovalPolicy.DESTROY);
    this.publication = publication;
    this.target = service.target;
    validate(this, [service.target], () => service.rule(service.target));
    this.assertInReach();
    this.assertOnce(service.name);
    const lists = publication._lists;
    if (!lists) {
      return;
    }

    const { ca, ledgerStreamArn } = lists;
    const given: GivenListProperties = { CaId: ca.caId, LedgerTable: readableLedgerOf(this, ca), Bucket: publication.bucket.bucketName };
    const properties = { ...given, ...service.properties };
    const environment: GivenListEnvironment = { STACK_ID: Aws.STACK_ID, GIVEN_LIST: Stack.of(this).toJsonString(properties) };
    const made = libraryFunction(this, {
      description: `Gives the revocation list of a CA to ${service.name}`,
      bundle: 'given-lists',
      handler: service.handler,
      memorySize: MEMORY,
      timeout: TIMEOUT,
      environment: { ...environment },
      isScheduled: true,
      calls: ['s3'], // where CloudFormation awaits answers
    });
    const rights = this.rights(made.role, service);
    made.function.node.addDependency(rights);
    const resource = functionResource(this, 'Resource', made.function, { resourceType: service.resourceType, properties, removalPolicy });
    resource.node.addDependency(rights, lists.resource);
    this.alarm = keepUpToDate(this, {
      ca,
      type: CaEventType.LISTS_PUBLISHED,
      ...made,
      timeout: TIMEOUT,
      ledgerStreamArn,
      checkInterval,
      check: `Compares the revocation list of a CA with that of ${service.name}`,
      resource,
      complaint: `The revocation list of the CA ${ca.node.path} at ${service.name} is not kept up to date; revoked certificates may still be accepted, `
        + 'and all may be refused once the list has expired',
    });
  }

  /** The rights of the function. Those on a former place are removed only after the list is. */
  private rights(role: Role, { target, grant }: ListRevocationService): Policy {
    const { ca } = this.publication._lists!;
    const { bucket } = this.publication;
    const rights = rolePolicy(this, policyId(this, 'Rights', [target, ca.ledger.tableArn]), role);
    grantRead(ca.ledger, rights);
    rights.addStatements(
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${ca.caId}/${COMPLETE_LIST_PEM}`)] }),
      // Without this right, S3 does not say that a file is missing. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
    );
    bucket.encryptionKey?.grant(rights, 'kms:Decrypt');
    grant(rights);
    return rights;
  }

  private assertInReach(): void {
    const { account } = Stack.of(this);
    const { node } = this.publication;
    assertInEnvironment(this, 'publication', { node, env: Stack.of(this.publication) }, {
      why: 'where new lists are announced', wayOut: 'declare this construct there: what the list is given to may be in another Region',
    });
    const { account: owner } = Arn.split(this.target, ArnFormat.SLASH_RESOURCE_NAME);
    if (isKnownToDiffer(owner, account)) {
      throw new Error(`${this.node.path}: what the list is given to must be in the account of the stack, ${account}, got ${quote(this.target)}`);
    }
  }

  private assertOnce(name: string): void {
    const resolved = (of: ListRevocation): string => JSON.stringify(Stack.of(of).resolve(of.target));
    const other = this.node.root.node.findAll().find(node => node instanceof ListRevocation && node !== this && node.publication === this.publication
      && resolved(node) === resolved(this));
    if (other) {
      throw new Error(`${this.node.path}: publication must be one whose list is not given to this place of ${name} yet, got ${this.publication.node.path}, `
        + `whose list ${other.node.path} gives to it already; remove one of the two`);
    }
  }
}
