import { CfnResource, Stack } from 'aws-cdk-lib';

/**
 * AWS IoT registers 10 certificates per second for an account in a Region. A registration by CloudFormation takes longer than a second.
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html (RegisterCertificate, RegisterCertificateWithoutCA)
 */
const AT_A_TIME = 10;

const lines = new WeakMap<Stack, CfnResource[]>();

/**
 * Makes CloudFormation register the certificates of a stack ten at a time, in the order of their declaration. It would otherwise start all
 * of them at once, and AWS IoT would refuse most of them.
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
