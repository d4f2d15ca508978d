import { describeRevocation } from './revocation-list';
import { Rows } from './rows';
import { Complaint } from '../../contract/rules';
import { sha256 } from '../../contract/sha256';
import { formatTime } from '../../contract/term';
import { certIdsOf } from '../../pki/ocsp/cert-id';
import { OcspResponse, parseOcspResponse, ResponderId, SingleResponse } from '../../pki/ocsp/ocsp-response';
import { checkOcspResponse, OcspIssuer } from '../../pki/ocsp/ocsp-verdict';
import { CertificateFacts } from '../certificates/certificate-facts';
import { formatDistinguishedName } from '../certificates/distinguished-name';
import { readEntries } from '../certificates/file-entries';
import { readableTime } from '../certificates/validity-text';
import { CliError } from '../cli-error';
import { readInput } from '../read-file';

/** An OCSP response that was found in a file. */
export interface FoundResponse {
  /** Where it was found, as a heading. */
  readonly title: string;
  readonly response: OcspResponse;
}

/** Reads an OCSP response of any origin. */
export function readOcspResponse(title: string, der: Buffer): FoundResponse {
  try {
    return { title, response: parseOcspResponse(der) };
  } catch (error) {
    throw new CliError(`${title}: this OCSP response can't be read: ${(error as Error).message}`);
  }
}

/**
 * The OCSP responses in a file that `--ocsp` names.
 *
 * @throws CliError if it holds none
 */
export function ocspResponsesIn(file: string): FoundResponse[] {
  const { name, content } = readInput(file);
  const responses = readEntries(name, content).flatMap(({ title, ocspResponse }) => ocspResponse ? [readOcspResponse(title, ocspResponse)] : []);
  if (responses.length === 0) {
    throw new CliError(`--ocsp: ${file} must hold an OCSP response, and holds none`);
  }
  return responses;
}

/** The facts of a CA that a response is judged by. */
export function issuerOf({ subjectName, spki }: CertificateFacts): OcspIssuer {
  return { subject: subjectName, publicKey: spki };
}

/** Why a CA does not vouch for a response. */
export function complaintOf(response: OcspResponse, ca: CertificateFacts, now: Date): Complaint {
  return checkOcspResponse(response, issuerOf(ca), now);
}

/** The certificate, among those that were given, of the CA that vouches for a response. */
function vouching({ response }: FoundResponse, given: readonly CertificateFacts[], now: Date): CertificateFacts | undefined {
  return given.find(ca => complaintOf(response, ca, now) === undefined);
}

/** Why no certificate that was given vouches for a response. */
function doubtOf({ response }: FoundResponse, given: readonly CertificateFacts[], now: Date): string {
  const ca = given.find(each => response.basic?.responses.some(({ certId }) => certIdsOf(issuerOf(each))(certId)));
  return (ca && complaintOf(response, ca, now)) ?? 'the certificate of the CA that it is about is not among the files';
}

/** What is shown of a response. */
export function describeOcspResponse(found: FoundResponse, given: readonly CertificateFacts[], now: Date): Rows {
  const { response: { der, status, basic } } = found;
  if (!basic) {
    return [['OCSP response', `the error ${status}`], ['SHA-256 fingerprint', sha256(der)]];
  }
  const ca = vouching(found, given, now);
  return [
    ['OCSP response of', describeResponder(basic.responder)],
    ['signed at', readableTime(basic.producedAt)],
    ['signature', ca ? `valid for the CA ${ca.shortName}` : `not verified: ${doubtOf(found, given, now)}`],
    ['nonce', basic.nonce?.toString('hex')],
    ['certificates', basic.responses.length === 0 ? 'none' : basic.responses.map(describeSingle)],
    ['SHA-256 fingerprint', sha256(der)],
  ];
}

function describeResponder(id: ResponderId): string {
  return 'name' in id ? formatDistinguishedName(id.name) || '(no name)' : `the key with the SHA-1 ${id.keyHash.toString('hex')}`;
}

function describeSingle({ certId, status, thisUpdate, nextUpdate }: SingleResponse): string {
  const said = status.state === 'revoked' ? `revoked ${describeRevocation(status)}` : status.state;
  return `${certId.serialNumber} ${said}, from ${readableTime(thisUpdate)}${nextUpdate ? ` to ${readableTime(nextUpdate)}` : ''}`;
}

/** The entry of a response in the document. The schema describes it to users: keep both in step. */
export function ocspResponseDocument(found: FoundResponse, given: readonly CertificateFacts[], now: Date): object {
  const { title, response: { der, status, basic } } = found;
  return {
    kind: 'ocspResponse',
    place: title,
    status,
    ...basic && {
      responder: 'name' in basic.responder ? formatDistinguishedName(basic.responder.name) : undefined,
      responderKeyHash: 'name' in basic.responder ? undefined : basic.responder.keyHash.toString('hex'),
      producedAt: formatTime(basic.producedAt),
      verified: vouching(found, given, now) !== undefined,
      nonce: basic.nonce?.toString('hex'),
      responses: basic.responses.map(singleDocument),
    },
    sha256Fingerprint: sha256(der),
  };
}

function singleDocument({ certId, status, thisUpdate, nextUpdate }: SingleResponse): object {
  return {
    serialNumber: certId.serialNumber,
    state: status.state,
    ...status.state === 'revoked' && { revokedAt: formatTime(status.revokedAt), reason: status.reason },
    thisUpdate: formatTime(thisUpdate),
    nextUpdate: nextUpdate && formatTime(nextUpdate),
  };
}
