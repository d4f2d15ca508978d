import { Duration, IResource } from 'aws-cdk-lib';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CaCertificate, CaCertificateOptions } from './ca-certificate';
import { CaChainLinks } from './ca-chain';
import { CrossCertificate, CrossCertificateOptions } from './cross-certificate';
import { IotPlatform } from '../../platforms/iot-platform';
import { DeviceCertificate, DeviceCertificateOptions } from '../certificates/device-certificate';
import { HashAlgorithm } from '../certificates/hash-algorithm';
import { ServerCertificate, ServerCertificateOptions } from '../certificates/server-certificate';
import { VerificationCertificate, VerificationCertificateOptions } from '../certificates/verification-certificate';
import { KeyAlgorithm } from '../keys/key-algorithm';
import { PublishRevocationOptions } from '../revocation/publish-revocation-options';
import { RevocationPublication } from '../revocation/revocation-publication';

/**
 * A private CA for IoT devices.
 */
export interface IPrivateIotCa extends IResource {
  /**
   * The CA's identity: `ca-` followed by 32 lower-case hexadecimal digits. It changes when the CA is replaced. It is also
   * the physical id of the CA's resource, except for a CA that `fromKeptCa` or `fromPrivateIotCaAttributes` returns.
   * @attribute
   */
  readonly caId: string;

  /**
   * The CA's certificate in PEM, for use in the CA's own stack. For other stacks, see `certificatePemFor`.
   * @attribute
   */
  readonly certificatePem: string;

  /**
   * The table that records everything the CA issues.
   */
  readonly ledger: ITable;

  /**
   * The certificates of the CA and of the CAs above it in PEM, as a list: the CA's own first, the root's last. They are for use in
   * the CA's own stack. For other stacks, see `caCertificatesFor`.
   */
  readonly caCertificates: string[];

  /**
   * The `caCertificates` as one text: the part of a chain that follows a device's certificate.
   * @attribute
   */
  readonly certificateChainPem: string;

  /**
   * The `certificateChainPem` without the root, which the verifier already has. It is empty for a root. If the certificates are not
   * known before deployment, a root among them is included.
   * @attribute
   */
  readonly certificateChainWithoutRootPem: string;

  /** The certificates of the CA and of the CAs above it, and where to find each of them. @internal */
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
   * The digest over which the CA signs unless a certificate declares another digest.
   */
  readonly defaultHashAlgorithm: HashAlgorithm;

  /**
   * The maximum number of CAs below this one in a chain.
   *
   * @default - not known before deployment
   */
  readonly pathLength?: number;

  /**
   * The object identifiers of the custom extensions that certificates of the CA may carry.
   */
  readonly allowedCustomExtensions: string[];

  /**
   * The algorithm of the CA's key.
   *
   * @default - not known before deployment: the CA comes from elsewhere
   */
  readonly keyAlgorithm?: KeyAlgorithm;

  /**
   * How long the CA's certificate is valid from the time it is made.
   *
   * @default - not known before deployment: the CA comes from elsewhere
   */
  readonly validity?: Duration;

  /**
   * The platforms the CA is meant for.
   */
  readonly platforms: IotPlatform[];

  /**
   * The function that revokes certificates of this CA, made on first use. It takes selectors and a reason (RFC 5280, section 5.3.1), as in
   * the example, and answers with what has happened to each certificate. `private-iot-ca revoke` calls it, and finds it by an outputs file
   * or by the ledger: its name is `private-iot-ca-revoke-` and the ID of the ledger's table, unless the ledger comes from elsewhere. Without
   * `publishRevocation`, the ledger alone knows what is revoked.
   *
   * @example
   * declare const ca: PrivateIotCa;
   * new CfnOutput(ca.stack, 'RevokeFunction', { value: ca.revokeFunction.functionArn });
   * // aws lambda invoke --function-name … --cli-binary-format raw-in-base64-out
   * //   --payload '{ "commonNames": ["sensor-001"], "reason": "keyCompromise", "dryRun": true }' answer.json
   */
  readonly revokeFunction: IFunction;

  /**
   * The CA's certificate in PEM, for use in the stack of `scope`. In the CA's own stack, it is `certificatePem`. In another stack,
   * that stack's function looks the certificate up in the CA's ledger, because CloudFormation exports at most 1,024 characters and
   * an RSA certificate has more.
   *
   * @param scope the construct that needs the certificate
   * @example
   * declare const ca: PrivateIotCa;
   * declare const brokers: Stack;
   * new CfnOutput(brokers, 'CaCertificate', { value: ca.certificatePemFor(brokers) });
   */
  certificatePemFor(scope: Construct): string;

  /**
   * The certificates of the CA and of the CAs above it in PEM, as a list, the CA's own first, for use in the stack of `scope`; see
   * `certificatePemFor`. If their number is not known before deployment, one text holds several certificates.
   *
   * @param scope the construct that needs the certificates
   * @example
   * declare const ca: PrivateIotCa;
   * declare const brokers: Stack;
   * new CfnOutput(brokers, 'CaCertificateChain', { value: Fn.join('', ca.caCertificatesFor(brokers)) });
   */
  caCertificatesFor(scope: Construct): string[];

  /**
   * Adds a certificate that proves possession of the CA's key to a platform.
   *
   * @param id the id of the construct, below the CA
   * @param options the options of the certificate
   */
  addVerificationCertificate(id: string, options: VerificationCertificateOptions): VerificationCertificate;

  /**
   * Adds a device certificate.
   *
   * @param id the id of the construct, below the CA
   * @param options the options of the certificate
   */
  addDeviceCertificate(id: string, options: DeviceCertificateOptions): DeviceCertificate;

  /**
   * Adds a certificate for a broker or a gateway.
   *
   * @param id the id of the construct, below the CA
   * @param options the options of the certificate
   */
  addServerCertificate(id: string, options: ServerCertificateOptions): ServerCertificate;

  /**
   * Adds the certificate of a subordinate CA whose key is elsewhere, made from that CA's certificate signing request.
   *
   * @param id the id of the construct, below the CA
   * @param options the options of the certificate
   */
  addCaCertificate(id: string, options: CaCertificateOptions): CaCertificate;

  /**
   * Adds a cross-certificate: this CA certifies the key of another CA, such as its successor.
   *
   * @param id the id of the construct, below this CA
   * @param options the options of the certificate
   */
  addCrossCertificate(id: string, options: CrossCertificateOptions): CrossCertificate;

  /**
   * Publishes the revocation lists of this CA (RFC 5280, section 5). Certificates that are issued from then on name the URL of the list
   * on which they would be. Certificates that exist stay as they are.
   *
   * New lists are made after every revocation, and in time before the last ones end. It can be called once, for a CA that this app
   * declares.
   *
   * @param options where the lists are published, and how long each is valid
   * @example
   * declare const ca: PrivateIotCa;
   * declare const topic: ITopic;
   * const lists = ca.publishRevocation();
   * lists.alarm?.addAlarmAction(new SnsAction(topic));
   * new CfnOutput(ca.stack, 'RevocationList', { value: lists.completeListUrl });
   */
  publishRevocation(options?: PublishRevocationOptions): RevocationPublication;

  /**
   * Triggers a rule when this CA has issued a certificate. The event `Certificate Issued` has the serial number, the profile, the subject, the
   * validity and the resource in its `detail`. It may come twice, and says nothing secret. Each certificate then invokes a function.
   *
   * @param id the id of the rule below this CA, or below `options.crossStackScope`
   * @example
   * declare const ca: PrivateIotCa;
   * declare const topic: ITopic;
   * ca.onCertificateIssued('Issued', { target: new SnsTopic(topic) });
   */
  onCertificateIssued(id: string, options?: OnEventOptions): Rule;

  /**
   * Triggers a rule when a certificate of this CA was renewed (`renewal`) and the new one can be fetched. The event `Certificate Renewed` has what
   * `Certificate Issued` has, the serial number of the certificate before it (`renews`) and its number (`renewalNumber`). It may come twice.
   * Each certificate, renewed or not, then invokes a function.
   *
   * @param id the id of the rule below this CA, or below `options.crossStackScope`
   * @example
   * declare const ca: PrivateIotCa;
   * declare const topic: ITopic;
   * ca.onCertificateRenewed('Renewed', { target: new SnsTopic(topic) });
   */
  onCertificateRenewed(id: string, options?: OnEventOptions): Rule;

  /**
   * Triggers a rule when the end of a certificate of this CA is near, or has come, and nothing has renewed it. The event `Certificate Expiring` has
   * what `Certificate Issued` has, and the threshold that has been passed (`daysLeft`, 0 after the end). It may come twice. The `ExpiryAlarms` of the
   * CA look for such certificates; without them there are no such events, and a note says so at synthesis.
   *
   * @param id the id of the rule below this CA, or below `options.crossStackScope`
   * @example
   * declare const ca: PrivateIotCa;
   * declare const topic: ITopic;
   * new ExpiryAlarms(ca.stack, 'ExpiryForEvents', { ca });
   * ca.onCertificateExpiring('Expiring', { target: new SnsTopic(topic), eventPattern: { detail: { profile: ['server'] } } });
   */
  onCertificateExpiring(id: string, options?: OnEventOptions): Rule;

  /**
   * Triggers a rule when a request of CloudFormation for a certificate of this CA, or a renewal, was refused or has failed. The event `Certificate
   * Refused` has the stack and the resource (`stackId`, `logicalId`), the `reason` without secrets, and the `requestId` or, for a renewal, the serial
   * number of the certificate that could not be renewed (`renews`). It may come twice. A renewal that fails again and again is announced when the
   * reason changes. Requests whose properties can't be read are not announced, because their ledger is not known.
   *
   * @param id the id of the rule below this CA, or below `options.crossStackScope`
   * @example
   * declare const ca: PrivateIotCa;
   * declare const topic: ITopic;
   * ca.onCertificateRefused('Refused', { target: new SnsTopic(topic) });
   */
  onCertificateRefused(id: string, options?: OnEventOptions): Rule;

  /**
   * Triggers a rule when a certificate of this CA is revoked or put on hold, and when a hold ends. The event `Certificate Revocation Changed`
   * has the serial number, the state and the reason in its `detail`. It may come twice, and events may come in any order.
   *
   * @param id the id of the rule below this CA, or below `options.crossStackScope`
   */
  onRevocationChanged(id: string, options?: OnEventOptions): Rule;

  /**
   * Triggers a rule when new revocation lists of this CA can be fetched. The event `Revocation Lists Published` has their cRLNumber in its
   * `detail`. It may come twice.
   *
   * @param id the id of the rule below this CA, or below `options.crossStackScope`
   */
  onRevocationListsPublished(id: string, options?: OnEventOptions): Rule;

  /**
   * Lets a principal revoke certificates of this CA: invoke the `revokeFunction`.
   */
  grantRevoke(grantee: IGrantable): Grant;

  /**
   * Lets a principal issue certificates of this CA: sign with the CA's key, and record what it signs. The principal can then
   * issue anything, because the key signs anything. To let functions of another account issue with a key in KMS, grant this
   * right to that account (`AccountPrincipal`).
   */
  grantIssue(grantee: IGrantable): Grant;

  /**
   * Lets a principal read the CA's private key, for example to back it up elsewhere. Nothing in this library needs this right.
   * It is an error to call this method for a CA whose key is in KMS.
   */
  grantReadPrivateKey(grantee: IGrantable): Grant;
}
