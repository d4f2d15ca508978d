import { RevocationState } from '../../../../src/contract/revocation';
import { Validity } from '../../../../src/pki/validity';
import { DisabledNote, OtherCertificate, RecordedRevocation } from '../../../../src/platforms/registrar/aws/ledger-api';
import { RevocationLedger } from '../../../../src/platforms/registrar/revocation/carry-over';
import { RevokedCertificate, RevocationTarget } from '../../../../src/platforms/registrar/revocation/revocation-target';
import { testCa, testCertificate, TestCertificateOptions } from '../../../pki/fixtures';

/** For as long as the tests run, at whatever time that is. */
const LASTING: Validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2099-12-31T23:59:59Z') };

export const ENDED: Validity = { ...LASTING, notAfter: new Date('2026-01-02T00:00:00Z') };

export const CA_ID = `ca-${'2'.repeat(32)}`;

/** A serial number of the tests, by two digits. */
export const serialNumber = (digits: string): string => digits.repeat(20);

/** The revocations and certificates of a CA in memory, in pages of two. */
export class MemoryRevocations implements RevocationLedger {
  public readonly revoked = new Map<string, RecordedRevocation>();
  public readonly certificates = new Map<string, Buffer>();
  /** The common names for which there is another good certificate, by the identity of its CA. */
  public readonly otherNames = new Map<string, readonly string[]>();
  public readonly notes = new Map<string, DisabledNote>();
  /** The calls, in their order. */
  public readonly calls: string[] = [];
  /** The serial number at whose page reading fails. */
  public unreadable?: string;

  /** Revokes a certificate, or changes its revocation. */
  public async revoke(
    digits: string, state: RevocationState = 'REVOKED', { validity = LASTING, subject = { commonName: `sensor-${digits}` } }: TestCertificateOptions = {},
  ): Promise<void> {
    const number = serialNumber(digits);
    const revision = (this.revoked.get(number)?.revision ?? 0) + 1;
    this.revoked.set(number, { serialNumber: number, state, reason: 'keyCompromise', notAfter: validity.notAfter.toISOString(), revision });
    const { issuer } = await testCa({ validity: LASTING });
    this.certificates.set(number, await testCertificate(issuer, { serialNumber: number, validity, subject }));
  }

  public async revocation(given: { issuer: string; serialNumber: string }): Promise<RecordedRevocation | undefined> {
    this.calls.push(`revocation ${given.serialNumber}`);
    return given.issuer === CA_ID ? this.revoked.get(given.serialNumber) : undefined;
  }

  public async certificate(given: { issuer: string; serialNumber: string }): Promise<Buffer | undefined> {
    this.calls.push(`certificate ${given.serialNumber}`);
    return given.issuer === CA_ID ? this.certificates.get(given.serialNumber) : undefined;
  }

  public async *others({ issuer }: { issuer: string }, commonName: string): AsyncIterable<OtherCertificate> {
    this.calls.push(`others ${issuer} ${commonName}`);
    if (this.otherNames.get(issuer)?.includes(commonName)) {
      yield { serialNumber: serialNumber('0A'), isGood: async () => true, isRevoked: async () => false, certificate: async () => undefined };
    }
  }

  public async disabled(_: string, thing: string): Promise<DisabledNote | undefined> {
    return this.notes.get(thing);
  }

  public async noteDisabled(by: { serialNumber: string }, thing: string): Promise<void> {
    this.notes.set(thing, { serialNumber: by.serialNumber, isDisabled: true, revision: 1 + (this.notes.get(thing)?.revision ?? 0) });
  }

  public async noteEnabled(_: string, thing: string, note: DisabledNote): Promise<void> {
    this.notes.set(thing, { ...note, isDisabled: false, revision: 1 + note.revision });
  }

  public async *revocations(issuer: string, after?: string): AsyncIterable<readonly RecordedRevocation[]> {
    const all = [...issuer === CA_ID ? this.revoked.values() : []].sort((one, other) => one.serialNumber < other.serialNumber ? -1 : 1)
      .filter(each => after === undefined || each.serialNumber > after);
    for (let start = 0; start < all.length; start += 2) {
      const page = all.slice(start, start + 2);
      if (page.some(each => each.serialNumber === this.unreadable)) {
        throw new Error(`the revocation of ${this.unreadable} is damaged`);
      }
      yield page;
    }
  }
}

/** A platform in memory: it knows which devices may not connect. */
export class MemoryPlatform implements RevocationTarget {
  public readonly states = new Map<string, RevocationState>();
  /** The certificates that were brought to it, in their order. */
  public readonly told: RevokedCertificate[] = [];
  /** Happens before the platform changes anything, and may fail. */
  public before: (revoked: RevokedCertificate, signal: AbortSignal) => unknown = () => undefined;

  public async carryOver(revoked: RevokedCertificate, signal: AbortSignal): Promise<string | undefined> {
    this.told.push(revoked);
    const { serialNumber: number, state } = revoked;
    const isNews = this.states.get(number) !== state;
    this.states.set(number, state);
    await this.before(revoked, signal);
    return isNews ? `${state} ${number}` : undefined;
  }

  public async assertInReach(): Promise<void> {}
}
