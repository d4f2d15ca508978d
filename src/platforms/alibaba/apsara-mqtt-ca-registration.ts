import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { MQTT_INSTANCE_KINDS, mqttEndpointOf, validateMqttInstance } from './mqtt-instance';
import { IPrivateIotCa } from '../../constructs/ca/i-private-iot-ca';
import { VerificationCertificate } from '../../constructs/certificates/verification-certificate';
import { check, Kinds, NUMBER, optional, TEXT } from '../../constructs/checks/kinds';
import { CA, REMOVAL_POLICY } from '../../constructs/checks/object-kinds';
import { validate, validGeneration } from '../../constructs/checks/validation';
import { secretIdOf } from '../../constructs/keys/private-key';
import { ledgerOf } from '../../constructs/provider/certificate-provider';
import { CloudCaRegistration } from '../cloud-ca-registration';
import { IotPlatform } from '../iot-platform';
import { validateRegistration } from '../registered-ca';
import { RegistrarFunction } from '../registrar-function';
import { checkPresent, RegistrationType } from '../registrations';

/**
 * The CA, and the instance of ApsaraMQ for MQTT with which it is registered.
 */
export interface ApsaraMqttCaRegistrationProps {
  /** The CA that issues the device certificates. */
  readonly ca: IPrivateIotCa;

  /** The ID of the instance, such as `post-cn-7mz2d000000`. It must be of the Platinum or the Professional Edition. */
  readonly instanceId: string;

  /** The ID of the instance's region, such as `cn-hangzhou`. */
  readonly region: string;

  /** The name of the CA certificate in the instance. The platform does not rename a CA certificate. */
  readonly caName: string;

  /**
   * The secret with the credentials of a RAM user: the JSON members `accessKeyId` and `accessKeySecret`, and `securityToken` if the
   * credentials are temporary. The RAM policy must allow `mq:MqttInstanceAccess`, `mq:GetRegisterCode`, `mq:RegisterCa`,
   * `mq:ListCaCertificate`, `mq:ActiveCaCertificate`, `mq:UnregisterCaCertificate` and `mq:DeleteCaCertificate` on the instance.
   */
  readonly credentials: ISecret;

  /**
   * The host name of the API.
   *
   * @default - `onsmqtt.<region>.aliyuncs.com`, which is reached over the internet
   */
  readonly endpoint?: string;

  /**
   * What happens to the registration when it is removed from the stack, or when another certificate replaces it. If the registration is
   * deleted, the platform also deletes all device certificates of the CA that are registered with the instance. A CA that was registered
   * by hand before is never deleted, nor is a CA that another registration has taken over.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The generation of the registration, 1 to 1,000,000. Raise it to have the code fetched and the CA registered again after the CA was
   * deleted by hand. A new value changes nothing for a CA that is registered.
   *
   * @default 1
   */
  readonly generation?: number;
}

const KINDS: Kinds<ApsaraMqttCaRegistrationProps> = {
  ...MQTT_INSTANCE_KINDS,
  ca: CA,
  caName: TEXT,
  removalPolicy: optional(REMOVAL_POLICY),
  generation: optional(NUMBER),
};

/**
 * Registers a CA with an instance of ApsaraMQ for MQTT (Alibaba Cloud). One deployment fetches the registration code, makes the
 * verification certificate, and registers and activates the CA certificate. A CA that is already registered is taken over.
 *
 * Deleting the registration deactivates the CA certificate, and then deletes it together with its device certificates.
 *
 * @see https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/user-guide/ca-certificate-management
 * @resource Custom::ApsaraMqttCaRegistration
 */
export class ApsaraMqttCaRegistration extends CloudCaRegistration {
  public readonly platform = IotPlatform.APSARA_MQTT;

  public readonly registeredCaId: string;

  /**
   * The serial number (SN) by which the instance identifies the CA certificate: the `CaSn` of its device certificates.
   * @attribute
   */
  public readonly caSn: string;

  /**
   * The registration code that the instance returned for the CA.
   * @attribute
   */
  public readonly registerCode: string;

  public readonly verificationCertificate: VerificationCertificate;

  /** @internal */
  protected readonly _registration: CustomResource;
  private readonly instanceId: string;

  constructor(scope: Construct, id: string, props: ApsaraMqttCaRegistrationProps) {
    super(scope, id);
    check(this, KINDS, props);
    const { ca, instanceId, caName, credentials } = props;
    validateMqttInstance(this, props);
    validate(this, [caName], () => checkPresent('caName', caName));
    const generation = validGeneration(this, props.generation);

    validateRegistration(this, ca, IotPlatform.APSARA_MQTT);
    const registrar = RegistrarFunction.of(this, 'apsara-mqtt');
    const rights = [registrar.grantReadCredentials(credentials), registrar.grantRecordRegistrations(ca)];
    const instance = {
      LedgerTable: ledgerOf(this, ca),
      InstanceId: instanceId,
      Endpoint: mqttEndpointOf(props),
      CaCertificatePem: ca.certificatePemFor(this),
      CredentialsSecretArn: secretIdOf(this, credentials),
      Generation: generation,
    };
    // A code belongs to the instance, and a new code may replace the previous one. So the CAs of a stack are registered with an instance
    // one after the other.
    const before = this.stack.node.findAll().filter((node): node is ApsaraMqttCaRegistration =>
      node instanceof ApsaraMqttCaRegistration && node !== this && node.stack === this.stack && node.instanceId === instanceId).at(-1);
    this.instanceId = instanceId;
    const code = registrar.resource(this, 'RegisterCode', RegistrationType.APSARA_MQTT_REGISTER_CODE, instance, rights);
    if (before) {
      code.node.addDependency(before);
    }
    this.registerCode = code.getAttString('RegisterCode');
    this.verificationCertificate = new VerificationCertificate(this, 'VerificationCertificate', {
      ca, registrationCode: this.registerCode, platform: IotPlatform.APSARA_MQTT, clipToIssuer: true, generation,
    });
    this._registration = registrar.resource(this, 'Resource', RegistrationType.APSARA_MQTT_CA_REGISTRATION, {
      ...instance,
      CaName: caName,
      VerificationCertificatePem: this.verificationCertificate.certificatePem,
    }, rights);
    this.applyRemovalPolicy(props.removalPolicy ?? RemovalPolicy.DESTROY);
    this.caSn = this._registration.getAttString('Sn');
    this.registeredCaId = this.caSn;
  }
}
