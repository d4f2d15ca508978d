import { X509Certificate } from 'node:crypto';
import { InstanceApi } from './instance-api';
import { HUAWEI_IOTDA } from './refusal';
import { JsonMap } from '../../../contract/json-map';
import { isAnswer } from '../../registrar/json-answer';
import { fingerprintOf } from '../../registrar/shown-certificate';

/** The statuses of a device certificate. While it is `INACTIVE`, no device can connect with it. */
export type DeviceCertificateStatus = 'ACTIVE' | 'INACTIVE';

/** A device certificate as IoTDA holds it (`DeviceCertificateSimple`). */
export interface HeldDeviceCertificate {
  readonly id: string;
  readonly status: unknown;
}

const DEVICE_CERTIFICATES = '/device-certificates';

/**
 * The device certificates of an instance of IoTDA: ListDeviceCertificate and UpdateDeviceCertificate. IoTDA saves a certificate when a device
 * connects with it for the first time, unless the quota for certificates is used up.
 * https://support.huaweicloud.com/intl/en-us/usermanual-iothub/iot_01_0116.html
 * https://support.huaweicloud.com/api-iothub/ListDeviceCertificate.html
 * https://support.huaweicloud.com/api-iothub/UpdateDeviceCertificate.html
 */
export class InstanceDeviceCertificates {
  constructor(private readonly api: InstanceApi) {}

  /** A certificate, if a device has connected with it. */
  public find(certificate: X509Certificate): Promise<HeldDeviceCertificate | undefined> {
    return this.withFingerprint(fingerprintOf(certificate));
  }

  /** The certificate with this fingerprint, SHA-256, if a device has connected with it. */
  public async withFingerprint(fingerprint: string): Promise<HeldDeviceCertificate | undefined> {
    const listed = await this.api.list('the list of device certificates', {
      path: DEVICE_CERTIFICATES, member: 'device_certificates', query: { fingerprint },
    });
    const held = listed.find(each => typeof each.fingerprint === 'string' && each.fingerprint.toLowerCase() === fingerprint);
    return held && heldIn(held);
  }

  /** Sets the status of a certificate; does nothing if it is gone. */
  public async setStatus(id: string, status: DeviceCertificateStatus): Promise<void> {
    const what = 'the update of the device certificate';
    const response = await this.api.send(what, () => ({ method: 'PUT', url: `${DEVICE_CERTIFICATES}/${id}`, body: JSON.stringify({ status }) }));
    if (!isAnswer(response) || response.status >= 300 && response.status !== 404) {
      throw this.api.refusal(what, response);
    }
  }
}

function heldIn({ certificate_id: id, status }: JsonMap): HeldDeviceCertificate {
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) {
    throw new Error(`${HUAWEI_IOTDA} returned a device certificate without a certificate_id`);
  }
  return { id, status };
}
