import { DirectoryLedger, keyOf } from './directory-ledger';
import { LedgerEntry } from '../../issuing/ledger/ledger';
import { CrlPublication, CrlRecord, PublishedCrl, Revocation, Revocations } from '../../issuing/ledger/revocation';
import { own } from '../json';

/** What the state of a local deployment knows about revoked certificates. */
export class DirectoryRevocations implements Revocations {
  constructor(private readonly ledger: DirectoryLedger) {}

  public async certificate(issuer: string, serialNumber: string): Promise<LedgerEntry | undefined> {
    return this.ledger.certificate(issuer, serialNumber);
  }

  public async find(issuer: string, serialNumber: string): Promise<Revocation | undefined> {
    return own(this.ledger.ledger.revoked ?? {}, keyOf({ issuer, serialNumber }));
  }

  public async record(revocation: Revocation, over: Revocation | undefined): Promise<boolean> {
    const standing = await this.find(revocation.issuer, revocation.serialNumber);
    return standing?.revision === over?.revision && this.ledger.write({ revoked: { [keyOf(revocation)]: revocation } });
  }

  public async *list(issuer: string): AsyncIterable<readonly Revocation[]> {
    yield Object.values(this.ledger.ledger.revoked ?? {}).filter(each => each.issuer === issuer)
      .sort((one, other) => one.serialNumber < other.serialNumber ? -1 : 1);
  }

  public async takeCrlNumber(issuer: string): Promise<CrlRecord> {
    const former = this.crl(issuer);
    const taken = { ...former, number: (former?.number ?? 0) + 1 };
    this.ledger.write({ crls: { [issuer]: taken } });
    return taken;
  }

  /** Only one process at a time publishes, so its list is the newest one. */
  public async publishedCrl(issuer: string, crl: PublishedCrl): Promise<void> {
    this.ledger.write({ crls: { [issuer]: { ...this.crl(issuer), ...crl } } });
  }

  /** A local deployment publishes nothing: its lists are files. */
  public async publication(_issuer: string): Promise<CrlPublication | undefined> {
    return undefined;
  }

  private crl(issuer: string): CrlRecord | undefined {
    return own(this.ledger.ledger.crls ?? {}, issuer);
  }
}
