import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { AZURE_SERVICE, AzureIotService } from './azure-iot-service';
import {
  AzureCaUploadAttributes, AzureCaUploadProperties, AzureCaVerificationAttributes, AzureCaVerificationProperties, CA_NAME,
} from './contract';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { VerificationCertificate } from '../../constructs/certificates/verification-certificate';
import { check, Kinds, NUMBER, optional, TEXT } from '../../constructs/checks/kinds';
import { CA, REMOVAL_POLICY, SECRET } from '../../constructs/checks/object-kinds';
import { validate, validGeneration } from '../../constructs/checks/validation';
import { secretIdOf } from '../../constructs/keys/private-key';
import { ledgerOf } from '../../constructs/provider/certificate-provider';
import { checkForm } from '../../contract/forms';
import { CloudCaRegistration } from '../cloud-ca-registration';
import { IotPlatform } from '../iot-platform';
import { validateRegistration } from '../registered-ca';
import { RegistrarFunction } from '../registrar-function';
import { RegistrationType } from '../registrations';

/**
 * The CA, the Azure service with which it is registered, and the service principal that registers it.
 */
export interface AzureCaRegistrationProps {
  /** The CA that issues the device certificates. */
  readonly ca: IPrivateIotCa;

  /** The service with which the CA is registered. */
  readonly service: AzureIotService;

  /**
   * The secret with the service principal that registers the CA: a JSON map with `tenantId`, `clientId` and `clientSecret`. The service
   * principal needs the actions `Microsoft.Devices/provisioningServices/certificates/*`, or `Microsoft.Devices/IotHubs/certificates/*`,
   * on the service. The Contributor role includes them.
   */
  readonly credentials: ISecret;

  /**
   * The beginning of the certificate's name in the service: 1 to 55 letters, digits, hyphens, periods and underscores. A hyphen and the
   * first eight digits of the certificate's SHA-256 follow, so that a new CA is registered before the CA that it replaces is removed; see
   * `certificateName`.
   */
  readonly caName: string;

  /**
   * What happens to the certificate in Azure when the registration leaves the stack or is replaced. Once the certificate is deleted
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

const KINDS: Kinds<AzureCaRegistrationProps> = {
  ca: CA,
  service: AZURE_SERVICE,
  credentials: SECRET,
  caName: TEXT,
  removalPolicy: optional(REMOVAL_POLICY),
  generation: optional(NUMBER),
};

/**
 * Registers a CA with Azure IoT Hub or with its Device Provisioning Service, in the deployment that makes the CA. The deployment uploads
 * the CA's certificate, issues a verification certificate for the code that Azure returns, and verifies the CA's certificate with it. The
 * CA's certificate is deleted when the registration leaves the stack, unless an enrollment group still uses it.
 *
 * @resource Custom::AzureCaVerification
 */
export class AzureCaRegistration extends CloudCaRegistration {
  public readonly platform: IotPlatform;

  public readonly registeredCaId: string;

  /**
   * The name of the certificate in the service, to which enrollment groups refer. It is known once the CA is verified.
   * @attribute
   */
  public readonly certificateName: string;

  /**
   * The certificate's thumbprint: SHA-1 of its DER, 40 upper-case hexadecimal digits.
   * @attribute
   */
  public readonly thumbprint: string;

  public readonly verificationCertificate: VerificationCertificate;

  /** @internal */
  protected readonly _registration: CustomResource;

  constructor(scope: Construct, id: string, props: AzureCaRegistrationProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, service, credentials, caName } = props;
    service._rules().forEach(({ value, rule }) => validate(this, [value], rule));
    validate(this, [caName], () => checkForm('caName', caName, CA_NAME));
    this.platform = service.platform;

    validateRegistration(this, ca, service.platform);
    const registrar = RegistrarFunction.of(this, 'azure');
    const rights = [registrar.grantReadCredentials(credentials)];
    const recording = registrar.grantRecordRegistrations(ca);
    const common = { ...service._render(), CredentialsSecretArn: secretIdOf(this, credentials) };
    const uploaded: AzureCaUploadProperties = {
      ...common,
      LedgerTable: ledgerOf(this, ca),
      CertificateName: caName,
      CertificatePem: ca.certificatePemFor(this),
      Generation: validGeneration(this, props.generation),
    };
    this._registration = registrar.resource(this, 'Upload', RegistrationType.AZURE_CA_UPLOAD, uploaded, [...rights, recording]);
    this.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.DESTROY);
    const ofUpload = (name: keyof AzureCaUploadAttributes): string => this._registration.getAttString(name);
    this.verificationCertificate = new VerificationCertificate(this, 'VerificationCertificate', {
      ca, registrationCode: ofUpload('VerificationCode'), platform: service.platform, clipToIssuer: true,
    });
    const verified: AzureCaVerificationProperties = {
      ...common,
      CertificateName: ofUpload('CertificateName'),
      Thumbprint: ofUpload('Thumbprint'),
      VerificationCertificatePem: this.verificationCertificate.certificatePem,
    };
    const verification = registrar.resource(this, 'Resource', RegistrationType.AZURE_CA_VERIFICATION, verified, rights);
    const ofVerification = (name: keyof AzureCaVerificationAttributes): string => verification.getAttString(name);
    this.certificateName = ofVerification('CertificateName');
    this.registeredCaId = this.certificateName;
    this.thumbprint = ofVerification('Thumbprint');
  }
}
