import { Duration, IResource } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaCertificate, CaCertificateOptions } from './ca-certificate';
import { CaChainLinks } from './ca-chain';
import { IotPlatform } from '../../platforms/iot-platform';
import { DeviceCertificate, DeviceCertificateOptions } from '../certificates/device-certificate';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { ServerCertificate, ServerCertificateOptions } from '../certificates/server-certificate';
import { VerificationCertificate, VerificationCertificateOptions } from '../certificates/verification-certificate';
import { KeyAlgorithm } from '../keys/key-algorithm';

/**
 * A private CA for IoT devices.
 */
export interface IPrivateIotCa extends IResource {
  /**
   * The CA's identity: the physical id of its resource. It changes when the CA is replaced.
   * @attribute
   */
  readonly caId: string;

  /**
   * The CA's certificate, PEM. It is for the CA's own stack; see `certificatePemFor` for others.
   * @attribute
   */
  readonly certificatePem: string;

  /**
   * The table in which everything the CA issues is recorded.
   */
  readonly ledger: ITable;

  /**
   * The CA's certificate and those of the CAs above it, PEM, one by one: its own first, the root last. They are for the CA's own
   * stack; see `caCertificatesFor` for others.
   */
  readonly caCertificates: string[];

  /**
   * Those certificates as one text: what stands behind a device's certificate in a chain.
   * @attribute
   */
  readonly certificateChainPem: string;

  /**
   * The same without the root, which the verifier has already. Empty for a root. Where the certificates are not known before
   * deployment, a root that is among them stays.
   * @attribute
   */
  readonly certificateChainWithoutRootPem: string;

  /** The CA's certificate and those above it, and where each is found. @internal */
  readonly _chain: CaChainLinks;

  /**
   * The secret that holds the CA's private key.
   *
   * @default - the key is in KMS
   */
  readonly privateKeySecret?: ISecret;

  /**
   * The KMS key that is the CA's private key.
   *
   * @default - the key is in a secret
   */
  readonly signingKey?: IKey;

  /**
   * The digest over which the CA signs unless a certificate declares another one.
   */
  readonly defaultHashAlgorithm: HashAlgorithm;

  /**
   * How many CAs may stand below this one in a chain.
   *
   * @default - not known before deployment
   */
  readonly pathLength?: number;

  /**
   * The object identifiers of the extensions of your own that certificates of the CA may carry.
   */
  readonly allowedCustomExtensions: string[];

  /**
   * The algorithm of the CA's key.
   *
   * @default - not known before deployment: the CA comes from elsewhere
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * How long the CA's certificate is valid from its making on.
   *
   * @default - not known before deployment: the CA comes from elsewhere
   */
  readonly validity?: Duration;

  /**
   * The platforms the CA is meant for.
   */
  readonly platforms: IotPlatform[];

  /**
   * The CA's certificate, PEM, for use in the stack of `scope`. In the CA's own stack it is `certificatePem`. In another one it is
   * what that stack's function looks up in the CA's ledger, since CloudFormation exports at most 1,024 characters, and an RSA
   * certificate has more.
   *
   * @param scope what needs the certificate
   * @example
   * declare const ca: PrivateIotCa;
   * declare const brokers: Stack;
   * new CfnOutput(brokers, 'CaCertificate', { value: ca.certificatePemFor(brokers) });
   */
  certificatePemFor(scope: Construct): string;

  /**
   * The CA's certificate and those of the CAs above it, PEM, one by one, its own first, for use in the stack of `scope`, as
   * `certificatePemFor` has it. Where it is not known before deployment how many they are, one text holds several.
   *
   * @param scope what needs the certificates
   * @example
   * declare const ca: PrivateIotCa;
   * declare const brokers: Stack;
   * new CfnOutput(brokers, 'CaCertificateChain', { value: Fn.join('', ca.caCertificatesFor(brokers)) });
   */
  caCertificatesFor(scope: Construct): string[];

  /**
   * Adds a certificate that proves to a platform that the CA's key is held here.
   *
   * @param id the id of the construct, below the CA
   * @param options what the certificate is for
   */
  addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate;

  /**
   * Adds a device certificate.
   *
   * @param id the id of the construct, below the CA
   * @param options what the certificate is for
   */
  addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate;

  /**
   * Adds a certificate for a broker or a gateway.
   *
   * @param id the id of the construct, below the CA
   * @param options what the certificate is for
   */
  addServerCertificate(id: string, options: ServerCertificateOptions): ServerCertificate;

  /**
   * Adds the certificate of a CA below this one whose key is elsewhere, from its certificate signing request.
   *
   * @param id the id of the construct, below the CA
   * @param options what the certificate is for
   */
  addCaCertificate(id: string, options: CaCertificateOptions): CaCertificate;

  /**
   * Lets a principal issue certificates of this CA: sign with its key, and record them. Whoever may issue can issue
   * anything, for the key signs anything. To let functions of another account issue with a key in KMS, grant it to that
   * account (`AccountPrincipal`).
   */
  grantIssue(grantee: IGrantable): Grant;

  /**
   * Lets a principal read the CA's private key. Nothing in this library needs it; think of a backup kept elsewhere. Asking a CA
   * whose key is in KMS is an error.
   */
  grantReadPrivateKey(grantee: IGrantable): Grant;
}
