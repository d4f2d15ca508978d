import { X509Certificate } from 'node:crypto';
import { RevokedCertificate } from './revocation-target';
import { RevocationReason, RevocationState } from '../../../contract/revocation';
import { LedgerApi, OtherCertificate, RecordedRevocation, SignedBy } from '../aws/ledger-api';
import { commonNameOf, isThumbprintOf, publicKeyOf } from '../shown-certificate';

/** A certificate as the ledger knows it, with what the ledger says about its revocation and about the others for its common name. */
export class LedgerCertificate implements RevokedCertificate {
  public readonly serialNumber: string;
  public readonly state: RevocationState;
  public readonly reason: RevocationReason;

  constructor(
    public readonly certificate: X509Certificate, { state, reason }: RecordedRevocation, private readonly signed: SignedBy,
    private readonly ledger: Pick<LedgerApi, 'others' | 'disabled' | 'noteDisabled' | 'noteEnabled'>,
  ) {
    this.serialNumber = signed.serialNumber;
    this.state = state;
    this.reason = reason;
  }

  public async undoes(serialNumber: string): Promise<boolean> {
    if (serialNumber === this.serialNumber) {
      return true;
    }
    for await (const other of this.others()) {
      if (other.serialNumber === serialNumber) {
        return !await other.isRevoked();
      }
    }
    return false;
  }

  public async hasOther(): Promise<boolean> {
    for await (const other of this.others()) {
      if (await this.isGood(other)) {
        return true;
      }
    }
    return false;
  }

  public async hasOtherAmong(thumbprints: readonly unknown[]): Promise<boolean> {
    const shown = new Set(thumbprints.filter(each => !isThumbprintOf(this.certificate, each)));
    if (shown.size === 0) {
      return false;
    }
    for await (const other of this.others()) {
      const certificate = await certificateOf(other);
      const own = certificate ? [...shown].filter(each => isThumbprintOf(certificate, each)) : [];
      if (own.length > 0 && !await this.isGood(other)) {
        own.forEach(each => shown.delete(each));
      }
    }
    return shown.size > 0;
  }

  public async apply(thing: string, isDisabled: boolean, change: () => Promise<void>): Promise<boolean> {
    if (this.state === 'RELEASED') {
      return this.enable(thing, isDisabled, change);
    }
    if (!isDisabled) {
      await this.ledger.noteDisabled(this.signed, thing);
      try {
        await change();
      } finally {
        await this.ledger.noteDisabled(this.signed, thing); // the end of the hold may have been noted in the meantime, before the change took effect
      }
    }
    return !isDisabled;
  }

  private async enable(thing: string, isDisabled: boolean, change: () => Promise<void>): Promise<boolean> {
    const { issuer } = this.signed;
    const note = await this.ledger.disabled(issuer, thing);
    if (!note?.isDisabled || !await this.undoes(note.serialNumber)) {
      return false;
    }
    if (isDisabled) {
      await change();
    }
    await this.ledger.noteEnabled(issuer, thing, note);
    return isDisabled;
  }

  /** Whether a device may connect with another certificate: not if it has the key of this one, and that key is compromised. */
  private async isGood(other: OtherCertificate): Promise<boolean> {
    if (!await other.isGood()) {
      return false;
    }
    if (this.reason !== 'keyCompromise') {
      return true;
    }
    const certificate = await certificateOf(other);
    return certificate === undefined || !publicKeyOf(certificate).equals(publicKeyOf(this.certificate));
  }

  private async *others(): AsyncIterable<OtherCertificate> {
    const commonName = commonNameOf(this.certificate);
    if (commonName !== undefined) {
      yield* this.ledger.others(this.signed, commonName);
    }
  }
}

async function certificateOf(other: OtherCertificate): Promise<X509Certificate | undefined> {
  const der = await other.certificate();
  return der && new X509Certificate(der);
}
