import { KnownCa, PlatformInventory, Standing, Unexplained } from '../../platforms/inventory/platform-inventory';
import { isExpired } from '../certificates/validity-text';
import { CertificateState, FoundCertificate, ListedCertificate, listedCertificate } from '../list/listed-certificate';

/** The kinds of differences, in the order of their weight. */
export const DIFFERENCES = [
  'accepted-though-revoked', 'not-in-ledger', 'unknown-ca', 'accepted-though-expired', 'refused-though-good', 'not-registered',
] as const;

/** A kind of difference between a ledger and a platform. */
export type DifferenceKind = typeof DIFFERENCES[number];

/** A difference between a ledger and a platform. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The ID under which the platform keeps it, and its status there; absent if the platform keeps nothing. */
  readonly platformId?: string;
  readonly platformStatus?: string;
  /** The certificate; absent if no ledger has it. */
  readonly certificate?: ListedCertificate;
  /** The CA below which the platform has a certificate that no ledger has, if the platform says so. */
  readonly ca?: KnownCa;
}

type WithFingerprints = ListedCertificate & Required<Pick<ListedCertificate, 'sha256Fingerprint' | 'sha1Fingerprint'>>;

/** What is wrong with the way in which a certificate stands at the platform, by its state in the ledger. What was superseded or withdrawn may be there, or not. */
const JUDGES: { readonly [S in CertificateState]?: (standing: Standing | 'absent') => DifferenceKind | undefined } = {
  revoked: standing => standing !== 'absent' && standing.isAccepted ? 'accepted-though-revoked' : undefined,
  held: standing => standing !== 'absent' && standing.isAccepted ? 'accepted-though-revoked' : undefined,
  // What is kept about a device outlives its certificates, of which the platform refuses an expired one by itself.
  expired: standing => standing !== 'absent' && standing.isAccepted && standing.isOwn ? 'accepted-though-expired' : undefined,
  issued: standing => standing === 'absent' ? 'not-registered' : standing.isAccepted ? undefined : 'refused-though-good',
};

/** Compares ledgers with a platform, and counts what has been compared. */
export class Comparison {
  /** How many certificates of the ledgers the platform was asked about. */
  public compared = 0;

  /** @param ignored the kinds of differences that do not count */
  constructor(private readonly platform: PlatformInventory, private readonly ignored: ReadonlySet<DifferenceKind>, private readonly now: Date) {}

  /** The differences: those of the certificates in the ledgers, in their order, and then what only the platform has. */
  public async *differences(certificates: AsyncIterable<FoundCertificate>): AsyncIterable<Difference> {
    for await (const found of certificates) {
      const difference = this.differenceOf(listedCertificate(found, this.now));
      if (difference && !this.ignored.has(difference.kind)) {
        yield difference;
      }
    }
    for (const { kind, id, status, ca } of this.platform.unexplained()) {
      const difference: Difference = { kind: KINDS_OF_UNEXPLAINED[kind], platformId: id, platformStatus: status, ca };
      if (!this.ignored.has(difference.kind)) {
        yield difference;
      }
    }
  }

  private differenceOf(certificate: ListedCertificate): Difference | undefined {
    const standing = hasFingerprints(certificate) ? this.platform.find(certificate) : undefined;
    if (standing === undefined) {
      return undefined;
    }
    this.compared++;
    const kind = isOver(certificate, standing, this.now) ? undefined : JUDGES[certificate.state]?.(standing);
    return kind && { kind, certificate, ...standing !== 'absent' && { platformId: standing.id, platformStatus: standing.status } };
  }
}

const KINDS_OF_UNEXPLAINED: { readonly [K in Unexplained['kind']]: DifferenceKind } = { certificate: 'not-in-ledger', ca: 'unknown-ca' };

/** Whether a certificate is refused because it has expired, so that it does not matter any more whether the device is trusted for another one. */
function isOver({ notAfter }: ListedCertificate, standing: Standing | 'absent', now: Date): boolean {
  return standing !== 'absent' && !standing.isOwn && notAfter !== undefined && isExpired(notAfter, now);
}

function hasFingerprints(certificate: ListedCertificate): certificate is WithFingerprints {
  return certificate.sha256Fingerprint !== undefined && certificate.sha1Fingerprint !== undefined;
}
