import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Resource } from './cloudformation';
import { DAY, SimulatedCa, SimulatedWorld } from './world';
import { BUNDLES_WITH_CERTIFICATE } from '../../src/contract/renewal';
import { deviceProperties, Properties, SECRET } from '../support/events';
import { OpensslCas } from '../support/openssl-ca';

/** How a device gets its key and its certificate. */
interface Way {
  readonly type: 'Custom::IotDeviceCertificate' | 'Custom::IotServerCertificate';
  readonly key: 'secret' | 'parameter' | 'request';
  /** Whether a renewed certificate has the same key; absent if the certificate is only announced. */
  readonly keepsKey?: boolean;
}

export const WAYS = {
  'renewed': { type: 'Custom::IotDeviceCertificate', key: 'secret', keepsKey: false },
  'renewed with its key': { type: 'Custom::IotDeviceCertificate', key: 'secret', keepsKey: true },
  'renewed in a parameter': { type: 'Custom::IotDeviceCertificate', key: 'parameter', keepsKey: false },
  'requested': { type: 'Custom::IotDeviceCertificate', key: 'request' },
  'announced': { type: 'Custom::IotDeviceCertificate', key: 'secret' },
  'broker': { type: 'Custom::IotServerCertificate', key: 'secret', keepsKey: false },
} as const satisfies { readonly [way: string]: Way };

export type WayName = keyof typeof WAYS;

/** A key with its certificate, as a device has fetched it. */
export interface Credential {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  /** The certificates of the CAs above it, PEM. */
  readonly chainPem: string;
  readonly serialNumber: string;
}

/** What the model knows about a certificate. */
export interface Certificate extends Credential {
  readonly device: string;
  readonly ca: SimulatedCa;
  readonly identity: string;
  readonly notAfter: Date;
  /** When it is to be renewed, if it is renewed at all. */
  readonly dueAt?: Date;
  /** From when on its device has had no use of it in the ledger: another one has taken its place, or the device has left. */
  gone?: Date;
  state: 'good' | 'held' | 'revoked';
  wasHeld?: boolean;
}

/** A device of the model. */
export interface Device {
  readonly name: string;
  readonly way: WayName;
  readonly validityDays: number;
  readonly beforeDays: number;
  ca: SimulatedCa;
  generation: number;
  /** The key and the request of a device that makes its key itself. */
  request?: { readonly privateKeyPem: string; readonly csr: string };
  /** The latest certificate that was published for it. */
  published: Certificate;
  /** The certificate that it uses: it fetches a new one only after some days. */
  used: Certificate;
  fetchesAt?: Date;
  tags: string;
  /** Whether somebody is to look after it; nobody renews or replaces a forgotten one. */
  readonly isForgotten?: boolean;
}

/** The most days until a device fetches what was published for it. */
const MAX_LAG = 14;

/** The devices, as a model knows them: what each declares, what was published for it, and what it uses. */
export class Fleet {
  public readonly devices = new Map<string, Device>();
  /** All certificates that were ever seen, by serial number. */
  public readonly certificates = new Map<string, Certificate>();

  /** @param chainOf the certificates of a CA and of the CAs above it, as the stack has them */
  constructor(private readonly world: SimulatedWorld, private readonly requests: OpensslCas, private readonly chainOf: (ca: SimulatedCa) => string) {}

  public async add(name: string, way: WayName, ca: SimulatedCa, isForgotten = false): Promise<Device> {
    const { random } = this.world;
    const device = {
      name, way, ca, isForgotten, generation: 1, validityDays: 300 + random.below(101), beforeDays: 20 + random.below(41), tags: 'plant',
    } as Device;
    this.renewRequest(device);
    await this.deploy(device);
    this.devices.set(name, device);
    return device;
  }

  /** Deploys what is declared for a device now. */
  public async deploy(device: Device): Promise<void> {
    await this.world.cloudFormation.deploy(device.name, WAYS[device.way].type, this.propertiesOf(device));
    this.observe(device);
  }

  /** Gives a device another certificate with another key. */
  public async replace(device: Device): Promise<void> {
    device.generation++;
    this.renewRequest(device);
    await this.deploy(device);
  }

  /** Removes a device. Its CA publishes, so everything that it has had is revoked. */
  public async remove({ name, ca }: Device): Promise<void> {
    await this.world.cloudFormation.remove(name);
    this.devices.delete(name);
    for (const certificate of this.certificates.values()) {
      if (certificate.device === name && certificate.notAfter > this.world.now) {
        certificate.gone ??= this.world.now;
        certificate.state = certificate.ca === ca ? 'revoked' : certificate.state;
      }
    }
  }

  public propertiesOf({ name, way, ca, validityDays, beforeDays, generation, request, tags }: Device): Properties {
    const { key, keepsKey, type } = WAYS[way] as Way;
    const declared = deviceProperties(ca.caId, {
      LedgerTable: ca.table,
      IssuerKeyIdentifier: ca.keyIdentifier,
      Subject: { CommonName: name },
      ValidityDays: String(validityDays),
      Generation: String(generation),
      KeyStorage: key === 'parameter' ? { Type: 'Parameter', Path: this.placeOf(name, way) } : { Type: 'SecretsManager', SecretArn: this.placeOf(name, way) },
      Tags: key === 'parameter' ? [{ Key: 'team', Value: tags }] : undefined,
      Extensions: type === 'Custom::IotServerCertificate' ? { SubjectAlternativeNames: { Dns: ['localhost'] } } : undefined,
      ...keepsKey !== undefined && {
        Renewal: { BeforeDays: String(beforeDays), KeepKey: String(keepsKey) },
        Bundles: [{ Type: BUNDLES_WITH_CERTIFICATE.at(-1), SecretArn: this.bundleOf(name) }],
      },
    });
    if (!request) {
      return declared;
    }
    const { Subject, KeyAlgorithm, KeyStorage, ...requested } = declared;
    return { ...requested, CertificateSigningRequest: request.csr };
  }

  /** Looks at what is published for all devices, and has those fetch it whose time has come. */
  public observeAll(): void {
    for (const device of this.devices.values()) {
      this.observe(device);
      if (device.used !== device.published && (this.world.now >= device.fetchesAt! || device.used.state !== 'good')) {
        device.used = device.published;
      }
    }
  }

  /** Where the key of a device is: a secret, or the path of a parameter. */
  public placeOf(name: string, way: WayName): string {
    return WAYS[way].key === 'parameter' ? `/iot/devices/${name}` : `${SECRET}${name}-AbCdEf`;
  }

  /** Where its key is together with its certificate. */
  public bundleOf(name: string): string {
    return `${SECRET}${name}Combined-AbCdEf`;
  }

  private observe(device: Device): void {
    const resource = this.world.cloudFormation.resources.get(device.name)!;
    const credential = this.publishedFor(device, resource);
    if (credential.serialNumber === device.published?.serialNumber) {
      return;
    }
    const x509 = new X509Certificate(credential.certificatePem);
    if (!x509.checkPrivateKey(createPrivateKey(credential.privateKeyPem))) {
      throw new Error(`${device.name} gets the certificate ${credential.serialNumber} with another key`);
    }
    if (this.certificates.has(credential.serialNumber)) {
      throw new Error(`${device.name} gets the former certificate ${credential.serialNumber}`);
    }
    const notAfter = new Date(x509.validTo);
    const dueAt = 'keepsKey' in WAYS[device.way] ? new Date(notAfter.getTime() - device.beforeDays * DAY) : undefined;
    const certificate: Certificate = { ...credential, device: device.name, ca: device.ca, identity: resource.physicalId, notAfter, dueAt, state: 'good' };
    this.certificates.set(certificate.serialNumber, certificate);
    if (device.published) {
      device.published.gone = this.world.now;
      const left = Math.floor((device.used.notAfter.getTime() - this.world.now.getTime()) / DAY) - 1;
      device.fetchesAt = new Date(this.world.now.getTime() + this.world.random.below(Math.max(1, Math.min(MAX_LAG, left))) * DAY);
    }
    device.published = certificate;
    device.used ??= certificate;
  }

  /** What a device finds if it fetches its key and its certificate now. */
  private publishedFor({ name, way, ca, request }: Device, { data }: Resource): Credential {
    const { versions, currentVersion } = this.world.memory;
    const inSecret = (arn: string): string => versions.get(`${arn}/${currentVersion.get(arn)}`)!;
    if ('keepsKey' in WAYS[way]) {
      const combined = inSecret(this.bundleOf(name));
      const [privateKeyPem, certificatePem, ...chain] = combined.match(/-----BEGIN [^]*?-----END [A-Z ]+-----\n/g)!;
      return credentialOf(privateKeyPem, certificatePem, chain.join(''));
    }
    return credentialOf(request?.privateKeyPem ?? inSecret(this.placeOf(name, way)), data.CertificatePem, this.chainOf(ca));
  }

  private renewRequest(device: Device): void {
    if (WAYS[device.way].key === 'request') {
      const privateKeyPem = this.requests.key();
      device.request = { privateKeyPem, csr: this.requests.request(privateKeyPem, { subject: `/CN=${device.name}` }) };
    }
  }
}

const serialNumbers = new Map<string, string>();

function credentialOf(privateKeyPem: string, certificatePem: string, chainPem: string): Credential {
  const serialNumber = serialNumbers.get(certificatePem) ?? new X509Certificate(certificatePem).serialNumber;
  serialNumbers.set(certificatePem, serialNumber);
  return { privateKeyPem, certificatePem, chainPem, serialNumber };
}
