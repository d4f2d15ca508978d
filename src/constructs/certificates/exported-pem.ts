import { CfnElement, CfnOutput, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { CLOUDFORMATION_LIMITS } from '../../contract/cloudformation-limits';
import { isMap } from '../../contract/json-map';
import { CertificateAttributes } from '../../contract/properties';
import { CA_RESOURCE_TYPES, ResourceType } from '../../contract/resource-types';
import { declaredPath } from '../checks/declared-path';

/** The attributes that are, or may be, too long for an export, and the names that users know them by. */
const LONG_ATTRIBUTES: { readonly [attribute: string]: string | undefined } = {
  CertificatePem: 'certificatePem',
  IssuerChainPem: 'the issuer chain',
  CertificateSigningRequestPem: 'certificateSigningRequestPem',
} satisfies { readonly [A in keyof CertificateAttributes]?: string };

const CA_TYPES: readonly string[] = [...CA_RESOURCE_TYPES, ResourceType.CA_LOOKUP];
const TYPES: readonly string[] = Object.values(ResourceType);

/** An attribute of a resource in a template. */
interface Attribute {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly name: string;
}

/**
 * Complains about certificates of a stack's resources that are exported, by a reference from another stack or by hand, because
 * CloudFormation would refuse the export in the middle of a deployment. Call it once references are resolved.
 */
export function exportedPems(stack: Stack): string[] {
  return ancestry(stack).flatMap(exporting => outputsOf(exporting).filter(({ exportName }) => exportName !== undefined).flatMap(output => {
    const attributes = attributesIn(exporting, exporting.resolve(output.value)).filter(attribute => attribute.stack === stack);
    return attributes.flatMap(attribute => complaint(output, attribute));
  }));
}

function complaint(output: CfnOutput, { stack, logicalId, name }: Attribute): string[] {
  const property = LONG_ATTRIBUTES[name];
  const resource = property && stack.node.findAll().find((node): node is CfnResource =>
    CfnResource.isCfnResource(node) && Stack.of(node) === stack && stack.resolve(node.logicalId) === logicalId);
  if (!resource || !TYPES.includes(resource.cfnResourceType)) {
    return [];
  }
  const wayOut = CA_TYPES.includes(resource.cfnResourceType) && name !== 'CertificateSigningRequestPem'
    ? 'get it from the CA with certificatePemFor(scope) or caCertificatesFor(scope), or from a TrustBundle with pemFor(scope), '
      + 'where scope is the construct that needs it'
    : 'declare the construct that needs it in the stack of the certificate, or pass it as a file or a parameter';
  return [`${property} of ${declaredPath(resource)} must not be exported to another stack, because CloudFormation exports `
    + `at most ${CLOUDFORMATION_LIMITS.exportedCharacters} characters, got the output ${output.stack.resolve(output.logicalId)} of ${output.stack.node.path}${importers(output)}; ${wayOut}`];
}

/** Describes the elements of this app that import an export. */
function importers(output: CfnOutput): string {
  const imported = JSON.stringify({ 'Fn::ImportValue': output.stack.resolve(output.exportName) });
  const users = output.node.root.node.findAll().filter((node): node is CfnElement => CfnElement.isCfnElement(node) && node.stack !== output.stack
    && rendered(node).includes(imported));
  return users.length === 0 ? '' : `, which ${users.map(declaredPath).join(' and ')} ${users.length === 1 ? 'imports' : 'import'}`;
}

/** Renders an element. The result is empty if the element can't be resolved; synthesis reports that error. */
function rendered(element: CfnElement): string {
  try {
    return JSON.stringify(element.stack.resolve(element._toCloudFormation())) ?? '';
  } catch {
    return '';
  }
}

/** A stack and the stacks in which it is nested. */
function ancestry(stack: Stack): Stack[] {
  return [stack, ...stack.nestedStackParent ? ancestry(stack.nestedStackParent) : []];
}

function outputsOf(stack: Stack): CfnOutput[] {
  return stack.node.findAll().filter((node): node is CfnOutput => node instanceof CfnOutput && Stack.of(node) === stack);
}

/** The attributes that an expression in a template refers to. References to outputs of nested stacks are followed. */
function attributesIn(stack: Stack, expression: unknown): Attribute[] {
  return referencesIn(expression).flatMap(reference => {
    const [logicalId, ...rest] = reference.split('.');
    const name = rest.join('.');
    const output = rest[0] === 'Outputs' ? nestedOutput(stack, logicalId, rest[1]) : undefined;
    return output ? attributesIn(Stack.of(output), Stack.of(output).resolve(output.value)) : [{ stack, logicalId, name }];
  });
}

function nestedOutput(stack: Stack, logicalId: string, key: string): CfnOutput | undefined {
  const nested = stack.node.findAll().find((node): node is NestedStack =>
    node instanceof NestedStack && node.nestedStackResource !== undefined && stack.resolve(node.nestedStackResource.logicalId) === logicalId);
  return nested && outputsOf(nested).find(output => nested.resolve(output.logicalId) === key);
}

/** The references in `Fn::GetAtt` and `Fn::Sub`, in the form `Resource.Attribute`. */
function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) {
    return expression.flatMap(referencesIn);
  }
  return !isMap(expression) ? [] : Object.entries(expression).flatMap(([key, argument]) => {
    switch (key) {
      case 'Fn::GetAtt': return [[argument].flat().join('.')];
      case 'Fn::Sub': return [...[...String([argument].flat()[0]).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name.trim()), ...referencesIn(argument)];
      default: return referencesIn(argument);
    }
  });
}
