import { randomUUID } from 'node:crypto';
import { AcsCredentials, acs3Request } from './acs3-signature';
import { JsonMap } from '../../../contract/json-map';
import { outsideId, outsideName } from '../../../lambda/outside-text';
import { HttpApi, passingCode } from '../../registrar/http-api';
import { jsonAnswer, jsonOf, listIn, LOOK_AT_ENDPOINT } from '../../registrar/json-answer';
import { errorCode, refusalByCode } from '../../registrar/platform-failure';
import { shownFingerprint } from '../../registrar/shown-certificate';

/** A CA certificate as an instance shows it. */
export interface RegisteredCa {
  /** The serial number, by which the platform identifies the certificate. */
  readonly sn: string;
  readonly name: string;
  readonly registrationCode?: string;
  /** SHA-256 of its DER. */
  readonly fingerprint?: string;
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
} as const;

type Action = keyof typeof METHODS;

/**
 * `ListCaCertificate` accepts up to 100. For each CA, it shows the CA certificate and the verification certificate, some 4 kB for RSA. A
 * larger page could make a response that is longer than `HttpApi` accepts.
 */
const PAGE_SIZE = 20;
const MAX_PAGES = 500;

/** The error codes for a CA or an instance that no longer exists when it is to be removed. */
const CA_GONE = 'FindCaBySnError';
const INSTANCE_GONE = 'MqttInstanceNotFound';

const RAM_POLICY = 'the RAM policy of the credentials must allow mq:MqttInstanceAccess, mq:GetRegisterCode, mq:RegisterCa, mq:ListCaCertificate, '
  + 'mq:ActiveCaCertificate, mq:UnregisterCaCertificate and mq:DeleteCaCertificate on the instance';

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

/** The operations of ApsaraMQ for MQTT (onsmqtt, 2020-04-20) on the CA certificates of one instance. */
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

  /** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-listcacertificate */
  public async find(fingerprint: string, { instanceMayBeGone = false } = {}): Promise<RegisteredCa | undefined> {
    for (let page = 1; page <= MAX_PAGES; page++) {
      const answer = await this.call('ListCaCertificate', { PageNo: String(page), PageSize: String(PAGE_SIZE) }, instanceMayBeGone ? [INSTANCE_GONE] : []);
      if (!answer) {
        return undefined;
      }
      const { Total: pages, CaCertificateVOS: list } = (answer.Data ?? {}) as JsonMap;
      const shown = listIn(descriptionOf('ListCaCertificate'), 'Data.CaCertificateVOS', list === undefined && outsideName(pages) === '0' ? null : list);
      const found = shown.map(registeredCa).find(each => each.fingerprint === fingerprint);
      if (found || shown.length < PAGE_SIZE) {
        return found;
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

/** https://www.alibabacloud.com/help/en/apsaramq-for-mqtt/mqtt-upgraded/developer-reference/api-onsmqtt-2020-04-20-getcacertificate */
function registeredCa({ Sn, CaName, RegistrationCode, CaContent, VerificationContent, Status }: JsonMap): RegisteredCa {
  return {
    sn: outsideId(Sn) ?? '',
    name: outsideName(CaName),
    registrationCode: outsideId(RegistrationCode),
    fingerprint: shownFingerprint(CaContent),
    verificationFingerprint: shownFingerprint(VerificationContent),
    active: outsideName(Status) === '1',
  };
}
