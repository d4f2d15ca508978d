import { createHash } from 'node:crypto';
import { AzureReading } from './azure-reading';
import { KnownCa, KnownCertificate, Standing, Unexplained } from '../../inventory/platform-inventory';

/** SHA-1 of the DER, upper-case hexadecimal digits: the form in which Azure shows certificates. */
export function thumbprintOf(der: Buffer): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}

/** A certificate's thumbprints, as Azure writes them. */
export function thumbprintsOf({ sha1Fingerprint, sha256Fingerprint }: KnownCertificate): string[] {
  return [sha1Fingerprint.toUpperCase(), sha256Fingerprint.toUpperCase()];
}

/** The thumbprints that a service shows, without those that it leaves empty, as it writes them itself. */
export function thumbprintsIn(...shown: readonly unknown[]): string[] {
  return shown.flatMap(each => typeof each === 'string' && each !== '' ? [each.replaceAll(':', '').toUpperCase()] : []);
}

/** A CA certificate as a service holds it. */
interface HeldCa {
  readonly name: string;
  readonly isVerified: boolean;
  isExplained: boolean;
}

/** The CA certificates of a service. */
export class AzureCas {
  public static async read(reading: AzureReading, known: readonly KnownCa[]): Promise<AzureCas> {
    const thumbprints = new Set(known.flatMap(({ certificate }) => certificate ? [thumbprintOf(certificate)] : []));
    const held = await reading.cas();
    return new AzureCas(new Map(held.map(({ name, thumbprint, verified }) =>
      [thumbprint, { name, isVerified: verified, isExplained: thumbprints.has(thumbprint) }])));
  }

  /** @param held by the thumbprint */
  private constructor(private readonly held: ReadonlyMap<string, HeldCa>) {}

  /** How the certificate of a CA stands; `undefined` if the service does not hold it, as it does not have to hold every CA. */
  public find(certificate: KnownCertificate): Standing | undefined {
    const ca = this.held.get(thumbprintsOf(certificate)[0]);
    if (!ca) {
      return undefined;
    }
    ca.isExplained = true;
    return { id: ca.name, status: ca.isVerified ? 'verified' : 'unverified', isAccepted: ca.isVerified, isOwn: true };
  }

  /** The thumbprint of the certificate with this name. */
  public thumbprintOf(name: string): string | undefined {
    return [...this.held].find(([, ca]) => ca.name.toLowerCase() === name.toLowerCase())?.[0];
  }

  public *unexplained(): Iterable<Unexplained> {
    for (const { name, isVerified, isExplained } of this.held.values()) {
      if (!isExplained) {
        yield { kind: 'ca', id: name, status: isVerified ? 'verified' : 'unverified' };
      }
    }
  }
}
