import { GetPublicKeyCommand, KMSClient, MessageType, SignCommand, SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { KEY_ALGORITHMS, HashAlgorithmName, KeyAlgorithmName, KeyFamily } from '../../contract/key-algorithms';
import { checkHashForKms, checkSigningKey } from '../../contract/kms';
import { quote } from '../../contract/rules';
import { AwsCalls } from '../../lambda/aws/aws-calls';
import { keyAlgorithmOfPublicKey } from '../../pki/keys';
import { digest, Signer } from '../../pki/signer';
import { complain } from '../../resource/property-values';

/**
 * The longest message, in bytes, that KMS digests itself. For a longer message, KMS receives the digest.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html (`Message`)
 */
const MAX_RAW_OCTETS = 4_096;

/** The kinds of signatures that certificates carry here, by their KMS names without the digest. */
const SIGNATURES: { readonly [F in KeyFamily]?: string } = { RSA: 'RSASSA_PKCS1_V1_5', EC: 'ECDSA' };

/**
 * Signers with keys in AWS KMS. They make two calls, `kms:GetPublicKey` once per key and `kms:Sign` once per signature, and need no other
 * permission. KMS returns ECDSA signatures in DER, as certificates carry them.
 */
export class KmsSigners {
  private readonly signers = new Map<string, Promise<Signer>>();

  /** @param client the client for a Region */
  constructor(private readonly client: (region: string) => KMSClient, private readonly calls: AwsCalls) {}

  /**
   * A signer that uses the key with this ARN.
   *
   * @throws Error if the key can't sign certificates, or if KMS does not allow its use
   */
  public signer(keyArn: string): Promise<Signer> {
    const known = this.signers.get(keyArn);
    if (known) {
      return known;
    }
    const signer = this.connect(keyArn);
    this.signers.set(keyArn, signer);
    signer.catch(() => this.signers.delete(keyArn)); // another call may find the key enabled
    return signer;
  }

  private async connect(keyArn: string): Promise<Signer> {
    const client = this.client(regionOf(keyArn));
    const { PublicKey = Buffer.alloc(0), KeyUsage, KeySpec } = await this.calls.make('kms:GetPublicKey', keyArn,
      options => client.send(new GetPublicKeyCommand({ KeyId: keyArn }), options));
    const publicKey = Buffer.from(PublicKey);
    const algorithm = keyAlgorithmOfPublicKey(publicKey);
    complain(checkSigningKey(`the KMS key ${keyArn}`, { keyUsage: KeyUsage, keySpec: KeySpec, algorithm }));
    return { publicKey, sign: (data, hash) => this.sign(client, keyArn, algorithm!, data, hash) };
  }

  private async sign(client: KMSClient, keyArn: string, algorithm: KeyAlgorithmName, data: Buffer, hash: HashAlgorithmName): Promise<Buffer> {
    complain(checkHashForKms(algorithm, hash));
    const command = new SignCommand({
      KeyId: keyArn,
      SigningAlgorithm: `${SIGNATURES[KEY_ALGORITHMS[algorithm].family]}_${hash.replace('-', '_')}` as SigningAlgorithmSpec,
      ...data.length > MAX_RAW_OCTETS
        ? { MessageType: MessageType.DIGEST, Message: digest(data, hash) }
        : { MessageType: MessageType.RAW, Message: data },
    });
    const { Signature } = await this.calls.make('kms:Sign', keyArn, options => client.send(command, options));
    if (!Signature) {
      throw new Error(`kms:Sign on ${keyArn} failed: KMS returned no signature; deploy again`);
    }
    return Buffer.from(Signature);
  }
}

/** @throws Error if this is not the ARN of a key: an alias could later point to another key, although the CA stays the same. */
function regionOf(keyArn: string): string {
  const region = /^arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/.exec(keyArn)?.[1];
  if (!region) {
    throw new Error(`the KMS key must be named by its ARN, arn:aws:kms:Region:account:key/..., got ${quote(keyArn)}`);
  }
  return region;
}
