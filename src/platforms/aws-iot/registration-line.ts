import { CfnResource, Stack } from 'aws-cdk-lib';

/**
 * AWS IoT registers 10 certificates a second for an account in a Region; a registration by CloudFormation takes longer than a
 * second. https://docs.aws.amazon.com/general/latest/gr/iot-core.html (RegisterCertificate, RegisterCertificateWithoutCA)
 */
const AT_A_TIME = 10;

const lines = new WeakMap<Stack, CfnResource[]>();

/**
 * Has the certificates of a stack registered ten at a time, in the order in which they are declared: CloudFormation would start
 * all of them at once, and AWS IoT would refuse most.
 */
export function registerInLine(certificate: CfnResource): void {
  const stack = Stack.of(certificate);
  const line = lines.get(stack) ?? [];
  lines.set(stack, line);
  const before = line.at(-AT_A_TIME);
  if (before) {
    certificate.node.addDependency(before);
  }
  line.push(certificate);
}
