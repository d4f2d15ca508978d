import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import {
  HuaweiCaUploadAttributes, HuaweiCaUploadProperties, HuaweiCaVerificationAttributes, HuaweiCaVerificationProperties, HuaweiInstanceProperties,
} from './contract';
import { HUAWEI_IOTDA_INSTANCE_KINDS, HuaweiIotdaInstanceProps, validateInstance } from './huawei-iotda-instance';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { VerificationCertificate } from '../../constructs/certificates/verification-certificate';
import { check, Kinds, NUMBER, optional } from '../../constructs/checks/kinds';
import { CA, REMOVAL_POLICY, SECRET } from '../../constructs/checks/object-kinds';
import { validGeneration } from '../../constructs/checks/validation';
import { secretIdOf } from '../../constructs/keys/private-key';
import { ledgerOf } from '../../constructs/provider/certificate-provider';
import { CloudCaRegistration } from '../cloud-ca-registration';
import { IotPlatform } from '../iot-platform';
import { validateRegistration } from '../registered-ca';
import { RegistrarFunction } from '../registrar-function';
import { RegistrationType } from '../registrations';

/**
 * The CA, the Huawei Cloud IoTDA instance with which it is registered, and the user who registers it.
 */
export interface HuaweiIotdaCaRegistrationProps extends HuaweiIotdaInstanceProps {
  /** The CA that issues the device certificates. */
  readonly ca: IPrivateIotCa;

  /**
   * The secret with the credentials of the user who registers the CA: a JSON map with `accessKeyId` and `secretAccessKey`, a permanent
   * access key (AK/SK) that signs each request; or with `token` alone, an IAM token. A token is valid for at most 24 hours, so it must be
   * renewed, also for the deployment that removes the CA. The user needs `iotda:certificates:upload`, `iotda:certificates:queryList`,
   * `iotda:certificate:query`, `iotda:certificates:check` and `iotda:certificates:delete`.
   */
  readonly credentials: ISecret;

  /**
   * What happens to the certificate in IoTDA when the registration leaves the stack or is replaced. Once the certificate is deleted
   * there, devices with certificates of the CA can no longer connect. A certificate that was uploaded and verified by hand before is
   * never deleted, nor is a certificate that another registration of the CA has taken over.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The generation of the registration, 1 to 1,000,000. Raise it to have the CA registered again after it was deleted by hand. A new
   * value changes nothing for a CA that is registered.
   *
   * @default 1
   */
  readonly generation?: number;
}

const KINDS: Kinds<HuaweiIotdaCaRegistrationProps> = {
  ...HUAWEI_IOTDA_INSTANCE_KINDS,
  ca: CA,
  credentials: SECRET,
  removalPolicy: optional(REMOVAL_POLICY),
  generation: optional(NUMBER),
};

/**
 * Registers a CA with Huawei Cloud IoTDA, in the deployment that makes the CA. The deployment uploads the CA's certificate, issues a
 * verification certificate for the code that IoTDA returns, and verifies the CA's certificate with it. The CA's certificate is deleted
 * when the registration leaves the stack.
 *
 * @resource Custom::HuaweiIotdaCaVerification
 */
export class HuaweiIotdaCaRegistration extends CloudCaRegistration {
  public readonly platform = IotPlatform.HUAWEI_IOTDA;

  public readonly registeredCaId: string;

  /**
   * The ID of the certificate in IoTDA, a UUID. It is known once the CA is verified.
   * @attribute
   */
  public readonly certificateId: string;

  public readonly verificationCertificate: VerificationCertificate;

  /** @internal */
  protected readonly _registration: CustomResource;

  constructor(scope: Construct, id: string, props: HuaweiIotdaCaRegistrationProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, endpoint, projectId, instanceId, appId, region, credentials } = props;
    validateInstance(this, props);
    validateRegistration(this, ca, IotPlatform.HUAWEI_IOTDA);
    const registrar = RegistrarFunction.of(this, 'huawei');
    const rights = [registrar.grantReadCredentials(credentials)];
    const recording = registrar.grantRecordRegistrations(ca);
    const common: HuaweiInstanceProperties = {
      Endpoint: endpoint,
      ProjectId: projectId,
      InstanceId: instanceId,
      AppId: appId,
      Region: region,
      CredentialsSecretArn: secretIdOf(this, credentials),
    };
    const uploaded: HuaweiCaUploadProperties = {
      ...common, LedgerTable: ledgerOf(this, ca), CertificatePem: ca.certificatePemFor(this), Generation: validGeneration(this, props.generation),
    };
    this._registration = registrar.resource(this, 'Upload', RegistrationType.HUAWEI_CA_UPLOAD, uploaded, [...rights, recording]);
    this.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.DESTROY);
    const ofUpload = (name: keyof HuaweiCaUploadAttributes): string => this._registration.getAttString(name);
    this.verificationCertificate = new VerificationCertificate(this, 'VerificationCertificate', {
      ca, registrationCode: ofUpload('VerifyCode'), platform: IotPlatform.HUAWEI_IOTDA, clipToIssuer: true,
    });
    const verified: HuaweiCaVerificationProperties = {
      ...common,
      CertificateId: ofUpload('CertificateId'),
      VerificationCertificatePem: this.verificationCertificate.certificatePem,
    };
    const verification = registrar.resource(this, 'Resource', RegistrationType.HUAWEI_CA_VERIFICATION, verified, rights);
    const ofVerification = (name: keyof HuaweiCaVerificationAttributes): string => verification.getAttString(name);
    this.certificateId = ofVerification('CertificateId');
    this.registeredCaId = this.certificateId;
  }
}
