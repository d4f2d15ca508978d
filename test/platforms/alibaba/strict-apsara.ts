import { createHash, createHmac, randomInt, randomUUID, X509Certificate } from 'node:crypto';
import { ActionPlatform, hasCode, readCertificate } from '../../support/action-platform';
import { PlatformAnswer, PlatformRequest, Refusal } from '../../support/https-platform';
import { APSARA_MQTT_OPERATIONS } from '../../support/platform-operations';
import { complaintAbout } from '../../support/published-operations';

export const ACCESS_KEY = { accessKeyId: 'LTAI5tTestAccessKeyId000', accessKeySecret: 'test-access-key-secret-0123456789' };
export const INSTANCE = 'post-cn-7mz2d000001';
/** An instance that belongs to another account. */
export const FOREIGN_INSTANCE = 'post-cn-foreign0001';

/** A device certificate, which the instance registers when a client first connects with it. */
export interface ApsaraDevice {
  readonly sn: string;
  readonly certificate: X509Certificate;
  active: boolean;
}

/** A CA certificate of an instance, as ListCaCertificate shows it. */
export interface ApsaraCa {
  readonly sn: string;
  readonly name: string;
  readonly code: string;
  readonly certificate: X509Certificate;
  readonly content: string;
  readonly verification: string;
  active: boolean;
  /** Device certificates that have connected. */
  devices: ApsaraDevice[];
}

function refused(status: number, Code: string, Message: string): Refusal {
  return new Refusal({ status, body: { RequestId: randomUUID().toUpperCase(), HostId: 'onsmqtt.cn-hangzhou.aliyuncs.com', Code, Message } });
}

function done(data: object): PlatformAnswer {
  return { status: 200, body: { RequestId: randomUUID().toUpperCase(), ...data } };
}

/** The error codes of https://help.aliyun.com/zh/apsaramq-for-mqtt/api-registercacertificate and its neighbours. */
const ERRORS = {
  parameter: () => refused(400, 'ParameterFieldCheckFailed', 'Failed to validate the parameters. The parameters may be missing or invalid.'),
  code: () => refused(500, 'RegisterCodeError', 'Register code error in verification certificate.'),
  sn: () => refused(500, 'FindCaBySnError', 'Failed to find the CA by the SN. Please check sn is valid.'),
  deviceSn: () => refused(500, 'FindDeviceBySnError', 'Failed to find the device certificate by the SN. Please check sn is valid'),
  instance: () => refused(500, 'MqttInstanceNotFound', 'Specified instance is not found'),
  owner: () => refused(400, 'MqttOwnerCheckError', 'Failed to validate the instance permission'),
  instancePermission: () => refused(403, 'InstancePermissionCheckFailed', 'An error occurred while validating the permissions of the instance.'),
  permission: () => refused(403, 'PermissionCheckFailed', 'Failed to verify API permissions.'),
};

const MINUTE = 60_000;

/**
 * ApsaraMQ for MQTT as it documents itself: requests signed by version 3 of
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature, and the certificates of one instance.
 * Not documented, and so the stricter of what is possible here: each code that is fetched replaces the one before, and
 * a certificate is registered once.
 */
export class StrictApsara extends ActionPlatform {
  public cas: ApsaraCa[] = [];
  public code?: string;
  public securityToken?: string;
  public permitted = true;
  public permittedOnInstance = true;
  private readonly nonces = new Set<string>();

  /** How an SN is written. */
  public notation: (octets: string) => string = octets => octets;

  /** Registers a CA as somebody does by hand. */
  public register(name: string, content: string, code: string = randomUUID(), verification = ''): ApsaraCa {
    const certificate = new X509Certificate(content);
    const ca = { sn: this.snOf(certificate), name, code, certificate, content, verification, active: true, devices: [] };
    this.cas.push(ca);
    return ca;
  }

  /** A client connects with a device certificate. @returns whether it is let in */
  public connect(certificate: X509Certificate): boolean {
    const ca = this.cas.find(each => each.active && certificate.checkIssued(each.certificate) && certificate.verify(each.certificate.publicKey));
    const known = ca?.devices.find(({ sn }) => sn === this.snOf(certificate));
    if (!ca || known) {
      return known?.active ?? false;
    }
    ca.devices.push({ sn: this.snOf(certificate), certificate, active: true });
    return true;
  }

  /** Fetches a code as somebody does by hand. */
  public nextCode(): string {
    this.code = `${randomUUID()}${randomInt(1_000_000_000, 9_999_999_999)}`;
    return this.code;
  }

  protected actionOf({ headers }: PlatformRequest): string {
    return String(headers['x-acs-action']);
  }

  protected limited(): PlatformAnswer {
    return refused(400, 'Throttling.User', 'Request was denied due to user flow control.').answer;
  }

  protected admit(request: PlatformRequest): void {
    const { headers, method, path, body } = request;
    const [, id, signedHeaders, signature] = /^ACS3-HMAC-SHA256 Credential=(\w+),SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})$/
      .exec(String(headers.authorization)) ?? [];
    const names = signedHeaders?.split(';') ?? [];
    const required = ['host', ...Object.keys(headers).filter(name => name.startsWith('x-acs-'))].sort();
    if (names.join() !== required.join() || headers['x-acs-content-sha256'] !== sha256(body)) {
      throw refused(400, 'IncompleteSignature', 'The request signature does not conform to Aliyun standards.');
    }
    if (id !== ACCESS_KEY.accessKeyId) {
      throw refused(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
    }
    if (headers['x-acs-security-token'] !== this.securityToken) {
      throw refused(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
    }
    const query = [...request.query].map(pair => pair.map(percentEncoded).join('=')).sort().join('&');
    const canonical = [method, path, query, ...names.map(name => `${name}:${String(headers[name])}`), '', signedHeaders, sha256(body)].join('\n');
    const stringToSign = `ACS3-HMAC-SHA256\n${sha256(canonical)}`;
    if (createHmac('sha256', ACCESS_KEY.accessKeySecret).update(stringToSign).digest('hex') !== signature) {
      throw refused(400, 'SignatureDoesNotMatch', `Specified signature is not matched with our calculation. server string to sign is: ${canonical}`);
    }
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(headers['x-acs-date'])) || Math.abs(Date.parse(String(headers['x-acs-date'])) - this.now()) > 15 * MINUTE) {
      throw refused(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
    }
    const nonce = String(headers['x-acs-signature-nonce']);
    if (this.nonces.has(nonce)) {
      throw refused(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
    }
    this.nonces.add(nonce);
  }

  protected carryOut(action: string, request: PlatformRequest): PlatformAnswer {
    const { query, headers, method, path } = request;
    const operation = APSARA_MQTT_OPERATIONS.find(({ name }) => name === action);
    if (!operation?.path.test(path)) {
      throw refused(404, 'InvalidAction.NotFound', 'Specified api is not found, please check your url and method.');
    }
    if (!operation.methods.includes(method)) {
      throw refused(403, 'UnsupportedHTTPMethod', 'This http method is not supported.');
    }
    if (headers['x-acs-version'] !== '2020-04-20') {
      throw refused(400, 'InvalidVersion', 'Specified parameter Version is not valid.');
    }
    if (complaintAbout(request, operation)) {
      throw ERRORS.parameter();
    }
    if (!this.permitted) {
      throw ERRORS.permission();
    }
    const instance = query.get('MqttInstanceId');
    if (instance !== INSTANCE) {
      throw instance === FOREIGN_INSTANCE ? ERRORS.owner() : ERRORS.instance();
    }
    if (!this.permittedOnInstance) {
      throw ERRORS.instancePermission();
    }
    switch (action) {
      case 'GetRegisterCode': return done({ RegisterCode: this.nextCode() });
      case 'RegisterCaCertificate': return this.registerCa(given(query, 'CaName'), given(query, 'CaContent'), given(query, 'VerificationContent'));
      case 'ListCaCertificate': return this.listCas(Number(given(query, 'PageNo')), Number(given(query, 'PageSize')));
      case 'ActiveCaCertificate': return this.setActive(given(query, 'Sn'), true);
      case 'InactivateCaCertificate': return this.setActive(given(query, 'Sn'), false);
      case 'DeleteCaCertificate': return this.deleteCa(given(query, 'Sn'));
      case 'GetDeviceCertificate': return this.showDevice(given(query, 'CaSn'), given(query, 'DeviceSn'));
      case 'ActiveDeviceCertificate': return this.setDeviceActive(given(query, 'CaSn'), given(query, 'DeviceSn'), true);
      default: return this.setDeviceActive(given(query, 'CaSn'), given(query, 'DeviceSn'), false);
    }
  }

  private registerCa(name: string, content: string, verificationContent: string): PlatformAnswer {
    const [ca, verification] = [content, verificationContent].map(readCertificate);
    if (!ca?.ca || !verification || !verification.verify(ca.publicKey)
      || this.cas.some(({ certificate }) => certificate.fingerprint256 === ca.fingerprint256)) {
      throw ERRORS.parameter();
    }
    if (!hasCode(verification, this.code)) {
      throw ERRORS.code();
    }
    return done({ Sn: this.register(name, content, this.code, verificationContent).sn });
  }

  private listCas(page: number, size: number): PlatformAnswer {
    if (!(page >= 1 && size >= 1 && size <= 100)) {
      throw ERRORS.parameter();
    }
    const CaCertificateVOS = this.cas.slice((page - 1) * size, page * size).map(({ sn, name, code, content, verification, active }) => ({
      RegistrationCode: code,
      CaName: name,
      Sn: sn,
      CaContent: escaped(content),
      VerificationContent: escaped(verification),
      ValidBegin: '1654137303000',
      ValidEnd: '1969497303000',
      Status: active ? '1' : '0',
    }));
    return done({ Data: { Total: Math.ceil(this.cas.length / size), PageNo: page, PageSize: size, CaCertificateVOS } });
  }

  private setActive(sn: string, active: boolean): PlatformAnswer {
    this.find(sn).active = active;
    return done({ Sn: sn });
  }

  /** With the CA certificate go the device certificates it has issued. */
  private deleteCa(sn: string): PlatformAnswer {
    const ca = this.find(sn);
    ca.devices = [];
    this.cas.splice(this.cas.indexOf(ca), 1);
    return done({ Sn: sn });
  }

  private showDevice(caSn: string, deviceSn: string): PlatformAnswer {
    const { certificate, active } = this.findDevice(caSn, deviceSn);
    return done({
      Data: {
        ValidBegin: '1654137303000',
        ValidEnd: '1969497303000',
        DeviceSn: deviceSn,
        DeviceName: certificate.subject,
        DeviceContent: escaped(certificate.toString()),
        CaSn: caSn,
        Status: active ? '1' : '0',
      },
    });
  }

  private setDeviceActive(caSn: string, deviceSn: string, active: boolean): PlatformAnswer {
    this.findDevice(caSn, deviceSn).active = active;
    return done({ DeviceSn: deviceSn });
  }

  private findDevice(caSn: string, deviceSn: string): ApsaraDevice {
    const device = this.cas.find(({ sn }) => sn === caSn)?.devices.find(({ sn }) => sn === deviceSn);
    if (!device) {
      throw ERRORS.deviceSn();
    }
    return device;
  }

  private snOf({ serialNumber }: X509Certificate): string {
    const octets = Buffer.from(serialNumber, 'hex');
    return this.notation(`${octets[0] > 0x7f ? '00' : ''}${octets.toString('hex')}`);
  }

  private find(sn: string): ApsaraCa {
    const ca = this.cas.find(each => each.sn === sn);
    if (!ca) {
      throw ERRORS.sn();
    }
    return ca;
  }
}

function given(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (!value) {
    throw ERRORS.parameter();
  }
  return value;
}

/** Line ends as the examples of the documentation show them. */
function escaped(pem: string): string {
  return pem.replaceAll('\n', '\\n');
}

function percentEncoded(text: string): string {
  return [...Buffer.from(text)].map(octet => {
    const character = String.fromCharCode(octet);
    return /[A-Za-z0-9._~-]/.test(character) ? character : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
