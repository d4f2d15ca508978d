import { KnownCa } from '../issuing-ca';
import { LedgerEntry } from './ledger';
import { listOfCertificate } from '../../contract/crl-places';
import { DeclaredExtensions } from '../../contract/extensions';
import { checkHashForKms } from '../../contract/kms';
import { formatTime } from '../../contract/term';
import { assertNotCaSubject } from '../../pki/ca-subject';
import { parseCertificate } from '../../pki/certificate';
import { CertificateContent } from '../../pki/certificate-content';
import { largestCertificate } from '../../pki/issue';
import { assertMayIssue } from '../../pki/issuer-limits';
import { encodeName, formatName } from '../../pki/name';
import { toPem } from '../../pki/pem';
import { PROFILES } from '../../pki/profile';
import { newSerialNumber } from '../../pki/serial-number';
import { describePublicKey } from '../../pki/subject-key';
import { validityFrom } from '../../pki/validity';
import { complain } from '../../resource/property-values';
import { NOT_CONNECTING } from '../declaration/certificate-kinds';
import { CertificateRequest } from '../declaration/certificate-request';
import { Declaration } from '../declaration/declaration';
import { requestOutcome } from '../declaration/declared-request';
import { isHsm } from '../keys/key-storage';
import { tagFacts } from '../keys/parameter-tags';
import { Ports } from '../ports';
import { assertForPlatforms } from '../usable-ca';

/**
 * How long a reservation is usable, in milliseconds: longer than Lambda takes to deliver a failed request again. The validity was fixed
 * when the reservation was made, so an old reservation would give a certificate that has already used up part of its validity.
 */
const MAX_RESERVATION_AGE = 60 * 60 * 1000;

/** Whether a certificate is being made. */
export function isUnderWay({ status, reservedAt }: LedgerEntry, now: Date): boolean {
  return ['RESERVED', 'SIGNED'].includes(status) && now.getTime() - new Date(reservedAt).getTime() < MAX_RESERVATION_AGE;
}

/** Checks everything that can be checked before the first write, and fixes the unique values. */
export function reservation(
  request: CertificateRequest, ca: KnownCa | undefined, ports: Pick<Ports, 'clock' | 'random'>, assertFits: (pem: string, declaration: Declaration) => void,
): LedgerEntry {
  const { declaration, identity } = request;
  const profile = PROFILES[declaration.profile];
  const now = ports.clock();
  const validity = validityFrom(now, profile, declaration.term!, ca?.issuer.validity, declaration.clipToIssuer);
  if (ca) {
    assertForPlatforms(ca.keyAlgorithm, declaration.platforms);
  }
  if (ca?.inKms ?? isHsm(declaration.keyStorage)) {
    complain(checkHashForKms(ca?.keyAlgorithm ?? declaration.keyAlgorithm!, declaration.hashAlgorithm));
  }
  const publicKey = givenKey(declaration);
  const planned = { ...contentFor(inLastPartition(declaration), declaration), keyAlgorithm: declaration.keyAlgorithm, publicKey, validity };
  assertNotCaSubject(planned.subject, (ca?.chain ?? []).map(der => parseCertificate(der).subject));
  assertMayIssue(profile, planned, ca?.issuer ?? {});
  assertFits(toPem('CERTIFICATE', largestCertificate(profile, planned, ca && { ...ca.issuer, keyAlgorithm: ca.keyAlgorithm })), declaration);
  return newEntry(request, ports, {
    issuer: declaration.issuer ?? identity,
    keyAlgorithm: declaration.keyAlgorithm ?? describePublicKey(publicKey!),
    notBefore: formatTime(validity.notBefore),
    notAfter: formatTime(validity.notAfter),
    reservedAt: now.toISOString(),
  });
}

/** The key that exists before its certificate: that of a request, or of another CA. SPKI, DER. */
export function givenKey({ request, subjectCa }: Declaration): Buffer | undefined {
  return (request ?? subjectCa)?.content?.publicKey;
}

/** The ledger of what a CA issues, if it is another one than that of the CA above it. */
export function ownLedgerOf({ ledgerTable, issuerLedgerTable }: Declaration): string | undefined {
  return ledgerTable === issuerLedgerTable ? undefined : ledgerTable;
}

/** A reservation under a new serial number. */
export function newEntry(
  { declaration, identity, stackId, logicalResourceId, requestId }: CertificateRequest, ports: Pick<Ports, 'random'>,
  facts: Pick<LedgerEntry, 'issuer' | 'keyAlgorithm' | 'notBefore' | 'notAfter' | 'reservedAt'>,
): LedgerEntry {
  const { profile, subject, subjectCa, keyStorage, retainKey, bundles } = declaration;
  return {
    identity,
    serialNumber: newSerialNumber(ports.random, identity),
    status: 'RESERVED',
    profile,
    subject: subjectCa?.subjectText ?? formatName(subject!),
    commonName: NOT_CONNECTING.includes(profile) ? undefined : subject!.commonName,
    keyStorage,
    retainKey,
    bundles,
    ...tagFacts({}, declaration),
    ownLedgerTable: ownLedgerOf(declaration),
    stackId,
    logicalResourceId,
    reservedBy: requestId,
    ...facts,
  };
}

/** A serial number in the last of all partitions, whose URL is as long as any. */
function inLastPartition({ crlSite }: Declaration): string {
  return ((crlSite?.partitions ?? 1) - 1).toString(16).padStart(8, '0');
}

/** The part of a certificate's content that its declaration and its serial number decide. */
export function contentFor(serialNumber: string, declaration: Declaration): ReturnType<typeof declaredContent> {
  const content = declaredContent(declaration);
  const extensions = { ...revocationUrls(serialNumber, declaration), ...content.extensions };
  return Object.keys(extensions).length > 0 ? { ...content, extensions } : content;
}

/**
 * The URLs at which the CA says what is revoked; those that are declared take precedence. A certificate that proves possession to a platform
 * is never revoked, so it names none.
 */
function revocationUrls(serialNumber: string, { crlSite, ocspUrl, profile }: Declaration): DeclaredExtensions {
  return profile === 'verification' ? {} : {
    ...crlSite && { crlDistributionPoints: [`${crlSite.url}/${listOfCertificate(serialNumber, crlSite.partitions)}`] },
    ...ocspUrl !== undefined && { ocspUrls: [ocspUrl] },
  };
}

/** The part of a certificate's content that follows from its declaration alone. */
export function declaredContent(declaration: Declaration): Pick<CertificateContent, 'subject' | 'hashAlgorithm' | 'pathLength' | 'extensions' | 'copied'> {
  const { request, subject, subjectCa, hashAlgorithm, pathLength } = declaration;
  if (subjectCa?.content) {
    const { publicKey: _, ...content } = subjectCa.content;
    return { ...content, hashAlgorithm };
  }
  const { names } = requestOutcome(declaration);
  const extensions = { ...declaration.extensions, subjectAlternativeNames: names };
  return {
    // The subject of a request keeps the encoding that it has there.
    subject: request?.content && request.subject ? request.content.subject : encodeName(subject!),
    hashAlgorithm,
    pathLength,
    extensions: Object.values(extensions).some(value => value !== undefined) ? extensions : undefined,
  };
}
