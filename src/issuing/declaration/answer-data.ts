import { Declaration } from './declaration';
import { requestOutcome } from './declared-request';
import { CertificateAttributes } from '../../contract/properties';
import { outsideMessage } from '../../lambda/outside-text';
import { certificateAttributes } from '../../pki/certificate';
import { splitCertificates } from '../../pki/certificate-list';
import { toPem } from '../../pki/pem';
import { MAX_RESPONSE_BYTES, RequestIds, responseBytes } from '../../resource/response-size';
import { isParameter } from '../keys/key-storage';
import { LedgerEntry } from '../ledger/ledger';

/**
 * The attribute value of a CA that is waiting for its certificate: CloudFormation requires every attribute that is referred to. Look-ups
 * from other stacks, including those of other versions, get this value as the fingerprint of the CA, so it is final (decisions/0009).
 */
export const AWAITED = '(not signed yet)';

/** The attributes that only some certificates have. */
type MoreAttributes = Pick<CertificateAttributes, 'IgnoredRequests' | 'PrivateKeyParameter' | 'RenewalNumber'>;

/** More characters than the description of a request's ignored wishes can have: there are at most 20. */
const MAX_IGNORED_CHARACTERS = 2_048;

/**
 * The attributes that a declaration adds to those of its certificate. What a request did not get is determined from the request itself. If
 * the request is in a secret that is not read again, it comes from the ledger, and is cleaned, because others may be able to write there.
 */
export function declaredData(
  declaration: Declaration, { serialNumber, ignoredRequests, renewalNumber = 0 }: Pick<LedgerEntry, 'serialNumber' | 'ignoredRequests' | 'renewalNumber'>,
): MoreAttributes {
  const { keyStorage, request, renewal } = declaration;
  const ignored = request && (requestOutcome(declaration).ignored ?? outsideMessage(ignoredRequests, MAX_IGNORED_CHARACTERS));
  return {
    ...ignored === undefined ? {} : { IgnoredRequests: ignored },
    ...isParameter(keyStorage) ? { PrivateKeyParameter: `${keyStorage.Path}/${serialNumber}` } : {},
    ...renewal ? { RenewalNumber: String(renewalNumber) } : {},
  };
}

/** The certificates above a CA, PEM. */
export function chainData({ chain }: Pick<LedgerEntry, 'chain'>): Pick<CertificateAttributes, 'IssuerChainPem'> {
  return { IssuerChainPem: splitCertificates(chain ?? Buffer.alloc(0)).map(der => toPem('CERTIFICATE', der)).join('') };
}

function requestPem({ certificateSigningRequest }: LedgerEntry): string {
  return toPem('CERTIFICATE REQUEST', certificateSigningRequest!);
}

/** The attributes of a certificate that is not there yet. */
export const AWAITED_CERTIFICATE: CertificateAttributes = {
  CertificatePem: '(not signed yet: have the certificate signing request signed, and declare the result as signedCertificate)',
  SerialNumber: AWAITED,
  NotBefore: AWAITED,
  NotAfter: AWAITED,
  Sha256Fingerprint: AWAITED,
  Sha1Fingerprint: AWAITED,
  SubjectKeyIdentifier: AWAITED,
};

/** The attributes of a CA that is waiting for its certificate. */
function pendingData(entry: LedgerEntry): CertificateAttributes {
  return { ...AWAITED_CERTIFICATE, CertificateSigningRequestPem: requestPem(entry) };
}

/** The attributes of a CA that is signed elsewhere, according to its ledger. */
export function elsewhereData(event: RequestIds, entry: LedgerEntry): CertificateAttributes {
  return entry.status === 'ISSUED' ? signedElsewhereData(event, entry) : pendingData(entry);
}

/** The attributes of a CA that was signed elsewhere, with its request if the answer has room for both. */
function signedElsewhereData(event: RequestIds, entry: LedgerEntry): CertificateAttributes {
  const data = { ...certificateAttributes(entry.certificate!), CertificateSigningRequestPem: requestPem(entry) };
  return responseBytes(event, entry.identity, data) <= MAX_RESPONSE_BYTES ? data
    : { ...data, CertificateSigningRequestPem: '(signed; left out because the response to CloudFormation has no room for it)' };
}

/**
 * The attributes at their full length. Besides the certificate, only `IgnoredRequests`, `PrivateKeyParameter` and `RenewalNumber` have no
 * fixed length; the declaration determines the first two, and a certificate is renewed fewer than 10,000 times.
 */
export function largestData(certificatePem: string, declaration: Declaration): CertificateAttributes {
  return {
    CertificatePem: certificatePem,
    SerialNumber: '0'.repeat(40),
    NotBefore: '2026-01-31T23:59:59Z',
    NotAfter: '2036-01-31T23:59:59Z',
    Sha256Fingerprint: '0'.repeat(64),
    Sha1Fingerprint: '0'.repeat(40),
    SubjectKeyIdentifier: '0'.repeat(40),
    ...declaredData(declaration, { serialNumber: '0'.repeat(40), ignoredRequests: undefined, renewalNumber: 9_999 }),
  };
}
