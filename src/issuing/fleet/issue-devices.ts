import { DeclaredDevice, declaredDevice } from './device-declaration';
import { madeAs, resultOf } from './device-result';
import { FleetIssuer, SigningFault } from './fleet-issuer';
import { FleetEntry, FleetLedger, MadeEntry, RevokedCertificates } from './fleet-ledger';
import { formerCertificatesOf } from './former-certificates';
import { DeviceKey, KeyArchive } from './key-archive';
import { DeviceOutcome, DeviceResult, DeviceRow, RefusedRow } from '../../contract/fleet';
import { DAY, formatTime } from '../../contract/term';
import { parseCertificate } from '../../pki/certificate';
import { formatName } from '../../pki/name';
import { inBlocks } from '../../pki/random-blocks';
import { isSerialNumberOf, newSerialNumber } from '../../pki/serial-number';
import { describePublicKey } from '../../pki/subject-key';
import { Requester } from '../../resource/lifecycle-event';
import { RawProperties } from '../../resource/property-values';
import { TABLE_WAS_CHANGED } from '../ledger/ledger';
import { givenKey } from '../ledger/reservation';
import { MAX_TURNS } from '../ledger/turns';
import { IssuingPorts } from '../ports';

/** A fleet, as the worker that issues for it knows it. */
export interface Fleet extends Requester {
  /** The properties that all devices share: those of a device certificate. */
  readonly template: RawProperties;
  /** How many days before its end a run replaces a certificate; absent if no run does. */
  readonly renewBeforeDays?: number;
}

/** What issuing for a fleet needs. */
export interface FleetPorts extends IssuingPorts {
  readonly fleetLedger: (table: string) => FleetLedger;
  /** Where keys go that are made here; absent if the fleet makes none, because each device has a certificate signing request. */
  readonly keyArchive?: KeyArchive;
  /** Fails if a later run of the fleet has begun to issue; absent where only one run at a time issues. */
  readonly assertNewest?: () => Promise<void>;
}

/** The results of a batch, in the order of its rows. */
export interface BatchResult {
  readonly devices: readonly DeviceResult[];
  readonly refused: readonly RefusedRow[];
}

/**
 * Issues certificates for a batch of devices, exactly once for each device and declaration, however often and by however many the batch is carried out, and
 * wherever an earlier attempt has ended.
 *
 * Nothing is reserved: two attempts make a certificate each, the ledger takes one of them for the device, and only what the ledger has is answered. The
 * encrypted keys are stored first, and the entry names the archive, so that the key of every certificate in the ledger can be delivered.
 *
 * A row that can't be issued is refused, and the others go on.
 *
 * @param run the run, which the ledger names for what it has issued
 * @throws Error if no row can be issued, as when the CA is revoked or the ledger can't be reached
 */
export async function issueDevices(rows: readonly DeviceRow[], fleet: Fleet, run: string, ports: FleetPorts): Promise<BatchResult> {
  const refused: RefusedRow[] = [];
  const results = new Map<number, DeviceResult>();
  const refuse = ({ line, deviceId }: DeviceRow, error: unknown): void => {
    refused.push({ line, deviceId, reason: (error as Error).message });
  };
  let pending = rows.flatMap(row =>
    attempt(() => declaredDevice(row, fleet.template, fleet), error => refuse(row, inTermsOfRow(row, error as Error))));
  if (pending.length > 0) {
    const batch = await Batch.of(pending[0], fleet, run, ports);
    for (let turn = 0; turn < MAX_TURNS && pending.length > 0; turn++) {
      pending = await batch.turn(pending, results, refuse);
    }
    pending.forEach(({ row }) => refuse(row, new Error('the ledger keeps changing while the certificate of this device is made; run the fleet again')));
  }
  return { devices: rows.flatMap(({ line }) => results.get(line) ?? []), refused: refused.sort((one, other) => one.line - other.line) };
}

/** An error about a declaration, with the names of columns in place of those of properties. */
function inTermsOfRow({ subject }: DeviceRow, { message }: Error): Error {
  const text = message.replace(/^(?:subject|subjectAlternativeNames)\./, '');
  return new Error(text.startsWith('commonName ') && !subject?.commonName ? `${text}; the row has none, so its deviceId is taken: give it a commonName` : text);
}

/** A certificate to be recorded, with its device, and with its key if it was made here. */
interface Made extends MadeEntry {
  readonly device: DeclaredDevice;
  readonly key?: DeviceKey;
}

/** What the rows of a batch have in common. */
class Batch {
  public static async of(any: DeclaredDevice, fleet: Fleet, run: string, ports: FleetPorts): Promise<Batch> {
    const { issuer, issuerLedgerTable } = any.declaration;
    return new Batch(fleet, run, ports, ports.fleetLedger(issuerLedgerTable), issuer!, await FleetIssuer.for(any, ports));
  }

  private readonly random: (bytes: number) => Buffer;

  private constructor(
    private readonly fleet: Fleet, private readonly run: string, private readonly ports: FleetPorts, private readonly ledger: FleetLedger,
    private readonly ca: string, private readonly issuer: FleetIssuer,
  ) {
    this.random = inBlocks(ports.random);
  }

  /** Issues what is to be issued. @returns the devices that somebody else has issued a certificate for meanwhile, to be looked at again */
  public async turn(
    devices: readonly DeclaredDevice[], results: Map<number, DeviceResult>, refuse: (row: DeviceRow, error: unknown) => void,
  ): Promise<DeclaredDevice[]> {
    const latest = await this.ledger.latest(this.ca, devices.map(({ identity }) => identity));
    await this.ports.assertNewest?.(); // only now: what a later run makes from here on is not what was read, so that the ledger refuses to replace it
    const isStanding = (device: DeclaredDevice): boolean => this.outcomeOf(device, latest.get(device.identity)) === undefined;
    const refused = await this.refuseRevoked(devices, latest, refuse);
    const open = devices.filter(device => !refused.has(device));
    this.confirm(open.filter(isStanding), latest, results, refuse);
    const changed = open.filter(device => this.outcomeOf(device, latest.get(device.identity)) === 'replaced');
    const back = await formerCertificatesOf(changed, latest, this.ca, this.ledger, entry => !this.isEnding(entry));
    const made: Made[] = [];
    for (const device of open.filter(each => !isStanding(each))) {
      await this.next(device, latest.get(device.identity), back.get(device.identity)).then(each => made.push(each), error => {
        if (error instanceof SigningFault) { // it has nothing to do with the row, and may pass
          throw error.cause;
        }
        refuse(device.row, error);
      });
    }
    const archived = await this.archived(made);
    await this.ports.assertNewest?.(); // making keys takes long
    const recorded = await this.ledger.record(archived);
    const again: DeclaredDevice[] = [];
    for (const { entry, over, isBack, device } of archived) {
      if (recorded.has(entry.identity)) {
        results.set(device.row.line, resultOf(device, isBack ? 'restored' : this.outcomeOf(device, over)!, entry));
      } else {
        again.push(device);
      }
    }
    return again;
  }

  /** What a new certificate of the device would be; `undefined` if it has the one that is declared. */
  private outcomeOf(device: DeclaredDevice, latest: FleetEntry | undefined): DeviceOutcome | undefined {
    const { declared } = device;
    return !latest ? 'issued'
      : latest.declared !== declared ? 'replaced'
        : this.fleet.renewBeforeDays !== undefined && this.isEnding(latest) && latest.reservedBy !== this.run && this.endsLater(device, latest)
          ? 'renewed' : undefined;
  }

  /** Whether a new certificate would end later than the latest one. It would not where both end with their CA. */
  private endsLater(device: DeclaredDevice, { notAfter }: FleetEntry): boolean {
    return attempt(() => this.issuer.validityOf(device), () => undefined).some(validity => formatTime(validity.notAfter) > notAfter);
  }

  /** Whether a certificate has ended, or is to be replaced soon because of its end. */
  private isEnding({ notAfter }: FleetEntry): boolean {
    return new Date(notAfter).getTime() - this.ports.clock().getTime() < (this.fleet.renewBeforeDays ?? 0) * DAY;
  }

  /**
   * Refuses the devices whose certificate of the same declaration is revoked or on hold: none of them gets another one, not even because it is about to end. A
   * key that was compromised gets no other certificate either.
   */
  private async refuseRevoked(
    devices: readonly DeclaredDevice[], latest: ReadonlyMap<string, FleetEntry>, refuse: (row: DeviceRow, error: unknown) => void,
  ): Promise<ReadonlySet<DeclaredDevice>> {
    const entries = devices.flatMap(({ identity }) => latest.get(identity) ?? []);
    const revoked = entries.length === 0 ? new Map() : await this.ledger.revoked(this.ca, entries.map(({ serialNumber }) => serialNumber));
    const refused = devices.flatMap(device => {
      const reason = refusalOf(device, latest.get(device.identity), revoked);
      return reason === undefined ? [] : [{ device, reason }];
    });
    refused.forEach(({ device, reason }) => refuse(device.row, new Error(reason)));
    return new Set(refused.map(({ device }) => device));
  }

  /** Answers certificates that the ledger has. They are checked first, because anyone with write access to the ledger could have replaced them. */
  private confirm(
    devices: readonly DeclaredDevice[], latest: ReadonlyMap<string, FleetEntry>, results: Map<number, DeviceResult>,
    refuse: (row: DeviceRow, error: unknown) => void,
  ): void {
    devices.forEach(device => {
      const entry = latest.get(device.identity)!;
      attempt(() => {
        if (new Date(entry.notAfter) < this.ports.clock()) {
          throw new Error(`the certificate ${entry.serialNumber} of the device must not have ended, and it did, on ${entry.notAfter}; declare \`renewBefore\` `
            + '(on the command line, --renew-before-days), or change its row, for another one');
        }
        this.assertGenuine(entry);
        results.set(device.row.line, resultOf(device, entry.reservedBy === this.run ? madeAs(entry) : 'unchanged', entry));
      }, error => refuse(device.row, error));
    });
  }

  private assertGenuine({ identity, serialNumber, certificate }: FleetEntry): void {
    if (!isSerialNumberOf(serialNumber, identity) || !this.issuer.isOwn(certificate, serialNumber)) {
      throw new Error(`the ledger must hold the certificate that was issued under serial number ${serialNumber}, got another one; ${TABLE_WAS_CHANGED}`);
    }
  }

  /** The next certificate of a device: one that comes back, or a new one. */
  private async next(device: DeclaredDevice, over: FleetEntry | undefined, back: FleetEntry | undefined): Promise<Made> {
    if (!back) {
      return this.make(device, over);
    }
    this.assertGenuine(back);
    const restoredOver = [...new Set([...back.restoredOver ?? [], over!.serialNumber])];
    return { entry: { ...back, returnedAt: this.ports.clock().toISOString(), restoredOver }, over, isBack: true, device };
  }

  private async make(device: DeclaredDevice, over: FleetEntry | undefined): Promise<Made> {
    const { declaration, identity, declared, row: { deviceId } } = device;
    const { profile, subject, keyAlgorithm } = declaration;
    const given = givenKey(declaration);
    if (!given && !this.ports.keyArchive) {
      throw new Error('certificateSigningRequest must be given, because the fleet has no recipient for private keys that are made here; give the row a request, '
        + 'or name a recipient (keyRecipient; on the command line, --recipient)');
    }
    const serialNumber = newSerialNumber(this.random, identity);
    const validity = this.issuer.validityOf(device);
    const pair = given ? undefined : await this.ports.generateKeyPair(keyAlgorithm!);
    const publicKey = given ?? pair!.publicKey;
    const certificate = await this.issuer.issue(device, serialNumber, publicKey, validity);
    const now = this.ports.clock().toISOString();
    const { stackId, logicalResourceId } = this.fleet;
    const entry: FleetEntry = {
      identity,
      issuer: this.ca,
      serialNumber,
      status: 'ISSUED',
      profile,
      subject: formatName(subject!),
      commonName: subject!.commonName,
      keyAlgorithm: keyAlgorithm ?? describePublicKey(publicKey),
      notBefore: formatTime(validity.notBefore),
      notAfter: formatTime(validity.notAfter),
      stackId,
      logicalResourceId,
      reservedAt: now,
      reservedBy: this.run,
      issuedAt: now,
      issuedBy: this.run,
      certificate,
      deviceId,
      declared,
      ...over && (over.declared === declared ? { renews: over.serialNumber, renewalNumber: (over.renewalNumber ?? 0) + 1, deliveredAt: now }
        : { replaces: over.serialNumber }),
    };
    return { entry, over, device, ...pair && { key: { deviceId, serialNumber, privateKeyPem: pair.privateKeyPem } } };
  }

  /** Stores the keys of a batch, and names their archive in the entries. */
  private async archived(made: readonly Made[]): Promise<readonly Made[]> {
    const keys = made.flatMap(({ key }) => key ?? []);
    if (keys.length === 0) {
      return made;
    }
    const keyArchive = await this.ports.keyArchive!.store(keys);
    return made.map(each => each.key ? { ...each, entry: { ...each.entry, keyArchive } } : each);
  }
}

/** Why a device gets no certificate because of the one that it has. */
function refusalOf({ declared, declaration }: DeclaredDevice, entry: FleetEntry | undefined, revoked: RevokedCertificates): string | undefined {
  const reason = entry && revoked.get(entry.serialNumber);
  if (reason === undefined) {
    return undefined;
  }
  const { serialNumber, certificate } = entry!;
  if (entry!.declared === declared) {
    return `the certificate ${serialNumber} of the device must not be revoked or on hold, and it is (${reason}); for another one, give its row a request for another key, or raise its `
      + '`generation` (raising that of the fleet gives every device another certificate)';
  }
  return reason === 'keyCompromise' && givenKey(declaration)?.equals(parseCertificate(certificate).publicKey)
    ? `certificateSigningRequest must be for another key than that of the certificate ${serialNumber}, which is revoked because its key was compromised; create a key and a request anew`
    : undefined;
}

/** Carries something out. @returns its result in a list, or nothing if it has failed */
function attempt<T>(work: () => T, onError: (error: unknown) => void): T[] {
  try {
    return [work()];
  } catch (error) {
    onError(error);
    return [];
  }
}
