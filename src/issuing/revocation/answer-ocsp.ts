import { updateTimes, wholeSeconds } from './update-times';
import { parseCertificate } from '../../pki/certificate';
import { CertId, CertIdIssuer, certIdsOf } from '../../pki/ocsp/cert-id';
import { issueOcspResponse, ocspError, OcspResponder } from '../../pki/ocsp/issue-ocsp-response';
import { OcspRequest, parseOcspRequest } from '../../pki/ocsp/ocsp-request';
import { CertStatus } from '../../pki/ocsp/ocsp-status';
import { LedgerEntry } from '../ledger/ledger';
import { isRevoked, Revocations } from '../ledger/revocation';

/** The CA about whose certificates a responder answers. */
export interface OcspCa extends CertIdIssuer {
  /** The CA's identity in its ledger. */
  readonly identity: string;
}

/** What answering needs from outside. The CA's own key is not among it. */
export interface OcspPorts {
  /** The ledger of the CA. */
  readonly revocations: Pick<Revocations, 'certificate' | 'find'>;
  /** The responder's key with its certificate; `undefined` while there is none. */
  readonly responder: () => Promise<OcspResponder | undefined>;
  /** The present time. */
  readonly clock: () => Date;
  /** Receives the error because of which a request could not be answered. The client only learns that there was one. */
  readonly report: (error: unknown) => void;
}

/** An answer in the protocol, which may be one of its errors. */
export interface OcspAnswer {
  /** OCSPResponse, DER. */
  readonly der: Buffer;
  /** How long caches may deliver the answer; absent for an error. */
  readonly cache?: CachePeriod;
}

/** The facts that HTTP needs for caching (RFC 5019, section 6.2). */
export interface CachePeriod {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** 0 if a cache must ask again each time. */
  readonly maxAgeSeconds: number;
}

/** The part of its life for which a cache keeps an answer. A client that gets it last has the rest to use it, and for a clock that runs ahead. */
const CACHED_SHARE = 0.9;

const malformedRequest: OcspAnswer = { der: ocspError('malformedRequest') };
const unauthorized: OcspAnswer = { der: ocspError('unauthorized') };
const tryLater: OcspAnswer = { der: ocspError('tryLater') };
const internalError: OcspAnswer = { der: ocspError('internalError') };

/** The serial numbers that are issued here. The ledger need not be asked about others. */
const SERIAL_NUMBER = /^[0-9A-F]{40}$/;

/**
 * Makes a function that answers OCSP requests (DER) about the certificates of a CA. It never fails: where it can't answer, it returns one of
 * the protocol's errors.
 *
 * - `malformedRequest`: it is no request, or too large
 * - `unauthorized`: it is about certificates of other CAs only
 * - `tryLater`: there is no responder whose certificate is valid at present
 * - `internalError`: the ledger or the signer has failed; `report` receives the error
 *
 * @param life how long an answer is valid from now on, in milliseconds; shorter if the responder's certificate expires before
 */
export function ocspAnswers(ca: OcspCa, life: number, ports: OcspPorts): (request: Buffer) => Promise<OcspAnswer> {
  const isOfCa = certIdsOf(ca);
  return async der => {
    const request = readable(der);
    if (!request) {
      return malformedRequest;
    }
    if (!request.certIds.some(isOfCa)) {
      return unauthorized;
    }
    try {
      const responder = await ports.responder();
      const now = ports.clock();
      if (!responder || now < responder.certificate.validity.notBefore || now >= responder.certificate.validity.notAfter) {
        return tryLater;
      }
      return await signed(request, isOfCa, responder, { identity: ca.identity, now, life }, ports);
    } catch (error) {
      ports.report(error);
      return internalError;
    }
  };
}

function readable(der: Buffer): OcspRequest | undefined {
  try {
    return parseOcspRequest(der);
  } catch {
    return undefined;
  }
}

interface Occasion {
  readonly identity: string;
  readonly now: Date;
  readonly life: number;
}

async function signed(
  { certIds, nonce }: OcspRequest, isOfCa: (id: CertId) => boolean, responder: OcspResponder, { identity, now, life }: Occasion, ports: OcspPorts,
): Promise<OcspAnswer> {
  const responses = await Promise.all(certIds.map(async certId => ({
    certId, status: isOfCa(certId) ? await statusOf(identity, certId.serialNumber, ports) : UNKNOWN,
  })));
  const producedAt = wholeSeconds(now);
  const { thisUpdate, nextUpdate: end } = updateTimes(now, life);
  // After its responder's certificate has expired, nobody believes an answer.
  const nextUpdate = new Date(Math.min(end.getTime(), responder.certificate.validity.notAfter.getTime()));
  const der = await issueOcspResponse({ producedAt, thisUpdate, nextUpdate, responses, nonce }, responder);
  // An unknown certificate may be issued the next moment. An answer with a nonce is for one client.
  const isForNow = nonce !== undefined || responses.some(({ status }) => status.state === 'unknown');
  const maxAgeSeconds = isForNow ? 0 : Math.floor(CACHED_SHARE * (nextUpdate.getTime() - producedAt.getTime()) / 1000);
  return { der, cache: { thisUpdate, nextUpdate, maxAgeSeconds } };
}

const GOOD: CertStatus = { state: 'good' };
const UNKNOWN: CertStatus = { state: 'unknown' };

/** The status of a certificate in the ledger. A hold is a revocation, with the reason certificateHold. */
async function statusOf(issuer: string, serialNumber: string, { revocations }: OcspPorts): Promise<CertStatus> {
  if (!SERIAL_NUMBER.test(serialNumber)) {
    return UNKNOWN;
  }
  const [revocation, entry] = await Promise.all([revocations.find(issuer, serialNumber), revocations.certificate(issuer, serialNumber)]);
  if (isRevoked(revocation)) {
    return { state: 'revoked', revokedAt: new Date(revocation.revokedAt), reason: revocation.reason };
  }
  return entry && isIssued(entry) ? GOOD : UNKNOWN;
}

/** Whether the CA has issued the certificate. The entry of a CA that was signed elsewhere has a certificate with another number. */
function isIssued({ certificate, identity, issuer, serialNumber }: LedgerEntry): boolean {
  return certificate !== undefined && (identity !== issuer || parseCertificate(certificate).serialNumber === serialNumber);
}
