import { tc3Request, TencentCredentials } from './tc3-signature';
import { JsonMap } from '../../../contract/json-map';
import { outsideName } from '../../../lambda/outside-text';
import { HttpApi, HttpResponse, passingCode } from '../../registrar/http-api';
import { jsonOf, listIn, LOOK_AT_ENDPOINT } from '../../registrar/json-answer';
import { errorCode, refusalByCode } from '../../registrar/platform-failure';
import { shownFingerprint } from '../../registrar/shown-certificate';

/** A private CA certificate as IoT Hub shows it. */
export interface PrivateCa {
  readonly name: string;
  /** SHA-256 of its DER. */
  readonly fingerprint?: string;
}

/** A device as IoT Hub shows it. */
export interface Device {
  /** Whether it may connect; absent if IoT Hub does not say so. */
  readonly isEnabled?: boolean;
  /** SHA-256 of the DER of its certificate; absent if IoT Hub shows none. */
  readonly fingerprint?: string;
}

/** What IoT Hub receives for a CA. */
export interface PrivateCaContent {
  readonly name: string;
  readonly caPem: string;
  readonly verificationPem: string;
}

/** The platform's name in messages. */
const PLATFORM = 'Tencent Cloud IoT Hub';

const SERVICE = 'iotcloud';
const VERSION = '2021-04-08';
const CA_GONE = 'ResourceNotFound.CACertNotExist';
const DEVICE_UNKNOWN = 'ResourceNotFound.DeviceNotExist';

const CAM_POLICY = 'the CAM policy of the credentials must allow iotcloud:DescribePrivateCAs, CreatePrivateCA, UpdatePrivateCA and DeletePrivateCA '
  + 'for a registration, and iotcloud:DescribeDevice and UpdateDevicesEnableState for revocations';

/** https://www.tencentcloud.com/document/product/1105/41917 */
export const ADVICE: { readonly [code: string]: string } = {
  'InvalidParameterValue.CACertInvalid': 'the CA must have a certificate that IoT Hub accepts; RSA-2048 with SHA-256 is known to work',
  'InvalidParameterValue.CACertNotMatch': 'registrationCode must be the code that the console now shows under CA certificates; '
    + 'declare that code, and the verification certificate is issued again',
  'LimitExceeded.CARepeat': 'the CA must not be registered already; this account does not show it, so another account has registered it',
  'LimitExceeded.CACertNameRepeat': 'caName must be a name that no other CA certificate of the account has',
  'LimitExceeded.CAAlreadyBindProduct': 'the CA must no longer be bound to a product: delete the products that DescribePrivateCABindedProducts lists',
  'LimitExceeded.CACertNotSupport': 'the product must authenticate its devices with certificates',
  [CA_GONE]: 'the CA certificate was deleted in the meantime; deploy again',
  'ResourceNotFound.ProductNotExist': 'productIds must be products of the account in the declared region',
  'InvalidParameterValue.ProductTypeNotSupport': 'productIds must be products whose devices can be disabled',
  'LimitExceeded': 'an account accepts at most 10 CA certificates; delete one that is not in use',
  'AuthFailure': 'secretId, secretKey and token of the credentials must belong to an active API key',
  'UnauthorizedOperation.ProductIsForbidden': 'the product must be enabled in the console',
  'UnauthorizedOperation.DeviceHasAlreadyBindGateway': 'the device must be unbound from its gateway first; IoT Hub neither disables nor enables it before',
  'UnauthorizedOperation': CAM_POLICY,
  'AuthFailure.UnauthorizedOperation': CAM_POLICY,
  'UnsupportedRegion': 'region must be one in which IoT Hub is available, such as ap-guangzhou',
};

/** Whether a device may connect, by its `EnableState`. */
const ENABLED: { readonly [state: string]: boolean } = { 0: false, 1: true };

/** Errors have the status 200. https://www.tencentcloud.com/document/product/1105/41917 */
const PASSING = /^(RequestLimitExceeded|InternalError|ServiceUnavailable)\b/;

/** The operations of IoT Hub (iotcloud, 2021-04-08) on private CA certificates, and on devices. */
export class IotHubApi {
  constructor(
    private readonly http: HttpApi, private readonly endpoint: string, private readonly region: string,
    private readonly credentials: TencentCredentials,
  ) {}

  /** https://www.tencentcloud.com/document/product/1105/41911 */
  public async list(): Promise<PrivateCa[]> {
    const { CAs } = (await this.call('DescribePrivateCAs', {}))!;
    return listIn(descriptionOf('DescribePrivateCAs'), 'CAs', CAs).map(({ CertName, CertText }) => ({ name: outsideName(CertName), fingerprint: shownFingerprint(CertText) }));
  }

  /** https://www.tencentcloud.com/document/product/1105/41915 */
  public async create(content: PrivateCaContent): Promise<void> {
    await this.call('CreatePrivateCA', parametersOf(content));
  }

  /** https://www.tencentcloud.com/document/product/1105/41910 */
  public async update(content: PrivateCaContent): Promise<void> {
    await this.call('UpdatePrivateCA', parametersOf(content));
  }

  /** Does nothing if it is gone. https://www.tencentcloud.com/document/product/1105/41914 */
  public async delete(name: string): Promise<void> {
    await this.call('DeletePrivateCA', { CertName: name }, [CA_GONE]);
  }

  /**
   * A device of a product; `undefined` if there is none of this name. The response also holds the device's key, which is not read.
   * https://www.tencentcloud.com/document/product/1105/41906
   */
  public async device(productId: string, name: string): Promise<Device | undefined> {
    const answer = await this.call('DescribeDevice', { ProductId: productId, DeviceName: name }, [DEVICE_UNKNOWN]);
    if (answer && answer.DeviceName !== name) {
      throw new Error(`${descriptionOf('DescribeDevice')} returned no device ${name}; ${LOOK_AT_ENDPOINT}`);
    }
    return answer && { isEnabled: ENABLED[outsideName(answer.EnableState)], fingerprint: shownFingerprint(answer.DeviceCert) };
  }

  /** https://www.tencentcloud.com/document/product/1105/41903 */
  public async setEnabled(productId: string, name: string, isEnabled: boolean): Promise<void> {
    await this.call('UpdateDevicesEnableState', { ProductId: productId, DeviceNames: [name], Status: isEnabled ? 1 : 0 });
  }

  /** The secrets that no message may show. */
  private get secrets(): string[] {
    const { secretKey, token } = this.credentials;
    return [secretKey, ...token === undefined ? [] : [token]];
  }

  /** @param tolerated error codes for which `undefined` is returned */
  private async call(action: string, parameters: object, tolerated: readonly string[] = []): Promise<JsonMap | undefined> {
    const what = descriptionOf(action);
    const response = await this.http.send(what, () => tc3Request({
      endpoint: this.endpoint,
      service: SERVICE,
      action,
      version: VERSION,
      region: this.region,
      body: JSON.stringify(parameters),
      date: new Date(),
    }, this.credentials), answered => passingCode(answered, errorOf(answered)?.Code, PASSING));
    const answer = jsonOf(response).Response as JsonMap | undefined;
    if (response.status === 200 && !answer) {
      throw new Error(`${what} returned no Response in JSON; ${LOOK_AT_ENDPOINT}`);
    }
    if (response.status === 200 && answer!.Error === undefined) {
      return answer!;
    }
    const code = errorCode(errorOf(response)?.Code, response.status, this.secrets);
    if (tolerated.includes(code)) {
      return undefined;
    }
    throw refusalByCode(PLATFORM, action, code, answer?.RequestId, ADVICE);
  }
}

function descriptionOf(action: string): string {
  return `${PLATFORM}: ${action}`;
}

function parametersOf({ name, caPem, verificationPem }: PrivateCaContent): object {
  return { CertName: name, CertText: caPem, VerifyCertText: verificationPem };
}

function errorOf(response: HttpResponse): { readonly Code?: unknown } | undefined {
  return (jsonOf(response).Response as { readonly Error?: { readonly Code?: unknown } } | undefined)?.Error;
}
