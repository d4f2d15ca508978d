import { InstanceApi } from './instance-api';
import { HUAWEI_IOTDA } from './refusal';
import { isMap, JsonMap } from '../../../contract/json-map';
import { isAnswer } from '../../registrar/json-answer';

/** A device as IoTDA holds it (`ShowDeviceResponse`), without its secrets. */
export interface HeldDevice {
  readonly id: string;
  readonly isFrozen: boolean;
  /** Whether the device connects itself. Others connect through it, and can't be frozen. */
  readonly isDirect: boolean;
  /** Whether the device authenticates by a certificate. */
  readonly hasCertificate: boolean;
  /** SHA-1 or SHA-256, in lower-case hexadecimal digits: the certificates with which the device may connect. Without any, the next one is taken. */
  readonly fingerprints: readonly string[];
}

/** The form of a device's node ID. https://support.huaweicloud.com/api-iothub/iot_06_v5_0048.html */
const NODE_ID = /^[\w-]{1,64}$/;

const DEVICES = '/devices';

/**
 * The devices of an instance of IoTDA: ListDevices, ShowDevice, FreezeDevice and UnfreezeDevice. A frozen device can't connect.
 * https://support.huaweicloud.com/api-iothub/iot_06_v5_0048.html
 * https://support.huaweicloud.com/api-iothub/iot_06_v5_0055.html
 * https://support.huaweicloud.com/api-iothub/iot_06_v5_0094.html
 * https://support.huaweicloud.com/api-iothub/iot_06_v5_0095.html
 */
export class InstanceDevices {
  constructor(private readonly api: InstanceApi) {}

  /** The devices with a node ID: at most one for each product. */
  public async withNodeId(nodeId: string): Promise<HeldDevice[]> {
    if (!NODE_ID.test(nodeId)) {
      return [];
    }
    const { appId } = this.api;
    const listed = await this.api.list('the list of devices', {
      path: DEVICES, member: 'devices', query: { node_id: nodeId, ...appId !== undefined && { app_id: appId } },
    });
    const devices: HeldDevice[] = [];
    for (const device of listed.filter(each => each.node_id === nodeId)) {
      const shown = await this.show(idIn(device));
      devices.push(...shown?.id === idIn(device) ? [shown] : []);
    }
    return devices;
  }

  /** Freezes or unfreezes a device. A refusal is ignored if the device is in that state already, or gone. */
  public async setFrozen(id: string, isFrozen: boolean): Promise<void> {
    const what = isFrozen ? 'the freezing of the device' : 'the unfreezing of the device';
    const response = await this.api.send(what, () => ({ method: 'POST', url: `${DEVICES}/${id}/${isFrozen ? 'freeze' : 'unfreeze'}` }));
    const done = response.status < 300 && isAnswer(response) || (await this.show(id))?.isFrozen !== !isFrozen;
    if (!done) {
      throw this.api.refusal(what, response);
    }
  }

  /** A device, if it exists. */
  private async show(id: string): Promise<HeldDevice | undefined> {
    const what = 'the request for the device';
    const response = await this.api.send(what, () => ({ method: 'GET', url: `${DEVICES}/${id}` }));
    return response.status === 404 && isAnswer(response) ? undefined : deviceIn(this.api.answer(what, response));
  }
}

function deviceIn(shown: JsonMap): HeldDevice {
  const { auth_info: authInfo, status, node_type: nodeType } = shown;
  const { auth_type: authType, fingerprint, secondary_fingerprint: secondary } = isMap(authInfo) ? authInfo : {};
  return {
    id: idIn(shown),
    isFrozen: status === 'FROZEN',
    isDirect: nodeType !== 'ENDPOINT',
    hasCertificate: authType === 'CERTIFICATES',
    fingerprints: [fingerprint, secondary].filter(each => typeof each === 'string' && each !== '').map(each => String(each).toLowerCase()),
  };
}

function idIn({ device_id: id }: JsonMap): string {
  if (typeof id !== 'string' || !/^[\w-]{1,256}$/.test(id)) {
    throw new Error(`${HUAWEI_IOTDA} returned a device without a device_id`);
  }
  return id;
}
