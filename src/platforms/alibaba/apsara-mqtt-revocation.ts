import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ApsaraMqttRevocationEnvironment } from './contract';
import { MQTT_INSTANCE_KINDS, mqttEndpointOf, validateMqttInstance } from './mqtt-instance';
import { check, Kinds, pathBelow } from '../../constructs/checks/kinds';
import { grantUseSecret, secretIdOf } from '../../constructs/keys/private-key';
import { PLATFORM_REVOCATION_KINDS, PlatformRevocation, PlatformRevocationProps } from '../platform-revocation';

/**
 * The CA whose revocations are carried over, and the instance of ApsaraMQ for MQTT with which it is registered.
 */
export interface ApsaraMqttRevocationProps extends PlatformRevocationProps {
  /** The ID of the instance, such as `post-cn-7mz2d000000`. */
  readonly instanceId: string;

  /** The ID of the instance's region, such as `cn-hangzhou`. */
  readonly region: string;

  /**
   * The secret with the credentials of a RAM user: the JSON members `accessKeyId` and `accessKeySecret`, and `securityToken` if the
   * credentials are temporary. The RAM policy must allow `mq:MqttInstanceAccess`, `mq:ListCaCertificate`, `mq:GetDeviceCertificate`,
   * `mq:UnregisterDeviceCertificate`, `mq:ActiveDeviceCertificate`, `mq:UnregisterCaCertificate` and `mq:ActiveCaCertificate` on the instance.
   */
  readonly credentials: ISecret;

  /**
   * The host name of the API.
   *
   * @default - `onsmqtt.<region>.aliyuncs.com`, which is reached over the internet
   */
  readonly endpoint?: string;
}

const KINDS: Kinds<ApsaraMqttRevocationProps> = { ...PLATFORM_REVOCATION_KINDS, ...MQTT_INSTANCE_KINDS };

/**
 * Carries the revocations of a CA over to an instance of ApsaraMQ for MQTT (Alibaba Cloud). Within seconds after a revocation, the device
 * certificate becomes inactive, and the instance refuses clients that connect with it. A certificate that is put on hold becomes inactive too,
 * and active again when the hold ends, if the hold has made it inactive. The same becomes of the CA certificate of a subordinate CA.
 *
 * An instance registers a device certificate when a client first connects with it, and nothing can be done about it before. A client that
 * first connects with a certificate that is already revoked is therefore let in, until the next check deactivates the certificate. Alibaba
 * Cloud does not document whether a client that is connected at that time is disconnected.
 *
 * @see https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/user-guide/device-certificate-management
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const topic: ITopic;
 * const revocation = new ApsaraMqttRevocation(ca.stack, 'ApsaraRevocation', {
 *   ca,
 *   instanceId: 'post-cn-7mz2d000001',
 *   region: 'cn-hangzhou',
 *   credentials: Secret.fromSecretNameV2(ca.stack, 'ApsaraCredentials', 'alibaba-cloud'),
 * });
 * revocation.alarm.addAlarmAction(new SnsAction(topic));
 */
export class ApsaraMqttRevocation extends PlatformRevocation {
  constructor(scope: Construct, id: string, props: ApsaraMqttRevocationProps) {
    check(pathBelow(scope, id), KINDS, props);
    const environment: ApsaraMqttRevocationEnvironment = {
      INSTANCE_ID: props.instanceId,
      ENDPOINT: mqttEndpointOf(props),
      CREDENTIALS_SECRET_ARN: secretIdOf(scope, props.credentials),
    };
    super(scope, id, props, {
      platform: 'apsara-mqtt',
      place: `the instance ${props.instanceId} of ApsaraMQ for MQTT`,
      bundle: 'registrars',
      handler: 'apsaraMqttRevocation',
      environment: { ...environment },
    });
    validateMqttInstance(this, props);
    grantUseSecret(props.credentials, this._rights);
  }
}
