import { CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { emptySecret, waitForNothing } from './empty-secret';
import { arnsOf, grantKeepSecret, grantUseSecret, secretIdOf } from './private-key';
import { BundleProperties } from '../../contract/properties';
import { description } from '../checks/description';
import { check, FLAG, having, Kinds, optional } from '../checks/kinds';
import { KEY, SECRET } from '../checks/object-kinds';
import { NeededRight } from '../provider/certificate-provider';
import { acknowledge } from '../provider/nag';

/**
 * Options for every delivery format.
 */
export interface DeliveryFormatOptions {
  /**
   * The KMS key that encrypts the secret.
   *
   * @default - the account's `aws/secretsmanager` key
   */
  readonly encryptionKey?: IKey;
}

/**
 * Options for a PKCS#12 bundle.
 */
export interface Pkcs12Options extends DeliveryFormatOptions {
  /**
   * The secret whose current value is the passphrase.
   *
   * @default - a new secret with a random passphrase of 32 letters and digits
   */
  readonly passphrase?: ISecret;

  /**
   * Whether to encrypt with the old 3DES and SHA-1, for software that reads nothing newer: Windows before 10 version 1709, Java before
   * 8u301, macOS before 14, many embedded stacks. Otherwise, the encryption is AES-256 with PBKDF2 and SHA-256.
   *
   * @default false
   */
  readonly legacy?: boolean;
}

/**
 * A secret that holds a certificate's key in a delivery format.
 */
export interface DeliveredSecret {
  /** The secret. Its current version belongs to the currently declared certificate. */
  readonly secret: ISecret;

  /**
   * The secret that holds the passphrase.
   *
   * @default - the format has no passphrase
   */
  readonly passphrase?: ISecret;
}

/** A delivery format that is bound to a certificate. @internal */
export interface BoundDelivery extends DeliveredSecret {
  readonly properties: BundleProperties;
  readonly rights: NeededRight[];
}

const KINDS: Kinds<DeliveryFormatOptions> = { encryptionKey: optional(KEY) };
const PKCS12_KINDS: Kinds<Pkcs12Options> = { ...KINDS, passphrase: optional(SECRET), legacy: optional(FLAG) };

/**
 * A format in which a key and its certificate are delivered in addition to the PEM of the key. Each format has a secret of its own, at
 * $0.40 a month. Once written, the secret stays the same until a new certificate replaces the current certificate.
 */
export class DeliveryFormat {
  /**
   * PKCS#12 (RFC 7292): the key, the certificate and the certificates of the CAs above it, encrypted with a passphrase. The secret's value
   * is the base64 of the bundle.
   */
  public static pkcs12(options: Pkcs12Options = {}): DeliveryFormat {
    check('DeliveryFormat.pkcs12()', PKCS12_KINDS, options);
    return new DeliveryFormat(options.legacy ? 'Pkcs12Legacy' : 'Pkcs12', options);
  }

  /** A single PEM text, as many brokers and SDKs take it: the key, the certificate, and the certificates of the CAs above it. */
  public static combinedPem(options: DeliveryFormatOptions = {}): DeliveryFormat {
    check('DeliveryFormat.combinedPem()', KINDS, options);
    return new DeliveryFormat('CombinedPem', options);
  }

  /** The key alone, as PKCS#8 in DER. The secret's value is the base64 of the DER. The certificate's DER is its `certificateDerBase64`. */
  public static der(options: DeliveryFormatOptions = {}): DeliveryFormat {
    check('DeliveryFormat.der()', KINDS, options);
    return new DeliveryFormat('Der', options);
  }

  private constructor(
    /** The name of the format: `Pkcs12`, `Pkcs12Legacy`, `CombinedPem` or `Der`. */
    public readonly name: string,
    private readonly options: Pkcs12Options,
  ) {}

  /** @internal */
  public _bind(scope: Construct, removalPolicy: RemovalPolicy): BoundDelivery {
    const { encryptionKey } = this.options;
    const secret = emptySecret(scope, this.name, { description: `${this.name} of ${scope.node.path}`, encryptionKey, removalPolicy });
    const passphrase = this.name.startsWith('Pkcs12')
      ? this.options.passphrase ?? newPassphrase(scope, `${this.name}Passphrase`, encryptionKey, removalPolicy)
      : undefined;
    return {
      secret,
      passphrase,
      properties: {
        Type: this.name as BundleProperties['Type'],
        SecretArn: secret.secretArn,
        ...passphrase ? { PassphraseSecretArn: secretIdOf(scope, passphrase) } : {},
      },
      rights: [
        { arns: arnsOf(secret), grant: grantee => grantKeepSecret(secret, grantee) },
        ...passphrase ? [{ arns: arnsOf(passphrase), grant: (grantee: IGrantable) => grantUseSecret(passphrase, grantee) }] : [],
      ],
    };
  }
}

/** Not exported. */
export const DELIVERY_FORMAT = having<DeliveryFormat>('a DeliveryFormat, such as DeliveryFormat.pkcs12()', 'name', '_bind');

/** A passphrase that is kept or deleted together with the bundle, which can't be opened without it. */
function newPassphrase(scope: Construct, id: string, encryptionKey: IKey | undefined, removalPolicy: RemovalPolicy): Secret {
  const secret = new Secret(scope, id, {
    description: description('secret', `Passphrase of ${scope.node.path}`),
    encryptionKey,
    generateSecretString: { passwordLength: 32, excludePunctuation: true },
  });
  (secret.node.defaultChild as CfnResource).applyRemovalPolicy(removalPolicy);
  waitForNothing(secret);
  acknowledge(secret, 'AwsSolutions-SMG4', 'The passphrase belongs to a bundle that is written once and changes with its certificate');
  return secret;
}
