import { CfnResource, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * Acknowledges a finding of cdk-nag with the reason, in the way of its version 3 (aws-cdk-lib's own validations, which the
 * floor of this library does not have yet) and of its version 2 (resource metadata), without depending on either.
 *
 * @param appliesTo which findings of the rule, such as `Resource::*`; all of them where the rule has one for a resource
 */
export function acknowledge(construct: IConstruct, id: string, reason: string, appliesTo?: readonly string[]): void {
  for (const finding of appliesTo?.map(each => `${id}[${each}]`) ?? [id]) {
    Validations?.of(construct).acknowledge({ id: finding, reason });
  }
  const resource = (CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild) as CfnResource;
  const rules = resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [];
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...rules, { id, reason, ...appliesTo ? { appliesTo } : {} }] });
}
