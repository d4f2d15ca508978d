import { X509Certificate } from 'node:crypto';
import type { StrictRecords } from './strict-azure-devices';
import { JsonMap } from '../../../src/contract/json-map';
import { PlatformAnswer, PlatformRequest, Refusal } from '../../support/https-platform';

/** A device identity. https://learn.microsoft.com/rest/api/iothub/service/devices/get-identity#device */
export interface HubDevice {
  readonly deviceId: string;
  readonly generationId: string;
  readonly etag: string;
  readonly status: 'enabled' | 'disabled';
  readonly statusReason: string | null;
  readonly authentication: {
    readonly type: string;
    readonly symmetricKey: { readonly primaryKey: string | null; readonly secondaryKey: string | null };
    readonly x509Thumbprint: { readonly primaryThumbprint: string | null; readonly secondaryThumbprint: string | null };
  };
  readonly [name: string]: unknown;
}

const NO_KEY = { primaryKey: null, secondaryKey: null };
const NO_THUMBPRINT = { primaryThumbprint: null, secondaryThumbprint: null };

/** SHA-1 or SHA-256. https://github.com/Azure/azure-iot-sdk-java/issues/253 */
const THUMBPRINT = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/i;

/** The device identities of an IoT hub. Device IDs are case-sensitive. */
export class StrictHubDevices implements StrictRecords {
  public readonly scope = 'https://iothubs.azure.net/.default';
  public readonly versions = ['2018-06-30', '2019-10-01', '2020-03-13', '2020-05-31-preview', '2020-09-30', '2021-04-12'];
  public readonly devices = new Map<string, HubDevice>();
  public trusted?: X509Certificate;
  public roleAssigned = true;
  private changes = 0;

  public reset(): void {
    this.devices.clear();
    this.roleAssigned = true;
  }

  /** Registers a device as somebody else does, with any certificate of the trusted CA. */
  public register(deviceId: string, authentication: Partial<HubDevice['authentication']> = {}, others: JsonMap = {}): void {
    this.devices.set(deviceId, {
      deviceId,
      generationId: '638000000000000000',
      etag: this.nextEtag(),
      connectionState: 'Connected',
      status: 'enabled',
      statusReason: null,
      connectionStateUpdatedTime: '2026-03-01T12:00:00.1234567Z',
      statusUpdatedTime: '0001-01-01T00:00:00Z',
      lastActivityTime: '2026-03-01T12:00:00.1234567Z',
      cloudToDeviceMessageCount: 0,
      authentication: { symmetricKey: NO_KEY, x509Thumbprint: NO_THUMBPRINT, type: 'certificateAuthority', ...authentication },
      capabilities: { iotEdge: false },
      ...others,
    });
  }

  /** Changes a device as somebody else does. */
  public change(deviceId: string, members: JsonMap = {}): void {
    this.devices.set(deviceId, { ...this.devices.get(deviceId)!, ...members, etag: this.nextEtag() });
  }

  /** Whether a device can connect with this certificate. https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-x509 */
  public connects(deviceId: string, certificate: X509Certificate): boolean {
    const { status, authentication: { type, x509Thumbprint } } = this.devices.get(deviceId)!;
    const thumbprints = [certificate.fingerprint, certificate.fingerprint256].map(each => each.replaceAll(':', ''));
    const isAccepted = type === 'selfSigned' ? Object.values(x509Thumbprint).some(each => each !== null && thumbprints.includes(each.toUpperCase()))
      : type === 'certificateAuthority' && certificate.subject.split('\n').includes(`CN=${deviceId}`) && certificate.verify(this.trusted!.publicKey);
    return status === 'enabled' && isAccepted;
  }

  /** https://github.com/Azure/azure-iot-sdk-java/issues/1108 shows the form of a message. */
  public refusal(status: number, _code: number, name: string, message: string): PlatformAnswer {
    return { status, body: { Message: `ErrorCode:${name};${message}`, ExceptionMessage: 'Tracking ID:1bc30319a4294a7d89ba1511f14f0b5b-G:20-TimeStamp:02/05/2026 10:03:38' } };
  }

  /** https://learn.microsoft.com/rest/api/iothub/service/devices: a device is created without If-Match, and changed with it. */
  public answer(deviceId: string, { method, headers, body }: PlatformRequest): PlatformAnswer {
    const device = this.devices.get(deviceId);
    const ifMatch = headers['if-match'];
    if (method === 'PUT' && device && ifMatch === undefined) {
      return this.refusal(409, 409001, 'DeviceAlreadyExists', `A device with ID '${deviceId}' is already registered.`);
    }
    if (!device) {
      return this.refusal(404, 404001, 'DeviceNotFound', deviceId);
    }
    if (method === 'GET') {
      return { status: 200, body: device };
    }
    if (!/^"[^"]+"$/.test(ifMatch!)) {
      return this.refusal(400, 400001, 'InvalidETag', 'The If-Match header must be a quoted string.');
    }
    if (ifMatch !== '"*"' && ifMatch !== `"${device.etag}"`) {
      return this.refusal(412, 412001, 'PreconditionFailed', `Device version did not match, existing device version:${device.etag}`);
    }
    const changed = this.checked(device, JSON.parse(body));
    this.devices.set(deviceId, { ...changed, etag: this.nextEtag() });
    return { status: 200, body: this.devices.get(deviceId)! };
  }

  /** The members of twins: https://learn.microsoft.com/rest/api/iothub/service/query/get-twins#twin */
  public found(query: string): readonly object[] | undefined {
    const [, members] = /^SELECT ([\w, ]+) FROM devices$/i.exec(query) ?? [];
    return members === undefined ? undefined : [...this.devices.values()].map(({ deviceId, status, authentication: { type, x509Thumbprint } }) => {
      const twin: JsonMap = { deviceId, status, authenticationType: type, x509Thumbprint };
      return Object.fromEntries(members.split(', ').map(member => [member, twin[member]]));
    });
  }

  private checked(device: HubDevice, { status, statusReason = null, authentication, capabilities, ...others }: HubDevice): HubDevice {
    const { type, x509Thumbprint = NO_THUMBPRINT } = authentication;
    const wrong = others.deviceId !== device.deviceId ? 'deviceId'
      : others.generationId !== device.generationId ? 'generationId'
        : !['enabled', 'disabled'].includes(status) ? 'status'
          : [...statusReason ?? ''].length > 128 ? 'statusReason'
            : !['sas', 'selfSigned', 'certificateAuthority', 'none'].includes(type) ? 'authentication.type'
              : Object.values(x509Thumbprint).some(each => each !== null && !THUMBPRINT.test(each)) ? 'authentication.x509Thumbprint' : undefined;
    if (wrong) {
      throw new Refusal(this.refusal(400, 400004, 'ArgumentInvalid', `The value of ${wrong} is invalid.`));
    }
    return { ...device, status, statusReason, authentication, capabilities };
  }

  private nextEtag(): string {
    return Buffer.from(`device-${++this.changes}`).toString('base64');
  }
}
