import { Token } from 'aws-cdk-lib';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { RecipientProperties } from '../../contract/fleet-run';
import { checkRecipient } from '../../pki/recipient-key';
import { check, TEXT } from '../checks/kinds';
import { KEY } from '../checks/object-kinds';
import { validate } from '../checks/validation';

/** A recipient, as the constructs know it. @internal */
export interface BoundRecipient {
  readonly properties: RecipientProperties;
  readonly grant: (policy: Policy) => void;
}

/**
 * For whom the private keys of devices are encrypted that a fleet makes. A recipient has an RSA key of at least 2048 bits. Each batch of keys
 * becomes one CMS EnvelopedData (RFC 5652) with RSAES-OAEP (SHA-256) and AES-256-CBC in the bucket of results; whoever has the recipient's private key reads
 * it, for example with `openssl cms -decrypt -inform DER -inkey recipient.key.pem -in archive.p7m`.
 */
export abstract class KeyRecipient {
  /**
   * The holder of the private key of a public key.
   *
   * @param pem a public key (`-----BEGIN PUBLIC KEY-----`) or a certificate in PEM
   * @throws Error if the text is neither, is a private key, or if the key is not RSA of at least 2048 bits
   */
  public static publicKey(pem: string): KeyRecipient {
    check('KeyRecipient.publicKey()', { pem: TEXT }, { pem });
    const complaint = Token.isUnresolved(pem) ? undefined : checkRecipient('pem', pem);
    if (complaint !== undefined) {
      throw new Error(`KeyRecipient.publicKey(): ${complaint}`);
    }
    return new PublicKeyRecipient(pem);
  }

  /**
   * Whoever may decrypt with an asymmetric KMS key (`kms:Decrypt` with `RSAES_OAEP_SHA_256`). The fleet may only read its public key.
   *
   * @param key an RSA key with the usage ENCRYPT_DECRYPT
   */
  public static kmsKey(key: IKey): KeyRecipient {
    check('KeyRecipient.kmsKey()', { key: KEY }, { key });
    return new KmsRecipient(key);
  }

  /** @internal */
  public abstract _bindRecipient(scope: Construct): BoundRecipient;
}

class PublicKeyRecipient extends KeyRecipient {
  constructor(private readonly pem: string) {
    super();
  }

  /** @internal */
  public _bindRecipient(_scope: Construct): BoundRecipient {
    return { properties: { PublicKeyPem: this.pem }, grant: () => undefined };
  }
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
const KEY_SPECS: readonly string[] = ['RSA_2048', 'RSA_3072', 'RSA_4096'];

class KmsRecipient extends KeyRecipient {
  constructor(private readonly key: IKey) {
    super();
  }

  /** @internal */
  public _bindRecipient(scope: Construct): BoundRecipient {
    const { key } = this;
    const resource = key.node.defaultChild;
    if (resource instanceof CfnKey) {
      const { keySpec = 'SYMMETRIC_DEFAULT', keyUsage = 'ENCRYPT_DECRYPT' } = resource; // CloudFormation's defaults
      validate(scope, [keySpec, keyUsage], () => KEY_SPECS.includes(keySpec) && keyUsage === 'ENCRYPT_DECRYPT' ? undefined
        : `keyRecipient must be a KMS key of the spec ${KEY_SPECS.join(', ')} with the usage ENCRYPT_DECRYPT, got ${key.node.path} with ${keySpec} and ${keyUsage}`);
    }
    return { properties: { KeyArn: key.keyArn }, grant: policy => key.grant(policy, 'kms:GetPublicKey') };
  }
}
