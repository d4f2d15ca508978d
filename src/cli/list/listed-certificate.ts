import { createHash, X509Certificate } from 'node:crypto';
import { quote } from '../../contract/rules';
import { parseTime } from '../../contract/term';
import { InventoryEntry } from '../../issuing/ledger/inventory';
import { LedgerEntry } from '../../issuing/ledger/ledger';
import { isRevoked, Revocation } from '../../issuing/ledger/revocation';
import { daysLeft, isExpired } from '../certificates/validity-text';
import { CliError } from '../cli-error';

/** How far the retirement of a CA is: begun by a deployment that is not over, or complete. */
export type Retirement = 'begun' | 'retired';

/** The retirement of a CA, as the entry in its own ledger has it. */
export function retirementIn({ retirement }: Pick<LedgerEntry, 'retirement'>): Retirement | undefined {
  return retirement === 'active' ? undefined : retirement;
}

/** A certificate as a source of the inventory has found it. */
export interface FoundCertificate extends InventoryEntry {
  /** The CA that has signed it: its stack, and its path or its logical ID in the stack; its identity if no stack has the CA any more. */
  readonly ca: string;
  /** Whether the CA whose certificate it is issues nothing any more; absent if that is not so, or if it is no certificate of a CA. */
  readonly retirement?: Retirement;
  /** The name of the stack of its resource; absent if a local deployment no longer has that stack. */
  readonly stack?: string;
  /** The resource: its stack, and its path or its logical ID in the stack. */
  readonly resource: string;
}

/** A CA whose certificates are listed. */
export interface FoundCa {
  readonly caId: string;
  /** Its stack, and its path or its logical ID in the stack; its identity if no stack has it any more. */
  readonly name: string;
  /** Whether it issues nothing any more. */
  readonly retirement?: Retirement;
  /** Its own certificate, DER; absent if that is still to be made elsewhere. */
  readonly certificate?: Buffer;
  /** The name or the ARN of its ledger; absent for a local deployment. */
  readonly ledger?: string;
}

/** What ledgers hold. */
export interface LedgerContents {
  /** The CAs that have signed the certificates. */
  readonly cas: readonly FoundCa[];
  /** The certificates, read while they are taken. */
  readonly certificates: AsyncIterable<FoundCertificate>;
}

/** The states of a certificate in the inventory. The first of them that applies is shown. */
export const CERTIFICATE_STATES = ['revoked', 'expired', 'held', 'superseded', 'withdrawn', 'requested', 'signed', 'issued'] as const;

/** The state of a certificate in the inventory. */
export type CertificateState = typeof CERTIFICATE_STATES[number];

/** What the inventory says about a certificate. */
export interface ListedCertificate {
  /** Upper-case hexadecimal digits; absent if the certificate is still to be made. */
  readonly serialNumber?: string;
  readonly subject: string;
  readonly commonName?: string;
  readonly profile: string;
  readonly state: CertificateState;
  /** Whether a resource declares the certificate now. */
  readonly declared: boolean;
  /** Whether this is the CA's own entry among the certificates that it has signed. */
  readonly isSelfSigned: boolean;
  /** Absent, as the days are, if the certificate is still to be made. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly daysLeft?: number;
  readonly stack?: string;
  readonly resource: string;
  readonly ca: string;
  readonly caId: string;
  /** Of the CA whose certificate this is. */
  readonly retirement?: Retirement;
  /** Absent if the certificate is good, also if it was released from a hold. */
  readonly revocation?: Revocation;
  /** Lower-case hexadecimal digits, as those of SHA-1. */
  readonly sha256Fingerprint?: string;
  readonly sha1Fingerprint?: string;
}

/** What the inventory says about a certificate at a time. */
export function listedCertificate(found: FoundCertificate, now: Date): ListedCertificate {
  const { entry, superseded, revocation, retirement, ca, stack, resource } = found;
  const { subject, commonName, profile, status, issuer: caId, certificate } = entry;
  const notAfter = parseTime(entry.notAfter);
  const applies: { readonly [S in CertificateState]: boolean } = {
    revoked: revocation?.state === 'REVOKED',
    expired: notAfter !== undefined && isExpired(notAfter, now),
    held: revocation?.state === 'HELD',
    superseded,
    withdrawn: status === 'WITHDRAWN',
    requested: status === 'REQUESTED',
    signed: status === 'SIGNED',
    issued: true,
  };
  return {
    serialNumber: serialNumberOf(found),
    subject,
    commonName,
    profile,
    state: CERTIFICATE_STATES.find(state => applies[state])!,
    declared: status === 'ISSUED' && !superseded,
    isSelfSigned: caId === entry.identity,
    notBefore: parseTime(entry.notBefore),
    notAfter,
    daysLeft: notAfter && daysLeft(notAfter, now),
    stack,
    resource,
    ca,
    caId,
    retirement: superseded ? undefined : retirement,
    revocation: isRevoked(revocation) ? revocation : undefined,
    sha256Fingerprint: certificate && digest('sha256', certificate),
    sha1Fingerprint: certificate && digest('sha1', certificate),
  };
}

/** The entry of a CA that is signed elsewhere has a number that is only the version of its key. */
function serialNumberOf({ entry: { profile, serialNumber, subject, certificate }, ca }: FoundCertificate): string | undefined {
  if (profile !== 'ca') {
    return serialNumber;
  }
  try {
    return certificate && new X509Certificate(certificate).serialNumber.toUpperCase();
  } catch {
    throw new CliError(`the ledger of ${ca} must have a certificate for ${quote(subject)}, got something else; it was changed from outside this library`);
  }
}

function digest(algorithm: string, der: Buffer): string {
  return createHash(algorithm).update(der).digest('hex');
}
