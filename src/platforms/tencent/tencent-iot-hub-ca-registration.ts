import { CustomResource, RemovalPolicy, Token } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkCaName } from './contract';
import { IOT_HUB_ENDPOINT, TENCENT_ACCOUNT_KINDS, validateTencentAccount } from './tencent-account';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { VerificationCertificate } from '../../constructs/certificates/verification-certificate';
import { check, Kinds, NUMBER, optional, TEXT } from '../../constructs/checks/kinds';
import { CA, REMOVAL_POLICY } from '../../constructs/checks/object-kinds';
import { validate, validGeneration } from '../../constructs/checks/validation';
import { secretIdOf } from '../../constructs/keys/private-key';
import { ledgerOf } from '../../constructs/provider/certificate-provider';
import { quote } from '../../contract/rules';
import { CloudCaRegistration } from '../cloud-ca-registration';
import { IotPlatform } from '../iot-platform';
import { validateRegistration } from '../registered-ca';
import { RegistrarFunction } from '../registrar-function';
import { RegistrationType } from '../registrations';

/**
 * The CA, and the account of Tencent Cloud IoT Hub with which it is registered.
 */
export interface TencentIotHubCaRegistrationProps {
  /** The CA that issues the device certificates. */
  readonly ca: IPrivateIotCa;

  /** The name of the CA certificate in the account, 1 to 32 characters. The platform does not rename a CA certificate. */
  readonly caName: string;

  /**
   * The authentication code that the console shows when a CA certificate is added; no API returns it. The code can be a literal, a
   * parameter or any other token, and becomes the common name of the verification certificate.
   */
  readonly registrationCode: string;

  /** The region whose API is called, such as `ap-guangzhou`. */
  readonly region: string;

  /**
   * The secret with an API key: the JSON members `secretId` and `secretKey`, and `token` if they are temporary. The CAM policy must allow
   * `iotcloud:DescribePrivateCAs`, `CreatePrivateCA`, `UpdatePrivateCA` and `DeletePrivateCA`. The key must always belong to the same
   * account: with a key of another account, the CA would also be registered there, and stay registered in the first account.
   */
  readonly credentials: ISecret;

  /**
   * The host name of the API. Accounts of Tencent Cloud International use `iotcloud.intl.tencentcloudapi.com`.
   *
   * @default - `iotcloud.tencentcloudapi.com`
   */
  readonly endpoint?: string;

  /**
   * What happens to the registration when it is removed from the stack. The platform does not delete a CA certificate that a product is
   * bound to. A CA certificate that was registered by hand before is never deleted, nor is a CA certificate that another registration of
   * the CA has taken over.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The generation of the verification certificate, 1 to 1,000,000. Raise it for a new verification certificate, to have the CA
   * registered again after it was deleted by hand. A new value changes nothing for a CA that is registered.
   *
   * @default 1
   */
  readonly generation?: number;
}

const KINDS: Kinds<TencentIotHubCaRegistrationProps> = {
  ...TENCENT_ACCOUNT_KINDS,
  ca: CA,
  caName: TEXT,
  registrationCode: TEXT,
  removalPolicy: optional(REMOVAL_POLICY),
  generation: optional(NUMBER),
};

/**
 * Registers a CA with an account of Tencent Cloud IoT Hub. A CA that is already registered under the same name is taken over. If the CA
 * of a registration changes, its certificate replaces the previous one under the same name, for the products that are bound to that name.
 *
 * @see https://www.tencentcloud.com/document/product/1105/50353
 * @resource Custom::TencentIotHubCaRegistration
 */
export class TencentIotHubCaRegistration extends CloudCaRegistration {
  public readonly platform = IotPlatform.TENCENT_IOT_HUB;

  public readonly registeredCaId: string;

  /**
   * The name of the CA certificate, to which products are bound. It is known once the CA certificate is registered.
   * @attribute
   */
  public readonly certName: string;

  public readonly verificationCertificate: VerificationCertificate;

  /** @internal */
  protected readonly _registration: CustomResource;
  /** The name with the account in which it is unique. Tokens are compared as they are: equal ones have equal values. */
  private readonly place: string;

  constructor(scope: Construct, id: string, props: TencentIotHubCaRegistrationProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, caName, registrationCode, region, credentials, endpoint = IOT_HUB_ENDPOINT } = props;
    validate(this, [caName], () => checkCaName(caName));
    validateTencentAccount(this, props);
    const generation = validGeneration(this, props.generation);

    this.place = JSON.stringify([caName, region, endpoint, secretIdOf(this, credentials)]);
    this.assertNamedOnce(caName);
    validateRegistration(this, ca, IotPlatform.TENCENT_IOT_HUB);
    this.verificationCertificate = new VerificationCertificate(this, 'VerificationCertificate', {
      ca, registrationCode, platform: IotPlatform.TENCENT_IOT_HUB, clipToIssuer: true, generation,
    });
    const registrar = RegistrarFunction.of(this, 'tencent');
    this._registration = registrar.resource(this, 'Resource', RegistrationType.TENCENT_CA_REGISTRATION, {
      LedgerTable: ledgerOf(this, ca),
      CertName: caName,
      CaCertificatePem: ca.certificatePemFor(this),
      VerificationCertificatePem: this.verificationCertificate.certificatePem,
      Endpoint: endpoint,
      Region: region,
      CredentialsSecretArn: secretIdOf(this, credentials),
      Generation: generation,
    }, [registrar.grantReadCredentials(credentials), registrar.grantRecordRegistrations(ca)]);
    this.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.DESTROY);
    this.certName = this._registration.getAttString('CertName');
    this.registeredCaId = this.certName;
  }

  /** The platform refuses a second CA certificate with the name of another one of the account. */
  private assertNamedOnce(caName: string): void {
    const other = this.stack.node.findAll().find(node =>
      node instanceof TencentIotHubCaRegistration && node !== this && node.stack === this.stack && node.place === this.place);
    if (other) {
      throw new Error(`${this.node.path}: caName must be unique among the CA certificates of an account in a region, got ${Token.isUnresolved(caName) ? 'a token' : quote(caName)}, which the registration `
        + `${other.node.path} uses; choose another name`);
    }
  }
}
