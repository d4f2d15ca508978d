import { randomUUID, X509Certificate } from 'node:crypto';
import { AcsCredentials, acs3Request } from './acs3-signature';
import { isMap, JsonMap } from '../../../contract/json-map';
import { outsideId, outsideName } from '../../../lambda/outside-text';
import { HttpApi, passingCode } from '../../registrar/http-api';
import { jsonAnswer, jsonOf, listIn, LOOK_AT_ENDPOINT } from '../../registrar/json-answer';
import { errorCode, refusalByCode } from '../../registrar/platform-failure';
import { fingerprintOf, shownCertificate, shownFingerprint } from '../../registrar/shown-certificate';

/** A CA certificate as an instance shows it. */
export interface RegisteredCa {
  /** The serial number, by which the platform identifies the certificate. */
  readonly sn: string;
  readonly name: string;
  readonly registrationCode?: string;
  readonly certificate?: X509Certificate;
  /** SHA-256 of the DER of the verification certificate it was registered with. */
  readonly verificationFingerprint?: string;
  readonly active: boolean;
}

/** The platform's name in messages. */
const PLATFORM = 'ApsaraMQ for MQTT';

/** The version of the API, onsmqtt. */
const VERSION = '2020-04-20';

/**
 * The operations and their methods. Operations that read accept GET only; the others accept GET or POST.
 * https://github.com/aliyun/aliyun-openapi-meta/tree/master/metadatas/onsmqtt
 */
const METHODS = {
  GetRegisterCode: 'GET',
  ListCaCertificate: 'GET',
  RegisterCaCertificate: 'POST',
  ActiveCaCertificate: 'POST',
  InactivateCaCertificate: 'POST',
  DeleteCaCertificate: 'POST',
  GetDeviceCertificate: 'GET',
  ActiveDeviceCertificate: 'POST',
  InactivateDeviceCertificate: 'POST',
} as const;

type Action = keyof typeof METHODS;

/**
 * `ListCaCertificate` accepts up to 100. For each CA, it shows the CA certificate and the verification certificate, some 4 kB for RSA. A
 * larger page could make a response that is longer than `HttpApi` accepts.
 */
const PAGE_SIZE = 20;
const MAX_PAGES = 500;

/** The statuses of a certificate. */
const INACTIVE = '0';
const ACTIVE = '1';

/** The error codes for a CA or an instance that no longer exists, and for a device certificate that no client has connected with yet. */
const CA_GONE = 'FindCaBySnError';
const INSTANCE_GONE = 'MqttInstanceNotFound';
const DEVICE_UNKNOWN = 'FindDeviceBySnError';

const RAM_POLICY = 'the RAM policy of the credentials must allow mq:MqttInstanceAccess, mq:ListCaCertificate, mq:ActiveCaCertificate and '
  + 'mq:UnregisterCaCertificate on the instance; for a registration also mq:GetRegisterCode, mq:RegisterCa and mq:DeleteCaCertificate; '
  + 'for revocations also mq:GetDeviceCertificate, mq:ActiveDeviceCertificate and mq:UnregisterDeviceCertificate';

export const ADVICE: { readonly [code: string]: string } = {
  RegisterCodeError: 'the verification certificate must have the current registration code of the instance; another code was requested in the '
    + 'meantime: raise `generation` to have the code fetched again',
  [INSTANCE_GONE]: 'instanceId must be an instance of ApsaraMQ for MQTT in the declared region',
  MqttOwnerCheckError: 'the instance must belong to the account of the credentials',
  InstancePermissionCheckFailed: 'the instance must belong to the account of the credentials, or their RAM policy must allow mq:MqttInstanceAccess on it',
  PermissionCheckFailed: RAM_POLICY,
  NoPermission: RAM_POLICY,
  Forbidden: RAM_POLICY,
  ParameterFieldCheckFailed: 'instanceId must be an instance of the Platinum or Professional Edition, and caName a name that it accepts',
  InvalidAccessKeyId: 'accessKeyId of the credentials must be an active access key',
  SignatureDoesNotMatch: 'accessKeySecret of the credentials must belong to their accessKeyId',
  InvalidSecurityToken: 'securityToken of the credentials must belong to the same temporary access key, and must not have expired',
};

/**
 * Throttling has the status 400 or 503. The documented errors of this API have the status 500, and are final. Only errors without a code
 * of their own, or with a code of a failed service, are transient.
 */
const PASSING = /^(Throttling|InternalError|ServiceUnavailable)\b/;

/** The serial numbers (SN) by which the platform identifies a device certificate. */
export interface DeviceCertificateId {
  readonly caSn: string;
  readonly deviceSn: string;
}

/** The operations of ApsaraMQ for MQTT (onsmqtt, 2020-04-20) on the certificates of one instance. */
export class MqttApi {
  constructor(
    private readonly http: HttpApi, private readonly endpoint: string, private readonly credentials: AcsCredentials,
    private readonly instanceId: string,
  ) {}

  /** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getregistercode */
  public async registerCode(): Promise<string> {
    const { RegisterCode } = (await this.call('GetRegisterCode', {}))!;
    const code = outsideId(RegisterCode);
    if (code === undefined) {
      throw new Error(`${descriptionOf('GetRegisterCode')} returned no code; deploy again`);
    }
    return code;
  }

  /** The CA certificate with this fingerprint, SHA-256; `undefined` if it is not registered. */
  public async find(fingerprint: string, options?: { readonly instanceMayBeGone: boolean }): Promise<RegisteredCa | undefined> {
    for await (const ca of this.cas(options)) {
      if (ca.certificate && fingerprintOf(ca.certificate) === fingerprint) {
        return ca;
      }
    }
    return undefined;
  }

  /**
   * The CA certificates of the instance.
   * https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-listcacertificate
   */
  public async *cas({ instanceMayBeGone = false } = {}): AsyncIterable<RegisteredCa> {
    for (let page = 1; page <= MAX_PAGES; page++) {
      const answer = await this.call('ListCaCertificate', { PageNo: String(page), PageSize: String(PAGE_SIZE) }, instanceMayBeGone ? [INSTANCE_GONE] : []);
      if (!answer) {
        return;
      }
      const { Total: pages, CaCertificateVOS: list } = (answer.Data ?? {}) as JsonMap;
      const shown = listIn(descriptionOf('ListCaCertificate'), 'Data.CaCertificateVOS', list === undefined && outsideName(pages) === '0' ? null : list);
      yield* shown.map(registeredCa);
      if (shown.length < PAGE_SIZE) {
        return;
      }
    }
    throw new Error(`${PLATFORM}: instanceId must have fewer than ${MAX_PAGES * PAGE_SIZE} CA certificates, got ${this.instanceId}`);
  }

  /** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-registercacertificate */
  public async register(name: string, caPem: string, verificationPem: string): Promise<RegisteredCa> {
    const { Sn } = (await this.call('RegisterCaCertificate', { CaName: name, CaContent: caPem, VerificationContent: verificationPem }))!;
    const sn = outsideId(Sn);
    if (sn === undefined) {
      throw new Error(`${descriptionOf('RegisterCaCertificate')} returned no Sn; ${LOOK_AT_ENDPOINT}`);
    }
    return { sn, name, active: true };
  }

  public async activate(sn: string): Promise<void> {
    await this.call('ActiveCaCertificate', { Sn: sn });
  }

  public async deactivate(sn: string): Promise<void> {
    await this.call('InactivateCaCertificate', { Sn: sn }, [CA_GONE]);
  }

  /** Also deletes the device certificates of the CA. */
  public async delete(sn: string): Promise<void> {
    await this.call('DeleteCaCertificate', { Sn: sn }, [CA_GONE]);
  }

  /**
   * Whether a device certificate is active; `undefined` if the instance does not know it. An instance registers a device certificate when
   * a client first connects with it.
   * https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getdevicecertificate
   */
  public async isDeviceActive(id: DeviceCertificateId): Promise<boolean | undefined> {
    const answer = await this.call('GetDeviceCertificate', parametersOf(id), [DEVICE_UNKNOWN, CA_GONE]);
    return answer && isActive(descriptionOf('GetDeviceCertificate'), answer.Data);
  }

  /** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-activedevicecertificate */
  public async activateDevice(id: DeviceCertificateId): Promise<void> {
    await this.call('ActiveDeviceCertificate', parametersOf(id));
  }

  /** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-inactivatedevicecertificate */
  public async deactivateDevice(id: DeviceCertificateId): Promise<void> {
    await this.call('InactivateDeviceCertificate', parametersOf(id));
  }

  /** The secrets that no message may show. */
  private get secrets(): string[] {
    const { accessKeySecret, securityToken } = this.credentials;
    return [accessKeySecret, ...securityToken === undefined ? [] : [securityToken]];
  }

  /** @param tolerated error codes for which `undefined` is returned */
  private async call(
    action: Action, parameters: { readonly [name: string]: string }, tolerated: readonly string[] = [],
  ): Promise<JsonMap | undefined> {
    const what = descriptionOf(action);
    const response = await this.http.send(what, () => acs3Request({
      endpoint: this.endpoint,
      action,
      method: METHODS[action],
      version: VERSION,
      parameters: { ...parameters, MqttInstanceId: this.instanceId },
      date: new Date(),
      nonce: randomUUID(),
    }, this.credentials), answered => passingCode(answered, jsonOf(answered).Code, PASSING));
    const answer = response.status === 200 ? jsonAnswer(what, response) : jsonOf(response);
    if (response.status === 200 && answer.Code === undefined) {
      return answer;
    }
    const code = errorCode(answer.Code, response.status, this.secrets);
    if (tolerated.includes(code)) {
      return undefined;
    }
    throw refusalByCode(PLATFORM, action, code, answer.RequestId, ADVICE);
  }
}

function descriptionOf(action: Action): string {
  return `${PLATFORM}: ${action}`;
}

function parametersOf({ caSn, deviceSn }: DeviceCertificateId): { readonly [name: string]: string } {
  return { CaSn: caSn, DeviceSn: deviceSn };
}

/** An answer without a status must not be taken for a certificate that needs no change. */
function isActive(what: string, data: unknown): boolean {
  const status = isMap(data) ? outsideName(data.Status) : '';
  if (status !== ACTIVE && status !== INACTIVE) {
    throw new Error(`${what} returned no Data.Status; ${LOOK_AT_ENDPOINT}`);
  }
  return status === ACTIVE;
}

/** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getcacertificate */
function registeredCa({ Sn, CaName, RegistrationCode, CaContent, VerificationContent, Status }: JsonMap): RegisteredCa {
  return {
    sn: outsideId(Sn) ?? '',
    name: outsideName(CaName),
    registrationCode: outsideId(RegistrationCode),
    certificate: shownCertificate(CaContent),
    verificationFingerprint: shownFingerprint(VerificationContent),
    active: outsideName(Status) === ACTIVE,
  };
}
