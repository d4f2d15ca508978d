import { KeyObject, X509Certificate } from 'node:crypto';
import { LedgerApi } from '../../registrar/aws/ledger-api';

/** A CA whose ledger is asked. */
export interface AskedCa {
  readonly caId: string;
  readonly ledger: Pick<LedgerApi, 'certificate' | 'revocation' | 'latestCertificate'>;
}

/** Why a client is refused; `undefined` if it is accepted. */
export type Refusal =
  | 'the certificate is revoked'
  | 'the certificate of a CA is revoked'
  | 'the certificate is in the ledger of no declared CA'
  | 'the certificate is not in the ledger of the CA that has signed it';

/** The longest serial number of this library, in hexadecimal digits. */
const SERIAL_DIGITS = 40;

/**
 * Decides on the certificate of a client by the ledgers of its possible issuers.
 *
 * A serial number alone proves nothing: the certificate must be the one that the ledger holds, octet for octet. Otherwise, a certificate
 * that somebody signed with the CA's key past the ledger could borrow the serial number of a good one.
 *
 * @param leaf the certificate of the client
 * @param above the other certificates that the client has sent
 * @param acceptOthers whether a certificate that no declared CA has issued is accepted
 */
export async function verdictOn(
  leaf: X509Certificate, above: readonly X509Certificate[], cas: readonly AskedCa[], acceptOthers: boolean,
): Promise<Refusal | undefined> {
  const [found, ...foundAbove] = await Promise.all([leaf, ...above].map(each => find(each.raw, cas)));
  if (found?.isRevoked) {
    return 'the certificate is revoked';
  }
  if (foundAbove.some(each => each?.isRevoked)) {
    return 'the certificate of a CA is revoked';
  }
  if (!found) {
    return !acceptOthers ? 'the certificate is in the ledger of no declared CA'
      : await isSignedByOne(leaf, cas) ? 'the certificate is not in the ledger of the CA that has signed it' : undefined;
  }
  return await isRevokedAbove(found.issuer, cas) ? 'the certificate of a CA is revoked' : undefined;
}

/** What a ledger knows about a certificate. */
interface Found {
  readonly issuer: AskedCa;
  readonly isRevoked: boolean;
}

/** Finds a certificate in the ledger of the CA that has issued it. A client also sends certificates that are in no ledger. */
async function find(der: Buffer, cas: readonly AskedCa[]): Promise<Found | undefined> {
  const serialNumber = new X509Certificate(der).serialNumber.padStart(SERIAL_DIGITS, '0');
  if (serialNumber.length > SERIAL_DIGITS) {
    return undefined;
  }
  const answers = await Promise.all(cas.map(async issuer => {
    const key = { issuer: issuer.caId, serialNumber };
    const [certificate, revocation] = await Promise.all([issuer.ledger.certificate(key), issuer.ledger.revocation(key)]);
    return certificate?.equals(der) ? { issuer, isRevoked: revocation !== undefined && revocation.state !== 'RELEASED' } : undefined;
  }));
  return answers.find(answer => answer !== undefined);
}

/**
 * Whether the certificate of a CA, or of a CA above it, is revoked. The chain comes from the ledgers, because a client may leave out the
 * certificates above its own. It ends at a root, and at a CA whose issuer is not among the CAs.
 */
async function isRevokedAbove(issuer: AskedCa, cas: readonly AskedCa[]): Promise<boolean> {
  const above = cas.filter(ca => ca !== issuer);
  const own = above.length > 0 ? await ownCertificate(issuer) : undefined;
  const found = own && await find(own, above);
  return found !== undefined && (found.isRevoked || isRevokedAbove(found.issuer, above));
}

/** Whether a CA's key has signed a certificate, whatever name and key identifier of an issuer the certificate has. */
async function isSignedByOne(certificate: X509Certificate, cas: readonly AskedCa[]): Promise<boolean> {
  const own = await Promise.all(cas.map(ownCertificate));
  return own.some(der => verifies(certificate, new X509Certificate(der).publicKey));
}

function verifies(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false; // a signature of another algorithm
  }
}

async function ownCertificate({ caId, ledger }: AskedCa): Promise<Buffer> {
  const der = await ledger.latestCertificate(caId);
  if (!der) {
    throw new Error(`the ledger must hold the certificate of the CA ${caId}, got none; restore the table from its point-in-time recovery`);
  }
  return der;
}
