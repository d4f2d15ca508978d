import { randomUUID, X509Certificate } from 'node:crypto';
import { page, refused } from './huawei-answers';
import { PlatformAnswer, PlatformRequest } from '../../support/https-platform';

interface StoredDeviceCertificate {
  readonly id: string;
  readonly certificate: X509Certificate;
  status: 'ACTIVE' | 'INACTIVE';
}

interface StoredDevice {
  readonly id: string;
  readonly nodeId: string;
  readonly appId: string;
  readonly type: 'GATEWAY' | 'ENDPOINT';
  readonly authType: 'CERTIFICATES' | 'SECRET';
  readonly secret: string;
  fingerprint?: string;
  secondary?: string;
  isFrozen: boolean;
}

/**
 * The devices of an instance, and their certificates, which IoTDA saves when a device connects.
 * https://support.huaweicloud.com/intl/en-us/usermanual-iothub/iot_01_0116.html
 */
export class StrictFleet {
  public readonly certificates: StoredDeviceCertificate[] = [];
  public readonly devices: StoredDevice[] = [];
  /** Whether there is room for another device certificate. */
  public savesCertificates = true;

  /** Forgets all devices. */
  public forget(): void {
    this.certificates.length = 0;
    this.devices.length = 0;
    this.savesCertificates = true;
  }

  /** Registers a device as somebody does in the console. */
  public register(nodeId: string, device: Partial<StoredDevice> = {}): StoredDevice {
    const stored: StoredDevice = {
      id: `642bf260f2f9030e44210d8d_${nodeId}`, nodeId, appId: 'default', type: 'GATEWAY', authType: 'CERTIFICATES', secret: randomUUID(), isFrozen: false, ...device,
    };
    this.devices.push(stored);
    return stored;
  }

  /**
   * A device connects with a certificate that a registered CA has signed.
   *
   * @returns whether it may
   */
  public connect(device: StoredDevice, certificate: X509Certificate): boolean {
    const own = fingerprintsOf(certificate);
    const accepted = [device.fingerprint, device.secondary].filter(each => each !== undefined).map(each => each.toLowerCase());
    const saved = this.certificates.find(each => each.certificate.fingerprint256 === certificate.fingerprint256);
    if (device.isFrozen || device.authType !== 'CERTIFICATES' || saved?.status === 'INACTIVE' || accepted.length > 0 && !own.some(each => accepted.includes(each))) {
      return false;
    }
    device.fingerprint ??= own[0];
    if (!saved && this.savesCertificates) {
      this.certificates.push({ id: randomUUID(), certificate, status: 'ACTIVE' });
    }
    return true;
  }

  public answer(operation: string, id: string | undefined, request: PlatformRequest): PlatformAnswer {
    return operation.includes('DeviceCertificate') ? this.answerCertificates(operation, id, request) : this.answerDevices(operation, id, request.query);
  }

  private answerCertificates(operation: string, id: string | undefined, { query, body }: PlatformRequest): PlatformAnswer {
    if (operation === 'ListDeviceCertificate') {
      const fingerprint = query.get('fingerprint');
      if (fingerprint !== null && !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(fingerprint)) {
        throw refused(400, 'IOTDA.000006', 'Invalid input data.');
      }
      const found = this.certificates
        .filter(({ certificate }) => fingerprint === null || fingerprintsOf(certificate).includes(fingerprint.toLowerCase()));
      return page('device_certificates', found.map(shownDeviceCertificate), query);
    }
    const held = this.certificates.find(each => each.id === id);
    if (!held) {
      throw refused(404, 'IOTDA.014305', 'Operation not allowed. The certificate does not exist.'); // its status is documented, its code is not
    }
    const { status } = JSON.parse(body);
    if (status !== 'ACTIVE' && status !== 'INACTIVE') {
      throw refused(400, 'IOTDA.000006', 'Invalid input data.');
    }
    held.status = status;
    return { status: 200, body: shownDeviceCertificate(held) };
  }

  /** https://support.huaweicloud.com/en-us/api-iothub/iot_06_v5_0095.html has the errors; the message of IOTDA.014039 is not documented. */
  private answerDevices(operation: string, id: string | undefined, query: URLSearchParams): PlatformAnswer {
    if (operation === 'ListDevices') {
      if (!/^[\w-]{0,64}$/.test(query.get('node_id') ?? '')) {
        throw refused(400, 'IOTDA.000006', 'Invalid input data.');
      }
      const found = this.devices.filter(({ nodeId, appId }) => [null, nodeId].includes(query.get('node_id')) && [null, appId].includes(query.get('app_id')));
      return page('devices', found.map(({ id: device_id, nodeId: node_id, isFrozen }) => ({ device_id, node_id, status: isFrozen ? 'FROZEN' : 'OFFLINE' })), query);
    }
    const device = this.devices.find(each => each.id === id);
    if (!device) {
      throw refused(404, 'IOTDA.014000', 'The device does not exist.');
    }
    if (operation === 'ShowDevice') {
      return { status: 200, body: shownDevice(device) };
    }
    if (device.type === 'ENDPOINT') {
      throw refused(403, 'IOTDA.014038',
        'Operation not allowed. It is not allowed to freeze sub-devices, only gateways or directly connected devices can be frozen.');
    }
    const freezes = operation === 'FreezeDevice';
    if (device.isFrozen === freezes) {
      throw freezes ? refused(403, 'IOTDA.014039', 'Operation not allowed. The device is frozen.')
        : refused(403, 'IOTDA.014040', 'Operation not allowed. The device is not frozen, can not unfreeze.');
    }
    device.isFrozen = freezes;
    return { status: 204 };
  }
}

/** SHA-256 and SHA-1. */
function fingerprintsOf({ fingerprint256, fingerprint }: X509Certificate): string[] {
  return [fingerprint256, fingerprint].map(each => each.replaceAll(':', '').toLowerCase());
}

/** `DeviceCertificateSimple` */
function shownDeviceCertificate({ id, certificate, status }: StoredDeviceCertificate): object {
  return {
    certificate_id: id,
    common_name: certificate.subject.split('\n').find(line => line.startsWith('CN='))!.slice(3),
    expiry_date: new Date(certificate.validTo).toISOString(),
    fingerprint: fingerprintsOf(certificate)[0],
    status,
  };
}

/** `ShowDeviceResponse` */
function shownDevice({ id, nodeId, appId, type, authType, secret, fingerprint, secondary, isFrozen }: StoredDevice): object {
  return {
    app_id: appId,
    device_id: id,
    node_id: nodeId,
    gateway_id: id,
    node_type: type,
    auth_info: { auth_type: authType, secret, fingerprint, secondary_fingerprint: secondary, secure_access: true, timeout: 0 },
    status: isFrozen ? 'FROZEN' : 'OFFLINE',
  };
}
