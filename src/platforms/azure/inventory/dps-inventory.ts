import { X509Certificate } from 'node:crypto';
import { AzureCas, thumbprintOf, thumbprintsIn, thumbprintsOf } from './azure-cas';
import { AzureReading } from './azure-reading';
import { isMap, JsonMap } from '../../../contract/json-map';
import { outsideCode, outsideId } from '../../../lambda/outside-text';
import { isOfDevice, KnownCa, KnownCertificate, PlatformInventory, Standing, Unexplained } from '../../inventory/platform-inventory';
import { LOOK_AT_ENDPOINT } from '../../registrar/json-answer';

/** An individual enrollment, or an enrollment group. */
interface Enrollment {
  readonly id: string;
  readonly status: string;
  /** The thumbprints of its certificates that the service shows, upper-case hexadecimal digits; several are of the same certificate. */
  readonly certificates: readonly (readonly string[])[];
  /** The thumbprints of them that certificates of the ledgers have. */
  readonly explained: Set<string>;
}

/**
 * The enrollments of a provisioning service. It looks for an individual enrollment first, whose registration ID is the common name of the
 * certificate, and for an enrollment group, which trusts a CA, only if there is none.
 *
 * @see https://learn.microsoft.com/azure/iot-dps/concepts-x509-attestation#dps-order-of-operations-with-certificates
 */
export class DpsInventory implements PlatformInventory {
  /** @param areAllCas whether the ledgers are those of all CAs, so that other enrollments and CAs are unexplained */
  public static async read(reading: AzureReading, cas: readonly KnownCa[], areAllCas: boolean): Promise<DpsInventory> {
    const inventory = new DpsInventory(reading.name, await AzureCas.read(reading, cas), cas, areAllCas);
    for await (const page of reading.query('enrollmentGroups', 'SELECT * FROM enrollmentGroups')) {
      page.forEach(group => inventory.noteGroup(group));
    }
    for await (const page of reading.query('enrollments', 'SELECT * FROM enrollments')) {
      page.forEach(enrollment => inventory.noteEnrollment(enrollment));
    }
    return inventory;
  }

  private readonly groups: Enrollment[] = [];
  /** By the registration ID in small letters: the service does not distinguish cases. */
  private readonly enrollments = new Map<string, Enrollment>();
  /** The thumbprints of each CA of the ledgers and of those above it, by its identity. */
  private readonly chains: ReadonlyMap<string, ReadonlySet<string>>;

  private constructor(public readonly name: string, private readonly cas: AzureCas, known: readonly KnownCa[], private readonly areAllCas: boolean) {
    this.chains = chainsOf(known);
  }

  public find(certificate: KnownCertificate): Standing | 'absent' | undefined {
    const { profile, commonName, caId } = certificate;
    if (profile === 'ca') {
      return this.cas.find(certificate);
    }
    if (!isOfDevice(certificate) || commonName === undefined) {
      return undefined;
    }
    const enrollment = this.enrollments.get(commonName.toLowerCase());
    if (enrollment) {
      return standingAt(enrollment, certificate);
    }
    const chain = this.chains.get(caId) ?? new Set();
    const groups = this.groups.filter(({ certificates }) => certificates.flat().some(each => chain.has(each)));
    const group = groups.find(({ status }) => status === 'enabled') ?? groups[0];
    return group ? { id: group.id, status: group.status, isAccepted: group.status === 'enabled', isOwn: false } : 'absent';
  }

  public *unexplained(): Iterable<Unexplained> {
    if (!this.areAllCas) {
      return;
    }
    for (const { id, status, certificates, explained } of this.enrollments.values()) {
      if (certificates.some(thumbprints => !thumbprints.some(each => explained.has(each)))) {
        yield { kind: 'certificate', id, status };
      }
    }
    const known = new Set([...this.chains.values()].flatMap(chain => [...chain]));
    for (const { id, status, certificates } of this.groups) {
      if (certificates.some(thumbprints => !thumbprints.some(each => known.has(each)))) {
        yield { kind: 'ca', id, status };
      }
    }
    yield* this.cas.unexplained();
  }

  /** A group trusts CAs whose certificates it has itself, or that the service has under their names. */
  private noteGroup(group: JsonMap): void {
    const { signingCertificates, caReferences } = attestationOf(group);
    const references = isMap(caReferences) ? [caReferences.primary, caReferences.secondary].filter(each => typeof each === 'string') : [];
    const referred = references.map(name => this.cas.thumbprintOf(name)).filter(each => each !== undefined).map(each => [each]);
    this.groups.push(enrollmentIn(this.name, group, 'enrollmentGroupId', [...shownIn(signingCertificates), ...referred]));
  }

  private noteEnrollment(enrollment: JsonMap): void {
    const noted = enrollmentIn(this.name, enrollment, 'registrationId', shownIn(attestationOf(enrollment).clientCertificates));
    this.enrollments.set(noted.id.toLowerCase(), noted);
  }
}

function standingAt({ id, status, certificates, explained }: Enrollment, certificate: KnownCertificate): Standing {
  const own = thumbprintsOf(certificate);
  const shown = certificates.flat().filter(each => own.includes(each));
  shown.forEach(each => explained.add(each));
  return shown.length > 0
    ? { id, status, isAccepted: status === 'enabled', isOwn: true }
    : { id, status: certificates.length > 0 ? 'has other certificates' : 'has no certificate', isAccepted: false, isOwn: false };
}

function enrollmentIn(service: string, enrollment: JsonMap, idName: string, certificates: Enrollment['certificates']): Enrollment {
  const [id, status] = [outsideId(enrollment[idName]), enrollment.provisioningStatus];
  if (id === undefined || typeof status !== 'string') {
    throw new Error(`${service} returned an enrollment without an ID or a status; ${LOOK_AT_ENDPOINT}`);
  }
  return { id, status: outsideCode(status), certificates, explained: new Set() };
}

function attestationOf({ attestation }: JsonMap): JsonMap {
  return isMap(attestation) && isMap(attestation.x509) ? attestation.x509 : {};
}

/** The thumbprints of the certificates that the service shows. https://learn.microsoft.com/rest/api/iot-dps/service/individual-enrollment/get#x509certificateinfo */
function shownIn(certificates: unknown): string[][] {
  const slots = isMap(certificates) ? [certificates.primary, certificates.secondary].filter(isMap) : [];
  return slots.map(({ info }) => isMap(info) ? thumbprintsIn(info.sha1Thumbprint, info.sha256Thumbprint) : []);
}

function chainsOf(cas: readonly KnownCa[]): Map<string, Set<string>> {
  const known = cas.flatMap(({ caId, certificate }) =>
    certificate ? [{ caId, thumbprint: thumbprintOf(certificate), x509: new X509Certificate(certificate) }] : []);
  return new Map(known.map(ca => {
    const chain = new Set([ca.thumbprint]);
    for (let last: typeof ca | undefined = ca; last;) {
      const { x509 }: typeof ca = last;
      last = known.find(other => !chain.has(other.thumbprint) && x509.checkIssued(other.x509));
      if (last) {
        chain.add(last.thumbprint);
      }
    }
    return [ca.caId, chain];
  }));
}
