import { AzureCas, thumbprintsIn, thumbprintsOf } from './azure-cas';
import { AzureReading } from './azure-reading';
import { isMap, JsonMap } from '../../../contract/json-map';
import { outsideCode, outsideId } from '../../../lambda/outside-text';
import { isOfDevice, KnownCa, KnownCertificate, PlatformInventory, Standing, Unexplained } from '../../inventory/platform-inventory';
import { LOOK_AT_ENDPOINT } from '../../registrar/json-answer';

/** The members that are compared. Azure charges for what a query returns. */
const QUERY = 'SELECT deviceId, status, authenticationType, x509Thumbprint FROM devices';

/** What is noted of a device. Devices that accept any certificate of their CA are many, and share a few of these. */
interface Device {
  readonly status: string;
  /** `certificateAuthority`, `selfSigned` or another type. */
  readonly type: string;
  /** The thumbprints that it accepts, upper-case hexadecimal digits, except those that a certificate of the ledgers has explained. */
  readonly thumbprints: ReadonlySet<string>;
  readonly explained: ReadonlySet<string>;
  /** Whether a certificate of the ledgers has its ID as its common name. */
  readonly isExplained: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The devices of an IoT hub. A hub knows devices, and not certificates: a device accepts the certificates with its thumbprints, or any
 * certificate of a CA whose common name is its ID.
 *
 * @see https://learn.microsoft.com/azure/iot-hub/authenticate-authorize-x509
 */
export class HubInventory implements PlatformInventory {
  /** @param areAllCas whether the ledgers are those of all CAs, so that other devices and CAs are unexplained */
  public static async read(reading: AzureReading, cas: readonly KnownCa[], areAllCas: boolean): Promise<HubInventory> {
    const inventory = new HubInventory(reading.name, await AzureCas.read(reading, cas), areAllCas);
    for await (const page of reading.query('devices', QUERY)) {
      page.forEach(device => inventory.note(...deviceIn(reading.name, device)));
    }
    return inventory;
  }

  private readonly devices = new Map<string, Device>();
  private readonly shared = new Map<string, Device>();

  private constructor(public readonly name: string, private readonly cas: AzureCas, private readonly areAllCas: boolean) {}

  public find(certificate: KnownCertificate): Standing | 'absent' | undefined {
    const { profile, commonName: id } = certificate;
    if (profile === 'ca') {
      return this.cas.find(certificate);
    }
    if (!isOfDevice(certificate) || id === undefined || id.includes('/')) { // a module's certificate has the IDs of the device and of the module
      return undefined;
    }
    const device = this.devices.get(id);
    return device ? this.standingAt(id, device, certificate) : 'absent';
  }

  public *unexplained(): Iterable<Unexplained> {
    if (!this.areAllCas) {
      return;
    }
    for (const [id, { status, type, thumbprints, explained, isExplained }] of this.devices) {
      if (type === 'certificateAuthority' && !isExplained || [...thumbprints].some(each => !explained.has(each))) {
        yield { kind: 'certificate', id, status };
      }
    }
    yield* this.cas.unexplained();
  }

  private standingAt(id: string, device: Device, certificate: KnownCertificate): Standing {
    const { status, type, thumbprints, explained } = device;
    const thumbprint = thumbprintsOf(certificate).find(each => thumbprints.has(each));
    this.note(id, { ...device, isExplained: true, explained: thumbprint === undefined ? explained : new Set([...explained, thumbprint]) });
    if (type === 'certificateAuthority' || thumbprint !== undefined) {
      return { id, status, isAccepted: status === 'enabled', isOwn: thumbprint !== undefined };
    }
    return { id, status: type === 'selfSigned' ? 'has other thumbprints' : `authentication type ${type}`, isAccepted: false, isOwn: false };
  }

  private note(id: string, device: Device): void {
    if (device.thumbprints.size > 0) {
      this.devices.set(id, device);
      return;
    }
    const key = `${device.status} ${device.type} ${device.isExplained}`;
    const shared = this.shared.get(key) ?? device;
    this.shared.set(key, shared);
    this.devices.set(id, shared);
  }
}

function deviceIn(hub: string, { deviceId, status, authenticationType, x509Thumbprint }: JsonMap): [id: string, device: Device] {
  const id = outsideId(deviceId);
  if (id === undefined || typeof status !== 'string' || typeof authenticationType !== 'string') {
    throw new Error(`${hub} returned a device without an ID, a status or an authentication type; ${LOOK_AT_ENDPOINT}`);
  }
  const { primaryThumbprint, secondaryThumbprint } = isMap(x509Thumbprint) ? x509Thumbprint : {};
  const thumbprints = authenticationType === 'selfSigned' ? thumbprintsIn(primaryThumbprint, secondaryThumbprint) : [];
  return [id, {
    status: outsideCode(status),
    type: outsideCode(authenticationType),
    thumbprints: thumbprints.length === 0 ? NONE : new Set(thumbprints),
    explained: NONE,
    isExplained: false,
  }];
}
