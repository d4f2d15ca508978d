import { Aws, CustomResource, Duration, Names, Stack } from 'aws-cdk-lib';
import { Grant, Policy, Role } from 'aws-cdk-lib/aws-iam';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { RegistrarName, RegistrationType, REGISTRARS } from './registrations';
import { IPrivateIotCa } from '../constructs/ca/i-private-iot-ca';
import { grantRecordRegistrations } from '../constructs/ca/ledger-table';
import { INTERNET } from '../constructs/functions/vpc-endpoints';
import { arnsOf, grantUseSecret } from '../constructs/keys/private-key';
import { keepPrivateKeysOut } from '../constructs/keys/private-key-guard';
import { functionResource } from '../constructs/provider/function-resource';
import { libraryFunction } from '../constructs/provider/library-function';
import { acknowledge } from '../constructs/provider/nag';
import { policyId } from '../constructs/provider/policy-id';
import { rolePolicy } from '../constructs/provider/role-policy';

/** The id of the policy with the right to ask for a registration code. */
const REGISTRATION_CODE = 'RegistrationCode';

/**
 * The single function of a stack that registers CAs with a platform. It holds no key and issues nothing: it receives certificates as
 * properties. Its role can read the credentials that it is given, and no other secret.
 */
export class RegistrarFunction extends Construct {
  /** The function for a platform in the stack of `scope`, made on first use. */
  public static of(scope: IConstruct, name: RegistrarName): RegistrarFunction {
    const stack = Stack.of(scope);
    return stack.node.tryFindChild(REGISTRARS[name].id) as RegistrarFunction | undefined ?? new RegistrarFunction(stack, name);
  }

  public readonly role: Role;
  private readonly function: Function;

  private constructor(stack: Stack, name: RegistrarName) {
    super(stack, REGISTRARS[name].id);
    keepPrivateKeysOut(this);
    const { bundle, handler } = REGISTRARS[name];
    const made = libraryFunction(this, {
      description: `Registers CAs of this stack (${name})`,
      bundle,
      handler,
      memorySize: 512,
      timeout: Duration.minutes(5),
      calls: ['s3', INTERNET], // where CloudFormation awaits answers, and where the platform is
      environment: { STACK_ID: Aws.STACK_ID },
    });
    this.role = made.role;
    this.function = made.function;
  }

  /** A resource that this function handles. It is made only after the rights that it needs. */
  public resource(scope: Construct, id: string, resourceType: RegistrationType, properties: object, rights: readonly Grant[] = []): CustomResource {
    const resource = functionResource(scope, id, this.function, { resourceType, properties });
    rights.forEach(right => right.applyBefore(resource));
    return resource;
  }

  /**
   * Lets the function read credentials. They have a policy of their own, which is deleted after the registrations that need it. A policy
   * for all credentials would lose the right before a registration that leaves the stack is removed at the platform.
   */
  public grantReadCredentials(secret: ISecret): Grant {
    return grantUseSecret(secret, this.policyOn(secret, arnsOf(secret)));
  }

  /** Lets the function request the registration code of the account from AWS IoT. The code belongs to no resource. */
  public grantGetRegistrationCode(): Grant {
    const isThere = this.node.tryFindChild(REGISTRATION_CODE) !== undefined;
    const policy = this.policy(REGISTRATION_CODE);
    if (!isThere) {
      acknowledge(policy, 'AwsSolutions-IAM5', 'iot:GetRegistrationCode is not authorized on resources', ['Resource::*']);
    }
    return Grant.addToPrincipal({ grantee: policy, actions: ['iot:GetRegistrationCode'], resourceArns: ['*'] });
  }

  /** Lets the function record the registrations of a CA in the CA's ledger, with a policy that is deleted after the registrations too. */
  public grantRecordRegistrations(ca: IPrivateIotCa): Grant {
    return grantRecordRegistrations(ca.ledger, this.policyOn(ca, [ca.ledger.tableArn]));
  }

  private policyOn({ node }: IConstruct, arns: readonly string[]): Policy {
    return this.policy(policyId(this, `RightsOn${Names.nodeUniqueId(node)}`, arns));
  }

  private policy(id: string): Policy {
    return this.node.tryFindChild(id) as Policy | undefined ?? rolePolicy(this, id, this.role);
  }
}
