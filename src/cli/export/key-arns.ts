import { wordsOf } from './file-names';
import { ExportedCertificate } from './manifest';
import { StackOutput } from '../certificates/stack-outputs';

/** The ARNs that can lead to a private key: of a secret, a parameter or a KMS key. */
const KEY_ARN = /^arn:[\w-]+:(?:secretsmanager:[\w-]*:\d{12}:secret:|ssm:[\w-]*:\d{12}:parameter\/|kms:[\w-]*:\d{12}:key\/)[\w/+=.@-]+$/;

/** Whether a string is an ARN that can lead to a private key. */
export function isKeyArn(text: string): boolean {
  return KEY_ARN.test(text);
}

/** The words in an output's key that tell what the output holds, and not which certificate it belongs to. */
const KINDS: readonly string[] = ['certificate', 'pem', 'chain', 'without', 'root', 'private', 'signing', 'key', 'secret', 'parameter', 'kms', 'arn'];

/**
 * Finds the ARN of a certificate's private key by the names of the outputs, without reading any key: `DevicePrivateKeySecret`
 * belongs to `DeviceCertificate` and `DeviceCertificateChain` of the same stack. If several ARNs match, it returns none.
 */
export function keyArnByName({ entry: { stack, output } }: ExportedCertificate, outputs: readonly StackOutput[]): string | undefined {
  const arns = new Set(outputs
    .filter(each => each.stack === stack && isKeyArn(each.value) && ownerOf(each.output) === ownerOf(output))
    .map(({ value }) => value));
  return arns.size === 1 ? [...arns][0] : undefined;
}

function ownerOf(output: string): string {
  return wordsOf(output).filter(word => !KINDS.includes(word)).join('-');
}
