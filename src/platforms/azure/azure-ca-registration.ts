import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { AzureIotService } from './azure-iot-service';
import {
  AzureCaUploadAttributes, AzureCaUploadProperties, AzureCaVerificationAttributes, AzureCaVerificationProperties, CA_NAME,
} from './contract';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { VerificationCertificate } from '../../constructs/certificates/verification-certificate';
import { check, having, Kinds, NUMBER, optional, TEXT } from '../../constructs/checks/kinds';
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
 * Where a CA is registered with Azure, and who registers it.
 */
export interface AzureCaRegistrationProps {
  /** The CA: the one that issues the devices' certificates. */
  readonly ca: IPrivateIotCa;

  /** The service with which it is registered. */
  readonly service: AzureIotService;

  /**
   * The secret with the service principal that registers it: a JSON map with `tenantId`, `clientId` and `clientSecret`. It needs
   * the actions `Microsoft.Devices/provisioningServices/certificates/*`, or `Microsoft.Devices/IotHubs/certificates/*`, on the
   * service, which the role Contributor holds.
   */
  readonly credentials: ISecret;

  /**
   * How the name that the service has for the certificate begins: 1 to 55 letters, digits, hyphens, periods and underscores. A
   * hyphen and the first eight digits of the certificate's SHA-256 follow, so that a CA that takes the place of another one
   * is registered before the other one is removed; see `certificateName`.
   */
  readonly caName: string;

  /**
   * What happens to the certificate in Azure when the registration leaves the stack, or another one takes its place. Devices with
   * certificates of the CA can't connect any more once it is deleted there. One that was uploaded and verified by hand before is
   * not deleted in any case, nor is one that another registration of the CA has taken over.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Raise it to have the CA registered again after somebody has deleted it by hand, 1 to 1,000,000. It changes nothing for a CA that is
   * registered.
   *
   * @default 1
   */
  readonly generation?: number;
}

const KINDS: Kinds<AzureCaRegistrationProps> = {
  ca: CA,
  service: having('an AzureIotService, as in AzureIotService.iotHub()', 'platform', '_rules'),
  credentials: SECRET,
  caName: TEXT,
  removalPolicy: optional(REMOVAL_POLICY),
  generation: optional(NUMBER),
};

/**
 * Registers a CA with Azure IoT Hub or with its Device Provisioning Service, in the deployment that makes the CA: its certificate
 * is uploaded, Azure's code for it becomes a verification certificate, and the certificate is verified by it. It is deleted when
 * it leaves the stack, unless an enrollment group still uses it.
 *
 * @resource Custom::AzureCaVerification
 */
export class AzureCaRegistration extends CloudCaRegistration {
  public readonly platform: IotPlatform;

  public readonly registeredCaId: string;

  /**
   * The name that the service has for the certificate, which enrollment groups refer to. It is known once the CA is verified.
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
