import { Rows } from './rows';
import { Complaint } from '../../contract/rules';
import { sha256 } from '../../contract/sha256';
import { formatTime } from '../../contract/term';
import { isSameName } from '../../pki/name-comparison';
import { Crl, parseCrl, revokedIn } from '../../pki/revocation/crl';
import { RevokedCertificate } from '../../pki/revocation/crl-entries';
import { checkCrl } from '../../pki/revocation/crl-verdict';
import { CertificateFacts } from '../certificates/certificate-facts';
import { formatDistinguishedName } from '../certificates/distinguished-name';
import { readableTime, validityState } from '../certificates/validity-text';
import { CliError } from '../cli-error';
import { count } from '../table';

/** A revocation list that was found in a file. */
export interface RevocationList {
  /** Where it was found, as a heading. */
  readonly title: string;
  readonly crl: Crl;
  /** The name of its CA as RFC 4514 writes it. */
  readonly issuer: string;
  /** The first certificates in it. */
  readonly first: readonly RevokedCertificate[];
  /** How many certificates it names. */
  readonly size: number;
  /** Whether an entry has a critical extension that is not supported here. */
  readonly hasUnknownEntries: boolean;
}

/** How many certificates of a list are shown. */
const SHOWN = 20;

/** Reads a revocation list of any origin, with all its entries. */
export function readRevocationList(title: string, der: Buffer): RevocationList {
  try {
    const crl = parseCrl(der);
    const first: RevokedCertificate[] = [];
    let size = 0;
    let hasUnknownEntries = false;
    for (const entry of revokedIn(crl)) {
      hasUnknownEntries ||= entry.unknownCritical === true;
      if (size++ < SHOWN) {
        first.push(entry);
      }
    }
    return { title, crl, issuer: formatDistinguishedName(crl.issuer), first, size, hasUnknownEntries };
  } catch (error) {
    throw new CliError(`${title}: this revocation list can't be read: ${(error as Error).message}`);
  }
}

/** The certificate, among those that were given, of the CA that has signed a list. */
export function signerOf({ crl }: RevocationList, given: readonly CertificateFacts[]): CertificateFacts | undefined {
  return given.find(ca => complaintOf(crl, ca) === undefined);
}

function complaintOf(crl: Crl, { subjectName, spki, keyUsages }: CertificateFacts): Complaint {
  return checkCrl(crl, { subject: subjectName, publicKey: spki })
    ?? (keyUsages?.includes('cRLSign') === false ? 'its CA must have the key usage cRLSign (RFC 5280, section 6.3.3 (f))' : undefined);
}

/** Why no certificate that was given is taken for that of the CA of a list. */
export function doubtOfSigner({ crl }: RevocationList, given: readonly CertificateFacts[]): string {
  const namesakes = given.filter(({ subjectName }) => isSameName(subjectName, crl.issuer));
  return namesakes.map(ca => complaintOf(crl, ca)).find(complaint => complaint !== undefined)
    ?? 'the certificate of the CA that has signed it is not among the files';
}

/** What is shown of a list, with the first certificates in it. */
export function describeRevocationList(list: RevocationList, given: readonly CertificateFacts[], now: Date): Rows {
  const { crl, issuer, first, size } = list;
  const signer = signerOf(list, given);
  return [
    ['revocation list of', issuer || '(no name)'],
    ['number', numberOf(crl)],
    ['valid from', readableTime(crl.thisUpdate)],
    ['next list by', crl.nextUpdate ? `${readableTime(crl.nextUpdate)} (${validityState(new Date(0), crl.nextUpdate, now)})` : '(it does not say)'],
    ['signature', signer ? `by the CA ${signer.shortName}` : `not verified: ${doubtOfSigner(list, given)}`],
    ['is about', describeScope(crl)],
    ['authority key identifier', crl.authorityKeyIdentifier?.toString('hex')],
    ['revoked', size === 0 ? 'none' : [
      count(size, 'certificate'),
      ...first.map(entry => `${entry.serialNumber} ${describeRevocation(entry)}`),
      ...size > first.length ? [`and ${size - first.length} more`] : [],
    ]],
    ['SHA-256 fingerprint', sha256(crl.der)],
  ];
}

/** When and why a certificate was revoked: `on 2026-02-27 08:09:10 UTC (keyCompromise; compromised since 2026-01-02 03:04:05 UTC)`. */
export function describeRevocation({ revokedAt, reason, invalidityDate }: Omit<RevokedCertificate, 'serialNumber'>): string {
  const facts = [reason, invalidityDate && `compromised since ${readableTime(invalidityDate)}`].filter(fact => fact !== undefined);
  return `on ${readableTime(revokedAt)}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`;
}

function describeScope({ distributionPoint: scope, deltaBase }: Crl): string {
  const whom = scope?.onlyUserCertificates ? 'devices and servers' : scope?.onlyCaCertificates ? 'CAs' : scope?.onlyAttributeCertificates ? 'attribute certificates'
    : 'all certificates';
  return [
    `${deltaBase ? 'changes since an earlier list, for ' : ''}${whom} of ${scope?.indirect ? 'several CAs' : 'the CA'}`,
    ...scope?.onlySomeReasons ? ['for some reasons only'] : [],
    ...scope && scope.urls.length > 0 ? [`with the distribution point ${scope.urls.join(', ')}`] : [],
  ].join(' ');
}

/** The number of a list, in decimal digits. */
export function numberOf({ number }: Crl): string | undefined {
  return number && String(BigInt(`0x${number.toString('hex')}`));
}

/** The entry of a list in the document. The schema describes it to users: keep both in step. */
export function revocationListDocument(list: RevocationList, given: readonly CertificateFacts[]): object {
  const { title, crl, issuer, size } = list;
  return {
    kind: 'revocationList',
    place: title,
    issuer,
    number: numberOf(crl),
    thisUpdate: formatTime(crl.thisUpdate),
    nextUpdate: crl.nextUpdate && formatTime(crl.nextUpdate),
    verified: signerOf(list, given) !== undefined,
    distributionPoints: crl.distributionPoint?.urls,
    authorityKeyIdentifier: crl.authorityKeyIdentifier?.toString('hex'),
    size,
    revoked: [...revokedIn(crl)].map(revocationDocument),
    sha256Fingerprint: sha256(crl.der),
  };
}

/** A revoked certificate in the document. */
export function revocationDocument({ serialNumber, revokedAt, reason, invalidityDate }: RevokedCertificate): object {
  return { serialNumber, revokedAt: formatTime(revokedAt), reason, invalidityDate: invalidityDate && formatTime(invalidityDate) };
}
