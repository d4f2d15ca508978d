import 'reflect-metadata';
import { X509Crl } from '@peculiar/x509';
import { handleLifecycleEvent } from '../../../src/issuing/lifecycle';
import { makeCrl, recordPublished } from '../../../src/issuing/revocation/make-crl';
import { revokeCertificate } from '../../../src/issuing/revocation/revoke-certificate';
import { LifecycleEvent, LifecycleResult } from '../../../src/resource/lifecycle-event';
import { caProperties, deviceProperties, request, SECRET } from '../../support/events';
import { MemoryWorld } from '../../support/memory-ports';
import { Random } from '../../support/random';
import { seedOf } from '../../support/seed';

/** More are played at night. */
const HISTORIES = Number(process.env.REVOCATION_HISTORIES ?? 60);
const SEED = seedOf('REVOCATION_SEED');
const STEPS = 25;
const DAY = 86_400_000;
const LIFE = 7 * DAY;
const EC = { KeyAlgorithm: 'EC_P256' };

/** What a model knows about a certificate. */
interface Certificate {
  readonly serialNumber: string;
  readonly pem: string;
  readonly notAfter: Date;
  state: 'good' | 'held' | 'revoked';
  since?: Date;
  reason?: string;
}

/** What a model knows about a device: what it declares, and what it has had under each generation. */
interface Device {
  readonly name: string;
  generation: number;
  declared?: { readonly physicalId: string; readonly certificate: Certificate };
  readonly had: Map<number, Certificate>;
  /** Whether the last request for it has failed: the next one may undo it. */
  failed: boolean;
}

/** A CA with devices, and what a model says about them. */
class History {
  public readonly steps: string[] = [];
  private readonly world = new MemoryWorld();
  private readonly devices: Device[] = ['a', 'b', 'c'].map(name => ({ name, generation: 1, had: new Map(), failed: false }));
  private readonly all: Certificate[] = [];
  private caId = '';
  private count = 0;
  private number = 0;
  private publishedAt?: Date;

  constructor(private readonly random: Random) {}

  public async play(): Promise<void> {
    const ca = await handleLifecycleEvent({ ...request('ca', 'Create', caProperties(EC)), requestId: 'ca' }, this.world.ports());
    this.caId = ca.physicalResourceId;
    const sites = [{ url: 'http://pki.acme.example/ca', partitions: 1 }];
    await this.world.revocations('ledger').publishAt(this.caId, { sites, active: true, revision: 1, owner: 'stack/Publication', requestId: 'create' }, undefined);
    for (let step = 0; step < STEPS; step++) {
      this.world.now = new Date(this.world.now.getTime() + 1000 * (1 + this.random.below(5)));
      const device = this.devices[this.random.below(this.devices.length)];
      await this.step(this.random.below(9), device);
    }
    await this.publish();
  }

  private async step(kind: number, device: Device): Promise<void> {
    const certificate = this.all[this.random.below(Math.max(1, this.all.length))] as Certificate | undefined;
    switch (kind) {
      case 0: case 1: return device.declared ? this.keep(device) : this.declare(device);
      case 2: return device.declared && this.renew(device);
      case 3: return device.declared && this.rollBack(device);
      case 4: return device.declared && this.remove(device);
      case 5: return certificate && this.order(certificate, 'keyCompromise');
      case 6: return certificate && this.order(certificate, 'certificateHold');
      case 7: return certificate && this.order(certificate, 'removeFromCRL');
      default:
        this.steps.push('time passes');
        this.world.now = new Date(this.world.now.getTime() + this.random.below(120) * DAY);
        return this.publish();
    }
  }

  private send(device: Device, requestType: LifecycleEvent['requestType'], generation: number, physicalResourceId?: string): Promise<LifecycleResult> {
    this.steps.push(`${requestType} ${device.name} ${generation}`);
    return handleLifecycleEvent({
      ...request('device', requestType, deviceProperties(this.caId, {
        ...EC,
        Subject: { CommonName: device.name },
        ValidityDays: '200',
        Generation: String(generation),
        KeyStorage: { Type: 'SecretsManager', SecretArn: `${SECRET}${device.name}-AbCdEf` },
      })),
      requestId: `${++this.count}`,
      logicalResourceId: device.name,
      physicalResourceId,
    }, this.world.ports());
  }

  /** Takes what a request has brought: the certificate that the generation had, if it is still good, or else a new one. */
  private take(device: Device, generation: number, { physicalResourceId, data }: LifecycleResult): Certificate {
    const before = device.had.get(generation);
    const isBack = before && before.state === 'good' && before.notAfter > this.world.now;
    if (isBack) {
      expect(data!.CertificatePem).toBe(before.pem);
    } else {
      expect(this.all.map(({ serialNumber }) => serialNumber)).not.toContain(data!.SerialNumber);
    }
    const certificate: Certificate = isBack ? before
      : { serialNumber: data!.SerialNumber!, pem: data!.CertificatePem!, notAfter: new Date(data!.NotAfter!), state: 'good' };
    if (!isBack) {
      this.all.push(certificate);
      device.had.set(generation, certificate);
    }
    device.generation = generation;
    device.declared = { physicalId: physicalResourceId, certificate };
    device.failed = false;
    return certificate;
  }

  private async declare(device: Device): Promise<void> {
    this.take(device, device.generation, await this.send(device, 'Create', device.generation));
  }

  /** An update that keeps the certificate is refused if it is revoked, unless it may undo a failed one. */
  private async keep(device: Device): Promise<void> {
    const { physicalId, certificate } = device.declared!;
    const update = this.send(device, 'Update', device.generation, physicalId);
    if (certificate.state === 'good' || device.failed) {
      expect((await update).data!.CertificatePem).toBe(certificate.pem);
      device.failed = false;
    } else {
      await expect(update).rejects.toThrow(certificate.state === 'held' ? 'has been on hold since' : 'has been revoked since');
      device.failed = true;
    }
  }

  private async renew(device: Device): Promise<void> {
    const { physicalId } = device.declared!;
    const former = device.generation;
    const generation = Math.max(...device.had.keys()) + 1;
    this.take(device, generation, await this.send(device, 'Update', generation, physicalId));
    await this.send(device, 'Delete', former, physicalId);
  }

  private async rollBack(device: Device): Promise<void> {
    const { physicalId, certificate } = device.declared!;
    const { generation } = device;
    if (certificate.state !== 'good') {
      return;
    }
    const next = Math.max(...device.had.keys()) + 1;
    const tried = await this.send(device, 'Update', next, physicalId);
    this.take(device, next, tried);
    const back = await this.send(device, 'Update', generation, tried.physicalResourceId);
    expect(back.data!.CertificatePem).toBe(certificate.pem);
    device.generation = generation;
    device.declared = { physicalId, certificate };
    await this.send(device, 'Delete', next, tried.physicalResourceId);
  }

  /** Revokes the certificate of the device, and those of its other generations that anyone could still use. */
  private async remove(device: Device): Promise<void> {
    const { physicalId, certificate } = device.declared!;
    await this.send(device, 'Delete', device.generation, physicalId);
    device.declared = undefined;
    device.failed = false;
    for (const each of new Set([certificate, ...device.had.values()])) {
      if (each.state !== 'revoked' && (each === certificate || each.notAfter > this.world.now)) {
        this.revoked(each, 'cessationOfOperation');
      }
    }
  }

  private revoked(certificate: Certificate, reason: string): void {
    certificate.since = certificate.state === 'held' ? certificate.since : this.world.now;
    certificate.state = 'revoked';
    certificate.reason = reason;
  }

  private async order(certificate: Certificate, reason: 'keyCompromise' | 'certificateHold' | 'removeFromCRL'): Promise<void> {
    this.steps.push(`${reason} ${certificate.serialNumber}`);
    const ordered = revokeCertificate({ issuer: this.caId, serialNumber: certificate.serialNumber, reason, orderedBy: 'history' },
      this.world.revocations('ledger'), this.world.now);
    const { state } = certificate;
    const isRefused = reason === 'removeFromCRL' ? state !== 'held' : reason === 'certificateHold' && state === 'revoked';
    if (isRefused) {
      await expect(ordered).rejects.toThrow(/^reason must/);
      return;
    }
    const { changed } = await ordered;
    expect(changed).toBe(!(state === 'revoked' || (state === 'held' && reason === 'certificateHold')));
    if (changed && reason === 'removeFromCRL') {
      certificate.state = 'good';
    } else if (changed && reason === 'certificateHold') {
      Object.assign(certificate, { state: 'held', since: this.world.now, reason });
    } else if (changed) {
      this.revoked(certificate, reason);
    }
  }

  /** The list has what the model says, by another library's reading, and a greater number than the one before it. */
  private async publish(): Promise<void> {
    this.steps.push('publish');
    const crl = await makeCrl(this.caId, 'ledger', LIFE, this.world.ports());
    await recordPublished(crl, this.caId, 'ledger', this.world.ports());
    const listed = new X509Crl(crl.der).entries
      .map(({ serialNumber, revocationDate }) => [serialNumber.toUpperCase(), revocationDate.getTime()] as const);
    const expected = this.all.filter(({ state, notAfter }) => state !== 'good' && !(this.publishedAt && notAfter < this.publishedAt))
      .map(({ serialNumber, since }) => [serialNumber, Math.floor(since!.getTime() / 1000) * 1000] as const);
    expect([...listed].sort()).toEqual([...expected].sort());
    expect(crl.number).toBeGreaterThan(this.number);
    this.number = crl.number;
    this.publishedAt = crl.thisUpdate;
  }
}

test(`${HISTORIES} random histories end as a model says`, async () => {
  for (let index = 0; index < HISTORIES; index++) {
    const history = new History(new Random(SEED + index));
    try {
      await history.play();
    } catch (error) {
      const played = `REVOCATION_SEED=${SEED + index} REVOCATION_HISTORIES=1: after ${history.steps.join(', ')}`;
      throw new Error(`${played}: ${(error as Error).message}`);
    }
  }
}, 100_000 + HISTORIES * 5_000);
