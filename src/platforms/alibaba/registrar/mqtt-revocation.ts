import { X509Certificate } from 'node:crypto';
import { MqttApi } from './mqtt-api';
import { deviceSnOf, NumberedCa } from './serial-numbers';
import { RevocationTarget, RevokedCertificate } from '../../registrar/revocation/revocation-target';
import { fingerprintOf } from '../../registrar/shown-certificate';

/** What becomes of a certificate: whether it is to be active, and what the log says of the change. */
interface Change {
  readonly isActive: boolean;
  readonly words: string;
}

const DEACTIVATED: Change = { isActive: false, words: 'deactivated' };
const OF_STATE: { readonly [S in RevokedCertificate['state']]: Change } = {
  REVOKED: DEACTIVATED,
  HELD: DEACTIVATED,
  RELEASED: { isActive: true, words: 'activated' },
};

/**
 * An instance of ApsaraMQ for MQTT, as revocations are carried over to it. It identifies a device certificate by the SNs of its CA and of its
 * own, and knows it once a client has connected with it.
 */
export class MqttRevocation implements RevocationTarget {
  private cas?: readonly NumberedCa[];

  constructor(private readonly api: (signal: AbortSignal) => MqttApi) {}

  public async carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    const api = this.api(signal);
    const change = OF_STATE[revoked.state];
    return revoked.certificate.ca ? changeCa(api, revoked, change) : this.changeDevice(api, revoked, change);
  }

  public async assertInReach(signal: AbortSignal): Promise<void> {
    for await (const _ca of this.api(signal).cas()) {
      break;
    }
  }

  private async changeDevice(api: MqttApi, revoked: RevokedCertificate, { isActive, words }: Change): Promise<string | undefined> {
    const { certificate } = revoked;
    this.cas ??= await numberedCas(api);
    let changed: string | undefined;
    for (const ca of this.cas.filter(each => hasIssued(each, certificate))) {
      const id = { caSn: ca.sn, deviceSn: deviceSnOf(certificate, ca) };
      const wasActive = await api.isDeviceActive(id);
      const change = (): Promise<void> => isActive ? api.activateDevice(id) : api.deactivateDevice(id);
      if (wasActive !== undefined && await revoked.apply(`apsara-mqtt#device#${id.caSn}/${id.deviceSn}`, !wasActive, change)) {
        changed = `${words} the device certificate`;
      }
    }
    return changed;
  }
}

/** A CA that is inactive keeps its registration, and becomes active again when its hold ends. */
async function changeCa(api: MqttApi, revoked: RevokedCertificate, { isActive, words }: Change): Promise<string | undefined> {
  const registered = await api.find(fingerprintOf(revoked.certificate));
  if (!registered) {
    return undefined;
  }
  const { sn, active } = registered;
  return await revoked.apply(`apsara-mqtt#ca#${sn}`, !active, () => isActive ? api.activate(sn) : api.deactivate(sn))
    ? `${words} the CA certificate` : undefined;
}

async function numberedCas(api: MqttApi): Promise<NumberedCa[]> {
  const cas: NumberedCa[] = [];
  for await (const { sn, certificate } of api.cas()) {
    cas.push(...certificate ? [{ sn, certificate }] : []);
  }
  return cas;
}

/** Whether a CA has issued a certificate. A CA whose certificate was replaced can be registered with both. */
function hasIssued({ certificate: ca }: NumberedCa, certificate: X509Certificate): boolean {
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}
