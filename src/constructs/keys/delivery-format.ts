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
 * Options of every form of delivery.
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
 * Options of a PKCS#12 bundle.
 */
export interface Pkcs12Options extends DeliveryFormatOptions {
  /**
   * The secret whose current value is the passphrase.
   *
   * @default - a new secret with a random passphrase of 32 letters and digits
   */
  readonly passphrase?: ISecret;

  /**
   * Encrypt with 3DES and SHA-1 as of old, for what reads nothing newer: Windows before 10 version 1709, Java before 8u301,
   * macOS before 14, many embedded stacks.
   *
   * @default false: AES-256 with PBKDF2 and SHA-256
   */
  readonly legacy?: boolean;
}

/**
 * A secret with a certificate's key in a certain form.
 */
export interface DeliveredSecret {
  /** The secret. Its current version is that of the certificate that is declared now. */
  readonly secret: ISecret;

  /**
   * The secret with the passphrase.
   *
   * @default - the form has none
   */
  readonly passphrase?: ISecret;
}

/** A form of delivery in its place. @internal */
export interface BoundDelivery extends DeliveredSecret {
  readonly properties: BundleProperties;
  readonly rights: NeededRight[];
}

const KINDS: Kinds<DeliveryFormatOptions> = { encryptionKey: optional(KEY) };
const PKCS12_KINDS: Kinds<Pkcs12Options> = { ...KINDS, passphrase: optional(SECRET), legacy: optional(FLAG) };

/**
 * A form in which a key and its certificate are delivered besides the PEM of the key; each in a secret of its own, at $0.40 a
 * month. Once it is written it stays, until the certificate is another one.
 */
export class DeliveryFormat {
  /**
   * PKCS#12 (RFC 7292): the key, the certificate and the CAs above it, encrypted by a passphrase. The secret's value is
   * base64 of it.
   */
  public static pkcs12(options: Pkcs12Options = {}): DeliveryFormat {
    check('DeliveryFormat.pkcs12()', PKCS12_KINDS, options);
    return new DeliveryFormat(options.legacy ? 'Pkcs12Legacy' : 'Pkcs12', options);
  }

  /** One PEM text: the key, the certificate, and the CAs above it, as many brokers and SDKs take it. */
  public static combinedPem(options: DeliveryFormatOptions = {}): DeliveryFormat {
    check('DeliveryFormat.combinedPem()', KINDS, options);
    return new DeliveryFormat('CombinedPem', options);
  }

  /** The key alone, PKCS#8 in DER. The secret's value is base64 of it. The certificate's DER is its `certificateDerBase64`. */
  public static der(options: DeliveryFormatOptions = {}): DeliveryFormat {
    check('DeliveryFormat.der()', KINDS, options);
    return new DeliveryFormat('Der', options);
  }

  private constructor(
    /** Its name: `Pkcs12`, `Pkcs12Legacy`, `CombinedPem` or `Der`. */
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
export const DELIVERY_FORMAT = having<DeliveryFormat>('a DeliveryFormat, as in DeliveryFormat.pkcs12()', 'name', '_bind');

/** It stays and goes with the bundle, which nobody can open without it. */
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
