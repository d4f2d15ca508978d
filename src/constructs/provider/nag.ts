import { CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** A finding, as version 2 of cdk-nag expects it to be acknowledged. */
interface Suppression {
  readonly id: string;
  readonly reason: string;
  readonly appliesTo?: readonly string[];
}

/**
 * Acknowledges a finding of cdk-nag with the reason, without depending on cdk-nag: for version 3 by aws-cdk-lib's own validations, which
 * the lowest aws-cdk-lib that this library works with does not have yet, and for version 2 by resource metadata.
 *
 * @param appliesTo which findings of the rule, such as `Resource::*`; left out for a rule that has one finding for a resource
 */
export function acknowledge(construct: IConstruct, id: string, reason: string, appliesTo?: readonly string[]): void {
  for (const finding of appliesTo?.map(each => `${id}[${each}]`) ?? [id]) {
    Validations?.of(construct).acknowledge({ id: finding, reason });
  }
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (CfnResource.isCfnResource(resource)) { // a managed policy of a role that was created beforehand is not in the template
    const rules: Suppression[] = resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [];
    resource.addMetadata('cdk_nag', { rules_to_suppress: [...rules, { id, reason, ...appliesTo ? { appliesTo } : {} }] });
  }
}

/**
 * Acknowledges that a right is on an ARN with a wildcard. For each of these ARNs, cdk-nag makes a separate finding with the ARN in its
 * name.
 *
 * @param arn the ARN, which may hold tokens
 */
export function acknowledgeWildcard(construct: IConstruct, arn: string, reason: string): void {
  acknowledge(construct, 'AwsSolutions-IAM5', reason, [`Resource::${flattened(Stack.of(construct).resolve(arn))}`]);
}

/** A text of a template as cdk-nag writes it: with referenced names in angle brackets, and other intrinsic functions as JSON. */
function flattened(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const { 'Ref': ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  const name = ref ?? attribute?.join('.');
  return join ? join[1].map(flattened).join(join[0]) : name === undefined ? JSON.stringify(value) : `<${name}>`;
}
