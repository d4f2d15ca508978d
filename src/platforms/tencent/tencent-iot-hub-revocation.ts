import { Fn, Token } from 'aws-cdk-lib';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { checkProductId, checkProductIds, TencentIotHubRevocationEnvironment } from './contract';
import { IOT_HUB_ENDPOINT, TENCENT_ACCOUNT_KINDS, validateTencentAccount } from './tencent-account';
import { check, Kinds, listOf, pathBelow, TEXT } from '../../constructs/checks/kinds';
import { validate } from '../../constructs/checks/validation';
import { grantUseSecret, secretIdOf } from '../../constructs/keys/private-key';
import { DEVICE_REVOCATION_KINDS, DeviceRevocationProps, PlatformRevocation } from '../platform-revocation';

/**
 * The CA whose revocations are carried over, and the products of Tencent Cloud IoT Hub that have its devices.
 */
export interface TencentIotHubRevocationProps extends DeviceRevocationProps {
  /** The IDs of the products whose devices have certificates of the CA, such as `ABCDE12345`. */
  readonly productIds: string[];

  /** The region whose API is called, such as `ap-guangzhou`. */
  readonly region: string;

  /**
   * The secret with an API key: the JSON members `secretId` and `secretKey`, and `token` if they are temporary. The CAM policy must allow
   * `iotcloud:DescribeDevice` and `iotcloud:UpdateDevicesEnableState`.
   */
  readonly credentials: ISecret;

  /**
   * The host name of the API. Accounts of Tencent Cloud International use `iotcloud.intl.tencentcloudapi.com`.
   *
   * @default - `iotcloud.tencentcloudapi.com`
   */
  readonly endpoint?: string;
}

const KINDS: Kinds<TencentIotHubRevocationProps> = { ...DEVICE_REVOCATION_KINDS, ...TENCENT_ACCOUNT_KINDS, productIds: listOf(TEXT) };

/**
 * Carries the revocations of a CA over to Tencent Cloud IoT Hub, which disables devices, not certificates. Within seconds after a revocation,
 * the device is disabled whose name is the common name of the certificate. This happens only if IoT Hub shows the revoked certificate for that
 * device; if IoT Hub shows none, only if the CA has not issued another certificate for the device. A certificate on hold disables its device
 * too. The end of a hold enables the device if it was disabled by this construct, which the ledger notes.
 *
 * A device that is disabled stays so when it gets another certificate: enable it in the console. IoT Hub can't disable a CA certificate, so the
 * revocation of a subordinate CA changes nothing there. Tencent Cloud does not document whether a device that is connected is disconnected.
 *
 * @see https://www.tencentcloud.com/document/product/1105/41903
 *
 * @example
 * declare const ca: PrivateIotCa;
 * declare const topic: ITopic;
 * const revocation = new TencentIotHubRevocation(ca.stack, 'TencentRevocation', {
 *   ca,
 *   productIds: ['ABCDE12345'],
 *   region: 'ap-guangzhou',
 *   credentials: Secret.fromSecretNameV2(ca.stack, 'TencentCredentials', 'tencent-cloud'),
 * });
 * revocation.alarm.addAlarmAction(new SnsAction(topic));
 */
export class TencentIotHubRevocation extends PlatformRevocation {
  constructor(scope: Construct, id: string, props: TencentIotHubRevocationProps) {
    check(pathBelow(scope, id), KINDS, props);
    const { productIds, region, credentials, endpoint = IOT_HUB_ENDPOINT } = props;
    const environment: TencentIotHubRevocationEnvironment = {
      PRODUCT_IDS: Token.isUnresolved(productIds) ? Fn.join(',', productIds) : productIds.join(','),
      REGION: region,
      ENDPOINT: endpoint,
      CREDENTIALS_SECRET_ARN: secretIdOf(scope, credentials),
    };
    super(scope, id, props, {
      platform: 'tencent-iot-hub',
      place: `the products ${productIds.join(', ')} of Tencent Cloud IoT Hub`,
      bundle: 'registrars',
      handler: 'tencentRevocation',
      environment: { ...environment },
      knowsDevices: true,
    });
    validate(this, [productIds], () => checkProductIds(productIds));
    productIds.forEach(productId => validate(this, [productId], () => checkProductId(productId)));
    validateTencentAccount(this, props);
    grantUseSecret(credentials, this._rights);
  }
}
