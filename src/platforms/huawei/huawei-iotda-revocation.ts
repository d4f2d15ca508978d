import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { HuaweiRevocationEnvironment } from './contract';
import { HUAWEI_IOTDA_INSTANCE_KINDS, HuaweiIotdaInstanceProps, validateInstance } from './huawei-iotda-instance';
import { check, Kinds, pathBelow } from '../../constructs/checks/kinds';
import { SECRET } from '../../constructs/checks/object-kinds';
import { grantUseSecret, secretIdOf } from '../../constructs/keys/private-key';
import { DEVICE_REVOCATION_KINDS, DeviceRevocationProps, PlatformRevocation } from '../platform-revocation';

/**
 * The CA whose revocations are carried over to Huawei Cloud IoTDA, the instance, and the user who changes it.
 */
export interface HuaweiIotdaRevocationProps extends DeviceRevocationProps, HuaweiIotdaInstanceProps {
  /**
   * The secret with the credentials of the user: a JSON map with `accessKeyId` and `secretAccessKey`, a permanent access key (AK/SK) that
   * signs each request; or with `token` alone, an IAM token, which is valid for at most 24 hours and must be renewed. The user needs
   * `iotda:devicecertificates:queryList`, `iotda:devicecertificates:update`, `iotda:devices:queryList`, `iotda:devices:query`,
   * `iotda:devices:freeze` and `iotda:devices:unfreeze`.
   */
  readonly credentials: ISecret;
}

const KINDS: Kinds<HuaweiIotdaRevocationProps> = { ...DEVICE_REVOCATION_KINDS, ...HUAWEI_IOTDA_INSTANCE_KINDS, credentials: SECRET };

/**
 * Carries the revocations of a CA over to Huawei Cloud IoTDA. Within seconds after a revocation, the device certificate is deactivated in
 * IoTDA, and no device can connect with it any more; devices with other certificates are not affected. A certificate that is put on hold is
 * deactivated too, and activated again when the hold ends, if the hold has deactivated it.
 *
 * IoTDA saves a certificate when a device connects with it for the first time. A certificate that it has not saved yet is deactivated by the
 * first check after a device has connected with it. Until then, the device whose node ID is the certificate's common name is frozen, if it can
 * connect with no other certificate: if IoTDA shows no other fingerprint for it, and the CA has issued no other certificate for its common name.
 * When a hold ends, the device is unfrozen. A device that has been frozen for good, and gets another certificate later, must be unfrozen in the
 * console.
 *
 * IoTDA can't deactivate a CA certificate. A revoked subordinate CA is left alone, with a warning in the log.
 *
 * @see https://support.huaweicloud.com/intl/en-us/usermanual-iothub/iot_01_0116.html
 * @see https://support.huaweicloud.com/intl/en-us/api-iothub/iot_06_v5_0094.html
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const credentials: ISecret;
 * declare const topic: ITopic;
 * const revocation = new HuaweiIotdaRevocation(ca.stack, 'HuaweiRevocation', {
 *   ca,
 *   endpoint: 'a160f4a4cd.st1.iotda-app.cn-north-4.myhuaweicloud.com',
 *   projectId: '77b6a44cba5143ab91d13ab9a8ff44fd',
 *   credentials,
 * });
 * revocation.alarm.addAlarmAction(new SnsAction(topic));
 */
export class HuaweiIotdaRevocation extends PlatformRevocation {
  constructor(scope: Construct, id: string, props: HuaweiIotdaRevocationProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { endpoint, projectId, instanceId, appId, region, credentials } = props;
    const environment: HuaweiRevocationEnvironment = {
      ENDPOINT: endpoint,
      PROJECT_ID: projectId,
      ...instanceId !== undefined && { INSTANCE_ID: instanceId },
      ...appId !== undefined && { APP_ID: appId },
      ...region !== undefined && { REGION: region },
      CREDENTIALS_SECRET_ARN: secretIdOf(scope, credentials),
    };
    super(scope, id, props, {
      platform: 'huawei-iotda',
      place: ['Huawei Cloud IoTDA', endpoint, projectId, instanceId, appId].filter(part => part !== undefined).join('/'),
      bundle: 'registrars',
      handler: 'huaweiRevocation',
      environment: { ...environment },
      knowsDevices: true,
    });
    validateInstance(this, props);
    grantUseSecret(credentials, this._rights);
  }
}
