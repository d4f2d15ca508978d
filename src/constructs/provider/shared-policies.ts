import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { largestSize } from './policy-size';

/**
 * A managed policy holds 6,144 characters, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const MANAGED_POLICY_CHARACTERS = 6_144;

/** The characters of a policy with rights on keys besides the keys' ARNs: the actions and conditions of every kind of right. */
const FRAME = 1_000;

/** Managed policies of a role that are filled one after another with the rights of many certificates. */
export class SharedPolicies {
  private readonly policies: ManagedPolicy[] = [];
  /** The room that is left in the last policy, and the ARNs that are in it. */
  private room = 0;
  private readonly occurrences = new Map<string, number>();

  /** @param name the prefix of the policies' ids */
  constructor(private readonly scope: Construct, private readonly name: string, private readonly description: string, private readonly role: Role) {}

  public get number(): number {
    return this.policies.length;
  }

  /** Whether these ARNs need one more policy. */
  public isFullFor(arns: readonly string[]): boolean {
    return this.charge(arns) > this.room;
  }

  /** A policy with room for these ARNs. */
  public with(arns: readonly string[]): ManagedPolicy {
    let charge = this.charge(arns);
    if (charge > this.room) {
      this.room = MANAGED_POLICY_CHARACTERS - FRAME;
      this.occurrences.clear();
      this.policies.push(new ManagedPolicy(this.scope, `${this.name}${this.policies.length}`, {
        description: this.description,
        document: new PolicyDocument({ minimize: true }),
        roles: [this.role],
      }));
      charge = this.charge(arns);
    }
    this.room -= charge;
    arns.forEach(arn => this.occurrences.set(arn, this.occurrencesOf(arn) + 1));
    return this.policies.at(-1)!;
  }

  /**
   * The characters that ARNs add to a policy. A KMS key that many certificates share occurs at most twice: in the rights to write with it
   * and to read with it.
   */
  private charge(arns: readonly string[]): number {
    return arns.filter(arn => this.occurrencesOf(arn) < 2).reduce((sum, arn) => sum + largestSize(Stack.of(this.scope), arn) + 1, 0);
  }

  private occurrencesOf(arn: string): number {
    return this.occurrences.get(arn) ?? 0;
  }
}
