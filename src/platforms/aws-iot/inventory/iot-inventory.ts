import { IotListing } from './iot-listing';
import { sha256 } from '../../../contract/sha256';
import { isOfDevice, KnownCa, KnownCertificate, PlatformInventory, Standing, Unexplained } from '../../inventory/platform-inventory';

/** What is noted of a certificate or a CA. There are few different ones, so that a million certificates share them. */
interface Note {
  readonly status: string;
  readonly kind: Unexplained['kind'];
  /** The CA of the ledgers below which it is registered. */
  readonly ca?: KnownCa;
  /** Whether a certificate of the ledgers has explained it, or nothing has to. */
  readonly isExplained: boolean;
}

/**
 * What AWS IoT has registered in a Region. It knows a certificate by the SHA-256 of its DER, the certificateId, so what is in memory is this ID of
 * each certificate of the account: some 120 bytes.
 */
export class IotInventory implements PlatformInventory {
  /**
   * Reads everything. `ListCertificates` has all certificates, also those that are registered without a CA, and does not say which CA has signed
   * them; `ListCertificatesByCA` says this. `DescribeCertificate` would be a call for each certificate, of which AWS allows ten a second:
   * https://docs.aws.amazon.com/general/latest/gr/iot-core.html#iot-core-api-quotas
   *
   * @param cas the CAs of the ledgers
   * @param areAllCas whether these are all CAs that there should be, so that any other one is unexplained
   */
  public static async read(name: string, listing: IotListing, cas: readonly KnownCa[], areAllCas: boolean): Promise<IotInventory> {
    const inventory = new IotInventory(name);
    for await (const page of listing.certificates()) {
      page.forEach(({ certificateId, status }) => inventory.note(certificateId, { status, kind: 'certificate', isExplained: true }));
    }
    for (const ca of cas) {
      await inventory.readCa(ca, listing);
    }
    if (areAllCas) {
      for await (const page of listing.cas()) {
        page.filter(({ certificateId }) => !inventory.registered.has(certificateId))
          .forEach(({ certificateId, status }) => inventory.note(certificateId, { status, kind: 'ca', isExplained: false }));
      }
    }
    return inventory;
  }

  private readonly registered = new Map<string, Note>();
  private readonly notes = new Map<string, Note>();
  /** The identities of the CAs whose certificates AWS IoT registers by itself. */
  private readonly registeringByItself = new Set<string>();

  private constructor(public readonly name: string) {}

  public find(certificate: KnownCertificate): Standing | 'absent' | undefined {
    const id = certificate.sha256Fingerprint;
    const note = this.registered.get(id);
    if (note) {
      this.note(id, { ...note, isExplained: true });
      return { id, status: note.status, isAccepted: note.status === 'ACTIVE', isOwn: true };
    }
    return isOfDevice(certificate) && !this.registeringByItself.has(certificate.caId) ? 'absent' : undefined;
  }

  public *unexplained(): Iterable<Unexplained> {
    for (const [id, { status, kind, ca, isExplained }] of this.registered) {
      if (!isExplained) {
        yield { id, status, kind, ca };
      }
    }
  }

  private async readCa(ca: KnownCa, listing: IotListing): Promise<void> {
    const id = ca.certificate && sha256(ca.certificate);
    const description = id === undefined ? undefined : await listing.ca(id);
    if (id === undefined || !description) {
      return;
    }
    if (description.registersByItself) {
      this.registeringByItself.add(ca.caId);
    }
    this.note(id, { status: description.status, kind: 'ca', isExplained: true });
    for await (const page of listing.certificatesOf(id)) {
      page.forEach(({ certificateId, status }) => this.note(certificateId, { status, kind: 'certificate', ca, isExplained: false }));
    }
  }

  private note(id: string, note: Note): void {
    const key = `${note.status} ${note.kind} ${note.ca?.caId} ${note.isExplained}`;
    const shared = this.notes.get(key) ?? note;
    this.notes.set(key, shared);
    this.registered.set(id, shared);
  }
}
