import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { assertKnown, AwsError, UnknownToFake } from './aws-error';

/** Keys on P-256 for signing, PKCS#8 in PEM, by their ARNs. */
export interface KmsState {
  readonly keys: Map<string, string>;
}

type Input = { readonly [parameter: string]: any };

const ALGORITHM = 'ECDSA_SHA_256';

/** AWS KMS, as far as it signs with keys on P-256. What it can't be asked for here, `test/support/strict-kms.ts` covers. */
export class Kms {
  constructor(private readonly state: KmsState) {}

  public answer(operation: string, { KeyId, ...input }: Input): object {
    const pem = this.state.keys.get(KeyId);
    if (pem === undefined) {
      throw new AwsError('NotFoundException', `Key '${KeyId}' does not exist`);
    }
    switch (operation) {
      case 'GetPublicKey':
        assertKnown(operation, input, []);
        return {
          KeyId,
          KeySpec: 'ECC_NIST_P256',
          KeyUsage: 'SIGN_VERIFY',
          SigningAlgorithms: [ALGORITHM],
          PublicKey: createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64'),
        };
      case 'Sign': {
        const { Message, MessageType, SigningAlgorithm, ...more } = input;
        assertKnown(operation, more, []);
        const message = Buffer.from(Message, 'base64');
        if (MessageType !== 'RAW' || message.length < 1 || message.length > 4096) {
          throw new UnknownToFake(`kms:Sign of ${message.length} octets as ${MessageType}`);
        }
        if (SigningAlgorithm !== ALGORITHM) {
          throw new AwsError('InvalidKeyUsageException', `Algorithm ${SigningAlgorithm} is incompatible with key spec ECC_NIST_P256.`);
        }
        return { KeyId, SigningAlgorithm, Signature: sign('sha256', message, createPrivateKey(pem)).toString('base64') };
      }
      default: throw new UnknownToFake(`kms:${operation}`);
    }
  }
}
