import { updateTimes } from './update-times';
import { COMPLETE_LIST, partitionList, partitionOf } from '../../contract/crl-places';
import { defaultHashForKms } from '../../contract/kms';
import { formatTime } from '../../contract/term';
import { parseCertificate } from '../../pki/certificate';
import { parseCrl } from '../../pki/revocation/crl';
import { CrlEntries, RevokedCertificate } from '../../pki/revocation/crl-entries';
import { checkCrl } from '../../pki/revocation/crl-verdict';
import { issueCrl } from '../../pki/revocation/issue-crl';
import { IssuingCa, issuingCa } from '../issuing-ca';
import { CrlSite, isRevoked, Revocation } from '../ledger/revocation';
import { Ports } from '../ports';

/** The ports that lists are made with. */
export type CrlPorts = Pick<Ports, 'ledger' | 'revocations' | 'secrets' | 'secretValue' | 'hsm' | 'clock'>;

/** A revocation list of a CA. */
export interface CaCrl {
  /** The name of its file, below the URL at which the CA publishes. */
  readonly name: string;
  /** CertificateList, DER. */
  readonly der: Buffer;
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/**
 * Makes the revocation list of all certificates of a CA, under a new number. A revocation that was recorded before the number was taken is
 * in this list and in every list with a greater number. A certificate stays in the lists until one that began after its validity was
 * published (RFC 5280, section 3.3).
 *
 * @param caId the identity of the CA
 * @param table the name of the CA's ledger
 * @param life how long the list is valid from now on, in milliseconds
 */
export async function makeCrl(caId: string, table: string, life: number, ports: CrlPorts): Promise<CaCrl> {
  const maker = await CrlMaker.begin(caId, table, life, ports);
  return maker.complete();
}

/**
 * Makes all revocation lists of a CA that are published, under one new number: the list of all certificates, and for each number of
 * partitions that certificates name, the list of each partition. Each list is signed when it is asked for.
 */
export async function* makeCrls(caId: string, table: string, life: number, ports: CrlPorts): AsyncIterable<CaCrl> {
  const maker = await CrlMaker.begin(caId, table, life, ports);
  // Read after the number was taken: a list with a greater number than the first one for a new site must name that site too.
  const { sites = [] } = await ports.revocations(table).publication(caId) ?? {};
  yield await maker.complete();
  for (const partitions of new Set(sites.map(site => site.partitions))) {
    yield* maker.partitions(partitions, sites.filter(site => site.partitions === partitions));
  }
}

/** Records that a list has reached the place where it is published. */
export async function recordPublished({ number, thisUpdate }: CaCrl, caId: string, table: string, ports: Pick<Ports, 'revocations'>): Promise<void> {
  await ports.revocations(table).publishedCrl(caId, { number, publishedAt: formatTime(thisUpdate) });
}

/** Makes lists of a CA under one number. */
class CrlMaker {
  public static async begin(caId: string, table: string, life: number, ports: CrlPorts): Promise<CrlMaker> {
    // First, so that the ledger says that a list was begun, also if the key of the CA can't be used.
    const { number, publishedAt = '' } = await ports.revocations(table).takeCrlNumber(caId);
    const ca = (await issuingCa(caId, ports.ledger(table), ports))!;
    if (!parseCertificate(ca.chain[0]).crlSign) {
      throw new Error(`the CA ${caId} must have the key usage cRLSign in its certificate: validators refuse revocation lists of other CAs; have it renewed`);
    }
    return new CrlMaker(ca, { number, ...updateTimes(ports.clock(), life) }, () => revokedOf(ports.revocations(table).list(caId), publishedAt));
  }

  private constructor(
    private readonly ca: IssuingCa, private readonly facts: Pick<CaCrl, 'number' | 'thisUpdate' | 'nextUpdate'>,
    private readonly revoked: () => AsyncIterable<readonly RevokedCertificate[]>,
  ) {}

  /** The list of all certificates. */
  public async complete(): Promise<CaCrl> {
    return this.list(COMPLETE_LIST, await this.entries(1).then(([all]) => all));
  }

  /**
   * The lists of all partitions. Each list names the URLs of all sites: a validator uses it for the certificates that name one of them
   * (RFC 5280, section 6.3.3).
   */
  public async *partitions(partitions: number, sites: readonly CrlSite[]): AsyncIterable<CaCrl> {
    const entries = await this.entries(partitions);
    for (const [index, part] of entries.entries()) {
      const name = partitionList(partitions, index);
      yield await this.list(name, part, sites.map(({ url }) => `${url}/${name}`));
    }
  }

  /** What is revoked, read once. */
  private async entries(partitions: number): Promise<CrlEntries[]> {
    const parts = Array.from({ length: partitions }, () => new CrlEntries());
    for await (const page of this.revoked()) {
      page.forEach(each => parts[partitionOf(each.serialNumber, partitions)].add(each));
    }
    return parts;
  }

  private async list(name: string, revoked: CrlEntries, distributionPoint?: readonly string[]): Promise<CaCrl> {
    const { issuer, inKms, keyAlgorithm } = this.ca;
    const hashAlgorithm = inKms ? defaultHashForKms(keyAlgorithm)! : 'SHA-256';
    const der = await issueCrl({ ...this.facts, hashAlgorithm, revoked, distributionPoint }, issuer);
    const complaint = checkCrl(parseCrl(der), { subject: issuer.name, publicKey: issuer.signer.publicKey });
    if (complaint) {
      throw new Error(`${complaint}; the signer did not return a signature, or signed with another key`);
    }
    return { name, der, ...this.facts };
  }
}

async function* revokedOf(records: AsyncIterable<readonly Revocation[]>, publishedAt: string): AsyncIterable<readonly RevokedCertificate[]> {
  for await (const page of records) {
    yield page.filter(each => isRevoked(each) && each.notAfter >= publishedAt).map(revokedCertificate);
  }
}

function revokedCertificate({ serialNumber, revokedAt, reason, invalidityDate }: Revocation): RevokedCertificate {
  return { serialNumber, revokedAt: new Date(revokedAt), reason, ...invalidityDate !== undefined && { invalidityDate: new Date(invalidityDate) } };
}
