import { fileNameIn, Path, PrivateFiles } from './private-files';
import { localArn } from './stand-ins';
import { KmsKeyState } from './state';
import { StateStore } from './state-store';
import { KeyAlgorithmName } from '../../contract/key-algorithms';
import { checkHashForKms } from '../../contract/kms';
import { generateKeyPair, keyAlgorithmOfPublicKey } from '../../pki/keys';
import { Signer, signerOf } from '../../pki/signer';
import { complain } from '../../resource/property-values';
import { CliError } from '../cli-error';
import { Disk } from '../disk';
import { own } from '../json';

const ARN_PREFIX = localArn('kms', 'key/');

/**
 * Files that stand in for keys in AWS KMS. Each is `keys/kms/<key>.pem`, readable only by its owner, and is made when it is first
 * used. They sign as KMS does, over the digests that KMS signs over, but unlike keys in KMS they can be copied.
 */
export class DirectoryKmsKeys {
  private readonly files: PrivateFiles;

  constructor(private readonly store: StateStore, disk: Disk) {
    this.files = new PrivateFiles(store, disk);
  }

  /**
   * Records a key that a template declares. The caller saves the state.
   *
   * @returns the file that stands in for the key
   * @throws CliError if the key was declared with another algorithm before: CloudFormation does not let the algorithm change
   */
  public declare(keyArn: string, keyAlgorithm: KeyAlgorithmName): string {
    const file = fileOf(keyArn);
    const { kmsKeys } = this.store.state;
    const known = own(kmsKeys, keyArn)?.keyAlgorithm ?? keyAlgorithm;
    if (known !== keyAlgorithm) {
      throw new CliError(`the key ${keyArn} was created as ${known}, and CloudFormation does not allow the KeySpec of a key to change, `
        + `got ${keyAlgorithm}; give the construct another id`);
    }
    kmsKeys[keyArn] ??= { keyAlgorithm };
    return this.files.pathOf(file);
  }

  /** The file of a key, or `undefined` if none has been made. */
  public madeFile(keyArn: string): string | undefined {
    return this.files.existing(fileOf(keyArn));
  }

  /** A signer with a declared key. */
  public async signer(keyArn: string): Promise<Signer> {
    const file = fileOf(keyArn);
    const { kmsKeys } = this.store.state;
    const key = own(kmsKeys, keyArn);
    if (!key) {
      throw new CliError(`the KMS key ${keyArn} must be declared for signing (KeyUsage SIGN_VERIFY) in a stack that is deployed here`);
    }
    const signer = signerOf(this.files.read(file) ?? await this.make(file, key));
    const publicKey = signer.publicKey.toString('base64');
    if (keyAlgorithmOfPublicKey(signer.publicKey) !== key.keyAlgorithm || (key.publicKey ?? publicKey) !== publicKey) {
      throw new CliError(`${this.files.pathOf(file)}: this is not the key that stands in for ${keyArn}; restore the file`);
    }
    kmsKeys[keyArn] = { ...key, publicKey };
    this.store.save();
    return {
      publicKey: signer.publicKey,
      sign: async (data, hash) => {
        complain(checkHashForKms(key.keyAlgorithm, hash));
        return signer.sign(data, hash);
      },
    };
  }

  /** Removes a key. The caller saves the state. */
  public remove(keyArn: string): void {
    this.files.remove(fileOf(keyArn));
    delete this.store.state.kmsKeys[keyArn];
  }

  /** Makes a key. Its file is written before its public key is recorded: if the run stops in between, the next run uses the file as it is. */
  private async make(file: Path, { keyAlgorithm, publicKey }: KmsKeyState): Promise<string> {
    if (publicKey !== undefined) {
      throw new CliError(`${this.files.pathOf(file)}: this key file no longer exists; restore it, or remove the construct of the key and declare another one`);
    }
    const { privateKeyPem } = await generateKeyPair(keyAlgorithm);
    this.store.save(); // the name of the file reaches the disk before the file itself
    return this.files.writeOnce(file, privateKeyPem);
  }
}

function fileOf(keyArn: string): Path {
  const name = fileNameIn(keyArn, ARN_PREFIX);
  if (name === undefined) {
    throw new CliError(`the KMS key must belong to this local deployment (${ARN_PREFIX}…), because a key in AWS can't be used locally, `
      + `got ${JSON.stringify(keyArn)}`);
  }
  return ['kms', `${name}.pem`];
}
