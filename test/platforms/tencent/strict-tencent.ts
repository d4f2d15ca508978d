import { createHash, createHmac, randomUUID, X509Certificate } from 'node:crypto';
import { ActionPlatform, hasCode, readCertificate } from '../../support/action-platform';
import { PlatformAnswer, PlatformRequest, Refusal } from '../../support/https-platform';
import { TENCENT_OPERATIONS } from '../../support/platform-operations';
import { complaintAbout } from '../../support/published-operations';

export const API_KEY = { secretId: 'AKIDTestSecretId00000000000000000000', secretKey: 'test-secret-key-of-tencent-0123456' };

/** A private CA certificate of the account. */
export interface TencentCa {
  readonly name: string;
  certificate: X509Certificate;
  text: string;
  readonly products: string[];
}

/** A device of a product. */
export interface TencentDevice {
  readonly productId: string;
  readonly name: string;
  /** PEM of its certificate. */
  certificate: string;
  enabled: boolean;
  /** Whether it is bound to a gateway. */
  bound: boolean;
}

/** The key of a device, which nobody but the device needs to know. */
export const DEVICE_KEY = 'psk-of-the-device-0123456789==';

/** All errors have the status 200. https://www.tencentcloud.com/document/product/1105/41917 */
function refused(Code: string, Message: string): Refusal {
  return new Refusal({ status: 200, body: { Response: { Error: { Code, Message }, RequestId: randomUUID() } } });
}

function done(data: object = {}): PlatformAnswer {
  return { status: 200, body: { Response: { RequestId: randomUUID(), ...data } } };
}

type Parameters = { readonly [name: string]: unknown };

const MINUTE = 60_000;

/**
 * Tencent Cloud IoT Hub as it documents itself: requests signed by TC3-HMAC-SHA256
 * (https://www.tencentcloud.com/document/product/1021/34193), and the private CA certificates and the devices of one account
 * (https://www.tencentcloud.com/document/product/1105/41915, https://www.tencentcloud.com/document/product/1105/41906 and their neighbours).
 */
export class StrictTencent extends ActionPlatform {
  public cas: TencentCa[] = [];
  public devices: TencentDevice[] = [];
  public readonly products = new Set(['PRODUCT001', 'PRODUCT002']);
  /** Whether it shows the certificates of devices. */
  public showsCertificates = true;
  /** What the console shows as the authentication code. */
  public code?: string;
  public token?: string;
  /** Whether the CAM policy allows what is asked. */
  public permitted = true;
  /** The code by which rights are missing: of the service, or of the gateway before it. */
  public refusal = 'UnauthorizedOperation';
  /** Whether products authenticate their devices by certificates. */
  public byCertificates = true;
  /** What another account has registered, by SHA-256. */
  public readonly elsewhere = new Set<string>();

  constructor() {
    super('iotcloud.tencentcloudapi.com');
  }

  /** Registers a CA as somebody does in the console. */
  public register(name: string, text: string): TencentCa {
    const ca = { name, text, certificate: new X509Certificate(text), products: [] };
    this.cas.push(ca);
    return ca;
  }

  /** Adds a device with its certificate as somebody does in the console. */
  public addDevice(name: string, certificate: X509Certificate, productId = 'PRODUCT001'): TencentDevice {
    const device = { productId, name, certificate: certificate.toString(), enabled: true, bound: false };
    this.devices.push(device);
    return device;
  }

  /** A device connects with a certificate. @returns whether it is let in */
  public connect(name: string, certificate: X509Certificate, productId = 'PRODUCT001'): boolean {
    const device = this.devices.find(each => each.productId === productId && each.name === name);
    return device !== undefined && device.enabled && device.certificate === certificate.toString();
  }

  protected actionOf({ headers }: PlatformRequest): string {
    return String(headers['x-tc-action']);
  }

  protected limited(): PlatformAnswer {
    return refused('RequestLimitExceeded', 'Your current request times equals to `21` in a second, which exceeds the frequency limit `20` for a second.').answer;
  }

  protected admit({ headers, method, path, body }: PlatformRequest): void {
    const [, id, date, service, signedHeaders, signature] = new RegExp('^TC3-HMAC-SHA256 Credential=(\\w+)/(\\d{4}-\\d\\d-\\d\\d)/(\\w+)/tc3_request, '
      + 'SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$').exec(String(headers.authorization)) ?? [];
    const names = signedHeaders?.split(';') ?? [];
    const timestamp = String(headers['x-tc-timestamp']);
    if (!names.includes('content-type') || !names.includes('host') || service !== 'iotcloud') {
      throw refused('AuthFailure.InvalidAuthorization', 'Authorization in the request header is invalid.');
    }
    if (id !== API_KEY.secretId) {
      throw refused('AuthFailure.SecretIdNotFound', 'The SecretId is not found, please ensure that your SecretId is correct.');
    }
    if (headers['x-tc-token'] !== this.token) {
      throw refused('AuthFailure.TokenFailure', 'The token is not correct.');
    }
    if (Math.abs(Number(timestamp) * 1000 - this.now()) > 5 * MINUTE || new Date(Number(timestamp) * 1000).toISOString().slice(0, 10) !== date) {
      throw refused('AuthFailure.SignatureExpire', 'Signature expired.');
    }
    const headerLines = names.map(name => `${name}:${String(headers[name]).trim().toLowerCase()}`);
    const canonical = [method, path, '', ...headerLines, '', signedHeaders, createHash('sha256').update(body).digest('hex')].join('\n');
    const stringToSign = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${createHash('sha256').update(canonical).digest('hex')}`;
    const secretDate = hmac(`TC3${API_KEY.secretKey}`, date);
    const secretSigning = hmac(hmac(secretDate, service), 'tc3_request');
    if (hmac(secretSigning, stringToSign).toString('hex') !== signature) {
      throw refused('AuthFailure.SignatureFailure', `The provided credentials could not be validated. Canonical request: ${canonical}`);
    }
  }

  protected carryOut(action: string, request: PlatformRequest): PlatformAnswer {
    const { method, path, headers, body } = request;
    if (headers['x-tc-version'] !== '2021-04-08') {
      throw refused('NoSuchVersion', 'The API version does not exist.');
    }
    if (headers['x-tc-region'] !== 'ap-guangzhou') {
      throw refused('UnsupportedRegion', 'The request does not support the region.');
    }
    if (!this.permitted) {
      throw refused(this.refusal, 'You are not authorized to perform this operation.');
    }
    const operation = TENCENT_OPERATIONS.find(({ name }) => name === action);
    if (!operation || !operation.methods.includes(method) || !operation.path.test(path)) {
      throw refused('InvalidAction', 'The requested API does not exist.');
    }
    const complaint = complaintAbout(request, operation);
    if (complaint) {
      throw refused(complaint.endsWith('is missing') ? 'MissingParameter' : complaint.endsWith('is unknown') ? 'UnknownParameter' : 'InvalidParameter', complaint);
    }
    const parameters: Parameters = JSON.parse(body);
    switch (action) {
      case 'DescribePrivateCAs': return done({ CAs: this.cas.map(certInfo) });
      case 'CreatePrivateCA': return this.create(parameters);
      case 'UpdatePrivateCA': return this.update(parameters);
      case 'DeletePrivateCA': return this.delete(parameters);
      case 'DescribeDevice': return this.describeDevice(parameters);
      default: return this.enableDevices(parameters);
    }
  }

  private create(parameters: Parameters): PlatformAnswer {
    const name = given(parameters, 'CertName');
    const { text } = this.proved(parameters, undefined);
    if (name.length > 32) {
      throw refused('InvalidParameterValue', 'Invalid parameter value.');
    }
    if (this.cas.some(ca => ca.name === name)) {
      throw refused('LimitExceeded.CACertNameRepeat', 'Duplicate CA certificate name.');
    }
    if (this.cas.length >= 10) {
      throw refused('LimitExceeded', 'The quota limit is exceeded.');
    }
    this.register(name, text);
    return done();
  }

  private update(parameters: Parameters): PlatformAnswer {
    const ca = this.find(parameters);
    if (ca.products.length > 0 && !this.byCertificates) {
      throw refused('LimitExceeded.CACertNotSupport', 'The product does not support CA certificates.');
    }
    Object.assign(ca, this.proved(parameters, ca));
    return done();
  }

  private delete(parameters: Parameters): PlatformAnswer {
    const ca = this.find(parameters);
    if (ca.products.length > 0) {
      throw refused('LimitExceeded.CAAlreadyBindProduct', 'The CA certificate has been bound to a product.');
    }
    this.cas.splice(this.cas.indexOf(ca), 1);
    return done();
  }

  private proved(parameters: Parameters, before: TencentCa | undefined): { text: string; certificate: X509Certificate } {
    const text = given(parameters, 'CertText');
    const [certificate, verification] = [text, given(parameters, 'VerifyCertText')].map(readCertificate);
    if (!certificate?.ca) {
      throw refused('InvalidParameterValue.CACertInvalid', 'Invalid CA certificate.');
    }
    if (this.elsewhere.has(certificate.fingerprint256)
      || this.cas.some(ca => ca !== before && ca.certificate.fingerprint256 === certificate.fingerprint256)) {
      throw refused('LimitExceeded.CARepeat', 'Duplicate CA certificate.');
    }
    if (!verification?.verify(certificate.publicKey) || !hasCode(verification, this.code)) {
      throw refused('InvalidParameterValue.CACertNotMatch', 'CA certificates do not match.');
    }
    return { text, certificate };
  }

  private describeDevice(parameters: Parameters): PlatformAnswer {
    const { name, certificate, enabled } = this.device(parameters, given(parameters, 'DeviceName'));
    return done({ DeviceName: name, Online: 1, DeviceCert: this.showsCertificates ? certificate : '', DevicePsk: DEVICE_KEY, EnableState: enabled ? 1 : 0 });
  }

  private enableDevices(parameters: Parameters): PlatformAnswer {
    const { DeviceNames: names, Status: status } = parameters;
    if (!Array.isArray(names) || names.length === 0 || (status !== 0 && status !== 1)) {
      throw refused('InvalidParameterValue', 'Invalid parameter value.');
    }
    const devices = names.map(name => this.device(parameters, name));
    if (devices.some(({ bound }) => bound)) {
      throw refused('UnauthorizedOperation.DeviceHasAlreadyBindGateway', 'The device has already been bound to a gateway.');
    }
    devices.forEach(device => {
      device.enabled = status === 1;
    });
    return done();
  }

  private device(parameters: Parameters, name: string): TencentDevice {
    const productId = given(parameters, 'ProductId');
    if (!this.products.has(productId)) {
      throw refused('ResourceNotFound.ProductNotExist', 'The product does not exist.');
    }
    if (!/^[A-Za-z0-9:_-]{1,48}$/.test(name)) {
      throw refused('InvalidParameterValue', 'Invalid parameter value.');
    }
    const device = this.devices.find(each => each.productId === productId && each.name === name);
    if (!device) {
      throw refused('ResourceNotFound.DeviceNotExist', 'The device does not exist.');
    }
    return device;
  }

  private find(parameters: Parameters): TencentCa {
    const name = given(parameters, 'CertName');
    const ca = this.cas.find(each => each.name === name);
    if (!ca) {
      throw refused('ResourceNotFound.CACertNotExist', 'The CA certificate does not exist.');
    }
    return ca;
  }
}

/** https://www.tencentcloud.com/document/product/1105/41913 shows line ends of CR LF. */
function certInfo({ name, text, certificate: { validFrom, validTo, serialNumber } }: TencentCa): object {
  const [EffectiveTime, ExpireTime] = [validFrom, validTo].map(time => Date.parse(time) / 1000);
  return { CertName: name, CertSN: serialNumber, CertText: text.replaceAll('\n', '\r\n'), CreateTime: EffectiveTime, EffectiveTime, ExpireTime };
}

function given(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string' || value === '') {
    throw refused('MissingParameter', `The request is missing a required parameter \`${name}\`.`);
  }
  return value;
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
